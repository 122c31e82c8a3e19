"""Dispositions: what became of each item, counted once per stage.

Every item that enters a stage gets exactly one disposition there, so that the sum of a stage's
dispositions is the number of items that entered it. A *drop* is an end with a reason: a value, not
an exception.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass

from core import metrics


@dataclass(frozen=True, slots=True)
class Drop:
    """An end with a reason.

    Attributes:
        reason: The disposition under which the item is counted, one of the stage's bounded set.
        detail: A sentence for logs and the command line.
    """

    reason: str
    detail: str = ""


class Dispositions:
    """Counts of each stage, for the summary of a run. They are added to the metrics as well."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self._lock = threading.Lock()

    def count(self, stage: str, disposition: str, number: int = 1) -> None:
        """Count items that a stage is done with."""
        if number < 1:
            return
        with self._lock:
            self._counts.setdefault(stage, Counter())[disposition] += number
        metrics.ITEMS.labels(stage, disposition).inc(number)

    def of(self, stage: str) -> dict[str, int]:
        """Return the counts of a stage, by disposition."""
        with self._lock:
            return dict(sorted(self._counts.get(stage, Counter()).items()))

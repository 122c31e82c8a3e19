"""Dispositions: what became of each item, counted once per stage.

A *drop* is an end with a reason; it is a value, not an exception. Every item that enters a stage
leaves it with exactly one disposition, and the sum of a stage's dispositions is the number of
items that entered it.
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
        reason: One word of the stage's bounded set; the disposition it is counted under.
        detail: The same in words, for logs and the CLI.
    """

    reason: str
    detail: str = ""


class Dispositions:
    """Counts per stage, for the summary of a run; each count also reaches the metrics."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self._lock = threading.Lock()

    def count(self, stage: str, disposition: str, number: int = 1) -> None:
        """Count items that ended a stage."""
        if number < 1:
            return
        with self._lock:
            self._counts.setdefault(stage, Counter())[disposition] += number
        metrics.ITEMS.labels(stage, disposition).inc(number)

    def of(self, stage: str) -> dict[str, int]:
        """The counts of one stage, by disposition name."""
        with self._lock:
            return dict(sorted(self._counts.get(stage, Counter()).items()))

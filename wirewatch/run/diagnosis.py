"""Is this process healthy? Facts in, reasons out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from config.i18n import Phrase, verbatim


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a process.

    Attributes:
        stages: Why stages do not run or postpone their work.
        stalled: Loops that are stuck, with the seconds that each is late.
        canary: What is wrong with the canary, in English.
    """

    stages: Sequence[Phrase] = ()
    stalled: Mapping[str, float] | None = None
    canary: Sequence[str] = ()


def diagnose(facts: Facts) -> list[Phrase]:
    """Return why a process is ill, the most urgent reason first; empty where it is healthy."""
    return [*_stalls(facts), *facts.stages, *map(verbatim, facts.canary)]


def _stalls(facts: Facts) -> list[Phrase]:
    stalled = facts.stalled or {}
    return [
        Phrase("health.loop_stalled", loop=loop, late=timedelta(seconds=round(seconds)))
        for loop, seconds in sorted(stalled.items(), key=lambda item: -item[1])
    ]

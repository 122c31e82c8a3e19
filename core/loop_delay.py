"""How late a loop is: the time since it should have shown a sign of life.

::

    turn(wait) ── works, then waits on purpose ──▶ turn(wait) ── … ──▶ rest()
        └──── delay: 0 until `wait` is over, then it grows ────▲

A loop says at each turn how long it may wait on purpose: for the next record, for a tick, for the
answer of a server. What it takes beyond that is its delay, so that a loop that waits is never late
and one that is stuck always is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from core import metrics

ReportTurn = Callable[[float], object]
"""Called by a loop at each turn, with the seconds that it may now wait on purpose."""


def ignore_turn(wait: float) -> None:
    """Do nothing with a turn: for a loop whose delay is not measured."""


class LoopDelay:
    """The turns of one loop. One thread reports them, any thread may read the delay.

    Args:
        name: Label in the metrics.
        now: Returns monotonic seconds.

    Attributes:
        name: Label in the metrics.
        thread: Number of the thread of the last turn; 0 before the first.
    """

    def __init__(self, name: str, now: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self.thread = 0
        self._now = now
        self._due: float | None = None
        self._observe = metrics.LOOP_DELAY_SECONDS.labels(name).observe

    def turn(self, wait: float = 0.0) -> None:
        """Record a turn; the next one is due after ``wait`` seconds at the latest."""
        now = self._now()
        if self._due is not None:
            self._observe(max(0.0, now - self._due))
        self.thread = threading.get_ident()
        self._due = now + wait

    def rest(self) -> None:
        """Expect no turn until the next one: the loop has ended, or has not begun."""
        self._due = None

    def seconds(self) -> float:
        """Return how many seconds the next turn is late; 0 where it is not due yet."""
        due = self._due
        return 0.0 if due is None else max(0.0, self._now() - due)

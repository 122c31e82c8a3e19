"""Watches the canary from every process, for the diagnosis and the metrics.

::

    store ──every 5 s──▶ CanaryMonitor ─┬─▶ problems   `wirewatch health`, /healthz, every page
                                        └─▶ gauges     /metrics
"""

from __future__ import annotations

from alerts.canaries.missing import find_problems, is_missing
from config.i18n import Phrase
from core import metrics
from core.canary import has_canaries
from core.store import canaries
from core.store.canaries import CanaryState
from wirewatch.run.program import Program


class CanaryMonitor:
    """Knows whether a canary is missing.

    Args:
        program: The opened program.

    Attributes:
        problems: Why the program is ill, empty where no canary is missing.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self.problems: tuple[Phrase, ...] = ()

    def update(self) -> None:
        """Look into the store.

        Raises:
            StoreError: The store is unavailable; the problems stay as they are.
        """
        if not has_canaries(self._program.keeper.current):
            self.problems = ()
            _set_gauges([], 0)
            return
        now = self._program.clock()
        with self._program.store.read() as connection:
            states, due = canaries.load_canaries(connection), canaries.due_at(connection)
        self.problems = find_problems(states, due, now)
        _set_gauges(states, sum(is_missing(state, now) for state in states))


def _set_gauges(states: list[CanaryState], missing: int) -> None:
    metrics.CANARY_MISSING.set(missing)
    metrics.CANARY_ARRIVED.clear()
    for state in states:
        if state.arrived_at is not None:
            metrics.CANARY_ARRIVED.labels(state.receiver).set(state.arrived_at.timestamp())

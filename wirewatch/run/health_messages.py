"""Messages to people that the program is ill, and that it is well again.

::

    reports of all processes ──every 30 s──▶ follow_health ─┬─ ill for 5 min ──▶ `health_ill`
                                                            └─ well for 5 min ─▶ `health_good`

They are best effort: what makes the program ill may keep them from being stored or sent. The
outward heartbeat is there for that (:mod:`wirewatch.run.outward_heartbeat`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from alerts.system_messages import queue_health_change
from config.errors import StoreError
from config.i18n import Phrase
from wirewatch.run.program import Program

LOOK_SECONDS = 30.0

PATIENCE = timedelta(minutes=5)
"""How long a state must last before people are told: a restart takes seconds."""

PAUSE = timedelta(hours=1)
"""The least time between two messages that the program is ill."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class HealthEpisode:
    """What people were told about the health of the program, and what they do not know yet.

    Attributes:
        is_told: Whether the last message was that it is ill.
        told_at: When that was told last.
        ill_since: When it became ill; it stays until people know that it is well again.
        changed_at: Since when its health differs from what people were told.
    """

    is_told: bool = False
    told_at: datetime | None = None
    ill_since: datetime | None = None
    changed_at: datetime | None = None


def follow_health(before: HealthEpisode, is_ill: bool, now: datetime) -> tuple[HealthEpisode, bool]:
    """Return the episode after a look at health, and whether people are told of a change now."""
    if is_ill == before.is_told:
        since = before.ill_since if before.is_told else None
        return replace(before, changed_at=None, ill_since=since), False
    changed_at = before.changed_at or now
    ill_since = before.ill_since or (now if is_ill else None)
    episode = replace(before, changed_at=changed_at, ill_since=ill_since)
    was_told_lately = before.told_at is not None and now - before.told_at < PAUSE
    if now - changed_at < PATIENCE or (is_ill and was_told_lately):
        return episode, False
    told_at = now if is_ill else before.told_at
    return HealthEpisode(is_ill, told_at, ill_since, None), True


class HealthMessages:
    """Tells people of the health of the program. One process does it for all.

    Args:
        program: The opened program.
        reasons: Returns why any process is ill, apart from the canary, which has its own messages.
    """

    def __init__(self, program: Program, reasons: Callable[[], Sequence[Phrase]]) -> None:
        self._program = program
        self._reasons = reasons
        self._episode = HealthEpisode()

    def run_due(self) -> None:
        """Look at health; queue a message where it has changed for long enough."""
        reasons, now = self._reasons(), self._program.clock()
        episode, has_changed = follow_health(self._episode, bool(reasons), now)
        if has_changed and not self._queue(reasons, episode, now):
            return  # the change is told at the next look
        self._episode = episode

    def _queue(self, reasons: Sequence[Phrase], episode: HealthEpisode, now: datetime) -> bool:
        alerts = self._program.catalog().alerts
        since = episode.ill_since or now
        try:
            self._program.store.transact(
                lambda c: queue_health_change(c, alerts, reasons, since=since, now=now)
            )
        except StoreError as error:
            log.warning("health_message_not_queued", reason=str(error))
            return False
        return True

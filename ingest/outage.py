"""Is it them or us: our own outage, and whom a server's "wait" concerns."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from core.store.feed_record import FeedRecord

OUTAGE_HOSTS = 5
"""So many hosts out of reach in a row, and nobody in between, is our own connection."""

OUTAGE_WITHIN = timedelta(minutes=5)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outage:
    """What one more outcome says about our own connection.

    Attributes:
        ours: Whether nothing can be reached at present.
        forgive: Feeds whose failures of the last minutes were counted and should not have been.
    """

    ours: bool
    forgive: tuple[str, ...] = ()


@dataclass
class OutageWatch:
    """Watches the row of network failures since somebody last answered."""

    _row: list[tuple[datetime, str, str]] = field(default_factory=list)
    _ours: bool = False

    def failed(self, feed_id: str, host: str, now: datetime) -> Outage:
        """A poll failed in a way that may be our own connection's fault."""
        self._row = [x for x in self._row if now - x[0] <= OUTAGE_WITHIN]
        earlier = tuple(x[1] for x in self._row)
        self._row.append((now, feed_id, host))
        hosts = {x[2] for x in self._row}
        if self._ours or len(hosts) < OUTAGE_HOSTS:
            return Outage(self._ours)
        self._ours = True
        mend = "Is this machine's connection or name resolution down? Polling goes on by itself."
        log.error("no_outlet_can_be_reached", hosts_tried=len(hosts), mend=mend)
        return Outage(True, earlier)

    def answered(self) -> None:
        """Somebody answered: the connection works."""
        if self._ours:
            log.info("outlets_can_be_reached_again")
        self._ours = False
        self._row.clear()


def forgiven(feed: FeedRecord) -> FeedRecord:
    """The feed without its last counted failure."""
    if feed.fail_count > 1:
        return replace(
            feed, fail_count=feed.fail_count - 1, class_count=max(feed.class_count - 1, 1)
        )
    return replace(
        feed, fail_class=None, fail_count=0, class_count=0, fail_since=None, class_since=None
    )

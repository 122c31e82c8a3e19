"""Tell an outage of this machine's own connection from failures of publishers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from core.store.feed_record import FeedRecord

OUTAGE_HOSTS = 5
"""This many different hosts out of reach, with no answer from any host in between, are an outage
of our own connection."""

OUTAGE_WITHIN = timedelta(minutes=5)
"""Only failures this recent count towards an outage."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outage:
    """What a failure means for this machine's own connection.

    Attributes:
        active: Whether our own connection is down.
        forgive: Feeds whose failures of the last minutes were counted, but are the fault of our
            own connection.
    """

    active: bool
    forgive: tuple[str, ...] = ()


NO_OUTAGE = Outage(active=False)


@dataclass
class OutageWatch:
    """Counts the hosts that failed since a host last answered."""

    _failures: list[tuple[datetime, str, str]] = field(default_factory=list)
    _active: bool = False

    def failed(self, feed_id: str, host: str, now: datetime) -> Outage:
        """Record a failure that our own connection may have caused."""
        self._failures = [f for f in self._failures if now - f[0] <= OUTAGE_WITHIN]
        earlier = tuple(f[1] for f in self._failures)
        self._failures.append((now, feed_id, host))
        hosts = {f[2] for f in self._failures}
        if self._active or len(hosts) < OUTAGE_HOSTS:
            return Outage(self._active)
        self._active = True
        mend = "Is this machine's connection or name resolution down? Polling continues by itself."
        log.error("no_outlet_can_be_reached", hosts_tried=len(hosts), mend=mend)
        return Outage(True, earlier)

    def answered(self) -> None:
        """Record that a host answered, so our own connection works."""
        if self._active:
            log.info("outlets_can_be_reached_again")
        self._active = False
        self._failures.clear()


def without_last_failure(feed: FeedRecord) -> FeedRecord:
    """Return the feed without its last counted failure."""
    if feed.fail_count > 1:
        return replace(
            feed, fail_count=feed.fail_count - 1, class_count=max(feed.class_count - 1, 1)
        )
    return replace(
        feed, fail_class=None, fail_count=0, class_count=0, fail_since=None, class_since=None
    )

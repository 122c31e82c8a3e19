"""Tell an outage of this machine's own connection from failures of publishers.

::

    polls of the last minutes, by host ── most of them newly out of reach ──▶ our own connection

While it lasts, failures are not counted and every feed is tried again after a few minutes, at
moments that differ: these polls are also how the end of the outage is noticed. Not a single feed is
blamed, and all are read within minutes of the end.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from core.store.feed_record import FeedRecord
from ingest.hosts import is_private_host

OUTAGE_HOSTS = 5
"""At least this many different hosts must be out of reach."""

OUTAGE_SHARE = 0.6
"""At least this share of the hosts that were polled must be out of reach."""

OUTAGE_WITHIN = timedelta(minutes=5)
"""Only polls this recent count."""

OUTAGE_WAIT = timedelta(minutes=2)
"""During an outage a feed is tried again after this time, or up to twice as long."""

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


@dataclass(frozen=True, slots=True)
class _Attempt:
    at: datetime
    failed_feeds: tuple[str, ...]


@dataclass
class OutageWatch:
    """Knows which hosts answered, and which did not, when they were last polled."""

    _hosts: dict[str, _Attempt] = field(default_factory=dict)
    _active: bool = False

    def failed(self, feed: FeedRecord, now: datetime) -> Outage:
        """Record a failure that our own connection may have caused.

        A feed that has been failing for longer than the last minutes says nothing about them, nor
        does one on a server of the operator, which is reached without any connection.
        """
        if is_private_host(feed.url):
            return NO_OUTAGE
        if feed.fail_since is not None and now - feed.fail_since > OUTAGE_WITHIN:
            return Outage(self._active)
        earlier = self._recent_failures(now)
        before = self._hosts.get(feed.host)
        feeds = before.failed_feeds if before else ()
        self._hosts[feed.host] = _Attempt(now, tuple(dict.fromkeys((*feeds, feed.feed_id))))
        if self._active or not self._is_outage(now):
            return Outage(self._active)
        self._active = True
        mend = "Is this machine's connection or name resolution down? Polling continues by itself."
        log.error("no_outlet_can_be_reached", hosts_tried=len(self._hosts), mend=mend)
        return Outage(True, earlier)

    def answered(self, feed: FeedRecord, now: datetime) -> None:
        """Record that the host of a feed answered."""
        if is_private_host(feed.url):
            return
        self._hosts[feed.host] = _Attempt(now, ())
        if self._active and not self._is_outage(now):
            self._active = False
            log.info("outlets_can_be_reached_again")

    def _recent_failures(self, now: datetime) -> tuple[str, ...]:
        """Forget what is not recent. Return the feeds that failed."""
        recent = {h: a for h, a in self._hosts.items() if now - a.at <= OUTAGE_WITHIN}
        self._hosts = recent
        return tuple(feed for attempt in recent.values() for feed in attempt.failed_feeds)

    def _is_outage(self, now: datetime) -> bool:
        self._recent_failures(now)
        failing = sum(bool(attempt.failed_feeds) for attempt in self._hosts.values())
        return failing >= OUTAGE_HOSTS and failing >= OUTAGE_SHARE * len(self._hosts)


def outage_wait(rng: random.Random) -> timedelta:
    """Return how long to wait before a feed is tried again during an outage."""
    return OUTAGE_WAIT * (1 + rng.random())


def forgive(feed: FeedRecord, *, due_at: datetime) -> FeedRecord:
    """Return the feed without its last counted failure, and due no later than at a time."""
    due_at = min(feed.next_due_at, due_at)
    if feed.fail_count > 1:
        count = max(feed.class_count - 1, 1)
        return replace(feed, fail_count=feed.fail_count - 1, class_count=count, next_due_at=due_at)
    return replace(
        feed,
        fail_class=None,
        fail_count=0,
        class_count=0,
        fail_since=None,
        class_since=None,
        next_due_at=due_at,
    )

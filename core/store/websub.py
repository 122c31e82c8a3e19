"""Subscriptions to feeds at their hubs (WebSub), as the feeds name them.

::

    add ──▶ due ──lease_due──▶ request to the hub ──▶ challenge ──▶ active until ``expires_at``
             ▲                                                          │ renewed at two thirds
             └──────────────────────────────────────────────────────────┘

The callback of a subscription has a token of its own, which nobody else can guess. A subscription
that has ended stays for a while: a hub may repeat its last challenge.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    Select,
    String,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
)

from core.processes.instance import Instance
from core.store import hosts, leases
from core.store.column_types import UtcDateTime, metadata
from core.store.feeds import feeds
from core.store.sql import FORGET_LIMIT, delete_rows

SUBSCRIBE = "subscribe"
"""Mode of a subscription that is wanted."""

UNSUBSCRIBE = "unsubscribe"
"""Mode of a subscription that is to end: its feed was removed, or names another hub."""

PUSHED = "feed.due.pushed"
"""Phrase: a hub said that the feed has news."""

HUB_PAUSED = "feed.websub.paused"
"""Phrase: a hub asked for a pause."""

subscriptions = Table(
    "websub_subscriptions",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("feed_id", String(120), nullable=False, index=True),
    Column("hub", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("callback", Text, nullable=False),
    Column("secret", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("mode", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("pending_until", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("pushed_at", UtcDateTime),
    Column("push_sha256", String(64), nullable=False),
    Column("pushes", Integer, nullable=False),
    Column("ignored", Integer, nullable=False),
    Column("push_first", Integer, nullable=False),
    Column("poll_first", Integer, nullable=False),
    *leases.row_lease_columns(),
)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription to a feed at a hub.

    Attributes:
        token: The last part of the callback's path.
        hub: URL of the hub; ``host`` is the scope of politeness.
        topic: The URL that the feed names as its own.
        callback: URL to which the hub sends challenges and pushes.
        secret: Key of the signatures; empty where hub or callback is not https.
        due_at: When the next request is sent to the hub.
        mode: :data:`SUBSCRIBE` or :data:`UNSUBSCRIBE`.
        attempts: Requests in a row that the hub has not confirmed.
        outcome: What the last request led to: ``requested``, ``accepted`` (the challenge is still
            to come), ``confirmed``, ``denied``, ``ended``, or why it failed.
        pending_until: Until when a challenge is answered.
        expires_at: When the subscription expires; None if it is not confirmed.
        ended_at: When it ended.
        pushed_at: When the hub last pushed.
        push_sha256: Hash of what it pushed then, in hex.
        pushes: How many pushes made the feed due.
        ignored: How many were ignored, because the signature was wrong or they were repeated.
        push_first: How many times a push came before the poll that found new entries.
        poll_first: How many times a poll found new entries without a push.
    """

    token: str
    feed_id: str
    hub: str
    host: str
    topic: str
    callback: str
    secret: str
    created_at: datetime
    due_at: datetime
    mode: str = SUBSCRIBE
    attempts: int = 0
    outcome: str = ""
    pending_until: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    pushed_at: datetime | None = None
    push_sha256: str = ""
    pushes: int = 0
    ignored: int = 0
    push_first: int = 0
    poll_first: int = 0

    def is_active(self, now: datetime) -> bool:
        """Return whether the hub has confirmed the subscription and it has not expired."""
        return self.ended_at is None and self.expires_at is not None and self.expires_at > now


@dataclass(frozen=True, slots=True)
class HubCounts:
    """Who found new entries first, in all feeds of a hub."""

    push_first: int
    poll_first: int


_COLUMNS = [subscriptions.c[field.name] for field in fields(Subscription)]


def add(connection: Connection, subscription: Subscription) -> None:
    """Store a new subscription."""
    connection.execute(subscriptions.insert().values(asdict(subscription)))


def find(connection: Connection, token: str) -> Subscription | None:
    """Return the subscription of a token, or None. A write transaction locks its row."""
    query = select(*_COLUMNS).where(subscriptions.c.token == token).with_for_update()
    return next(iter(_records(connection, query)), None)


def peek(connection: Connection, token: str) -> Subscription | None:
    """Return the subscription of a token, or None. Nothing is locked."""
    query = select(*_COLUMNS).where(subscriptions.c.token == token)
    return next(iter(_records(connection, query)), None)


def load_of_feed(connection: Connection, feed_id: str) -> list[Subscription]:
    """Return the subscriptions to a feed that have not ended, the oldest first."""
    query = select(*_COLUMNS).where(
        subscriptions.c.feed_id == feed_id, subscriptions.c.ended_at.is_(None)
    )
    order = (subscriptions.c.created_at, subscriptions.c.token)
    return _records(connection, query.order_by(*order).with_for_update())


def load_wanted(connection: Connection) -> list[Subscription]:
    """Return all subscriptions that are wanted, in order of feeds."""
    query = select(*_COLUMNS).where(
        subscriptions.c.mode == SUBSCRIBE, subscriptions.c.ended_at.is_(None)
    )
    return _records(connection, query.order_by(subscriptions.c.feed_id, subscriptions.c.created_at))


def count_by_hub(connection: Connection) -> dict[str, HubCounts]:
    """Return who found new entries first, by URL of the hub."""
    sums = func.sum(subscriptions.c.push_first), func.sum(subscriptions.c.poll_first)
    query = select(subscriptions.c.hub, *sums).group_by(subscriptions.c.hub)
    return {hub: HubCounts(push, poll) for hub, push, poll in connection.execute(query)}


def save(connection: Connection, subscription: Subscription) -> None:
    """Store a subscription whose row is locked; its lease stays as it is."""
    row = subscriptions.update().where(subscriptions.c.token == subscription.token)
    connection.execute(row.values(asdict(subscription)))


def apply_change(
    connection: Connection, token: str, change: Callable[[Subscription], Subscription]
) -> Subscription | None:
    """Apply a pure change to a subscription, and return it as it is then; None if it is missing."""
    old = find(connection, token)
    if old is None:
        return None
    new = change(old)
    save(connection, new)
    return new


def lease_due(
    connection: Connection,
    instance: Instance,
    now: datetime,
    *,
    limit: int,
    skip: Collection[str] = (),
    busy: Collection[str] = (),
) -> list[Subscription]:
    """Lease the subscriptions for which a request is due, one a host, the longest due first.

    Those of removed feeds are due at once.

    Args:
        connection: A write transaction in which leasing is locked
            (:func:`core.store.leases.begin_leasing_rows`).
        instance: The new holder.
        now: The present moment.
        limit: How many at most.
        skip: Tokens to leave out.
        busy: Hosts to leave out.
    """
    rows = subscriptions.c
    reclaimable = leases.reclaimable_holders(connection, subscriptions, instance, now)
    orphaned = and_(rows.mode == SUBSCRIBE, feeds.c.removed_at.is_not(None))
    query = (
        select(rows.token, rows.host)
        .outerjoin(feeds, feeds.c.feed_id == rows.feed_id)
        .where(
            rows.ended_at.is_(None),
            or_(rows.due_at <= now, orphaned),
            leases.row_is_free(subscriptions, reclaimable, now),
            ~hosts.is_paused(rows.host, rows.hub, now),
            rows.host.not_in(list(busy)),
            rows.token.not_in(list(skip)),
        )
        .order_by(rows.due_at, rows.token)
    )
    by_host: dict[str, str] = {}
    for token, host in connection.execute(query):
        if len(by_host) < limit:
            by_host.setdefault(host, token)
    until = now + leases.ROW_LEASE_TIME
    leased = subscriptions.update().where(rows.token.in_(by_host.values()))
    connection.execute(leased.values(lease_holder=instance.id, lease_until=until))
    return [found for token in by_host.values() if (found := find(connection, token))]


def is_leased_by(connection: Connection, token: str, instance: Instance) -> bool:
    """Return whether an instance has leased a subscription."""
    query = select(subscriptions.c.token).where(
        subscriptions.c.token == token, subscriptions.c.lease_holder == instance.id
    )
    return connection.scalar(query) is not None


def release(connection: Connection, token: str, instance: Instance) -> None:
    """Release a subscription that an instance has leased."""
    row = subscriptions.update().where(
        subscriptions.c.token == token, subscriptions.c.lease_holder == instance.id
    )
    connection.execute(row.values(lease_holder=None, lease_until=None))


def forget(connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT) -> int:
    """Delete subscriptions that ended before a time, at most ``limit``. Return how many."""
    return delete_rows(connection, subscriptions, subscriptions.c.ended_at < before, limit=limit)


def _records(connection: Connection, query: Select[Any]) -> list[Subscription]:
    return [Subscription(**row) for row in connection.execute(query).mappings()]

"""Feeds: which are polled, when each is polled next, and what the last polls came to.

::

    sync (catalog) ──▶ lease_due ──▶ begin_attempt ──request──▶ save
                          ▲                                      │
                          └──────────── next_due_at ─────────────┘

``begin_attempt`` stores the attempt before the request, so that a crash does not repeat it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    and_,
    or_,
    select,
)

from config.errors import StoreError
from config.i18n import Phrase
from core.clock import utc_now
from core.processes.instance import Instance
from core.store import hosts, leases
from core.store.column_types import SafeText, UtcDateTime, metadata
from core.store.feed_record import FeedRecord, FeedState, classify_feed
from core.store.sql import insert

feeds = Table(
    "feeds",
    metadata,
    Column("feed_id", String(120), primary_key=True),
    Column("outlet", String(100), nullable=False),
    Column("url", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("links", SafeText, nullable=False, server_default=""),
    Column("tier", String(1), nullable=False),
    Column("every_s", Float),
    Column("country", String(10), nullable=False),
    Column("language", String(10), nullable=False),
    Column("host", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("removed_at", UtcDateTime),
    Column("gone_at", UtcDateTime),
    Column("etag", SafeText),
    Column("last_modified", SafeText),
    Column("validator_mode", String(20), nullable=False),
    Column("same_body", Integer, nullable=False),
    Column("validators_off_until", UtcDateTime),
    Column("final_url", Text),
    Column("body_sha256", String(64)),
    Column("parser_version", String(40), nullable=False),
    Column("cache_hint_s", Float),
    Column("doc_hint_s", Float),
    Column("next_due_at", UtcDateTime, nullable=False),
    Column("due_reason", SafeText, nullable=False),
    Column("last_attempt_at", UtcDateTime),
    Column("last_200_at", UtcDateTime),
    Column("last_304_at", UtcDateTime),
    Column("last_new_at", UtcDateTime),
    Column("entry_count", Integer, nullable=False),
    Column("fail_class", String(20)),
    Column("fail_count", Integer, nullable=False),
    Column("class_count", Integer, nullable=False),
    Column("fail_since", UtcDateTime),
    Column("class_since", UtcDateTime),
    Column("last_outcome", String(40), nullable=False),
    Column("last_error", SafeText, nullable=False),
    Column("redirect_target", Text),
    Column("redirect_since", UtcDateTime),
    Column("fetch_url", Text),
    Column("news_gap_s", Float),
    Column("pace", Float, nullable=False),
    Column("skip_hours", String(100), nullable=False),
    Column("wrong_304", Integer, nullable=False),
    Column("poll_count", Integer, nullable=False),
    Column("cut_reason", SafeText, nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("key_level", String(40), nullable=False),
    Column("key_reason", SafeText, nullable=False),
    Column("renamed_at", UtcDateTime),
    Column("body_selector", SafeText, nullable=False),
    Column("removed_selector", SafeText, nullable=False),
    *leases.row_lease_columns(),
    Column("shown_since", UtcDateTime),
)
Index("ix_feeds_next_due_at", feeds.c.next_due_at)
Index("ix_feeds_outlet", feeds.c.outlet)

POLL_AGAIN_AFTER = timedelta(seconds=60)
"""The least time between the last attempt and a poll that a person asked for."""


_CONFIGURED = (
    "outlet", "url", "kind", "links", "tier", "every_s", "country", "language", "host", "time_zone",
    "body_selector", "removed_selector",
)  # fmt: skip
_READ_ANEW = frozenset({"url", "kind", "links"})
_COLUMNS = [feeds.c[field.name] for field in fields(FeedRecord)]


def sync(connection: Connection, wanted: Iterable[FeedRecord], now: datetime) -> None:
    """Make the table agree with the operator's files; feeds missing there are marked as removed.

    So are those that come with a time of removal: the operator has paused them.

    A feed with a new URL, another kind, selector or parser loses its validators, so that the next
    answer is a whole document. A feed with another interval is due at once.
    """
    leases.lock_names(connection, "sync", "feeds")
    known = {feed.feed_id: feed for feed in _records(connection, select(*_COLUMNS))}
    configured = {feed.feed_id: feed for feed in wanted}
    added = [asdict(feed) for feed_id, feed in configured.items() if feed_id not in known]
    if added:
        connection.execute(insert(connection, feeds).on_conflict_do_nothing(), added)
    urls = {feed.url for feed in configured.values()}
    for feed_id, old in known.items():
        changes = _changes(old, configured.get(feed_id), now)
        if old.fetch_url in urls:  # the operator listed the new URL as a feed of its own
            changes |= {"fetch_url": None}
        if changes:
            connection.execute(feeds.update().where(feeds.c.feed_id == feed_id).values(**changes))


def _changes(old: FeedRecord, new: FeedRecord | None, now: datetime) -> dict[str, object]:
    if new is None or new.removed_at:
        return {} if old.removed_at else {"removed_at": now}
    changes: dict[str, object] = {
        name: getattr(new, name) for name in _CONFIGURED if getattr(new, name) != getattr(old, name)
    }
    if old.removed_at:
        changes |= {"removed_at": None}
    if "tier" in changes or "every_s" in changes or old.removed_at:
        due_at = max(now, old.last_attempt_at + POLL_AGAIN_AFTER) if old.last_attempt_at else now
        changes |= {"next_due_at": due_at, "due_reason": Phrase("feed.due.changed").dump()}
    if "url" in changes:
        changes |= {"fetch_url": None, "redirect_target": None, "redirect_since": None}
    if not changes.keys().isdisjoint(_READ_ANEW) or new.parser_version != old.parser_version:
        changes |= {"etag": None, "last_modified": None, "body_sha256": None, "final_url": None}
        changes |= {"parser_version": new.parser_version}
    return changes


def lease_due(
    connection: Connection,
    instance: Instance,
    now: datetime,
    *,
    limit: int,
    skip: Collection[str] = (),
    busy: Collection[str] = (),
    at_most: Mapping[str, int] = MappingProxyType({}),
    once: bool = False,
) -> list[FeedRecord]:
    """Lease the feeds that are due, at most one for each host, the longest overdue first.

    Args:
        connection: A write transaction.
        instance: The new holder.
        now: The present moment.
        limit: How many at most.
        skip: Ids of feeds to leave out.
        busy: Hosts to leave out.
        at_most: How many feeds at most that fail in a class, by class.
        once: Whether feeds with an interval of 0 are due, and those whose poll was interrupted by
            the death of its process; ``run --once`` wants that.
    """
    reclaimable = leases.reclaimable_holders(connection, feeds, instance, now)
    is_free = leases.row_is_free(feeds, reclaimable, now)
    query = (
        select(feeds.c.feed_id, feeds.c.host, feeds.c.fail_class)
        .where(_is_pollable(now), is_free, _is_due(reclaimable, now, once=once))
        .order_by(feeds.c.next_due_at, feeds.c.feed_id)
    )
    by_host: dict[str, str] = {}
    room = dict(at_most)
    for feed_id, host, fail_class in connection.execute(query):
        wanted = feed_id not in skip and host not in busy and host not in by_host
        if len(by_host) < limit and wanted and room.get(fail_class, 1) > 0:
            by_host[host] = feed_id
            if fail_class in room:
                room[fail_class] -= 1
    return _lease(connection, list(by_host.values()), reclaimable, instance, now)


def lease(
    connection: Connection, feed_id: str, instance: Instance, now: datetime
) -> FeedRecord | None:
    """Lease a feed whether it is due or not. Return None while another living instance has it."""
    reclaimable = leases.reclaimable_holders(connection, feeds, instance, now)
    return next(iter(_lease(connection, [feed_id], reclaimable, instance, now)), None)


def _is_pollable(now: datetime) -> ColumnElement[bool]:
    paused = hosts.is_paused(feeds.c.host, feeds.c.url, now)
    return and_(feeds.c.removed_at.is_(None), feeds.c.gone_at.is_(None), ~paused)


def _is_due(reclaimable: list[str], now: datetime, *, once: bool) -> ColumnElement[bool]:
    due = feeds.c.next_due_at <= now
    return or_(due, feeds.c.every_s == 0, feeds.c.lease_holder.in_(reclaimable)) if once else due


def _lease(
    connection: Connection,
    feed_ids: Sequence[str],
    reclaimable: list[str],
    instance: Instance,
    now: datetime,
) -> list[FeedRecord]:
    """Lease those of the feeds that are free, except rows that another transaction is writing."""
    free = select(feeds.c.feed_id).where(
        feeds.c.feed_id.in_(feed_ids), leases.row_is_free(feeds, reclaimable, now)
    )
    ids = set(connection.scalars(free.with_for_update(skip_locked=True))) if feed_ids else set()
    if not ids:
        return []
    rows = feeds.update().where(feeds.c.feed_id.in_(ids))
    until = now + leases.ROW_LEASE_TIME
    connection.execute(rows.values(lease_holder=instance.id, lease_until=until))
    leased = _records(connection, select(*_COLUMNS).where(feeds.c.feed_id.in_(ids)))
    return sorted(leased, key=lambda feed: feed_ids.index(feed.feed_id))


def begin_attempt(
    connection: Connection, feed_id: str, instance: Instance, now: datetime, again_at: datetime
) -> bool:
    """Record that a request is about to be made. Return False where the lease was lost.

    If this process dies during the request, the feed is due ``again_at``.
    """
    row = feeds.update().where(*_leased_by(feed_id, instance))
    values = {
        "last_attempt_at": now,
        "next_due_at": again_at,
        "due_reason": Phrase("feed.due.cut_short").dump(),
        "lease_until": now + leases.ROW_LEASE_TIME,
    }
    return bool(connection.execute(row.values(values)).rowcount)


def save(connection: Connection, feed: FeedRecord, instance: Instance) -> bool:
    """Store a feed after a poll and release it. Return False where the lease was lost.

    Columns that the operator configures stay as they are: the files may have changed meanwhile.
    """
    values = {k: v for k, v in asdict(feed).items() if k not in (*_CONFIGURED, "removed_at")}
    released = values | {"lease_holder": None, "lease_until": None}
    row = feeds.update().where(*_leased_by(feed.feed_id, instance))
    return bool(connection.execute(row.values(released)).rowcount)


def apply_change(
    connection: Connection, feed_id: str, change: Callable[[FeedRecord], FeedRecord]
) -> None:
    """Apply a pure change to a feed, whether it is leased or not."""
    query = select(*_COLUMNS).where(feeds.c.feed_id == feed_id).with_for_update()
    old = next(iter(_records(connection, query)), None)
    if old is not None:
        values = asdict(change(old))
        connection.execute(feeds.update().where(feeds.c.feed_id == feed_id).values(values))


def is_leased_by(connection: Connection, feed_id: str, instance: Instance) -> bool:
    """Return whether an instance has leased a feed. A write transaction locks the row."""
    query = select(feeds.c.feed_id).where(*_leased_by(feed_id, instance))
    return connection.scalar(query.with_for_update()) is not None


def release(connection: Connection, feed_id: str, instance: Instance) -> None:
    """Release a feed that was leased and not polled."""
    row = feeds.update().where(*_leased_by(feed_id, instance))
    connection.execute(row.values(lease_holder=None, lease_until=None))


def find(connection: Connection, feed_id: str) -> FeedRecord | None:
    """Return a feed, or None where there is none of this id."""
    query = select(*_COLUMNS).where(feeds.c.feed_id == feed_id)
    return next(iter(_records(connection, query)), None)


def get(connection: Connection, feed_id: str) -> FeedRecord:
    """Return a feed that must exist: rows are marked as removed, never deleted.

    Raises:
        StoreError: It is missing all the same.
    """
    feed = find(connection, feed_id)
    if feed is None:
        raise StoreError(f"The feed {feed_id} is missing in the store.")
    return feed


def load_feed_states(connection: Connection, now: datetime | None = None) -> list[FeedState]:
    """Return every feed ever configured with its state, ordered by outlet and URL.

    Args:
        connection: Any transaction.
        now: The present moment; by default this machine's time.
    """
    now = now or utc_now()
    query = select(*_COLUMNS).order_by(feeds.c.outlet, feeds.c.url)
    pauses = hosts.load_pauses(connection, now)
    return [
        classify_feed(feed, pauses.get(feed.host) or pauses.get(feed.url), now)
        for feed in _records(connection, query)
    ]


def _leased_by(feed_id: str, instance: Instance) -> tuple[ColumnElement[bool], ...]:
    return feeds.c.feed_id == feed_id, feeds.c.lease_holder == instance.id


def _records(connection: Connection, query: Select[Any]) -> list[FeedRecord]:
    return [FeedRecord(**row) for row in connection.execute(query).mappings()]

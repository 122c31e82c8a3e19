"""Entries: what feeds showed, and which of them still want their page read.

::

    add | change (with the poll, one transaction) ──▶ pending ──lease_due──▶ save (done | pending)

A ``pending`` entry is work that survives any crash: it ends only in the transaction that writes
the article made of it. Rows stay when they are done: they are what makes an entry *known*.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Index,
    Integer,
    RowMapping,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    literal_column,
    select,
)

from core.processes.instance import Instance
from core.store import hosts, leases
from core.store.column_types import BigId, UtcDateTime, metadata
from core.store.sql import chunks

PENDING, DONE = "pending", "done"

KNOWN_LIMIT = 5_000
"""Digests given to the parser to skip by: several documents of the largest size."""

entries = Table(
    "entries",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("feed_id", String(120), nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("url", Text, nullable=False),
    Column("url_key", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("article_id", String(32)),
    Column("state", String(10), nullable=False),
    Column("disposition", String(40), nullable=False),
    Column("origin", String(10), nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("published_at", UtcDateTime),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("language", String(10)),
    Column("attempts", Integer, nullable=False),
    Column("next_page_at", UtcDateTime, nullable=False),
    Column("page_outcome", String(40), nullable=False),
    Column("lease_holder", String(120)),
    Column("lease_until", UtcDateTime),
    UniqueConstraint("feed_id", "key"),
)
Index("ix_entries_url_key", entries.c.url_key)
Index("ix_entries_feed_id_changed_at", entries.c.feed_id, entries.c.changed_at)
# A literal: SQLite does not use a partial index where the query's condition is a parameter.
_pending = entries.c.state == literal_column(f"'{PENDING}'")
Index(
    "ix_entries_pending", entries.c.next_page_at, sqlite_where=_pending, postgresql_where=_pending
)
_held = entries.c.lease_holder.is_not(None)
Index("ix_entries_held", entries.c.lease_holder, sqlite_where=_held, postgresql_where=_held)


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """A row of ``entries``.

    Attributes:
        id: Row number; 0 before it is stored.
        key: The entry's own id within its feed (``ingest.sources``); ``digest`` of what it says.
        url: Its link, fit to be fetched; empty where it has none.
        url_key: The link's identity (``ingest.urls.canonical_url``); never fetched.
        host: Scope of politeness, as for feeds.
        article_id: The article made of it, once there is one.
        state: ``pending`` while its page is to be read (again), then ``done``.
        disposition: What became of it (:mod:`ingest`); empty while nothing has.
        origin: ``live`` or ``backfill``.
        changed_at: When the feed last showed it new or changed.
        summary: Plain text, as ``content`` is; both are emptied when the entry is done.
        attempts: At its page.
        page_outcome: Of the last attempt.
    """

    feed_id: str
    key: str
    digest: str
    url: str
    url_key: str
    host: str
    origin: str
    first_seen_at: datetime
    changed_at: datetime
    next_page_at: datetime
    published_at: datetime | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    authors: Sequence[str] = ()
    language: str | None = None
    article_id: str | None = None
    state: str = PENDING
    disposition: str = ""
    attempts: int = 0
    page_outcome: str = ""
    id: int = 0


_COLUMNS = [entries.c[f.name] for f in fields(EntryRecord)]
_STORED = [f.name for f in fields(EntryRecord) if f.name != "id"]
_OUTCOME = ("state", "disposition", "article_id", "attempts", "next_page_at", "page_outcome")


def add(connection: Connection, records: Iterable[EntryRecord]) -> None:
    """Store entries seen for the first time."""
    rows = [_row(record) for record in records]
    if rows:
        connection.execute(entries.insert(), rows)


def record_change(connection: Connection, record: EntryRecord) -> None:
    """Store what a feed now says of an entry; whoever holds it loses it."""
    row = _row(record) | {"lease_holder": None, "lease_until": None}
    connection.execute(entries.update().where(entries.c.id == record.id).values(row))


def save(connection: Connection, record: EntryRecord, me: Instance) -> bool:
    """Store what reading its page made of an entry and give it back; False where it was lost.

    An entry that is done keeps its title and forgets its text: the article has it.
    """
    row = {name: getattr(record, name) for name in _OUTCOME}
    if record.state == DONE:
        row |= {"summary": "", "content": ""}
    mine = entries.update().where(entries.c.id == record.id, entries.c.lease_holder == me.id)
    given_back = row | {"lease_holder": None, "lease_until": None}
    return bool(connection.execute(mine.values(given_back)).rowcount)


def find_by_keys(
    connection: Connection, feed_id: str, keys: Iterable[str], *, lock: bool = False
) -> dict[str, EntryRecord]:
    """The known ones among a feed's entries, by key.

    Args:
        connection: Any transaction.
        feed_id: The feed.
        keys: Of its entries.
        lock: Nobody else may write them until the transaction ends.
    """
    found: dict[str, EntryRecord] = {}
    for some in chunks(keys):
        query = select(*_COLUMNS).where(entries.c.feed_id == feed_id, entries.c.key.in_(some))
        query = query.order_by(entries.c.id).with_for_update() if lock else query
        found |= {row["key"]: _record(row) for row in connection.execute(query).mappings()}
    return found


def find_by_url_keys(connection: Connection, url_keys: Iterable[str]) -> list[EntryRecord]:
    """Entries of any feed that link to one of these, oldest first."""
    found: list[EntryRecord] = []
    for some in chunks(set(url_keys)):
        query = select(*_COLUMNS).where(entries.c.url_key.in_(some)).order_by(entries.c.id)
        found += [_record(row) for row in connection.execute(query).mappings()]
    return found


def load_digests(connection: Connection, feed_id: str) -> dict[str, str]:
    """Key and digest of the feed's last entries: what a parser need not look at again."""
    query = (
        select(entries.c.key, entries.c.digest)
        .where(entries.c.feed_id == feed_id)
        .order_by(entries.c.changed_at.desc())
        .limit(KNOWN_LIMIT)
    )
    return {row.key: row.digest for row in connection.execute(query)}


def _due() -> Select[Any]:
    """The ids :func:`lease_due` may take, the first of every host first; built once."""
    now = bindparam("now", type_=UtcDateTime)
    first = func.row_number().over(
        partition_by=entries.c.host, order_by=(entries.c.origin.desc(), entries.c.id)
    )
    due = (
        select(entries.c.id, entries.c.origin, first.label("rank"))
        .where(
            _pending,
            entries.c.next_page_at <= now,
            leases.row_is_free(entries, bindparam("dead", expanding=True), now),
            ~hosts.is_paused(entries.c.host, entries.c.url, now),
            entries.c.id.not_in(bindparam("skip", expanding=True)),
            entries.c.host.not_in(bindparam("busy", expanding=True)),
        )
        .subquery()
    )
    ranked = select(due.c.id).where(due.c.rank <= bindparam("per_host", type_=Integer))
    ordered = ranked.order_by(due.c.rank, due.c.origin.desc(), due.c.id)
    return ordered.limit(bindparam("limit", type_=Integer))


_DUE = _due()


def lease_due(
    connection: Connection,
    me: Instance,
    now: datetime,
    *,
    limit: int,
    per_host: int = 1,
    skip: Collection[int] = (),
    busy: Collection[str] = (),
) -> list[EntryRecord]:
    """Take up to ``limit`` entries whose page is due, live ones first.

    Args:
        connection: A write transaction.
        me: Who takes them.
        now: The present moment.
        limit: How many at most.
        per_host: How many of one host at most; every host's first comes before any second.
        skip: Entries not wanted, by row number.
        busy: Hosts not wanted.
    """
    dead = leases.reclaimable_holders(connection, entries, me, now)
    wanted = {"now": now, "dead": dead, "skip": list(skip), "busy": list(busy)}
    picked = list(connection.scalars(_DUE, wanted | {"limit": limit, "per_host": per_host}))
    picked = _still_free(connection, picked, dead, now)
    if not picked:
        return []
    _hold(connection, picked, me, now)
    found = connection.execute(select(*_COLUMNS).where(entries.c.id.in_(picked)))
    return sorted(map(_record, found.mappings()), key=lambda record: picked.index(record.id))


def _still_free(
    connection: Connection, picked: list[int], dead: list[str], now: datetime
) -> list[int]:
    """Without those that somebody is just writing."""
    if not picked or connection.dialect.name == "sqlite":
        return picked
    free = select(entries.c.id).where(
        entries.c.id.in_(picked), _pending, leases.row_is_free(entries, dead, now)
    )
    found = set(connection.scalars(free.with_for_update(skip_locked=True)))
    return [entry_id for entry_id in picked if entry_id in found]


def _hold(connection: Connection, ids: Sequence[int], me: Instance, now: datetime) -> None:
    until = now + leases.ROW_LEASE_TIME
    rows = entries.update().where(entries.c.id.in_(ids))
    connection.execute(rows.values(lease_holder=me.id, lease_until=until))


def is_leased_by(connection: Connection, entry_id: int, me: Instance) -> bool:
    """Whether ``me`` holds the entry; in a write transaction it stays so until the end."""
    query = select(entries.c.id).where(entries.c.id == entry_id, entries.c.lease_holder == me.id)
    return connection.scalar(query.with_for_update()) is not None


def release(connection: Connection, entry_id: int, me: Instance) -> None:
    """Let others take an entry that was leased and whose page was not read."""
    mine = entries.update().where(entries.c.id == entry_id, entries.c.lease_holder == me.id)
    connection.execute(mine.values(lease_holder=None, lease_until=None))


def _row(record: EntryRecord) -> dict[str, object]:
    row = {name: getattr(record, name) for name in _STORED}
    return row | {"authors": list(record.authors)}


def _record(row: RowMapping) -> EntryRecord:
    return EntryRecord(**{**row, "authors": tuple(row["authors"])})

"""Entries: what feeds have shown, and whose pages are still to be read.

::

    add, record_change (in the poll's transaction) ──▶ pending ── entry_leases ──▶ done
                                                                mark_shown ──▶ forget

A pending entry is work that survives any crash: it ends only in the transaction that writes the
article made of it. Rows stay when they are done, because they make an entry *known*: an entry
without a row would be announced as new. They are forgotten once their feed no longer shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    or_,
    select,
)

from core.store import leases
from core.store.column_types import BigId, UtcDateTime, metadata
from core.store.entry_aliases import entry_aliases
from core.store.feeds import feeds
from core.store.sql import chunks

PENDING, DONE = "pending", "done"

KNOWN_LIMIT = 5_000
"""Content hashes that the parser gets to skip known entries: several of the largest documents."""

SHOWN_PRECISION = timedelta(days=1)
"""``shown_at`` is written only when it is older than this, so that polls write little."""

entries = Table(
    "entries",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("feed_id", String(120), nullable=False),
    Column("key", Text, nullable=False),
    Column("digest", String(64), key="content_hash", nullable=False),
    Column("url", Text, nullable=False),
    Column("url_key", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("article_id", String(32)),
    Column("state", String(10), nullable=False),
    Column("disposition", String(40), nullable=False),
    Column("origin", String(10), nullable=False),
    Column("missed_since", UtcDateTime),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("published_at", UtcDateTime),
    Column("published_is_day", Boolean, nullable=False),
    Column("publisher_url", Text, nullable=False, server_default=""),
    Column("text_hash", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("language", String(10)),
    Column("attempts", Integer, nullable=False),
    Column("next_page_at", UtcDateTime, nullable=False),
    Column("page_outcome", String(40), nullable=False),
    *leases.row_lease_columns(),
    Column("shown_at", UtcDateTime),
    UniqueConstraint("feed_id", "key"),
)
Index("ix_entries_url_key", entries.c.url_key)
Index("ix_entries_feed_id_changed_at", entries.c.feed_id, entries.c.changed_at)
# A literal: SQLite does not use a partial index where the query's condition is a parameter.
IS_PENDING = entries.c.state == literal_column(f"'{PENDING}'")
"""Whether an entry's page is still to be read, as the index of these entries has it."""

Index(
    "ix_entries_pending",
    entries.c.next_page_at,
    sqlite_where=IS_PENDING,
    postgresql_where=IS_PENDING,
)
_leased = entries.c.lease_holder.is_not(None)
Index("ix_entries_held", entries.c.lease_holder, sqlite_where=_leased, postgresql_where=_leased)
_has_article = entries.c.article_id.is_not(None)
Index(
    "ix_entries_article_id",
    entries.c.article_id,
    sqlite_where=_has_article,
    postgresql_where=_has_article,
)


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """A row of ``entries``.

    Attributes:
        id: Row number; 0 before the entry is stored.
        key: The entry's own id within its feed (:mod:`ingest.sources`).
        content_hash: Hash of what the feed shows of it, by which a change is noticed.
        text_hash: The same without the link; empty where it is not known.
        url: Its link, as it is fetched; empty where it has none.
        url_key: The link's identity (:func:`ingest.urls.canonical_url`); never fetched.
        host: Scope of politeness, as for feeds.
        article_id: The article made of it, once there is one.
        state: ``pending`` while its page is to be read, else ``done``.
        disposition: What became of it (:mod:`ingest`); empty while it is pending.
        origin: ``live`` or ``backfill``; of a changed entry that of the change.
        missed_since: When its feed was last read before the gap in which the entry, or its change,
            was missed; None where it was not.
        changed_at: When the feed last showed it as new or changed.
        published_is_day: Whether the feed names only the day; ``published_at`` is then its end.
        publisher_url: Whose site it is on, where its link does not say so; else empty.
        summary: Plain text, like ``content``; both are emptied when the entry is done.
        attempts: Number of attempts to read its page.
        page_outcome: Outcome of the last attempt.
    """

    feed_id: str
    key: str
    content_hash: str
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
    missed_since: datetime | None = None
    article_id: str | None = None
    state: str = PENDING
    disposition: str = ""
    attempts: int = 0
    page_outcome: str = ""
    text_hash: str = ""
    id: int = 0
    published_is_day: bool = False
    publisher_url: str = ""


COLUMNS = [entries.c[f.name].label(f.name) for f in fields(EntryRecord)]
"""The columns of :class:`EntryRecord`."""

_STORED = [f.name for f in fields(EntryRecord) if f.name != "id"]


def add(connection: Connection, records: Iterable[EntryRecord]) -> None:
    """Store entries that a feed shows for the first time."""
    rows = [_row(record) for record in records]
    if rows:
        connection.execute(entries.insert(), rows)


def record_change(connection: Connection, record: EntryRecord) -> None:
    """Store a changed entry. A lease on it is lost."""
    row = _row(record) | {"lease_holder": None, "lease_until": None}
    connection.execute(entries.update().where(entries.c.id == record.id).values(row))


def rename(connection: Connection, record: EntryRecord) -> None:
    """Store another key and link of an entry that otherwise has not changed. Leases stay."""
    values = {name: getattr(record, name) for name in ("key", "content_hash", "text_hash", "url")}
    connection.execute(entries.update().where(entries.c.id == record.id).values(values))


def mark_shown(connection: Connection, feed_id: str, keys: Iterable[str], now: datetime) -> None:
    """Record which entries are in a feed's newest document.

    Args:
        connection: The transaction of the poll.
        feed_id: The feed.
        keys: Keys of all entries in the document, known ones too. Nothing changes where there are
            none: a feed that is empty by mistake will show its entries again.
        now: The present moment.
    """
    keys = list(keys)
    if not keys:
        return
    since = now - SHOWN_PRECISION
    connection.execute(feeds.update().where(feeds.c.feed_id == feed_id).values(shown_since=since))
    is_stale = or_(entries.c.shown_at.is_(None), entries.c.shown_at < since)
    for chunk in chunks(keys):
        rows = entries.update().where(entries.c.feed_id == feed_id, entries.c.key.in_(chunk))
        connection.execute(rows.where(is_stale).values(shown_at=now))
        shown = select(entries.c.id).where(entries.c.feed_id == feed_id, entries.c.key.in_(chunk))
        names = entry_aliases.update().where(entry_aliases.c.entry_id.in_(shown))
        connection.execute(names.where(entry_aliases.c.seen_at < since).values(seen_at=now))


def find_by_keys(
    connection: Connection, feed_id: str, keys: Iterable[str], *, lock: bool = False
) -> dict[str, EntryRecord]:
    """Return a feed's entries by key; unknown keys are missing.

    Args:
        connection: Any transaction.
        feed_id: The feed.
        keys: Keys of its entries.
        lock: Lock the rows until the transaction ends.
    """
    records: dict[str, EntryRecord] = {}
    for chunk in chunks(keys):
        query = select(*COLUMNS).where(entries.c.feed_id == feed_id, entries.c.key.in_(chunk))
        query = query.order_by(entries.c.id).with_for_update() if lock else query
        records |= {row["key"]: read_row(row) for row in connection.execute(query).mappings()}
    return records


def find_by_ids(connection: Connection, ids: Iterable[int]) -> dict[int, EntryRecord]:
    """Return entries by row number; those that were deleted are missing."""
    records: dict[int, EntryRecord] = {}
    for chunk in chunks(set(ids)):
        query = select(*COLUMNS).where(entries.c.id.in_(chunk)).order_by(entries.c.id)
        records |= {row["id"]: read_row(row) for row in connection.execute(query).mappings()}
    return records


def find_ids(connection: Connection, feed_id: str, keys: Iterable[str]) -> dict[str, int]:
    """Return the row numbers of a feed's entries by key."""
    ids: dict[str, int] = {}
    for chunk in chunks(keys):
        query = select(entries.c.key, entries.c.id)
        rows = query.where(entries.c.feed_id == feed_id, entries.c.key.in_(chunk))
        ids |= {row[0]: row[1] for row in connection.execute(rows)}
    return ids


def load_newest(connection: Connection, feed_id: str) -> list[EntryRecord]:
    """Return a feed's newest entries, the oldest of them first."""
    query = select(*COLUMNS).where(entries.c.feed_id == feed_id)
    newest = query.order_by(entries.c.changed_at.desc(), entries.c.id.desc()).limit(KNOWN_LIMIT)
    return [read_row(row) for row in connection.execute(newest).mappings()][::-1]


def find_by_article(connection: Connection, article_id: str, feed_id: str) -> EntryRecord | None:
    """Return the entry of an article: that of a feed, else the oldest of any other one."""
    query = (
        select(*COLUMNS)
        .where(entries.c.article_id == article_id, entries.c.url != "")
        .order_by((entries.c.feed_id == feed_id).desc(), entries.c.id)
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    return read_row(row) if row else None


def find_by_url_keys(connection: Connection, url_keys: Iterable[str]) -> list[EntryRecord]:
    """Return the entries of any feed that link to one of these canonical URLs, oldest first."""
    records: list[EntryRecord] = []
    for chunk in chunks(set(url_keys)):
        query = select(*COLUMNS).where(entries.c.url_key.in_(chunk)).order_by(entries.c.id)
        records += [read_row(row) for row in connection.execute(query).mappings()]
    return records


def load_content_hashes(connection: Connection, feed_id: str) -> dict[str, str]:
    """Return the content hashes of the entries in a feed's newest documents, by key.

    A parser can skip these. What was not shown in the day before the newest document is left out:
    a feed may have thousands of such entries, and seldom shows one again.
    """
    shown_since = select(feeds.c.shown_since).where(feeds.c.feed_id == feed_id).scalar_subquery()
    query = (
        select(entries.c.key, entries.c.content_hash)
        .where(entries.c.feed_id == feed_id)
        .where(or_(shown_since.is_(None), entries.c.shown_at >= shown_since))
        .order_by(entries.c.changed_at.desc())
        .limit(KNOWN_LIMIT)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def find_keys_by_content(
    connection: Connection, feed_id: str, content_hashes: Iterable[str]
) -> dict[str, list[str]]:
    """Return the keys of a feed's entries by content hash, the oldest entry's first."""
    keys: dict[str, list[str]] = {}
    for chunk in chunks(set(content_hashes)):
        query = select(entries.c.key, entries.c.content_hash).order_by(entries.c.id)
        rows = query.where(entries.c.feed_id == feed_id, entries.c.content_hash.in_(chunk))
        for key, content_hash in connection.execute(rows):
            keys.setdefault(content_hash, []).append(key)
    return keys


def _row(record: EntryRecord) -> dict[str, object]:
    row = {name: getattr(record, name) for name in _STORED}
    return row | {"authors": list(record.authors), "shown_at": record.changed_at}


def read_row(row: RowMapping) -> EntryRecord:
    """Return the entry of a row with :data:`COLUMNS`."""
    return EntryRecord(**{**row, "authors": tuple(row["authors"])})

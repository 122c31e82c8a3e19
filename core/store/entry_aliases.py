"""Aliases of entries: other names by which an entry of a feed is known again.

A publisher that moves to another system or host gives its entries new guids and links. An alias is
a hash of a part that stays: the guid without its host, the link, the link without its query. It
lives as long as its entry is in the feed's document, and :data:`ALIAS_LIFE` after that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    select,
)

from core.store.column_types import UtcDateTime, metadata
from core.store.sql import FORGET_LIMIT, chunks, delete_rows, insert

ALIAS_LIFE = timedelta(days=30)
"""How long an entry that its feed no longer shows is known by its aliases."""

MOST_OF_AN_ALIAS = 20
"""Entries with one alias that are looked at; an alias of more identifies none of them."""

entry_aliases = Table(
    "entry_aliases",
    metadata,
    Column("feed_id", String(120), nullable=False),
    Column("alias", String(32), nullable=False),
    Column("entry_id", BigInteger, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("feed_id", "alias", "entry_id"),
)
Index("ix_entry_aliases_entry_id", entry_aliases.c.entry_id)
Index("ix_entry_aliases_seen_at", entry_aliases.c.seen_at)


def add(
    connection: Connection, feed_id: str, aliases: Mapping[int, Iterable[str]], now: datetime
) -> None:
    """Record the aliases of entries of a feed; those that are known stay.

    Args:
        connection: The transaction of the poll.
        feed_id: The feed.
        aliases: Aliases by the row number of their entry.
        now: The present moment.
    """
    rows = [
        {"feed_id": feed_id, "alias": alias, "entry_id": entry_id, "seen_at": now}
        for entry_id, names in aliases.items()
        for alias in names
    ]
    if rows:
        connection.execute(insert(connection, entry_aliases).on_conflict_do_nothing(), rows)


def find(
    connection: Connection, feed_id: str, aliases: Iterable[str], now: datetime
) -> dict[str, list[int]]:
    """Return the row numbers of the entries of a feed by alias, oldest first."""
    ids: dict[str, list[int]] = {}
    columns = entry_aliases.c
    for chunk in chunks(set(aliases)):
        query = select(columns.alias, columns.entry_id).where(
            columns.feed_id == feed_id,
            columns.alias.in_(chunk),
            columns.seen_at >= now - ALIAS_LIFE,
        )
        for alias, entry_id in connection.execute(query.order_by(columns.entry_id)):
            ids.setdefault(alias, []).append(entry_id)
    return ids


def forget_of(connection: Connection, entry_ids: Iterable[int]) -> None:
    """Delete the aliases of entries that are deleted: row numbers may be used again."""
    for chunk in chunks(entry_ids):
        connection.execute(entry_aliases.delete().where(entry_aliases.c.entry_id.in_(chunk)))


def forget(connection: Connection, before: datetime, *, limit: int = FORGET_LIMIT) -> int:
    """Delete aliases that were last seen before a time, at most ``limit``. Return how many."""
    return delete_rows(connection, entry_aliases, entry_aliases.c.seen_at < before, limit=limit)

"""Entries whose link leads to no page: a PDF, a picture, a film. It is not read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Index, func, literal_column, select

from core.store.entries import entries

# Literals: SQLite uses a partial index only where the query has the same condition.
_is_unread: ColumnElement[bool] = literal_column("substr(page_outcome, 1, 9)") == literal_column(
    "'not_read_'"
)
Index(
    "ix_entries_not_read",
    entries.c.feed_id,
    sqlite_where=_is_unread,
    postgresql_where=_is_unread,
)


def count_unread_links(connection: Connection, since: datetime) -> list[tuple[str, str, int]]:
    """Return feed, outcome and number of the links that were not read since a time."""
    columns = (entries.c.feed_id, entries.c.page_outcome)
    query = select(*columns, func.count()).group_by(*columns).order_by(*columns)
    rows = connection.execute(query.where(_is_unread, entries.c.changed_at >= since))
    return [(row[0], row[1], row[2]) for row in rows]


def find_unread_links(connection: Connection, article_ids: Sequence[str]) -> dict[str, str]:
    """Return the outcome of the links of those articles whose link was not read, by id."""
    query = select(entries.c.article_id, entries.c.page_outcome)
    rows = connection.execute(query.where(_is_unread, entries.c.article_id.in_(article_ids)))
    return {row[0]: row[1] for row in rows}

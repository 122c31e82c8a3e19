"""What an operator should know of a feed besides its state."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Index, func, literal_column, select

from config.i18n import Phrase
from core.store import page_signals
from core.store.entries import entries

NOTED_FOR = timedelta(days=7)
"""How long it is said that links of entries were not read."""

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


def load_feed_notes(connection: Connection, now: datetime) -> dict[str, list[Phrase]]:
    """Return notes about feeds, by id: links that were not read, changes that are not believed."""
    notes: dict[str, list[Phrase]] = {}
    columns = (entries.c.feed_id, entries.c.page_outcome)
    query = select(*columns, func.count().label("n")).group_by(*columns).order_by(*columns)
    for row in connection.execute(query.where(_is_unread, entries.c.changed_at >= now - NOTED_FOR)):
        notes.setdefault(row.feed_id, []).append(Phrase(f"feed.{row.page_outcome}", n=row.n))
    for feed_id, signals in page_signals.load_ignored(connection, now).items():
        notes.setdefault(feed_id, []).append(Phrase.load(signals.reason))
    return notes

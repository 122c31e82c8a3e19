"""Which entries are deleted: those that their feed has not shown for long."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, or_, select

from core.store import entry_aliases
from core.store.entries import DONE, KNOWN_LIMIT, entries
from core.store.feeds import feeds
from core.store.sql import FORGET_LIMIT, chunks


def forget_entries(connection: Connection, before: datetime, *, limit: int = FORGET_LIMIT) -> int:
    """Delete entries that are done, last changed before a time, and no longer shown by their feed.

    Left alone are pending entries, those in their feed's newest document, and those of a feed that
    is being polled or whose document is longer than :data:`KNOWN_LIMIT`. A feed that was removed
    from sources.yaml before that time shows nothing.

    Args:
        connection: A write transaction.
        before: Entries that changed later stay.
        limit: How many to delete at most.

    Returns:
        The number of rows deleted; less than ``limit`` where none are left to delete.
    """
    is_gone = or_(entries.c.shown_at.is_(None), entries.c.shown_at < feeds.c.shown_since)
    query = (
        select(entries.c.id)
        .join(feeds, feeds.c.feed_id == entries.c.feed_id)
        .where(
            entries.c.state == DONE,
            entries.c.changed_at < before,
            feeds.c.lease_holder.is_(None),  # a poll compares its document with these rows
            or_(
                feeds.c.removed_at < before,
                feeds.c.shown_since.is_not(None) & is_gone & (feeds.c.entry_count <= KNOWN_LIMIT),
            ),
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.scalars(query))
    entry_aliases.forget_of(connection, ids)
    for chunk in chunks(ids):
        connection.execute(entries.delete().where(entries.c.id.in_(chunk)))
    return len(ids)

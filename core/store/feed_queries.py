"""What polls need to know beside their own feed's row."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from core.store.entries import entries
from core.store.feeds import feeds

NEWEST = 100
"""Entries by which the time between news is measured, at most."""


def count_read(connection: Connection) -> tuple[int, int]:
    """Return how many configured feeds were ever read, and how many never were."""
    was_read = func.coalesce(feeds.c.last_200_at, feeds.c.last_304_at).is_not(None)
    query = select(was_read, func.count()).where(feeds.c.removed_at.is_(None)).group_by(was_read)
    counts = {bool(read): number for read, number in connection.execute(query)}
    return counts.get(True, 0), counts.get(False, 0)


def find_reader_of(connection: Connection, url: str, *, other_than: str) -> str | None:
    """Return the id of another configured feed that is read at a URL, or None."""
    query = select(feeds.c.feed_id).where(
        func.coalesce(feeds.c.fetch_url, feeds.c.url) == url,
        feeds.c.feed_id != other_than,
        feeds.c.removed_at.is_(None),
    )
    feed_id: str | None = connection.scalars(query.order_by(feeds.c.feed_id)).first()
    return feed_id


def load_news_times(connection: Connection, feed_id: str, since: datetime) -> list[datetime]:
    """Return when the newest entries of a feed were first seen, in no particular order.

    Entries that the feed had shown before under another key are left out.
    """
    query = (
        select(entries.c.first_seen_at)
        .where(
            entries.c.feed_id == feed_id,
            entries.c.changed_at >= since,  # has an index, and is never before the first sight
            entries.c.disposition != "known",
        )
        .order_by(entries.c.changed_at.desc())
        .limit(NEWEST)
    )
    return [at for at in connection.scalars(query) if at >= since]

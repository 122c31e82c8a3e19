"""What the store knows beside a feed's own row, for the decisions about its poll."""

from __future__ import annotations

from datetime import datetime

from core.store import Connection, feed_queries
from core.store.feed_record import FeedRecord
from ingest.polling import redirects
from ingest.polling.pace import WINDOW, news_gap


def load_news_gap(connection: Connection, feed: FeedRecord, now: datetime) -> float | None:
    """Return the median seconds between polls of a feed that brought news."""
    gap = news_gap(feed_queries.load_news_times(connection, feed.feed_id, now - WINDOW))
    return gap.total_seconds() if gap else None


def find_taker(
    connection: Connection, feed: FeedRecord, moved_to: str | None, now: datetime
) -> str | None:
    """Return the id of another feed that is read where this one is to be read from now on."""
    return find_reader(connection, feed, redirects.target_to_apply(feed, moved_to, now))


def find_reader(connection: Connection, feed: FeedRecord, url: str | None) -> str | None:
    """Return the id of another feed that is read at a URL; None if there is none, or no URL."""
    if url is None:
        return None
    return feed_queries.find_reader_of(connection, url, other_than=feed.feed_id)

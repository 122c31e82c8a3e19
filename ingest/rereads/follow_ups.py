"""Schedule re-reads of pages that are not finished: live ones, and articles with a page missing.

::

    revision with the flag live ──────────▶ every 15 minutes while it changes, then less often
    revision with the flag incomplete ────▶ 15 min ── 1 h ── 6 h ── 24 h, until it is complete
"""

from __future__ import annotations

from datetime import datetime, timedelta

from core.messages import ArticleRevision
from core.store import Connection, feeds, rereads
from core.store.feed_record import FeedRecord
from ingest.pages.article_pages import INCOMPLETE

INCOMPLETE_TIMES = tuple(timedelta(minutes=m) for m in (15, 60, 360, 1_440))
"""When an article is read again of which a page could not be read."""

FASTEST, LIVE_SLOWEST = timedelta(minutes=15), timedelta(hours=2)
"""Shortest and longest time between two reads of a live page."""

LIVE_QUIET = timedelta(hours=12)
"""A live page that has not changed for so long is over."""

LIVE_FOR = timedelta(days=3)
"""How long a page is read as a live one since it was first seen. Later changes are noticed like
those of any other page."""


def schedule_follow_ups(
    connection: Connection, message: ArticleRevision, live_until: datetime | None, now: datetime
) -> None:
    """Schedule the re-reads that a revision asks for, unless they are scheduled already.

    Args:
        connection: The transaction that stores the revision.
        message: The revision.
        live_until: Until when its page says that it is live.
        now: The present.
    """
    feed = feeds.find(connection, message.feed_id)
    fastest = fastest_reread(feed)
    if "live" in message.flags:
        due = next_live(now, message.first_seen_at, now, live_until, fastest)
        _begin(connection, message.article_id, rereads.LIVE, now, due)
    if INCOMPLETE in message.flags:
        _begin(connection, message.article_id, rereads.INCOMPLETE, now, now + fastest)


def fastest_reread(feed: FeedRecord | None) -> timedelta:
    """Return the shortest time between two reads of a page of a feed's articles.

    It is that of a live page, or less where the operator has set a shorter ``every`` for the feed.
    """
    if feed is None or feed.every_s is None:
        return FASTEST
    return min(FASTEST, max(timedelta(seconds=feed.every_s), timedelta(seconds=1)))


def next_live(
    now: datetime,
    first_seen_at: datetime,
    changed_at: datetime,
    live_until: datetime | None,
    fastest: timedelta = FASTEST,
) -> datetime | None:
    """Return when a live page is read next: after half of the time since its last change. Pure.

    Args:
        now: The present.
        first_seen_at: When the article was first seen.
        changed_at: When its page was last seen to have changed.
        live_until: Until when the page says that it is live; it is read once more after that.
        fastest: The shortest time until then.

    Returns:
        None where it is over.
    """
    quiet = now - changed_at
    is_over = live_until is not None and live_until <= now
    if is_over or quiet >= LIVE_QUIET or now - first_seen_at >= LIVE_FOR:
        return None
    return now + min(max(quiet / 2, fastest), LIVE_SLOWEST)


def _begin(
    connection: Connection, article_id: str, reason: str, now: datetime, due: datetime | None
) -> None:
    if due is not None and rereads.find(connection, article_id, reason) is None:
        rereads.schedule(connection, article_id, reason=reason, now=now, due_at=due)

"""Learn from polls how often a feed has news. Pure.

::

    times of new entries ──▶ news_gap   the interval is half of it
    entries of a document ─▶ pace       and less, while most entries of a document are new

The times are those at which entries were first seen: publication dates are missing or wrong in too
many feeds. The thresholds are those of Media Cloud's rss-fetcher; unlike there, the share of known
entries never makes an interval longer than half the gap, because a feed of news may change slowly
and its next entry matter all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from core.store.feed_record import FeedRecord

WINDOW = timedelta(days=14)
"""Entries first seen longer ago say nothing about how often a feed has news now."""

FEW_KNOWN, MOST_KNOWN = 0.33, 0.67
"""Of fewer known entries the feed is polled faster, of more it returns to its interval."""

FASTER, SLOWER = 0.5, 1.15

SLOWEST_TO_FASTEST = 1 / 24
"""The lowest pace: that between the longest and the shortest interval of tier C."""

PUNCTUAL = timedelta(minutes=20)
"""A document that was read later than planned by more than this says nothing about the interval."""


def news_gap(times: Iterable[datetime]) -> timedelta | None:
    """Return the median time between polls that brought news; None for fewer than two of them.

    Args:
        times: When entries were first seen; those of one poll have the same time.
    """
    moments = sorted(set(times))
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    return timedelta(seconds=median(gaps)) if gaps else None


def pace_after(feed: FeedRecord, *, new: int, known: int, now: datetime) -> float:
    """Return the pace of a feed after a document was read.

    It changes only after two successes in a row, of which the second was punctual: after a failure
    or a pause of this program most entries are new however well the interval is chosen.

    Args:
        feed: The feed before the poll.
        new: Entries of the document that were never seen before.
        known: All others.
        now: The present.
    """
    late = abs(now - feed.next_due_at)
    if feed.fail_count or feed.last_success_at is None or late > PUNCTUAL or not new + known:
        return feed.pace
    if not known and feed.entry_count:
        return SLOWEST_TO_FASTEST
    share = known / (new + known)
    if share < FEW_KNOWN:
        return max(feed.pace * FASTER, SLOWEST_TO_FASTEST)
    return min(feed.pace * SLOWER, 1.0) if share > MOST_KNOWN else feed.pace

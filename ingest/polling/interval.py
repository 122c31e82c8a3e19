"""Decide how long to wait after a successful poll: by operator, publisher, tier and news. Pure.

::

    half the time between news ── within floor and ceiling of the tier ──┐
    nothing new for a week ── hours ─────────────────────────────────────┼─ the longest ── jitter
    hint of headers or document ── at most the cap of the tier ──────────┘      └─ after skipHours

An explicit interval in sources.yaml beats all of it. The numbers and where they are from are in
docs/decisions/0009-feeds.md.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from config.i18n import Phrase
from core.store.feed_record import FeedRecord
from ingest.polling.backoff import with_jitter

FLOORS = {"A": timedelta(minutes=5), "B": timedelta(minutes=10), "C": timedelta(minutes=30)}
"""The shortest interval, and the one of a feed of which too little is known, by tier (agency or
breaking news; outlet; blog or ministry)."""

CEILINGS = {"A": timedelta(minutes=30), "B": timedelta(minutes=60), "C": timedelta(hours=12)}
"""The longest interval that is learned from how often a feed has news, by tier."""

HINT_CAPS = {"A": timedelta(minutes=30), "B": timedelta(minutes=60), "C": timedelta(hours=24)}
"""Longest interval that a publisher's hint can ask for, by tier."""

UNCONDITIONAL = timedelta(minutes=60)
"""The shortest interval in tier C of a feed that has never answered 304: each poll costs its server
the whole document."""

UNVALIDATED = timedelta(hours=24)
"""The same if it sends no validators and was unchanged three times in a row."""

UNCHANGED_LIMIT = 3

DORMANT = {
    "A": (),
    "B": ((timedelta(days=7), timedelta(hours=6)),),
    "C": (
        (timedelta(days=30), timedelta(hours=24)),
        (timedelta(days=14), timedelta(hours=12)),
        (timedelta(days=7), timedelta(hours=6)),
    ),
}
"""By tier: without news for so long, a feed is polled at this interval. Not in tier A: a feed of
warnings is silent for weeks, and its next entry is urgent."""

PARTIAL_FACTOR = 4
"""How many times as long a feed is left alone of which a limit keeps some entries from being read,
up to the cap of its tier: reading it costs more than reading others, and brings less."""

SAME_URL = timedelta(seconds=60)
"""A URL is not requested twice within this time, unless its explicit interval is shorter."""

_LONGEST_HINT = 365 * 86_400.0
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,10})", re.IGNORECASE)
_NO_CACHE = re.compile(r"(?:^|[\s,])no-(?:cache|store)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PollWait:
    """How long to wait before the next poll, with the reason for the operator."""

    time: timedelta
    reason: Phrase


def after_success(feed: FeedRecord, now: datetime, rng: random.Random) -> PollWait:
    """Return the wait after a successful poll.

    An explicit interval is used unchanged: without jitter, whatever the publisher asks for. A feed
    that is read in part only is polled less often than it would be otherwise.

    Args:
        feed: The feed after the poll.
        now: The present.
        rng: For jitter.
    """
    if feed.every_s is not None:
        every = timedelta(seconds=feed.every_s)
        wait = PollWait(every, Phrase("feed.due.every", interval=every))
    else:
        wait = _polite(feed, now)
        wait = _after_skipped_hours(feed, replace(wait, time=with_jitter(wait.time, rng)), now)
    longer = min(PARTIAL_FACTOR * wait.time, HINT_CAPS[feed.tier])
    if not feed.cut_reason or longer <= wait.time:
        return wait
    return PollWait(longer, Phrase("feed.due.partial", interval=longer))


def _polite(feed: FeedRecord, now: datetime) -> PollWait:
    """Return the longest of the intervals that the feed's history and its publisher call for."""
    candidates = (_learned(feed), _considerate(feed), _dormant(feed, now), _hinted(feed))
    return max((wait for wait in candidates if wait), key=lambda wait: wait.time)


def _learned(feed: FeedRecord) -> PollWait:
    """Return half the time between news, within the bounds of the tier."""
    floor, ceiling = FLOORS[feed.tier], CEILINGS[feed.tier]
    if feed.news_gap_s is None:
        return PollWait(floor, Phrase("feed.due.tier", interval=floor, tier=feed.tier))
    gap = timedelta(seconds=feed.news_gap_s)
    usual = min(max(gap / 2, floor), ceiling)
    interval = max(usual * feed.pace, floor)
    if interval < usual:
        return PollWait(interval, Phrase("feed.due.overlap", interval=interval))
    code = {floor: "shortest", ceiling: "longest"}.get(interval, "learned")
    reason = Phrase(f"feed.due.{code}", interval=interval, gap=gap, tier=feed.tier)
    return PollWait(interval, reason)


def _considerate(feed: FeedRecord) -> PollWait | None:
    """Return the shortest interval of a tier C feed whose every poll costs a whole document."""
    if feed.tier != "C" or feed.last_304_at is not None:
        return None
    if not (feed.etag or feed.last_modified) and feed.same_body >= UNCHANGED_LIMIT:
        return PollWait(UNVALIDATED, Phrase("feed.due.unvalidated", interval=UNVALIDATED))
    return PollWait(UNCONDITIONAL, Phrase("feed.due.unconditional", interval=UNCONDITIONAL))


def _dormant(feed: FeedRecord, now: datetime) -> PollWait | None:
    silent = now - (feed.last_new_at or feed.added_at)
    for limit, interval in DORMANT[feed.tier]:
        if silent >= limit:
            reason = Phrase("feed.due.dormant", interval=interval, n=silent.days)
            return PollWait(interval, reason)
    return None


def _hinted(feed: FeedRecord) -> PollWait | None:
    hint = _hint(feed)
    if not hint:
        return None
    limited = min(hint, HINT_CAPS[feed.tier])
    if limited < hint:
        reason = Phrase("feed.due.hint_capped", interval=hint, limit=limited, tier=feed.tier)
        return PollWait(limited, reason)
    return PollWait(limited, Phrase("feed.due.hint", interval=hint))


def _after_skipped_hours(feed: FeedRecord, wait: PollWait, now: datetime) -> PollWait:
    """Return the wait, prolonged if it ends in hours in which the feed does not change."""
    hours = {int(hour) for hour in feed.skip_hours.split(",") if hour}
    due = now.astimezone(UTC) + wait.time
    if due.hour not in hours or len(hours) >= 24:
        return wait
    free = due.replace(minute=0, second=0, microsecond=0)
    while free.hour in hours:
        free += timedelta(hours=1)
    limit = HINT_CAPS[feed.tier]
    longer = min(free - now, max(limit, wait.time))
    if longer <= wait.time:
        return wait
    return PollWait(longer, Phrase("feed.due.skip_hours", interval=longer))


def earliest_repeat(feed: FeedRecord, attempt: datetime) -> datetime:
    """Return when the URL of a feed may be requested again after an attempt."""
    every = SAME_URL if feed.every_s is None else timedelta(seconds=feed.every_s)
    return attempt + min(every, SAME_URL)


def cache_hint(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that an answer stays fresh (RFC 9111, 4.2), or None if it does not say.

    That is ``max-age`` minus ``Age``, else ``Expires`` minus ``Date``. ``no-cache`` asks for
    revalidation, which every poll is, and makes ``max-age`` meaningless here.
    """
    control = headers.get("Cache-Control", "")
    if _NO_CACHE.search(control):
        return None
    if match := _MAX_AGE.search(control):
        age = headers.get("Age", "").strip()
        spent = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
        return max(float(match[1]) - spent, 0.0)
    expires = _http_date(headers.get("Expires", ""))
    if expires is None:
        return None
    date = _http_date(headers.get("Date", "")) or now
    return max((expires - date).total_seconds(), 0.0)


def says_freshness(headers: Mapping[str, str]) -> bool:
    """Return whether an answer says how long it stays fresh, or that it does not."""
    return "Cache-Control" in headers or "Expires" in headers


def _hint(feed: FeedRecord) -> timedelta:
    seconds = max(feed.cache_hint_s or 0.0, feed.doc_hint_s or 0.0)
    return timedelta(seconds=min(seconds, _LONGEST_HINT))


def _http_date(raw: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(raw)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

"""Decide how long to wait after a successful poll: by operator, publisher and tier. Pure.

The publisher's hint is the longer of what the headers and the document ask for. It is respected up
to a limit by tier: a feed that asks for one request a week is still read once an hour.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from config.i18n import Phrase
from core.store.feed_record import FeedRecord
from ingest.backoff import with_jitter

FLOORS = {"A": timedelta(minutes=5), "B": timedelta(minutes=10), "C": timedelta(minutes=30)}
"""The interval without a hint, by tier (agency or breaking news; outlet; blog or ministry)."""

HINT_CAPS = {"A": timedelta(minutes=30), "B": timedelta(minutes=60), "C": timedelta(hours=24)}
"""Longest interval that a publisher's hint can ask for, by tier."""

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


def after_success(feed: FeedRecord, rng: random.Random) -> PollWait:
    """Return the wait after a successful poll.

    An explicit interval is used unchanged: without jitter, whatever the publisher asks for. A feed
    that is read in part only is polled less often than it would be otherwise.
    """
    wait = _ordinary(feed, rng)
    longer = min(PARTIAL_FACTOR * wait.time, HINT_CAPS[feed.tier])
    if not feed.cut_reason or longer <= wait.time:
        return wait
    return PollWait(longer, Phrase("feed.due.partial", interval=longer))


def _ordinary(feed: FeedRecord, rng: random.Random) -> PollWait:
    if feed.every_s is not None:
        every = timedelta(seconds=feed.every_s)
        return PollWait(every, Phrase("feed.due.every", interval=every))
    floor = FLOORS[feed.tier]
    hint = _hint(feed)
    limited = min(hint, HINT_CAPS[feed.tier])
    if limited <= floor:
        reason = Phrase("feed.due.tier", interval=floor, tier=feed.tier)
        return PollWait(with_jitter(floor, rng), reason)
    reason = Phrase("feed.due.hint", interval=hint)
    if limited < hint:
        reason = Phrase("feed.due.hint_capped", interval=hint, limit=limited, tier=feed.tier)
    return PollWait(with_jitter(limited, rng), reason)


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


def _hint(feed: FeedRecord) -> timedelta:
    seconds = max(feed.cache_hint_s or 0.0, feed.doc_hint_s or 0.0)
    return timedelta(seconds=min(seconds, _LONGEST_HINT))


def _http_date(raw: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(raw)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

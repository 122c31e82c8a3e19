"""How long to wait after a poll that worked, and why: tier, operator, publisher.

The publisher's hint is the longest of what the headers and the document ask for. It is heeded as
a floor, up to a cap by tier: a feed that says "once a week" is still read once an hour.
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
"""Shortest interval by tier (agency or breaking news; outlet; blog or ministry)."""

HINT_CAPS = {"A": timedelta(minutes=30), "B": timedelta(minutes=60), "C": timedelta(hours=24)}
"""Longest interval a publisher's hint can ask for, by tier."""

SAME_URL = timedelta(seconds=60)
"""One URL is not asked twice within this, unless its explicit interval is shorter."""

_LONGEST_HINT = 365 * 86_400.0
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?([0-9]{1,10})", re.IGNORECASE)
_NO_CACHE = re.compile(r"(?:^|[\s,])no-(?:cache|store)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PollWait:
    """How long to wait before the next poll, with the reason for the operator."""

    time: timedelta
    reason: Phrase


def after_success(feed: FeedRecord, rng: random.Random) -> PollWait:
    """The wait after a poll that worked.

    An explicit interval is taken as it is, without jitter and whatever the publisher hints.
    """
    if feed.every_s is not None:
        every = timedelta(seconds=feed.every_s)
        return PollWait(every, Phrase("feed.due.every", interval=every))
    floor = FLOORS[feed.tier]
    hint = _hint(feed)
    asked = min(hint, HINT_CAPS[feed.tier])
    if asked <= floor:
        reason = Phrase("feed.due.tier", interval=floor, tier=feed.tier)
        return PollWait(with_jitter(floor, rng), reason)
    reason = Phrase("feed.due.hint", interval=hint)
    if asked < hint:
        reason = Phrase("feed.due.hint_capped", interval=hint, limit=asked, tier=feed.tier)
    return PollWait(with_jitter(asked, rng), reason)


def soonest(feed: FeedRecord, attempt: datetime) -> datetime:
    """When a feed may be asked again after an attempt nobody knows the end of."""
    every = SAME_URL if feed.every_s is None else timedelta(seconds=feed.every_s)
    return attempt + min(every, SAME_URL)


def cache_hint(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds the answer stays fresh by its headers (RFC 9111, 4.2); None where they do not say.

    ``max-age`` less ``Age``, else ``Expires`` less ``Date``. ``no-cache`` asks for revalidation,
    which every poll is: it makes ``max-age`` meaningless here.
    """
    control = headers.get("Cache-Control", "")
    if _NO_CACHE.search(control):
        return None
    if found := _MAX_AGE.search(control):
        age = headers.get("Age", "").strip()
        spent = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
        return max(float(found[1]) - spent, 0.0)
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

"""Decide what the result of a poll means for a feed: pure functions from state to state.

::

    FeedRecord + FetchFailure | NotModified | DocumentRead ──▶ PollOutcome(feed, health, pause)

The caller stores the outcome in the transaction that stores the entries. The present and the
random numbers are arguments.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from config.i18n import Phrase, in_english
from config.secrets import MASK
from core.messages import FeedHealth, FeedHealthKind
from core.store.feed_record import FeedRecord
from ingest import conditional, interval
from ingest.backoff import FailClass, FetchFailure, delay, with_jitter
from ingest.conditional import ConditionalRequest

FAILING_AFTER = 3
"""Consecutive failures after which ``news.feed-health`` reports a feed as failing."""

GONE_AFTER = 3
GONE_WITHIN = timedelta(hours=72)
"""A feed is gone after this many answers 410 over this long; a single 410 may be a mistake."""

MOVED_AFTER = timedelta(days=7)
"""A permanent redirect that has lasted this long is reported to the operator."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server answered 304."""

    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DocumentRead:
    """The server answered with a document that could be read.

    Attributes:
        request: The request that was answered.
        final_url: Where the document came from, after redirects.
        moved_to: Where a permanent redirect leads, if there was one.
        body_sha256: Hash of the body, in hex.
        total: How many entries the document has.
        new: How many of them were never seen before.
        known: How many were seen before, changed or not. Like ``new`` it is 0 if the body is that
            of the last poll.
        hint: How long the document asks readers to wait before the next request.
        whole: Whether the document is complete. Neither validators nor hash of a document that
            breaks off are stored, because a 304, or the same part again, would hide the rest.
        cut_reason: Why not all of its entries were read; None if they were.
    """

    request: ConditionalRequest
    headers: Mapping[str, str]
    final_url: str
    moved_to: str | None
    body_sha256: str
    total: int
    new: int
    known: int
    hint: timedelta | None
    parser_version: str
    whole: bool = True
    cut_reason: Phrase | None = None


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """What to store after a poll.

    Attributes:
        feed: The feed to save.
        health: Records to announce on ``news.feed-health``.
        pause: Seconds its host asked to wait, if it did.
    """

    feed: FeedRecord
    health: tuple[FeedHealth, ...] = ()
    pause: float | None = None


def after_failure(
    feed: FeedRecord, failure: FetchFailure, now: datetime, rng: random.Random, *, own_outage: bool
) -> PollOutcome:
    """Return what to store after a poll that failed.

    Args:
        feed: The feed before the poll.
        failure: Why it failed.
        now: The present.
        rng: For jitter.
        own_outage: Whether our own connection is down; the counters of the feed then stay as
            they are.
    """
    counted = feed if own_outage else _count_failure(feed, failure, now)
    kind = FailClass.NETWORK if own_outage else failure.kind
    wait = _wait(feed, kind, 1 if own_outage else counted.class_count, rng)
    reason = Phrase("feed.due.retry", error=failure.reason, wait=wait)
    if failure.retry_after and timedelta(seconds=failure.retry_after) > wait:
        wait = with_jitter(timedelta(seconds=failure.retry_after), rng)
        reason = Phrase("feed.due.retry_after", error=failure.reason, wait=wait)
    saved = replace(
        counted,
        next_due_at=now + wait,
        due_reason=reason.dump(),
        last_outcome=failure.outcome,
        last_error=failure.reason.dump(),
        gone_at=now if _is_gone(counted, now) else counted.gone_at,
    )
    return PollOutcome(saved, _failure_health(feed, saved, failure, now), failure.retry_after)


def _wait(feed: FeedRecord, kind: FailClass, count: int, rng: random.Random) -> timedelta:
    """Return the wait after a failure.

    An explicit interval is used unchanged, unless the server says that requests are too frequent,
    or the document costs more than it may.
    """
    if feed.every_s is None:
        return with_jitter(delay(kind, count), rng)
    every = timedelta(seconds=feed.every_s)
    if kind not in (FailClass.RATE_LIMITED, FailClass.LIMIT):
        return every
    return max(every, with_jitter(delay(kind, count), rng))


def after_not_modified(
    feed: FeedRecord, answer: NotModified, now: datetime, rng: random.Random
) -> PollOutcome:
    """Return what to store after a conditional request that was answered 304."""
    hint = interval.cache_hint(answer.headers, now)
    updated = replace(
        conditional.with_validators_of_304(feed, answer.headers),
        last_304_at=now,
        cache_hint_s=feed.cache_hint_s if hint is None else hint,
        last_outcome="not_modified",
    )
    return _succeeded(feed, updated, now, rng)


def after_read(
    feed: FeedRecord, read: DocumentRead, now: datetime, rng: random.Random
) -> PollOutcome:
    """Return what to store after an answer with a document, even if it is that of last time."""
    updated = conditional.with_validators_of_200(
        feed, read.headers, read.body_sha256, read.request, now
    )
    unchanged = read.body_sha256 == feed.body_sha256
    updated = replace(
        updated,
        last_200_at=now,
        final_url=read.final_url,
        parser_version=read.parser_version,
        cache_hint_s=interval.cache_hint(read.headers, now),
        doc_hint_s=feed.doc_hint_s if unchanged else _seconds(read.hint),
        entry_count=feed.entry_count if unchanged else read.total,
        last_new_at=now if read.new else feed.last_new_at,
        last_outcome="unchanged" if unchanged else "read",
        cut_reason=feed.cut_reason if unchanged else _dumped(read.cut_reason),
    )
    if not read.whole:
        updated = replace(updated, etag=None, last_modified=None, body_sha256=None)
    updated = _redirected(updated, read.moved_to, now)
    outcome = _succeeded(feed, updated, now, rng)
    return replace(outcome, health=(*outcome.health, *_read_health(feed, updated, read, now)))


def after_push(feed: FeedRecord, new: int, now: datetime) -> FeedRecord:
    """Return the feed after a document that was pushed, not requested.

    Only the time of the newest entry changes: a push says nothing about the server's answers, and
    may hold only the entries that are new.

    Args:
        feed: The feed before the push.
        new: How many entries were never seen before.
        now: The present.
    """
    return replace(feed, last_new_at=now if new else feed.last_new_at)


def health_url(url: str) -> str:
    """Return a feed's URL without the user name and password that it may contain."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def without_query(url: str) -> str:
    """Return a URL whose query, which may be a token, is masked."""
    parts = urlsplit(url)
    return parts._replace(query=MASK).geturl() if parts.query else url


def _count_failure(feed: FeedRecord, failure: FetchFailure, now: datetime) -> FeedRecord:
    same = feed.fail_class == failure.kind.value
    return replace(
        feed,
        fail_class=failure.kind.value,
        fail_count=feed.fail_count + 1,
        class_count=feed.class_count + 1 if same else 1,
        fail_since=feed.fail_since or now,
        class_since=feed.class_since if same else now,
    )


def _is_gone(feed: FeedRecord, now: datetime) -> bool:
    if feed.fail_class != FailClass.GONE.value or feed.class_since is None:
        return False
    return feed.class_count >= GONE_AFTER and now - feed.class_since >= GONE_WITHIN


def _succeeded(
    before: FeedRecord, after: FeedRecord, now: datetime, rng: random.Random
) -> PollOutcome:
    wait = interval.after_success(after, rng)
    saved = replace(
        after,
        next_due_at=now + wait.time,
        due_reason=wait.reason.dump(),
        fail_class=None,
        fail_count=0,
        class_count=0,
        fail_since=None,
        class_since=None,
        last_error="",
        gone_at=None,
    )
    if before.fail_count < FAILING_AFTER and not before.gone_at:
        return PollOutcome(saved)
    reason = Phrase("feed.health.recovered", n=before.fail_count)
    return PollOutcome(saved, (_health(saved, FeedHealthKind.RECOVERED, reason, now),))


def _redirected(feed: FeedRecord, target: str | None, now: datetime) -> FeedRecord:
    target = without_query(health_url(target)) if target else None  # it may contain a token
    if target == feed.redirect_target:
        return feed
    return replace(feed, redirect_target=target, redirect_since=now if target else None)


def _failure_health(
    before: FeedRecord, after: FeedRecord, failure: FetchFailure, now: datetime
) -> tuple[FeedHealth, ...]:
    if after.gone_at and not before.gone_at:
        return (_health(after, FeedHealthKind.GONE, Phrase("feed.health.gone"), now),)
    if before.fail_count < FAILING_AFTER <= after.fail_count:
        return (_health(after, FeedHealthKind.FAILING, failure.reason, now),)
    return ()


def _read_health(
    before: FeedRecord, after: FeedRecord, read: DocumentRead, now: datetime
) -> tuple[FeedHealth, ...]:
    health = []
    if before.entry_count and read.new and not read.known and read.whole:
        reason = Phrase("feed.health.window_gap", n=read.total)
        health.append(_health(after, FeedHealthKind.WINDOW_GAP, reason, now))
    if _has_moved(before, after, now):
        reason = Phrase("feed.health.moved")
        health.append(_health(after, FeedHealthKind.MOVED, reason, now))
    return tuple(health)


def _has_moved(before: FeedRecord, after: FeedRecord, now: datetime) -> bool:
    """Return whether this is the first poll after the redirect has lasted long enough."""
    if after.redirect_since is None or before.last_200_at is None:
        return False
    since = after.redirect_since
    return before.last_200_at - since < MOVED_AFTER <= now - since


def _health(feed: FeedRecord, kind: FeedHealthKind, reason: Phrase, now: datetime) -> FeedHealth:
    return FeedHealth(
        feed_id=feed.feed_id,
        outlet=feed.outlet,
        url=without_query(health_url(feed.url)),
        event=kind,
        outcome=feed.last_outcome,
        message=in_english(reason),
        at=now,
    )


def _dumped(reason: Phrase | None) -> str:
    return reason.dump() if reason else ""


def _seconds(hint: timedelta | None) -> float | None:
    return hint.total_seconds() if hint else None

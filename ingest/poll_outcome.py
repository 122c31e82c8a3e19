"""What the outcome of a poll makes of a feed: pure functions from state to state.

::

    FeedRecord + Failure | NotModified | DocumentRead ──▶ Decision(feed, outcome, health, pause)

The caller writes the decision in the transaction that writes the entries; nothing here does I/O,
and the present moment and the dice are arguments.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from config.i18n import Phrase, in_english
from core.messages import FeedHealth, FeedHealthKind
from core.store.feed_record import FeedRecord
from ingest import conditional, interval
from ingest.backoff import FailClass, FetchFailure, delay, with_jitter
from ingest.conditional import ConditionalRequest

FAILING_AFTER = 3
"""Consecutive failures before people are told."""

GONE_AFTER = 3
GONE_WITHIN = timedelta(hours=72)
"""So many answers 410 over so long a time mean it: servers say 410 by mistake, too."""

MOVED_AFTER = timedelta(days=7)
"""A permanent redirect that has held for so long is told to the operator."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server answered 304."""

    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DocumentRead:
    """The server gave a document that could be read.

    Attributes:
        asked: How it was asked for.
        final_url: Where the document came from, after redirects.
        moved_to: Where a permanent redirect leads, if there was one.
        body_sha256: Of the body.
        total: Entries in it.
        new: Entries never seen before; ``known``: seen before, changed or not. Both are 0 where
            the body was the last one again.
        hint: How long the document asks to be left alone.
        whole: Whether it ends where it should. Of one that breaks off neither validators nor body
            are kept: a 304, or the same part again, would hide what it lost.
    """

    asked: ConditionalRequest
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


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """What a poll came to.

    Attributes:
        feed: The feed as it is to be saved.
        health: To be announced.
        pause: Seconds its host asked us to wait, None where it did not.
    """

    feed: FeedRecord
    health: tuple[FeedHealth, ...] = ()
    pause: float | None = None


def after_failure(
    feed: FeedRecord, failure: FetchFailure, now: datetime, rng: random.Random, *, own_outage: bool
) -> PollOutcome:
    """A poll failed.

    Args:
        feed: As it was before.
        failure: Why.
        now: The present moment.
        rng: For jitter.
        own_outage: Whether it is our own connection that is down; the feed's counters are then
            left as they are.
    """
    counted = feed if own_outage else _counted(feed, failure, now)
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
    """An explicit interval is taken as it is, unless the server says that it is asked too often."""
    if feed.every_s is None:
        return with_jitter(delay(kind, count), rng)
    every = timedelta(seconds=feed.every_s)
    if kind is not FailClass.RATE_LIMITED:
        return every
    return max(every, with_jitter(delay(kind, count), rng))


def after_not_modified(
    feed: FeedRecord, answer: NotModified, now: datetime, rng: random.Random
) -> PollOutcome:
    """The server answered a conditional request with 304."""
    kept = replace(
        conditional.kept_after_304(feed, answer.headers),
        last_304_at=now,
        cache_hint_s=_or_kept(interval.cache_hint(answer.headers, now), feed.cache_hint_s),
        last_outcome="not_modified",
    )
    return _worked(feed, kept, now, rng)


def after_read(
    feed: FeedRecord, read: DocumentRead, now: datetime, rng: random.Random
) -> PollOutcome:
    """The server gave a document, new or the last one again."""
    kept = conditional.kept_after_200(feed, read.headers, read.body_sha256, read.asked, now)
    unchanged = read.body_sha256 == feed.body_sha256
    kept = replace(
        kept,
        last_200_at=now,
        final_url=read.final_url,
        parser_version=read.parser_version,
        cache_hint_s=interval.cache_hint(read.headers, now),
        doc_hint_s=feed.doc_hint_s if unchanged else _seconds(read.hint),
        entry_count=feed.entry_count if unchanged else read.total,
        last_new_at=now if read.new else feed.last_new_at,
        last_outcome="unchanged" if unchanged else "read",
    )
    if not read.whole:
        kept = replace(kept, etag=None, last_modified=None, body_sha256=None)
    kept = _redirected(kept, read.moved_to, now)
    decision = _worked(feed, kept, now, rng)
    return replace(decision, health=(*decision.health, *_read_health(feed, kept, read, now)))


def health_url(url: str) -> str:
    """A feed's URL without the name and password it may hold."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _counted(feed: FeedRecord, failure: FetchFailure, now: datetime) -> FeedRecord:
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


def _worked(
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
    found = []
    if before.entry_count and read.new and not read.known and read.whole:
        reason = Phrase("feed.health.window_gap", n=read.total)
        found.append(_health(after, FeedHealthKind.WINDOW_GAP, reason, now))
    if _has_moved(before, after, now):
        reason = Phrase("feed.health.moved", url=health_url(after.redirect_target or ""))
        found.append(_health(after, FeedHealthKind.MOVED, reason, now))
    return tuple(found)


def _has_moved(before: FeedRecord, after: FeedRecord, now: datetime) -> bool:
    """Whether this poll is the first one at which the redirect has held for long enough."""
    if after.redirect_since is None or before.last_200_at is None:
        return False
    since = after.redirect_since
    return before.last_200_at - since < MOVED_AFTER <= now - since


def _health(feed: FeedRecord, kind: FeedHealthKind, reason: Phrase, now: datetime) -> FeedHealth:
    return FeedHealth(
        feed_id=feed.feed_id,
        outlet=feed.outlet,
        url=health_url(feed.url),
        event=kind,
        outcome=feed.last_outcome,
        message=in_english(reason),
        at=now,
    )


def _or_kept(value: float | None, kept: float | None) -> float | None:
    return kept if value is None else value


def _seconds(hint: timedelta | None) -> float | None:
    return hint.total_seconds() if hint else None

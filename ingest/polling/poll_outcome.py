"""Decide what the result of a poll means for a feed: pure functions from state to state.

::

    FeedRecord + FetchFailure | NotModified | DocumentRead ──▶ PollOutcome(feed, events, pause)

The caller stores the outcome in the transaction that stores the entries. The present and the
random numbers are arguments.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.i18n import Phrase, in_english
from core.messages import FeedHealth, FeedHealthKind
from core.store.feed_record import FeedRecord
from ingest.polling import conditional, interval, redirects
from ingest.polling.backoff import FailClass, FetchFailure, delay, with_jitter
from ingest.polling.conditional import ConditionalRequest
from ingest.polling.outage import outage_wait
from ingest.polling.pace import pace_after
from ingest.polling.redirects import Move
from ingest.public_url import public_url

FAILING_AFTER = 3
"""Consecutive failures after which ``news.feed-health`` reports a feed as failing."""

GONE_AFTER = 3
GONE_WITHIN = timedelta(hours=72)
"""A feed is gone after this many answers 410 over this long; a single 410 may be a mistake."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server answered 304.

    Attributes:
        headers: Of the answer.
        moved_to: Where a permanent redirect leads, if there was one.
        taken_by: As in :class:`DocumentRead`.
    """

    headers: Mapping[str, str]
    moved_to: str | None = None
    taken_by: str | None = None


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
        skip_hours: Hours of the day (UTC) without changes according to the document.
        news_gap_s: Median seconds between polls that brought news; None where they are too few.
        taken_by: Id of another feed that is read where this one has moved.
        reidentified: How many known entries have another guid or link, if most of them have.
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
    skip_hours: tuple[int, ...] = ()
    news_gap_s: float | None = None
    taken_by: str | None = None
    reidentified: int = 0

    def leaves_gap(self, before: FeedRecord) -> bool:
        """Return whether entries may have come and gone between the last document and this one."""
        return bool(before.entry_count and self.new and not self.known and self.whole)


@dataclass(frozen=True, slots=True)
class HealthChange:
    """A change in the health of a feed, for the operator and for ``news.feed-health``."""

    event: FeedHealthKind
    reason: Phrase
    at: datetime


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """What to store after a poll.

    Attributes:
        feed: The feed to save.
        changes: Changes in its health.
        pause: Seconds its host asked to wait, if it did.
    """

    feed: FeedRecord
    changes: tuple[HealthChange, ...] = ()
    pause: float | None = None

    @property
    def health(self) -> tuple[FeedHealth, ...]:
        """The records to announce on ``news.feed-health``."""
        return tuple(_health(self.feed, change) for change in self.changes)


def after_failure(
    feed: FeedRecord,
    failure: FetchFailure,
    now: datetime,
    rng: random.Random,
    *,
    own_outage: bool,
    redirected: bool = False,
    taken_by: str | None = None,
) -> PollOutcome:
    """Return what to store after a poll that failed.

    Args:
        feed: The feed before the poll.
        failure: Why it failed.
        now: The present.
        rng: For jitter.
        own_outage: Whether our own connection is down; the counters of the feed then stay as
            they are.
        redirected: Whether the failure happened at another URL than the one requested.
        taken_by: Id of another feed that is read where this one has moved.
    """
    counted = feed if own_outage else _count_failure(feed, failure, now)
    kind = FailClass.NETWORK if own_outage else failure.kind
    wait = _wait(feed, kind, counted.class_count, rng, own_outage=own_outage)
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
    changes = _failure_changes(feed, saved, failure, now)
    if own_outage:
        return PollOutcome(saved, changes, failure.retry_after)
    move = redirects.after_failure(saved, kind, redirected=redirected, taken_by=taken_by)
    if move.feed.request_url != saved.request_url:
        move = replace(move, feed=_due_elsewhere(move.feed, now))
    return PollOutcome(move.feed, (*changes, *_moved(move, now)), failure.retry_after)


def _due_elsewhere(feed: FeedRecord, now: datetime) -> FeedRecord:
    """Return a feed that failed and is now requested at another URL, where it is due soon."""
    unvalidated = replace(feed, etag=None, last_modified=None, body_sha256=None, gone_at=None)
    reason = Phrase("feed.due.moved").dump()
    return replace(unvalidated, next_due_at=now + interval.SAME_URL, due_reason=reason)


def _wait(
    feed: FeedRecord, kind: FailClass, count: int, rng: random.Random, *, own_outage: bool
) -> timedelta:
    """Return the wait after a failure.

    An explicit interval is used unchanged, unless the server says that requests are too frequent,
    or the document costs more than it may.
    """
    if feed.every_s is None:
        return outage_wait(rng) if own_outage else with_jitter(delay(kind, count), rng)
    every = timedelta(seconds=feed.every_s)
    if kind not in (FailClass.RATE_LIMITED, FailClass.LIMIT):
        return every
    return max(every, with_jitter(delay(kind, count), rng))


def after_not_modified(
    feed: FeedRecord, answer: NotModified, now: datetime, rng: random.Random
) -> PollOutcome:
    """Return what to store after a conditional request that was answered 304."""
    hint = interval.cache_hint(answer.headers, now)
    says = interval.says_freshness(answer.headers)
    updated = replace(
        conditional.with_validators_of_304(feed, answer.headers),
        last_304_at=now,
        cache_hint_s=hint if says else feed.cache_hint_s,
        pace=pace_after(feed, new=0, known=feed.entry_count, now=now),
        last_outcome="not_modified",
    )
    move = redirects.after_answer(updated, feed, answer.moved_to, answer.taken_by, now)
    outcome = _succeeded(feed, move.feed, now, rng)
    return replace(outcome, changes=(*outcome.changes, *_moved(move, now)))


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
        skip_hours=feed.skip_hours if unchanged else ",".join(map(str, read.skip_hours)),
        news_gap_s=feed.news_gap_s if read.news_gap_s is None else read.news_gap_s,
        pace=pace_after(feed, new=read.new, known=read.known, now=now),
        entry_count=feed.entry_count if unchanged else read.total,
        last_new_at=now if read.new else feed.last_new_at,
        last_outcome="unchanged" if unchanged else "read",
        cut_reason=feed.cut_reason if unchanged else _dumped(read.cut_reason),
        renamed_at=now if read.reidentified else feed.renamed_at,
    )
    if not read.whole:
        updated = replace(updated, etag=None, last_modified=None, body_sha256=None)
    move = redirects.after_answer(updated, feed, read.moved_to, read.taken_by, now)
    outcome = _succeeded(feed, move.feed, now, rng)
    changes = (*outcome.changes, *_read_changes(feed, updated, read, now), *_moved(move, now))
    return replace(outcome, changes=changes)


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
    wait = interval.after_success(after, now, rng)
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
    return PollOutcome(saved, (HealthChange(FeedHealthKind.RECOVERED, reason, now),))


def _failure_changes(
    before: FeedRecord, after: FeedRecord, failure: FetchFailure, now: datetime
) -> tuple[HealthChange, ...]:
    if after.gone_at and not before.gone_at:
        return (HealthChange(FeedHealthKind.GONE, Phrase("feed.health.gone"), now),)
    if before.fail_count < FAILING_AFTER <= after.fail_count:
        return (HealthChange(FeedHealthKind.FAILING, failure.reason, now),)
    return ()


def _read_changes(
    before: FeedRecord, after: FeedRecord, read: DocumentRead, now: datetime
) -> Iterator[HealthChange]:
    if read.leaves_gap(before):
        reason = Phrase("feed.health.window_gap", n=read.total)
        yield HealthChange(FeedHealthKind.WINDOW_GAP, reason, now)
    if read.reidentified:
        reason = Phrase("feed.health.reidentified", n=read.reidentified)
        yield HealthChange(FeedHealthKind.REIDENTIFIED, reason, now)
    if after.cut_reason and not before.cut_reason:
        yield HealthChange(FeedHealthKind.PARTIAL, Phrase.load(after.cut_reason), now)
    if before.cut_reason and not after.cut_reason:
        yield HealthChange(FeedHealthKind.RECOVERED, Phrase("feed.health.whole"), now)
    if after.validators_off_until != before.validators_off_until:
        reason = Phrase("feed.health.wrong_304", until=after.validators_off_until or now)
        yield HealthChange(FeedHealthKind.WRONG_304, reason, now)


def _moved(move: Move, now: datetime) -> tuple[HealthChange, ...]:
    return (HealthChange(FeedHealthKind.MOVED, move.reason, now),) if move.reason else ()


def _health(feed: FeedRecord, change: HealthChange) -> FeedHealth:
    return FeedHealth(
        feed_id=feed.feed_id,
        outlet=feed.outlet,
        url=public_url(feed.url),
        event=change.event,
        outcome=feed.last_outcome,
        message=in_english(change.reason),
        at=change.at,
    )


def _dumped(reason: Phrase | None) -> str:
    return reason.dump() if reason else ""


def _seconds(hint: timedelta | None) -> float | None:
    return hint.total_seconds() if hint else None

"""Is this process healthy? Facts in, reasons out. Pure.

::

    loops, stages, store, streams, feeds, deliveries ──▶ Facts ──diagnose──▶ reasons
                                                            │
             `wirewatch health`, /healthz, every page, the outward heartbeat
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from config.i18n import Phrase
from core.store.feed_record import FeedState
from core.store.overdue_deliveries import OverdueDelivery

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limits:
    """After how long something makes a process ill.

    Attributes:
        idle: Work waits and a stage has done none of it.
        unread: No feed was read anywhere.
        write_failed: A failed write counts for this long.
    """

    idle: timedelta = timedelta(minutes=2)
    unread: timedelta = timedelta(minutes=20)
    write_failed: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class StageProgress:
    """How far a stage has come, as seen from outside.

    Attributes:
        mark: Differs whenever work was done.
        is_waiting: Whether there is work.
        since: Monotonic seconds of the last change of the mark, or of the moment when work came.
    """

    mark: object
    is_waiting: bool
    since: float


@dataclass(frozen=True, slots=True)
class ReadingGap:
    """No feed was read for some time, although one should have been.

    Attributes:
        lasts: How long.
        failing: Feeds that fail since the last one was read.
        not_polled: Feeds that are due but are not polled.
    """

    lasts: timedelta
    failing: int
    not_polled: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a process.

    Attributes:
        now: The present.
        stalled: Loops that are stuck, with the seconds that each is late.
        stages: Why stages do not run or postpone their work.
        unwritten: What does not take writes (``store``, ``streams``), with the reason.
        idle: How long stages have done nothing although there is work.
        reading_gap: Since when no feed was read, where that is too long.
        overdue: Deliveries that are older than what was promised for them.
        canary: What is wrong with the canary.
    """

    now: datetime
    stalled: Mapping[str, float] = field(default_factory=dict)
    stages: Sequence[Phrase] = ()
    unwritten: Mapping[str, Phrase] = field(default_factory=dict)
    idle: Mapping[str, timedelta] = field(default_factory=dict)
    reading_gap: ReadingGap | None = None
    overdue: Sequence[OverdueDelivery] = ()
    canary: Sequence[Phrase] = ()


def diagnose(facts: Facts) -> list[Phrase]:
    """Return why a process is ill, the cause before its effects; empty where it is healthy."""
    return [
        *_unwritten(facts.unwritten),
        *_stalls(facts.stalled),
        *facts.stages,
        *_idle(facts.idle),
        *_reading(facts.reading_gap),
        *_overdue(facts.overdue, facts.now),
        *facts.canary,
    ]


def follow(
    before: StageProgress | None, mark: object, *, is_waiting: bool, now: float
) -> StageProgress:
    """Return the progress of a stage after another look at it.

    Args:
        before: The progress at the last look.
        mark: What differs whenever work was done.
        is_waiting: Whether there is work.
        now: Monotonic seconds.
    """
    has_moved = before is None or before.mark != mark or not (before.is_waiting and is_waiting)
    return StageProgress(mark, is_waiting, now if has_moved or before is None else before.since)


def find_idle(
    progress: Mapping[str, StageProgress], now: float, limit: timedelta
) -> dict[str, timedelta]:
    """Return the stages that do nothing although there is work, and for how long."""
    spans = {
        stage: timedelta(seconds=round(now - each.since))
        for stage, each in progress.items()
        if each.is_waiting
    }
    return {stage: span for stage, span in spans.items() if span >= limit}


def find_reading_gap(
    states: Iterable[FeedState], started_at: datetime, now: datetime, limit: timedelta
) -> ReadingGap | None:
    """Return since when no feed was read; None where that is short, or as it should be.

    A feed that failed before another one was last read fails for reasons of its own. Feeds that are
    not due yet, and those whose host asked for a pause, are rightly not read.

    Args:
        states: All feeds.
        started_at: When the process started; what was due before is due since then.
        now: The present.
        limit: The shortest gap that matters.
    """
    polled = [s for s in states if s.state not in ("off", "paused")]
    read_at = max((at for s in polled if (at := s.feed.last_success_at)), default=_NEVER)
    lasts = now - max(read_at, started_at)
    if lasts < limit:
        return None
    failing = sum(_fails_since(s, read_at) for s in polled)
    late = sum(s.state != "gone" and now - s.feed.next_due_at >= limit for s in polled)
    return ReadingGap(lasts, failing, late) if failing or late else None


def _fails_since(state: FeedState, read_at: datetime) -> bool:
    """Return whether a feed fails that worked, or was not tried, when one was last read.

    While this machine's own connection is down, failures are not counted: the attempt shows them.
    """
    feed = state.feed
    if feed.fail_since is not None:
        return feed.fail_since >= read_at
    return feed.last_attempt_at is not None and feed.last_attempt_at > read_at


def _unwritten(unwritten: Mapping[str, Phrase]) -> list[Phrase]:
    return [Phrase(f"health.unwritten.{name}", reason=reason) for name, reason in unwritten.items()]


def _stalls(stalled: Mapping[str, float]) -> list[Phrase]:
    return [
        Phrase("health.loop_stalled", loop=loop, late=timedelta(seconds=round(seconds)))
        for loop, seconds in sorted(stalled.items(), key=lambda item: -item[1])
    ]


def _idle(idle: Mapping[str, timedelta]) -> list[Phrase]:
    return [Phrase("health.idle", stage=stage, lasts=span) for stage, span in sorted(idle.items())]


def _reading(gap: ReadingGap | None) -> list[Phrase]:
    if gap is None:
        return []
    counts = {"failing": gap.failing, "late": gap.not_polled}
    return [Phrase("health.nothing_read", lasts=gap.lasts, **counts)]


def _overdue(overdue: Sequence[OverdueDelivery], now: datetime) -> list[Phrase]:
    return [
        Phrase("health.delivery_overdue", receiver=each.receiver, late=now - each.due_at)
        for each in overdue
    ]

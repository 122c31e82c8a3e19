"""The loop of both consuming stages: poll, handle the batch, and recover when that fails.

::

    poll ──batch──▶ handle(batch)           the stage's own: process AND commit, or raise
                      ├─ success            continue
                      ├─ FencedError        another member has the partition: drop the batch, poll
                      ├─ retryable error    rewind, back off, poll again; never a dead letter. A
                      │                     machine without disk space, memory or descriptors too
                      ├─ a fault of the     program or the operator (settings, unknown stream):
                      │                     raise
                      └─ any other error    a poison record: split the batch until single records
                                            are left. One that fails ``attempts`` times by itself
                                            becomes a dead letter, in one transaction with its
                                            position

A stage that only writes to streams does its work in the consumer's transaction::

    def handle(batch: Batch) -> None:
        with consumer.transaction(batch) as out:
            out.append(*process(batch))

A stage that writes to the store commits there first; its unique keys make a repeat harmless::

    def handle(batch: Batch) -> None:
        with store.write() as connection:
            decide(connection, batch)
        consumer.commit(batch)

``handle`` may be called again with the whole batch or with parts of it, so it must update its own
state in memory (counts, for example) only after the commit.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Required, TypedDict

import structlog

from config.errors import (
    DeadLetterLimitError,
    ExternalError,
    FencedError,
    OffsetOutOfRangeError,
    OperatorError,
    PoisonError,
    RecordTooLargeError,
    SlotTakenError,
    StreamError,
    UsageError,
    retryable,
)
from core import metrics
from core.backoff import exponential, jittered
from core.clock import Clock
from core.dispositions import Dispositions
from core.loop_delay import ReportTurn, ignore_turn
from core.streams.dead_letter import DeadLetterLimit, ProcessingFailure, dead_letter
from core.streams.port import Batch, Consumer, StreamLog
from core.text import for_log

DEAD_LETTERED = "dead_letter"
"""Disposition of a record that became a dead letter."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0
"""Seconds before a batch is retried; the pause doubles with each failure in a row."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ConsumePolicy:
    """Sizes and limits of the loop.

    Attributes:
        batch_size: Most records per poll.
        poll_seconds: Time that a poll waits for records.
        attempts: Times that a single record may fail with an unexpected error before it becomes a
            dead letter; a PoisonError is not retried.
        max_retries: Retryable failures in a row after which the error is raised. None retries for
            ever, as ``run`` does; ``run --once`` ends with exit code 3.
        limit: When to stop instead of making further dead letters.
    """

    batch_size: int = 100
    poll_seconds: float = 0.5
    attempts: int = 3
    max_retries: int | None = None
    limit: DeadLetterLimit = field(default_factory=DeadLetterLimit)

    def may_retry(self, failures: int) -> bool:
        """Return whether to retry after this many retryable failures in a row."""
        return self.max_retries is None or failures <= self.max_retries


class LoopOptions(TypedDict, total=False):
    """Options that a stage passes on to :func:`consume`, where they are documented."""

    stop: Required[Callable[[], bool]]
    idle: Callable[[], bool]
    pause: Callable[[float], object]
    report_delay: Callable[[str], object]
    report_turn: ReportTurn
    policy: ConsumePolicy | None


@dataclass(frozen=True, slots=True)
class LoopResult:
    """What a loop did.

    Attributes:
        batches: Batches that were committed; parts of a split batch count each.
        records: Records in them.
        dead_letters: Records that became dead letters.
        fenced: Batches dropped because another member had taken the partition over.
        overtaken: Times that retention overtook the group.
        retries: Times that the loop backed off.
    """

    batches: int = 0
    records: int = 0
    dead_letters: int = 0
    fenced: int = 0
    overtaken: int = 0
    retries: int = 0


def consume(
    consumer: Consumer,
    handle: Callable[[Batch], None],
    *,
    stage: str,
    clock: Clock,
    dispositions: Dispositions,
    stop: Callable[[], bool],
    idle: Callable[[], bool] = lambda: False,
    pause: Callable[[float], object] = time.sleep,
    report_delay: Callable[[str], object] = lambda _: None,
    report_turn: ReportTurn = ignore_turn,
    policy: ConsumePolicy | None = None,
) -> LoopResult:
    """Consume until ``stop`` or ``idle`` returns True.

    The batch in progress is committed or rewound before this returns. The consumer stays open.

    Args:
        consumer: This worker's own consumer.
        handle: Processes a batch and commits it; see the module's docstring.
        stage: ``processors`` or ``alerts``: the label in metrics, logs and dead letters.
        clock: Gives the time of dead letters.
        dispositions: Counts dead letters; the stage counts the other records itself.
        stop: Called before each poll; True ends the loop. Must not block.
        idle: Called after an empty poll; True ends the loop. ``run --once`` passes
            :func:`drained`; a daemon keeps the default.
        pause: Waits between retries; pass ``Event.wait`` of the stop event to end the wait early.
        report_delay: Called with the reason whenever the batch must be retried later, and with
            ``""`` once work continues.
        report_turn: Called before each poll, each batch and each pause; ``handle`` may call it too,
            after each record.
        policy: Sizes and limits.

    Raises:
        DeadLetterLimitError: So many records fail that the program is more likely at fault.
        SlotTakenError: Another process runs with the same slot.
        WirewatchError: A retryable error after ``max_retries``; any error that is not retryable.
    """
    loop = _ConsumeLoop(
        consumer, handle, stage, clock, dispositions, report_turn, policy or ConsumePolicy()
    )
    failures = 0
    while not stop():
        try:
            if not loop.poll_once() and idle():
                break
            if failures:
                report_delay("")
            failures = 0
        except Exception as error:
            failures += 1
            if not retryable(error) or not loop.policy.may_retry(failures):
                raise
            report_delay(str(error))
            loop.back_off(error, _pause_after(failures), pause)
    return loop.result


def drained(streams: StreamLog, group: str, names: Sequence[str], *, slot: str) -> bool:
    """Return whether a member has nothing left to do.

    Records that another living member is assigned are not waited for.

    Raises:
        StreamUnavailableError: The engine is unavailable.
    """
    return all(
        lag.records == 0 or lag.member not in (None, slot) for lag in streams.lag(group, names)
    )


def _is_poison(error: Exception) -> bool:
    """Return whether the record is at fault, not the engine, the operator or the moment."""
    if retryable(error):
        return False
    other_faults = (StreamError, OperatorError, UsageError, DeadLetterLimitError)
    return isinstance(error, RecordTooLargeError) or not isinstance(error, other_faults)


def _pause_after(failures: int) -> float:
    longest = exponential(FIRST_PAUSE, failures, LONGEST_PAUSE)
    return jittered(longest, random.random(), least=0.5)  # noqa: S311 - no secret


class _ConsumeLoop:
    """The state of one loop."""

    def __init__(
        self,
        consumer: Consumer,
        handle: Callable[[Batch], None],
        stage: str,
        clock: Clock,
        dispositions: Dispositions,
        report_turn: ReportTurn,
        policy: ConsumePolicy,
    ) -> None:
        self.policy = policy
        self.result = LoopResult()
        self._consumer = consumer
        self._handle = handle
        self._stage = stage
        self._dead_letters = metrics.DEAD_LETTERS.labels(stage)  # 0 is shown before the first
        self._clock = clock
        self._dispositions = dispositions
        self._report_turn = report_turn
        self._poison: deque[bool] = deque(
            maxlen=max(policy.limit.window, policy.limit.consecutive + 1)
        )

    def poll_once(self) -> bool:
        """Poll once and process the batch. Return whether there was anything to do."""
        self._report_turn(self.policy.poll_seconds)
        try:
            batch = self._consumer.poll(
                limit=self.policy.batch_size, timeout=self.policy.poll_seconds
            )
        except OffsetOutOfRangeError as error:
            log.error("records_missed", stage=self._stage, reason=str(error))
            self._count(overtaken=1)
            return True
        if not batch:
            return False
        try:
            with metrics.STAGE_SECONDS.labels(self._stage).time():
                self._process(batch)
        except SlotTakenError:
            raise
        except FencedError as error:
            log.info("batch_fenced", stage=self._stage, reason=str(error))
            self._consumer.rewind()
            self._count(fenced=1)
        except BaseException:
            self._consumer.rewind()
            raise
        return True

    def back_off(self, error: Exception, seconds: float, pause: Callable[[float], object]) -> None:
        """Wait before the batch, which was rewound, is polled again."""
        log.warning(
            "batch_retry_scheduled",
            stage=self._stage,
            seconds=round(seconds, 2),
            reason=for_log(str(error)),
        )
        self._count(retries=1)
        self._report_turn(seconds)
        pause(seconds)

    def _try(self, batch: Batch) -> None:
        """Handle a batch once. A lack of disk space or memory is never a record's fault."""
        self._report_turn(0.0)
        try:
            self._handle(batch)
        except (OSError, MemoryError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise ExternalError(
                f"{self._stage}: the operating system refused: {reason}.",
                mend="Free disk space or memory; work continues from where it stopped.",
            ) from error

    def _process(self, batch: Batch) -> None:
        """Process a batch, whatever it contains; raise only what splitting cannot solve."""
        try:
            self._try(batch)
        except Exception as error:
            if not _is_poison(error):
                raise
            if len(batch.records) == 1:
                self._process_single(batch, error)
                return
            for half in batch.split():
                self._process(half)
        else:
            self._poison.extend([False] * len(batch.records))
            self._count(batches=1, records=len(batch.records))

    def _process_single(self, batch: Batch, error: Exception) -> None:
        """Retry a record that has failed by itself; then make it a dead letter."""
        first_failed_at = self._clock()
        for attempts in range(1, self.policy.attempts):
            if isinstance(error, PoisonError):
                return self._dead_letter(batch, error, attempts, first_failed_at)
            try:
                self._try(batch)
            except Exception as next_error:
                if not _is_poison(next_error):
                    raise
                error = next_error
            else:
                self._poison.append(False)
                self._count(batches=1, records=1)
                return None
        return self._dead_letter(batch, error, self.policy.attempts, first_failed_at)

    def _dead_letter(
        self, batch: Batch, error: Exception, attempts: int, first_failed_at: datetime
    ) -> None:
        """Append the dead letter of a single record and commit its position.

        Raises:
            DeadLetterLimitError: There are too many of them.
        """
        record = batch.records[0]
        self._poison.append(True)
        if reason := self.policy.limit.reason(self._poison):
            raise DeadLetterLimitError(
                f"{self._stage}: {reason}; the last failed with {type(error).__name__}.",
                mend="`wirewatch streams dead-letter list` shows them; this one was not added.",
            ) from error
        failure = ProcessingFailure(record, self._stage, error, attempts, first_failed_at)
        with self._consumer.transaction(batch) as out:
            out.append(dead_letter(failure, at=self._clock()))
        log.error(
            "record_dead_lettered",
            stage=self._stage,
            stream=record.stream,
            partition=record.partition,
            offset=record.offset,
            error=type(error).__name__,
            reason=for_log(str(error)),
        )
        self._dead_letters.inc()
        self._dispositions.count(self._stage, DEAD_LETTERED)
        self._count(dead_letters=1)

    def _count(self, **more: int) -> None:
        counts = {name: getattr(self.result, name) + number for name, number in more.items()}
        self.result = replace(self.result, **counts)

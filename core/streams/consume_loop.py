"""The loop both consuming stages share: poll, do, and what happens when doing fails.

::

    poll ──batch──▶ attempt(batch)          the stage's own: process AND commit, or raise
                      ├─ fine               go on
                      ├─ FencedError        another member has the partition: drop the batch, poll
                      ├─ retryable          rewind, back off, poll again: never a dead letter; so is
                      │                     a machine without space, memory or descriptors
                      ├─ our or the         operator's fault (settings, unknown stream): raise
                      └─ anything else      poison: halve the batch until single records are left;
                                            one that fails ``attempts`` times by itself becomes a
                                            dead letter, in one transaction with its position

A stage that writes to streams only does its work in the consumer's transaction::

    def attempt(batch: Batch) -> None:
        with consumer.transaction(batch) as out:
            out.append(*process(batch))

A stage that writes to the store commits to it first; its keys make a repeat harmless::

    def attempt(batch: Batch) -> None:
        with store.write() as connection:
            decide(connection, batch)
        consumer.commit(batch)

``attempt`` may be called again with the whole batch or with parts of it, so what it keeps in memory
(counts, say) it keeps only after its commit.
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
from core.clock import Clock
from core.dispositions import Dispositions
from core.streams.dead_letter import DeadLetterLimit, ProcessingFailure, dead_letter
from core.streams.halves import halves
from core.streams.port import Batch, Consumer, StreamLog
from core.text import for_log

DEAD_LETTERED = "dead_letter"
"""Disposition of a record that was set aside."""

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ConsumePolicy:
    """How hard to try.

    Attributes:
        batch: Records per poll, at most.
        wait: Seconds a poll waits for records.
        attempts: Times an unexpected error may strike a single record; a PoisonError needs one.
        patience: Retryable failures in a row after which the error is raised; None never does
            (``run``: an engine that is away is waited for; ``run --once``: it ends with 3).
        limit: When to stop instead of setting aside.
    """

    batch: int = 100
    wait: float = 0.5
    attempts: int = 3
    patience: int | None = None
    limit: DeadLetterLimit = field(default_factory=DeadLetterLimit)

    def out_of_patience(self, failures: int) -> bool:
        """Whether so many retryable failures in a row are enough."""
        return self.patience is not None and failures > self.patience


class LoopOptions(TypedDict, total=False):
    """What a stage's ``run`` hands on to :func:`work`; the meanings are those of its arguments."""

    stop: Required[Callable[[], bool]]
    idle: Callable[[], bool]
    pause: Callable[[float], object]
    postponed: Callable[[str], object]
    policy: ConsumePolicy | None


@dataclass(frozen=True, slots=True)
class LoopResult:
    """What a loop did.

    Attributes:
        batches: Batches that committed, halves included.
        records: Records in them.
        dead_letters: Records set aside.
        fenced: Batches dropped because another member had taken over.
        overtaken: Times retention was faster than the group.
        retries: Times the loop backed off.
    """

    batches: int = 0
    records: int = 0
    dead_letters: int = 0
    fenced: int = 0
    overtaken: int = 0
    retries: int = 0


def consume(
    consumer: Consumer,
    attempt: Callable[[Batch], None],
    *,
    stage: str,
    clock: Clock,
    dispositions: Dispositions,
    stop: Callable[[], bool],
    idle: Callable[[], bool] = lambda: False,
    pause: Callable[[float], object] = time.sleep,
    postponed: Callable[[str], object] = lambda _: None,
    policy: ConsumePolicy | None = None,
) -> LoopResult:
    """Work until told to stop, or until there is nothing left.

    Does not close the consumer. A batch in hand is finished or given back before it returns.

    Args:
        consumer: This worker's own.
        attempt: Processes a batch and commits it; see the module's docstring.
        stage: ``processors`` or ``alerts``: label of metrics, logs and dead letters.
        clock: Dates dead letters.
        dispositions: Counts records set aside under ``dead_letter``; the others are the stage's
            own to count.
        stop: Asked before each poll; True ends the loop. Never blocks.
        idle: Asked when a poll brought nothing; True ends the loop. ``run --once`` gives
            :func:`drained`, a running system keeps the default.
        pause: Waits between retries; give ``Event.wait`` of the stop event to be woken by it.
        postponed: Told why, each time the work in hand is given back to be tried again later, and
            ``""`` once work goes on.
        policy: How hard to try.

    Raises:
        DeadLetterLimitError: Too many poison records: more likely our fault than theirs.
        SlotTakenError: Another process runs under this member's name.
        WirewatchError: A retryable one when ``patience`` is over; any that no retry can mend.
    """
    worker = _ConsumeLoop(consumer, attempt, stage, clock, dispositions, policy or ConsumePolicy())
    failures = 0
    while not stop():
        try:
            if not worker.once() and idle():
                break
            if failures:
                postponed("")
            failures = 0
        except Exception as error:
            failures += 1
            if not retryable(error) or worker.policy.out_of_patience(failures):
                raise
            postponed(str(error))
            worker.back_off(error, _pause_after(failures), pause)
    return worker.done


def drained(streams: StreamLog, group: str, names: Sequence[str], *, slot: str) -> bool:
    """Whether a member has nothing left to do: what is unread, another living member holds.

    Raises:
        StreamUnavailableError: The engine is away.
    """
    return all(
        lag.records == 0 or lag.member not in (None, slot) for lag in streams.lag(group, names)
    )


def _is_poison(error: Exception) -> bool:
    """Whether the record is to blame, not the engine, the operator or the moment."""
    if retryable(error):
        return False
    ours = (StreamError, OperatorError, UsageError, DeadLetterLimitError)
    return isinstance(error, RecordTooLargeError) or not isinstance(error, ours)


def _pause_after(failures: int) -> float:
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - 1, 12))
    return random.uniform(longest / 2, longest)  # noqa: S311 - no secret


class _ConsumeLoop:
    """The state of one loop."""

    def __init__(
        self,
        consumer: Consumer,
        attempt: Callable[[Batch], None],
        stage: str,
        clock: Clock,
        dispositions: Dispositions,
        policy: ConsumePolicy,
    ) -> None:
        self.policy = policy
        self.done = LoopResult()
        self._consumer = consumer
        self._attempt = attempt
        self._stage = stage
        self._clock = clock
        self._dispositions = dispositions
        self._poison: deque[bool] = deque(
            maxlen=max(policy.limit.window, policy.limit.consecutive + 1)
        )

    def once(self) -> bool:
        """One poll and all that follows from it; whether there was anything."""
        try:
            batch = self._consumer.poll(limit=self.policy.batch, timeout=self.policy.wait)
        except OffsetOutOfRangeError as error:
            self._overtaken(error)
            return True
        if not batch:
            return False
        try:
            with metrics.STAGE_SECONDS.labels(self._stage).time():
                self._settle(batch)
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
        """Wait; the batch was given back."""
        log.warning(
            "batch_postponed",
            stage=self._stage,
            seconds=round(seconds, 2),
            reason=for_log(str(error)),
        )
        self._count(retries=1)
        pause(seconds)

    def _overtaken(self, error: OffsetOutOfRangeError) -> None:
        log.error("records_missed", stage=self._stage, reason=str(error))
        self._count(overtaken=1)

    def _try(self, batch: Batch) -> None:
        """One attempt; what this machine lacks (space, memory) is not the record's fault."""
        try:
            self._attempt(batch)
        except (OSError, MemoryError) as error:
            what = getattr(error, "strerror", None) or type(error).__name__
            raise ExternalError(
                f"{self._stage}: this machine refused: {what}.",
                mend="Free space or memory; work goes on from where it stopped.",
            ) from error

    def _settle(self, batch: Batch) -> None:
        """Get a batch done, whatever is in it; or raise what no splitting can mend."""
        try:
            self._try(batch)
        except Exception as error:
            if not _is_poison(error):
                raise
            if len(batch.records) == 1:
                self._settle_one(batch, error)
                return
            for part in halves(batch):
                self._settle(part)
        else:
            self._poison.extend([False] * len(batch.records))
            self._count(batches=1, records=len(batch.records))

    def _settle_one(self, batch: Batch, error: Exception) -> None:
        since = self._clock()
        for attempts in range(1, self.policy.attempts):
            if isinstance(error, PoisonError):
                return self._bury(batch, error, attempts, since)
            try:
                self._try(batch)
            except Exception as again:
                if not _is_poison(again):
                    raise
                error = again
            else:
                self._poison.append(False)
                self._count(batches=1, records=1)
                return None
        return self._bury(batch, error, self.policy.attempts, since)

    def _bury(self, batch: Batch, error: Exception, attempts: int, since: datetime) -> None:
        record = batch.records[0]
        self._poison.append(True)
        if reason := self.policy.limit.reason(self._poison):
            raise DeadLetterLimitError(
                f"{self._stage}: {reason}; the last failed with {type(error).__name__}.",
                mend="`wirewatch streams dead-letter list` shows them; nothing more was set aside.",
            ) from error
        failure = ProcessingFailure(record, self._stage, error, attempts, since)
        with self._consumer.transaction(batch) as out:
            out.append(dead_letter(failure, at=self._clock()))
        log.error(
            "record_set_aside",
            stage=self._stage,
            stream=record.stream,
            partition=record.partition,
            offset=record.offset,
            error=type(error).__name__,
            reason=for_log(str(error)),
        )
        metrics.DEAD_LETTERS.labels(self._stage).inc()
        self._dispositions.count(self._stage, DEAD_LETTERED)
        self._count(dead_letters=1)

    def _count(self, **more: int) -> None:
        self.done = replace(
            self.done, **{name: getattr(self.done, name) + n for name, n in more.items()}
        )

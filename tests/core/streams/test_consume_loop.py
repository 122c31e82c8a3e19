"""The loop of the consuming stages, on the embedded log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import (
    DeadLetterLimitError,
    FencedError,
    PoisonError,
    SettingsError,
    StoreError,
    StoreFullError,
    UnknownStreamError,
    WirewatchError,
)
from core.clock import utc_now
from core.dispositions import Dispositions
from core.messages.envelope import DEAD_LETTER
from core.streams.consume_loop import ConsumePolicy, LoopResult, consume, drained
from core.streams.embedded import EmbeddedLog
from core.streams.port import Batch, NewRecord, StreamSpec

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Stage:
    """A worker under test: how it fails, and what it did."""

    log: EmbeddedLog
    fail: Callable[[Batch], None] = lambda _: None
    committed: list[bytes] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    dispositions: Dispositions = field(default_factory=Dispositions)

    def __post_init__(self) -> None:
        self.consumer = self.log.consumer("g", ["in"], slot="a")

    def handle(self, batch: Batch) -> None:
        self.sizes.append(len(batch.records))
        self.fail(batch)
        self.consumer.commit(batch)
        self.committed += [r.value or b"" for r in batch.records]

    def run(self, **policy: object) -> LoopResult:
        return consume(
            self.consumer,
            self.handle,
            stage="alerts",
            clock=lambda: NOW,
            dispositions=self.dispositions,
            stop=lambda: False,
            idle=lambda: drained(self.log, "g", ["in"], slot="a"),
            pause=self.pauses.append,
            policy=ConsumePolicy(poll_seconds=0.01, **policy),  # type: ignore[arg-type]
        )

    @property
    def unread(self) -> int:
        return sum(lag.records for lag in self.log.lag("g", ["in"]))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    log = EmbeddedLog(
        tmp_path / "streams.db",
        clock=utc_now,
        instance="me",
        is_alive=lambda _: True,
        durability="normal",
    )
    log.create([StreamSpec("in", 4, DAY), StreamSpec(DEAD_LETTER, 1, DAY)])
    yield log
    log.close()


def fill(log: EmbeddedLog, count: int) -> list[bytes]:
    values = [str(n).encode() for n in range(count)]
    log.append([NewRecord("in", v, v, (("ce_id", b"x"),), NOW) for v in values])
    return values


def failing(*bad: int, error: Exception) -> Callable[[Batch], None]:
    poison = {str(n).encode() for n in bad}

    def fail(batch: Batch) -> None:
        if any(r.value in poison for r in batch.records):
            raise error

    return fail


def times(count: int, error: Exception) -> Callable[[Batch], None]:
    remaining = iter(range(count))

    def fail(_: Batch) -> None:
        if next(remaining, None) is not None:
            raise error

    return fail


def letters(log: EmbeddedLog) -> list[bytes]:
    return sorted(r.value or b"" for r in log.read(DEAD_LETTER))


def test_every_record_is_processed_once_and_counted(log: EmbeddedLog) -> None:
    values = fill(log, 250)
    stage = Stage(log)
    assert stage.run() == LoopResult(batches=3, records=250)
    assert sorted(stage.committed) == sorted(values)
    assert stage.unread == 0


def test_single_poison_records_are_found_by_splitting_and_become_dead_letters(
    log: EmbeddedLog,
) -> None:
    values = fill(log, 100)
    stage = Stage(log, failing(3, 50, 51, error=PoisonError("no JSON")))
    result = stage.run()
    assert (result.records, result.dead_letters) == (97, 3)
    assert sorted([*stage.committed, b"3", b"50", b"51"]) == sorted(values)
    assert letters(log) == [b"3", b"50", b"51"]
    assert {r.header("dlq_attempts") for r in log.read(DEAD_LETTER)} == {"1"}
    assert stage.dispositions.of("alerts") == {"dead_letter": 3}
    assert len(stage.sizes) < 60
    assert stage.unread == 0


def test_an_unexpected_error_is_retried_before_its_record_becomes_a_dead_letter(
    log: EmbeddedLog,
) -> None:
    fill(log, 1)
    stage = Stage(log, failing(0, error=KeyError("body")))
    stage.run(attempts=3)
    (letter,) = log.read(DEAD_LETTER)
    assert stage.sizes == [1, 1, 1]
    assert letter.header("dlq_attempts") == "3"
    assert letter.header("dlq_error_class") == "KeyError"


def test_an_unexpected_error_that_passes_costs_nothing(log: EmbeddedLog) -> None:
    fill(log, 1)
    stage = Stage(log, times(2, ValueError("a passing fault")))
    assert stage.run() == LoopResult(batches=1, records=1)
    assert letters(log) == []


def test_an_unavailable_database_is_waited_for_and_makes_no_dead_letter(log: EmbeddedLog) -> None:
    values = fill(log, 30)
    stage = Stage(log, times(8, StoreFullError("full")))
    assert stage.run() == LoopResult(batches=1, records=30, retries=8)
    assert sorted(stage.committed) == sorted(values)
    assert letters(log) == []
    assert len(stage.pauses) == 8
    assert all(0.05 * 2**n <= p <= 0.1 * 2**n for n, p in enumerate(stage.pauses))


def test_after_the_last_retry_the_batch_remains_for_the_next_run(log: EmbeddedLog) -> None:
    fill(log, 30)
    stage = Stage(log, times(100, StoreError("away")))
    with pytest.raises(StoreError, match="away"):
        stage.run(max_retries=2)
    assert len(stage.sizes) == 3
    assert stage.unread == 30
    with pytest.raises(StoreError, match="away"):
        stage.run(max_retries=0)
    assert len(stage.sizes) == 4


@pytest.mark.parametrize(
    "error", [SettingsError("bad"), UnknownStreamError("no such stream"), DeadLetterLimitError("x")]
)
def test_an_error_that_is_not_the_records_fault_ends_the_loop_and_makes_no_dead_letter(
    log: EmbeddedLog, error: WirewatchError
) -> None:
    fill(log, 5)
    stage = Stage(log, times(1, error))
    with pytest.raises(type(error)):
        stage.run()
    assert letters(log) == []
    assert stage.run().records == 5


def test_a_fenced_batch_is_dropped_and_polled_again(log: EmbeddedLog) -> None:
    values = fill(log, 10)
    stage = Stage(log, times(1, FencedError("taken over")))
    assert stage.run() == LoopResult(batches=1, records=10, fenced=1)
    assert stage.committed == values or sorted(stage.committed) == sorted(values)


def test_a_member_whose_slot_was_taken_gives_up(log: EmbeddedLog) -> None:
    stage = Stage(log)
    log.consumer("g", ["in"], slot="a")
    with pytest.raises(FencedError, match="under the slot a"):
        stage.run()


def test_too_many_poison_records_in_a_row_stop_the_stage(log: EmbeddedLog) -> None:
    fill(log, 60)
    stage = Stage(log, failing(*range(60), error=TypeError("a bad deploy")))
    with pytest.raises(DeadLetterLimitError, match=r"21 records in a row.*TypeError"):
        stage.run()
    assert len(letters(log)) == 20
    assert stage.unread == 40


def test_a_group_that_retention_overtook_is_counted_and_continues(log: EmbeddedLog) -> None:
    old = utc_now() - 2 * DAY
    log.append([NewRecord("in", b"k", b"old", (), old)] * 10)
    stage = Stage(log)
    stage.consumer.commit(stage.consumer.poll(limit=2))
    log.append([NewRecord("in", b"k", b"new", (), utc_now())])
    log.maintain()
    assert stage.run() == LoopResult(batches=1, records=1, overtaken=1)
    assert stage.committed == [b"new"]


def test_stop_is_called_before_each_poll(log: EmbeddedLog) -> None:
    fill(log, 30)
    stage = Stage(log)
    answers = iter([False, False, True])
    result = consume(
        stage.consumer,
        stage.handle,
        stage="alerts",
        clock=utc_now,
        dispositions=stage.dispositions,
        stop=lambda: next(answers),
        policy=ConsumePolicy(batch_size=10),
    )
    assert result == LoopResult(batches=2, records=20)


def test_drained_does_not_wait_for_the_partitions_of_another_living_member(
    log: EmbeddedLog,
) -> None:
    fill(log, 10)
    assert not drained(log, "g", ["in"], slot="a")
    other = log.consumer("g", ["in"], slot="b")
    other.poll()
    assert drained(log, "g", ["in"], slot="a")
    assert not drained(log, "g", ["in"], slot="b")
    other.close()
    assert not drained(log, "g", ["in"], slot="a")

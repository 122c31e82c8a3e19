"""The loop of the consuming stages, on the embedded log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from core.streams.dead_letter import DeadLetterLimit
from core.streams.embedded import EmbeddedLog
from core.streams.halves import halves
from core.streams.port import Batch, NewRecord, PartitionRange, Record, StreamSpec

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Stage:
    """A worker under test: what it did, and how it is made to fail."""

    log: EmbeddedLog
    fail: Callable[[Batch], None] = lambda _: None
    committed: list[bytes] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    dispositions: Dispositions = field(default_factory=Dispositions)

    def __post_init__(self) -> None:
        self.consumer = self.log.consumer("g", ["in"], slot="a")

    def attempt(self, batch: Batch) -> None:
        self.sizes.append(len(batch.records))
        self.fail(batch)
        self.consumer.commit(batch)
        self.committed += [r.value or b"" for r in batch.records]

    def run(self, **policy: object) -> LoopResult:
        return consume(
            self.consumer,
            self.attempt,
            stage="alerts",
            clock=lambda: NOW,
            dispositions=self.dispositions,
            stop=lambda: False,
            idle=lambda: drained(self.log, "g", ["in"], slot="a"),
            pause=self.pauses.append,
            policy=ConsumePolicy(wait=0.01, **policy),  # type: ignore[arg-type]
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
        alive=lambda _: True,
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
    left = iter(range(count))

    def fail(_: Batch) -> None:
        if next(left, None) is not None:
            raise error

    return fail


def letters(log: EmbeddedLog) -> list[bytes]:
    return sorted(r.value or b"" for r in log.read(DEAD_LETTER))


def test_everything_is_worked_once_and_counted(log: EmbeddedLog) -> None:
    values = fill(log, 250)
    stage = Stage(log)
    assert stage.run() == LoopResult(batches=3, records=250)
    assert sorted(stage.committed) == sorted(values)
    assert stage.unread == 0


def test_single_poison_records_are_found_by_halving_and_set_aside(log: EmbeddedLog) -> None:
    values = fill(log, 100)
    stage = Stage(log, failing(3, 50, 51, error=PoisonError("no JSON")))
    done = stage.run()
    assert (done.records, done.dead_letters) == (97, 3)
    assert sorted([*stage.committed, b"3", b"50", b"51"]) == sorted(values)
    assert letters(log) == [b"3", b"50", b"51"]
    assert {r.header("dlq_attempts") for r in log.read(DEAD_LETTER)} == {"1"}
    assert stage.dispositions.of("alerts") == {"dead_letter": 3}
    assert len(stage.sizes) < 60
    assert stage.unread == 0


def test_an_unexpected_error_is_tried_again_before_its_record_is_set_aside(
    log: EmbeddedLog,
) -> None:
    fill(log, 1)
    stage = Stage(log, failing(0, error=KeyError("body")))
    stage.run(attempts=3)
    (letter,) = log.read(DEAD_LETTER)
    assert stage.sizes == [1, 1, 1]
    assert letter.header("dlq_attempts") == "3"
    assert letter.header("dlq_error_class") == "KeyError"


def test_an_unexpected_error_that_goes_away_costs_nothing(log: EmbeddedLog) -> None:
    fill(log, 1)
    stage = Stage(log, times(2, ValueError("once in a while")))
    assert stage.run() == LoopResult(batches=1, records=1)
    assert letters(log) == []


def test_a_database_that_is_away_is_waited_for_and_nothing_is_set_aside(log: EmbeddedLog) -> None:
    values = fill(log, 30)
    stage = Stage(log, times(8, StoreFullError("full")))
    assert stage.run() == LoopResult(batches=1, records=30, retries=8)
    assert sorted(stage.committed) == sorted(values)
    assert letters(log) == []
    assert len(stage.pauses) == 8
    assert all(0.05 * 2**n <= p <= 0.1 * 2**n for n, p in enumerate(stage.pauses))


def test_patience_ends_and_the_batch_stays_for_the_next_run(log: EmbeddedLog) -> None:
    fill(log, 30)
    stage = Stage(log, times(100, StoreError("away")))
    with pytest.raises(StoreError, match="away"):
        stage.run(patience=2)
    assert len(stage.sizes) == 3
    assert stage.unread == 30
    with pytest.raises(StoreError, match="away"):
        stage.run(patience=0)
    assert len(stage.sizes) == 4


@pytest.mark.parametrize(
    "error", [SettingsError("bad"), UnknownStreamError("no such stream"), DeadLetterLimitError("x")]
)
def test_what_is_not_the_records_fault_ends_the_loop_and_sets_nothing_aside(
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


def test_a_member_whose_name_was_taken_gives_up(log: EmbeddedLog) -> None:
    stage = Stage(log)
    log.consumer("g", ["in"], slot="a")
    with pytest.raises(FencedError, match="under the name a"):
        stage.run()


def test_too_many_poison_records_in_a_row_stop_the_stage(log: EmbeddedLog) -> None:
    fill(log, 60)
    stage = Stage(log, failing(*range(60), error=TypeError("a bad deploy")))
    with pytest.raises(DeadLetterLimitError, match=r"21 records in a row.*TypeError"):
        stage.run()
    assert len(letters(log)) == 20
    assert stage.unread == 40


def test_retention_that_was_faster_is_counted_and_passed(log: EmbeddedLog) -> None:
    old = utc_now() - 2 * DAY
    log.append([NewRecord("in", b"k", b"old", (), old)] * 10)
    stage = Stage(log)
    stage.consumer.commit(stage.consumer.poll(limit=2))
    log.append([NewRecord("in", b"k", b"new", (), utc_now())])
    log.maintain()
    assert stage.run() == LoopResult(batches=1, records=1, overtaken=1)
    assert stage.committed == [b"new"]


def test_stop_is_asked_before_each_poll(log: EmbeddedLog) -> None:
    fill(log, 30)
    stage = Stage(log)
    asked = iter([False, False, True])
    done = consume(
        stage.consumer,
        stage.attempt,
        stage="alerts",
        clock=utc_now,
        dispositions=stage.dispositions,
        stop=lambda: next(asked),
        policy=ConsumePolicy(batch=10),
    )
    assert done == LoopResult(batches=2, records=20)


def test_drained_does_not_wait_for_what_another_living_member_holds(log: EmbeddedLog) -> None:
    fill(log, 10)
    assert not drained(log, "g", ["in"], slot="a")
    other = log.consumer("g", ["in"], slot="b")
    other.poll()
    assert drained(log, "g", ["in"], slot="a")
    assert not drained(log, "g", ["in"], slot="b")
    other.close()
    assert not drained(log, "g", ["in"], slot="a")


# Pure parts


def record(partition: int, offset: int) -> Record:
    return Record("in", partition, offset, None, b"", (), NOW)


@given(
    st.dictionaries(
        st.integers(0, 5),
        st.tuples(st.integers(0, 9), st.sets(st.integers(10, 60), min_size=1), st.integers(61, 70)),
        min_size=1,
    ).filter(lambda parts: sum(len(offsets) for _, offsets, _ in parts.values()) > 1)
)
def test_halves_cover_exactly_what_the_batch_covered(
    parts: dict[int, tuple[int, set[int], int]],
) -> None:
    whole = Batch(
        tuple(record(p, o) for p, (_, offsets, _) in parts.items() for o in sorted(offsets)),
        tuple(PartitionRange("in", p, start, end, 7) for p, (start, _, end) in parts.items()),
    )
    first, second = halves(whole)
    assert first.records + second.records == whole.records
    assert abs(len(first.records) - len(second.records)) <= 1
    for part in (first, second):
        held = {r.partition: r for r in part.ranges}
        assert all(
            held[r.partition].start <= r.offset < held[r.partition].next for r in part.records
        )
        assert {r.partition for r in part.records} == set(held)
        assert {r.epoch for r in part.ranges} == {7}
    for r in whole.ranges:
        pieces = [x for half in (first, second) for x in half.ranges if x.partition == r.partition]
        assert (pieces[0].start, pieces[-1].next) == (r.start, r.next)
        assert len(pieces) == 1 or pieces[0].next == pieces[1].start


def test_the_limit_looks_at_runs_and_at_shares() -> None:
    limit = DeadLetterLimit(consecutive=3, share=0.5, window=10)
    assert limit.reason([]) is None
    assert limit.reason([True] * 3) is None
    assert limit.reason([False] + [True] * 4) == "4 records in a row could not be processed"
    assert limit.reason([True, False] * 5) is None
    mostly = [True, True, False] * 3 + [True]
    assert limit.reason(mostly) == "7 of the last 10 records could not be processed"
    assert limit.reason(mostly[1:]) is None
    assert limit.reason([*mostly, *[False] * 5]) is None

"""The contract, part three: poison records, transactions, and workers that are killed."""

from __future__ import annotations

import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from config.errors import (
    FencedError,
    PoisonError,
)
from core.clock import utc_now
from core.dispositions import Dispositions
from core.messages.envelope import DEAD_LETTER
from core.streams.consume_loop import ConsumePolicy, consume, drained
from core.streams.port import Batch, NewRecord, StreamLog
from tests.core.streams.support import (
    Children,
    EngineTests,
    eventually,
    line,
    new,
    numbered,
    take,
    unread,
)


class ProcessingTests(EngineTests):
    """See :mod:`tests.core.streams.contract.suite`."""

    # Poison

    @pytest.mark.parametrize("shortage", [OSError(28, "No space left on device"), MemoryError()])
    def test_30_a_lack_of_disk_space_or_memory_is_never_a_records_fault(
        self, log: StreamLog, shortage: Exception
    ) -> None:
        log.append(numbered(10))
        consumer = log.consumer("g", ["in"], slot="a")
        failures = iter([shortage, shortage])

        def handle(batch: Batch) -> None:
            if error := next(failures, None):
                raise error
            with consumer.transaction(batch) as out:
                out.append(*(NewRecord("out", r.key, r.value, (), r.time) for r in batch.records))

        result = consume(
            consumer,
            handle,
            stage="processors",
            clock=utc_now,
            dispositions=Dispositions(),
            stop=lambda: False,
            idle=lambda: unread(log, "g") == 0,
            pause=lambda _: None,
            policy=ConsumePolicy(poll_seconds=0.05),
        )
        consumer.close()
        assert (result.records, result.retries, result.dead_letters) == (10, 2, 0)
        assert list(log.read(DEAD_LETTER)) == []
        assert len(list(log.read("out"))) == 10

    def test_30_a_poison_record_becomes_a_dead_letter_and_the_stream_continues(
        self, log: StreamLog
    ) -> None:
        log.append([*numbered(40), new(b"7", b"{bad"), *numbered(40)])
        consumer = log.consumer("g", ["in"], slot="a")

        def handle(batch: Batch) -> None:
            with consumer.transaction(batch) as out:
                for r in batch.records:
                    if r.value == b"{bad":
                        raise PoisonError("not JSON")
                    out.append(NewRecord("out", r.key, r.value, (), r.time))

        began = time.monotonic()
        dispositions = Dispositions()
        result = consume(
            consumer,
            handle,
            stage="processors",
            clock=utc_now,
            dispositions=dispositions,
            stop=lambda: False,
            idle=lambda: drained(log, "g", ["in"], slot="a"),
            policy=ConsumePolicy(poll_seconds=0.01),
        )
        assert time.monotonic() - began < 5
        assert (result.records, result.dead_letters) == (80, 1)
        assert dispositions.of("processors") == {"dead_letter": 1}
        assert len(list(log.read("out"))) == 80
        (letter,) = log.read(DEAD_LETTER)
        assert (letter.key, letter.value) == (b"7", b"{bad")
        assert letter.header("dlq_error_class") == "PoisonError"

    # Transactions

    def test_31_33_outputs_and_position_become_visible_together(
        self, opened: Callable[[], StreamLog], log: StreamLog
    ) -> None:
        log.append(numbered(10))
        consumer, other = log.consumer("g", ["in"], slot="a"), opened()
        with consumer.transaction(consumer.poll(timeout=10)) as out:
            out.append(*numbered(10, "out"))
            assert list(other.read("out")) == []
            assert unread(other, "g") == 10
        assert len(list(other.read("out"))) == 10
        assert unread(other, "g") == 0

    def test_32_a_failed_transaction_leaves_nothing(self, log: StreamLog) -> None:
        log.append(numbered(10))
        consumer = log.consumer("g", ["in"], slot="a")
        batch = consumer.poll()

        def interrupted() -> None:
            with consumer.transaction(batch) as out:
                out.append(*numbered(10, "out"))
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            interrupted()
        assert list(log.read("out")) == []
        assert unread(log, "g") == 10

    def test_34_the_former_process_of_a_slot_can_commit_nothing(self, log: StreamLog) -> None:
        log.append(numbered(10))
        zombie = log.consumer("g", ["in"], slot="a")
        batch = zombie.poll()
        fresh = log.consumer("g", ["in"], slot="a")
        with pytest.raises(FencedError), zombie.transaction(batch) as out:
            out.append(*numbered(10, "out"))
        assert list(log.read("out")) == []
        with pytest.raises(FencedError):
            zombie.poll(timeout=0)
        assert len(take(fresh, 10)) == 10

    def test_35_a_batch_can_be_committed_only_once(self, log: StreamLog) -> None:
        log.append(numbered(10))
        consumer = log.consumer("g", ["in"], slot="a")
        batch = consumer.poll(timeout=10)
        consumer.commit(batch)
        with pytest.raises(FencedError), consumer.transaction(batch) as out:
            out.append(*numbered(10, "out"))
        assert list(log.read("out")) == []

    @pytest.mark.processes
    def test_37_workers_killed_at_random_lose_nothing_and_process_nothing_twice(
        self, log: StreamLog, children: Children
    ) -> None:
        chance, total = random.Random(37), 2000
        log.append(numbered(total))
        slots = ("a", "b", "c")
        running = {s: children.start("work", "g", "in", "out", s, "0.02") for s in slots}
        deadline = time.monotonic() + 60
        kills = 0
        while unread(log, "g"):
            assert time.monotonic() < deadline
            time.sleep(chance.uniform(0.2, 0.5))
            if kills < 4:
                slot = chance.choice(slots)
                running[slot].kill()
                running[slot] = children.start("work", "g", "in", "out", slot, "0.02")
                kills += 1
        sources = Counter(r.header("source") for r in log.read("out"))
        assert kills >= 2
        assert sources == Counter(f"{r.partition}:{r.offset}" for r in log.read("in"))

    @pytest.mark.processes
    def test_38_repeats_of_a_stage_that_writes_to_a_store_are_recognised_by_their_key(
        self, log: StreamLog, children: Children, tmp_path: Path
    ) -> None:
        log.append(numbered(1500))
        file = str(tmp_path / "effects.db")
        # slow, so that the kill comes before its end
        child = children.start("store", "g", "in", file, "a", "0.2")
        assert line(child) == "ready"
        eventually(lambda: unread(log, "g") < 1500)
        child.kill()
        assert unread(log, "g") > 0
        children.start("store", "g", "in", file, "a", "0.01")
        eventually(lambda: unread(log, "g") == 0, within=60)
        with closing(sqlite3.connect(file)) as database:
            effects = {row[0] for row in database.execute("SELECT source FROM seen")}
        assert effects == {f"{r.partition}:{r.offset}" for r in log.read("in")}

    # Running

    def test_42_the_lag_is_zero_after_everything_is_read(self, log: StreamLog) -> None:
        long_ago = utc_now() - timedelta(seconds=90)
        log.append([NewRecord("in", b"one", b"v", (), long_ago)] * 3)
        (lag,) = [x for x in log.lag("g", ["in"]) if x.records]
        assert lag.records == 3
        assert 89 < lag.seconds < 100
        assert lag.member is None
        consumer = log.consumer("g", ["in"], slot="a")
        with consumer.transaction(consumer.poll(timeout=10)) as out:
            out.append(*numbered(3, "out"))
        assert {(x.records, x.seconds) for x in log.lag("g", ["in"])} == {(0, 0.0)}
        assert drained(log, "g", ["in"], slot="a")

    def test_47_a_check_for_writing_appends_nothing(self, log: StreamLog) -> None:
        log.check_writable()
        assert [info.records for info in log.list_streams()] == [0, 0, 0]

    @pytest.mark.processes
    def test_44_sigterm_finishes_the_batch_and_ends_the_process_within_ten_seconds(
        self, log: StreamLog, children: Children
    ) -> None:
        log.append(numbered(100))
        child = children.start("work", "g", "in", "out", "a", "0.3")
        assert line(child) == "ready"
        eventually(lambda: unread(log, "g") < 100)
        began = time.monotonic()
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0
        assert time.monotonic() - began < 10
        assert int(line(child).removeprefix("done ")) == 100 - unread(log, "g")
        assert {x.member for x in log.lag("g", ["in"])} == {None}
        copies = Counter(r.header("source") for r in log.read("out"))
        assert sum(copies.values()) == len(copies) == 100 - unread(log, "g")

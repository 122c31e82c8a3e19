"""What every stream engine must do: the contract suite, by the numbers of kafka.md section 6.

An engine's test module subclasses :class:`Contract` and gives one fixture, ``settings``: settings
whose ``streams_url`` names the engine and whose prefix or file is this test's own.

Here: 1 2 3 5 6 7 8 10 11 15 (earliest) 16 17 18 20 21 22 23 26 28 (by time) 29 30 31 32 33 34 35
37 38 40 (by time) 42 44.
Embedded only (``test_embedded.py``; they set an engine's own times or break its file): 12 (the
relay's repeat) 24 25 43 45.
Elsewhere: 4 ``test_partitioner.py``; 39 with the relay and the deliveries.
Another engine is needed for: 9 (codecs), 12 (a reply lost on the network), 13 and 14 (futures of an
asynchronous producer), 36 (a transaction that stays open; the embedded log has none).
Not in the port: 15 (latest, none), 19 (commit metadata), 27 (pause), 28 (seek by offset), 40 (by
size).
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import (
    FencedError,
    OffsetOutOfRangeError,
    PoisonError,
    RecordTooLargeError,
    StreamMismatchError,
    UnknownStreamError,
)
from config.settings import Settings
from core.clock import utc_now
from core.dispositions import Dispositions
from core.instance import Instance
from core.messages.envelope import DEAD_LETTER
from core.streams import open_streams
from core.streams.port import Batch, Consumer, NewRecord, Record, StreamLog, StreamSpec
from core.streams.work import Policy, drained, work

CHILDREN = Path(__file__).with_name("children.py")
DAY = timedelta(days=1)
SPECS = (
    StreamSpec("in", 6, DAY, 10_000),
    StreamSpec("out", 3, DAY, 10_000),
    StreamSpec(DEAD_LETTER, 3, DAY, 10_000),
)


def new(key: bytes | None, value: bytes | None = b"v", stream: str = "in") -> NewRecord:
    return NewRecord(stream, key, value, (), utc_now())


def numbered(count: int, stream: str = "in") -> list[NewRecord]:
    return [new(str(n).encode(), str(n).encode(), stream) for n in range(count)]


def values(records: Iterator[Record] | tuple[Record, ...]) -> list[bytes]:
    return sorted(r.value or b"" for r in records)


def take(consumer: Consumer, count: int, *, within: float = 10.0) -> list[Record]:
    """Poll until ``count`` records came; fails when they do not come in time."""
    found: list[Record] = []
    deadline = time.monotonic() + within
    while len(found) < count:
        assert time.monotonic() < deadline, f"only {len(found)} of {count} records came"
        found += consumer.poll(timeout=0.1).records
    return found


def eventually(true: Callable[[], bool], *, within: float = 10.0) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def unread(log: StreamLog, group: str) -> int:
    return sum(lag.records for lag in log.lag(group, ["in"]))


class Children:
    """Starts processes that share the engine."""

    def __init__(self, settings: Settings) -> None:
        self._environment = {
            **os.environ,
            "WIREWATCH_DATA_DIR": str(settings.data_dir),
            "WIREWATCH_STREAMS_URL": settings.streams_url,
            "WIREWATCH_STREAMS_PREFIX": settings.streams_prefix,
        }
        self._folder = settings.data_dir
        self._running: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, str(CHILDREN), *arguments],
            env=self._environment,
            cwd=self._folder,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._running.append(child)
        return child

    def end(self) -> None:
        for child in self._running:
            child.kill()
            child.communicate()


def line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


class Contract:
    """The tests. See the module's docstring."""

    @pytest.fixture
    def settings(self) -> Settings:
        raise NotImplementedError("each engine names its own")

    @pytest.fixture
    def opened(self, settings: Settings) -> Iterator[Callable[[], StreamLog]]:
        """Opens the engine again and again, each time as another process would."""
        made: list[tuple[StreamLog, Instance]] = []

        def open_again() -> StreamLog:
            instance = Instance.start(settings.data_dir)
            log = open_streams(settings, instance=instance, clock=utc_now)
            made.append((log, instance))
            return log

        yield open_again
        for log, instance in made:
            log.close()
            instance.close()

    @pytest.fixture
    def log(self, opened: Callable[[], StreamLog]) -> StreamLog:
        log = opened()
        log.create(SPECS)
        return log

    @pytest.fixture
    def children(self, settings: Settings, log: StreamLog) -> Iterator[Children]:
        children = Children(settings)
        yield children
        children.end()

    # Streams

    def test_01_creating_streams_twice_changes_nothing(self, log: StreamLog) -> None:
        log.append([new(b"k")])
        log.create(SPECS)
        assert {i.name: i.partitions for i in log.streams()} == {
            "in": 6,
            "out": 3,
            DEAD_LETTER: 3,
        }
        assert len(list(log.read("in"))) == 1

    def test_01_other_partitions_than_there_are_is_an_error(self, log: StreamLog) -> None:
        with pytest.raises(StreamMismatchError, match="6 partitions, not 7"):
            log.create([StreamSpec("new", 1, DAY), StreamSpec("in", 7, DAY)])

    def test_02_an_unknown_stream_is_an_error_and_is_not_made(self, log: StreamLog) -> None:
        with pytest.raises(UnknownStreamError):
            log.append([new(b"k"), new(b"k", stream="nowhere")])
        with pytest.raises(UnknownStreamError):
            log.consumer("g", ["nowhere"], slot="a")
        with pytest.raises(UnknownStreamError):
            log.read("nowhere")
        with pytest.raises(UnknownStreamError):
            log.lag("g", ["nowhere"])
        assert "nowhere" not in {i.name for i in log.streams()}
        assert list(log.read("in")) == []

    # Records

    def test_03_offsets_begin_at_zero_and_have_no_gaps(self, log: StreamLog) -> None:
        log.append(numbered(50))
        log.append(numbered(50))
        offsets: dict[int, list[int]] = {}
        for record in log.read("in"):
            offsets.setdefault(record.partition, []).append(record.offset)
        assert sum(map(len, offsets.values())) == 100
        assert all(found == list(range(len(found))) for found in offsets.values())

    def test_05_order_within_a_key_survives_concurrent_producers(
        self, opened: Callable[[], StreamLog], log: StreamLog
    ) -> None:
        def produce(name: str) -> None:
            mine = opened()
            for n in range(40):
                mine.append([new(name.encode(), f"{name}:{n}".encode())])

        threads = [threading.Thread(target=produce, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = list(log.read("in"))
        for name in "abcd":
            mine = [r for r in found if r.key == name.encode()]
            assert len({r.partition for r in mine}) == 1
            mine.sort(key=lambda r: r.offset)
            assert [r.value for r in mine] == [f"{name}:{n}".encode() for n in range(40)]

    @pytest.mark.parametrize("key", [None, b"", b"\x00\xff", "Größe".encode()])
    @pytest.mark.parametrize("value", [None, b"", bytes(range(256))])
    def test_06_07_a_record_comes_back_as_it_went(
        self, log: StreamLog, key: bytes | None, value: bytes | None
    ) -> None:
        headers = (("ce_id", b"1"), ("twice", b""), ("twice", bytes(range(256))), ("é\x00", b"x"))
        moment = datetime(2026, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC)
        log.append([NewRecord("out", key, value, headers, moment)])
        (record,) = log.read("out")
        assert (record.key, record.value, record.headers, record.time) == (
            key,
            value,
            headers,
            moment,
        )

    def test_08_a_record_too_large_spoils_its_whole_call(self, log: StreamLog) -> None:
        log.append([new(b"k", b"x" * 10_000)])
        with pytest.raises(RecordTooLargeError, match="10,001"):
            log.append([new(b"fine"), new(b"k", b"x" * 10_001)])
        assert len(list(log.read("in"))) == 1

    def test_08_a_record_too_large_spoils_its_transaction(self, log: StreamLog) -> None:
        log.append(numbered(3))
        consumer = log.consumer("g", ["in"], slot="a")
        batch = consumer.poll(limit=3)

        def careless() -> None:
            with consumer.transaction(batch) as out:
                out.append(new(b"fine", stream="out"))
                with suppress(RecordTooLargeError):
                    out.append(new(b"k", b"x" * 10_001, "out"))

        with pytest.raises(RecordTooLargeError):
            careless()
        assert list(log.read("out")) == []
        assert unread(log, "g") == 3

    # Durability

    def test_10_what_was_acknowledged_survives_the_kill_of_its_producer(
        self, log: StreamLog, children: Children
    ) -> None:
        child = children.start("append", "in", "100000")
        for _ in range(30):
            last = line(child)
        child.kill()
        assert last == "acked 29"
        found = {r.value for r in log.read("in")}
        assert {str(n).encode() for n in range(30)} <= found

    def test_11_records_and_positions_survive_closing_and_opening(
        self, opened: Callable[[], StreamLog], log: StreamLog
    ) -> None:
        log.append(numbered(10))
        consumer = log.consumer("g", ["in"], slot="a")
        consumer.commit(consumer.poll(limit=4))
        log.close()
        again = opened()
        assert len(list(again.read("in"))) == 10
        assert unread(again, "g") == 6

    # Groups and positions

    def test_15_a_new_group_begins_at_the_oldest_record(self, log: StreamLog) -> None:
        log.append(numbered(20))
        assert values(tuple(take(log.consumer("g", ["in"], slot="a"), 20))) == values(
            log.read("in")
        )

    def test_16_a_group_goes_on_exactly_where_it_committed(self, log: StreamLog) -> None:
        log.append(numbered(30))
        first = log.consumer("g", ["in"], slot="a")
        batch = first.poll(limit=11)
        first.commit(batch)
        first.close()
        rest = take(log.consumer("g", ["in"], slot="b"), 19)
        assert len(batch.records) == 11
        assert values((*batch.records, *rest)) == values(log.read("in"))

    def test_17_22_a_killed_members_batch_goes_to_another(
        self, log: StreamLog, children: Children
    ) -> None:
        log.append(numbered(20))
        child = children.start("hold", "g", "in", "doomed")
        assert line(child) == "holding 20"
        other = log.consumer("g", ["in"], slot="other")
        assert other.poll(timeout=0.1).records == ()
        assert {lag.member for lag in log.lag("g", ["in"])} == {"doomed"}
        child.kill()
        child.wait()
        assert len(take(other, 20, within=12)) == 20

    def test_18_a_failed_batch_comes_again_at_once(self, log: StreamLog) -> None:
        log.append(numbered(5))
        consumer = log.consumer("g", ["in"], slot="a")
        batch = consumer.poll()
        with pytest.raises(ZeroDivisionError), consumer.transaction(batch):
            raise ZeroDivisionError
        assert consumer.poll() == batch
        consumer.rewind()
        assert consumer.poll() == batch

    def test_20_two_groups_do_not_know_each_other(self, log: StreamLog) -> None:
        log.append(numbered(5))
        one, two = (log.consumer(g, ["in"], slot="a") for g in ("one", "two"))
        one.commit(one.poll())
        assert len(two.poll().records) == 5
        assert (unread(log, "one"), unread(log, "two")) == (0, 5)
        assert log.groups() == ["one", "two"]

    def test_21_two_members_share_all_partitions_and_none_twice(self, log: StreamLog) -> None:
        a, b = (log.consumer("g", ["in"], slot=s) for s in "ab")
        _settle(a, b)
        log.append(numbered(200))
        of_a, of_b = (
            {(r.partition, r.offset) for r in c.poll(limit=1000, timeout=5).records} for c in (a, b)
        )
        assert of_a
        assert of_b
        assert not {p for p, _ in of_a} & {p for p, _ in of_b}
        assert len(of_a | of_b) == 200
        assert {lag.member for lag in log.lag("g", ["in"])} == {"a", "b"}

    def test_21_a_member_that_leaves_gives_everything_to_the_next_poll(
        self, log: StreamLog
    ) -> None:
        a, b = (log.consumer("g", ["in"], slot=s) for s in "ab")
        _settle(a, b)
        log.append(numbered(60))
        batch = a.poll(limit=1000, timeout=5)
        a.close()
        a.close()
        with pytest.raises(FencedError):
            a.commit(batch)
        assert len(take(b, 60)) == 60

    def test_23_a_slot_that_comes_back_takes_its_own_place(self, log: StreamLog) -> None:
        a, b = (log.consumer("g", ["in"], slot=s) for s in "ab")
        _settle(a, b)
        before = _holders(log)
        again = log.consumer("g", ["in"], slot="a")
        assert _holders(log) == before
        log.append(numbered(60))
        own = {p for p, slot in before.items() if slot == "a"}
        assert {r.partition for r in again.poll(limit=1000, timeout=5).records} <= own

    def test_26_losing_a_partition_between_poll_and_commit_loses_nothing(
        self, log: StreamLog
    ) -> None:
        log.append(numbered(60))
        a = log.consumer("g", ["in"], slot="a")
        batch = a.poll(limit=60)
        b = log.consumer("g", ["in"], slot="b")
        b.poll(timeout=0.05)
        a.poll(timeout=0)  # lets go of half of what the batch covers
        b.poll(timeout=0.5, limit=1)
        with pytest.raises(FencedError):
            a.commit(batch)
        a.close()
        b.rewind()
        assert values(tuple(take(b, 60))) == values(log.read("in"))

    def test_28_reading_from_a_time_begins_at_the_first_such_record(self, log: StreamLog) -> None:
        start = utc_now() - timedelta(minutes=30)
        times = [start + timedelta(minutes=n) for n in range(30)]
        log.append([NewRecord("in", b"one", str(n).encode(), (), t) for n, t in enumerate(times)])
        assert [r.value for r in log.read("in", start=times[12])] == [
            str(n).encode() for n in range(12, 30)
        ]
        assert list(log.read("in", start="end")) == []
        assert list(log.read("in", start=utc_now() + DAY)) == []

    def test_28_a_follower_sees_what_comes_later(self, log: StreamLog) -> None:
        log.append(numbered(2))
        seen: list[Record] = []
        following = threading.Event()

        def more() -> bool:
            following.set()
            return len(seen) < 5

        def follow() -> None:
            for record in log.read("in", follow=more):
                seen.append(record)  # noqa: PERF402 - `more` looks at it meanwhile

        thread = threading.Thread(target=follow)
        thread.start()
        assert following.wait(5)
        log.append(numbered(3))
        thread.join(5)
        assert not thread.is_alive()
        assert len(seen) == 5

    def test_28_a_follower_that_appends_itself_sees_that_too(self, log: StreamLog) -> None:
        log.append(numbered(1))
        follower = log.read("in", follow=lambda: True)
        assert next(follower).value == b"0"
        log.append([new(b"k", b"mine")])
        assert next(follower).value == b"mine"

    def test_fair_a_full_partition_does_not_starve_the_others(self, log: StreamLog) -> None:
        log.append([new(b"flood", b"x") for _ in range(500)])
        log.append(numbered(30))
        batch = log.consumer("g", ["in"], slot="a").poll(limit=100)
        assert len(batch.records) == 100
        assert {r.partition for r in log.read("in")} == {r.partition for r in batch.records}

    # Retention

    def test_29_40_retention_takes_the_old_and_names_what_a_group_missed(
        self, log: StreamLog
    ) -> None:
        old = utc_now() - DAY - timedelta(hours=1)
        log.append([NewRecord("in", b"one", b"old", (), old)] * 700)
        log.append([NewRecord("in", b"one", b"new", (), utc_now())] * 5)
        consumer = log.consumer("g", ["in"], slot="a")
        consumer.commit(consumer.poll(limit=10))
        log.maintain()
        eventually(lambda: next(i.records for i in log.streams() if i.name == "in") == 5)
        with pytest.raises(OffsetOutOfRangeError, match=r"in/\d offsets 10 to 699"):
            consumer.poll()
        assert [r.value for r in take(consumer, 5)] == [b"new"] * 5
        assert [r.offset for r in log.read("in")] == list(range(700, 705))

    # Poison

    def test_30_a_poison_record_goes_aside_and_the_stream_goes_on(self, log: StreamLog) -> None:
        log.append([*numbered(40), new(b"7", b"{bad"), *numbered(40)])
        consumer = log.consumer("g", ["in"], slot="a")

        def attempt(batch: Batch) -> None:
            with consumer.transaction(batch) as out:
                for r in batch.records:
                    if r.value == b"{bad":
                        raise PoisonError("not JSON")
                    out.append(NewRecord("out", r.key, r.value, (), r.time))

        began = time.monotonic()
        dispositions = Dispositions()
        done = work(
            consumer,
            attempt,
            stage="processors",
            clock=utc_now,
            dispositions=dispositions,
            stop=lambda: False,
            idle=lambda: drained(log, "g", ["in"], slot="a"),
            policy=Policy(wait=0.01),
        )
        assert time.monotonic() - began < 5
        assert (done.records, done.dead_letters) == (80, 1)
        assert dispositions.of("processors") == {"dead_letter": 1}
        assert len(list(log.read("out"))) == 80
        (letter,) = log.read(DEAD_LETTER)
        assert (letter.key, letter.value) == (b"7", b"{bad")
        assert letter.header("dlq_error_class") == "PoisonError"

    # Transactions

    def test_31_33_outputs_and_position_appear_together(
        self, opened: Callable[[], StreamLog], log: StreamLog
    ) -> None:
        log.append(numbered(10))
        consumer, other = log.consumer("g", ["in"], slot="a"), opened()
        with consumer.transaction(consumer.poll()) as out:
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

    def test_34_a_former_self_can_commit_nothing(self, log: StreamLog) -> None:
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

    def test_35_a_batch_can_be_committed_once_only(self, log: StreamLog) -> None:
        log.append(numbered(10))
        consumer = log.consumer("g", ["in"], slot="a")
        batch = consumer.poll()
        consumer.commit(batch)
        with pytest.raises(FencedError), consumer.transaction(batch) as out:
            out.append(*numbered(10, "out"))
        assert list(log.read("out")) == []

    def test_37_random_kills_lose_nothing_and_double_nothing(
        self, log: StreamLog, children: Children
    ) -> None:
        chance, total = random.Random(37), 2000
        log.append(numbered(total))
        slots = ("a", "b", "c")
        running = {s: children.start("work", "g", "in", "out", s, "0.02") for s in slots}
        deadline = time.monotonic() + 30
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

    def test_38_repeats_of_the_store_shape_are_told_by_their_key(
        self, log: StreamLog, children: Children, tmp_path: Path
    ) -> None:
        log.append(numbered(300))
        file = str(tmp_path / "effects.db")
        child = children.start("store", "g", "in", file, "a")
        assert line(child) == "ready"
        eventually(lambda: unread(log, "g") < 300)
        child.kill()
        assert unread(log, "g") > 0
        children.start("store", "g", "in", file, "a")
        eventually(lambda: unread(log, "g") == 0, within=20)
        with closing(sqlite3.connect(file)) as database:
            effects = {row[0] for row in database.execute("SELECT source FROM seen")}
        assert effects == {f"{r.partition}:{r.offset}" for r in log.read("in")}

    # Running

    def test_42_lag_is_zero_after_a_drain(self, log: StreamLog) -> None:
        moment = utc_now() - timedelta(seconds=90)
        log.append([NewRecord("in", b"one", b"v", (), moment)] * 3)
        (lag,) = [x for x in log.lag("g", ["in"]) if x.records]
        assert lag.records == 3
        assert 89 < lag.seconds < 100
        assert lag.member is None
        consumer = log.consumer("g", ["in"], slot="a")
        with consumer.transaction(consumer.poll()) as out:
            out.append(*numbered(3, "out"))
        assert {(x.records, x.seconds) for x in log.lag("g", ["in"])} == {(0, 0.0)}
        assert drained(log, "g", ["in"], slot="a")

    def test_44_sigterm_finishes_the_batch_and_ends_within_ten_seconds(
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


def _settle(a: Consumer, b: Consumer) -> None:
    """Let both take part in the rebalance."""
    for _ in range(3):
        a.poll(timeout=0)
        b.poll(timeout=0)


def _holders(log: StreamLog) -> dict[int, str | None]:
    return {lag.partition: lag.member for lag in log.lag("g", ["in"])}

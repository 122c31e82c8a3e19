"""The contract, part one: streams, records, durability, reading, retention."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from config.errors import (
    OffsetOutOfRangeError,
    RecordTooLargeError,
    StreamMismatchError,
    UnknownStreamError,
)
from config.settings import Settings
from core.clock import utc_now
from core.messages.envelope import DEAD_LETTER
from core.streams.port import NewRecord, Record, StreamLog, StreamSpec
from tests.core.streams.support import (
    DAY,
    SPECS,
    Children,
    EngineTests,
    eventually,
    line,
    new,
    numbered,
    take,
    unread,
)


class RecordTests(EngineTests):
    """See :mod:`tests.core.streams.contract.suite`."""

    # Streams

    def test_01_creating_streams_twice_changes_nothing(self, log: StreamLog) -> None:
        log.append([new(b"k")])
        log.create(SPECS)
        assert {i.name: i.partitions for i in log.list_streams()} == {
            "in": 6,
            "out": 3,
            DEAD_LETTER: 3,
        }
        assert len(list(log.read("in"))) == 1

    def test_01_another_number_of_partitions_is_an_error(self, log: StreamLog) -> None:
        with pytest.raises(StreamMismatchError, match="6 partitions, not 7"):
            log.create([StreamSpec("new", 1, DAY), StreamSpec("in", 7, DAY)])

    def test_02_an_unknown_stream_is_an_error_and_is_not_created(self, log: StreamLog) -> None:
        with pytest.raises(UnknownStreamError):
            log.append([new(b"k"), new(b"k", stream="nowhere")])
        with pytest.raises(UnknownStreamError):
            log.consumer("g", ["nowhere"], slot="a")
        with pytest.raises(UnknownStreamError):
            log.read("nowhere")
        with pytest.raises(UnknownStreamError):
            log.lag("g", ["nowhere"])
        assert "nowhere" not in {i.name for i in log.list_streams()}
        assert list(log.read("in")) == []

    # Records

    def test_03_offsets_begin_at_zero_and_have_no_gaps(self, log: StreamLog) -> None:
        log.append(numbered(50))
        log.append(numbered(50))
        offsets: dict[int, list[int]] = {}
        for record in log.read("in"):
            offsets.setdefault(record.partition, []).append(record.offset)
        assert sum(map(len, offsets.values())) == 100
        assert all(of_one == list(range(len(of_one))) for of_one in offsets.values())

    def test_05_order_within_a_key_survives_concurrent_producers(
        self, opened: Callable[[], StreamLog], log: StreamLog
    ) -> None:
        def produce(name: str) -> None:
            own_log = opened()
            for n in range(40):
                own_log.append([new(name.encode(), f"{name}:{n}".encode())])

        threads = [threading.Thread(target=produce, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        records = list(log.read("in"))
        for name in "abcd":
            of_key = [r for r in records if r.key == name.encode()]
            assert len({r.partition for r in of_key}) == 1
            of_key.sort(key=lambda r: r.offset)
            assert [r.value for r in of_key] == [f"{name}:{n}".encode() for n in range(40)]

    @pytest.mark.parametrize("key", [None, b"", b"\x00\xff", "Größe".encode()])
    @pytest.mark.parametrize("value", [None, b"", bytes(range(256))])
    def test_06_07_a_record_is_read_as_it_was_appended(
        self, log: StreamLog, key: bytes | None, value: bytes | None
    ) -> None:
        headers = (("ce_id", b"1"), ("twice", b""), ("twice", bytes(range(256))), ("é\x00", b"x"))
        time = utc_now().replace(microsecond=789_000)
        log.append([NewRecord("out", key, value, headers, time)])
        (record,) = log.read("out")
        assert (record.key, record.value, record.headers, record.time) == (
            key,
            value,
            headers,
            time,
        )

    def test_08_a_record_that_is_too_large_fails_its_whole_call(self, log: StreamLog) -> None:
        log.append([new(b"k", b"x" * 10_000)])
        with pytest.raises(RecordTooLargeError, match="10,001"):
            log.append([new(b"fine"), new(b"k", b"x" * 10_001)])
        assert len(list(log.read("in"))) == 1

    def test_08_a_record_that_is_too_large_fails_its_transaction(self, log: StreamLog) -> None:
        log.append(numbered(3))
        consumer = log.consumer("g", ["in"], slot="a")
        batch = consumer.poll(limit=3)

        def suppress_the_error() -> None:
            with consumer.transaction(batch) as out:
                out.append(new(b"fine", stream="out"))
                with suppress(RecordTooLargeError):
                    out.append(new(b"k", b"x" * 10_001, "out"))

        with pytest.raises(RecordTooLargeError):
            suppress_the_error()
        assert list(log.read("out")) == []
        assert unread(log, "g") == 3

    # Durability

    @pytest.mark.processes
    def test_10_acknowledged_records_survive_the_kill_of_their_producer(
        self, log: StreamLog, children: Children
    ) -> None:
        child = children.start("append", "in", "100000")
        for _ in range(30):
            last = line(child)
        child.kill()
        assert last == "acked 29"
        appended = {r.value for r in log.read("in")}
        assert {str(n).encode() for n in range(30)} <= appended

    def test_11_records_and_positions_survive_closing_and_opening(
        self, opened: Callable[[], StreamLog], log: StreamLog
    ) -> None:
        log.append(numbered(10))
        consumer = log.consumer("g", ["in"], slot="a")
        consumer.commit(consumer.poll(limit=4, timeout=10))
        log.close()
        reopened = opened()
        assert len(list(reopened.read("in"))) == 10
        assert unread(reopened, "g") == 6

    # Reading without a group

    def test_28_reading_from_a_time_begins_at_the_first_record_of_that_time(
        self, log: StreamLog
    ) -> None:
        start = utc_now() - timedelta(minutes=30)
        times = [start + timedelta(minutes=n) for n in range(30)]
        log.append([NewRecord("in", b"one", str(n).encode(), (), t) for n, t in enumerate(times)])
        assert [r.value for r in log.read("in", start=times[12])] == [
            str(n).encode() for n in range(12, 30)
        ]
        assert list(log.read("in", start="end")) == []
        assert list(log.read("in", start=utc_now() + DAY)) == []

    def test_28_a_follower_sees_new_records(self, log: StreamLog) -> None:
        log.append(numbered(2))
        received: list[Record] = []
        following = threading.Event()

        def more() -> bool:
            following.set()
            return len(received) < 5

        def follow() -> None:
            for record in log.read("in", follow=more):
                received.append(record)  # noqa: PERF402 - `more` looks at it meanwhile

        thread = threading.Thread(target=follow)
        thread.start()
        assert following.wait(30)
        log.append(numbered(3))
        thread.join(30)
        assert not thread.is_alive()
        assert len(received) == 5

    def test_28_a_follower_sees_records_that_it_appends_itself(self, log: StreamLog) -> None:
        log.append(numbered(1))
        follower = log.read("in", follow=lambda: True)
        assert next(follower).value == b"0"
        log.append([new(b"k", b"own")])
        assert next(follower).value == b"own"

    # Retention

    def test_29_40_retention_deletes_old_records_and_the_error_names_what_a_group_missed(
        self, log: StreamLog, settings: Settings
    ) -> None:
        log.create([StreamSpec("aging", 6, 3 * DAY, 10_000)])
        old = utc_now() - DAY - timedelta(hours=1)
        log.append([NewRecord("aging", b"one", b"old", (), old)] * 700)
        log.append([NewRecord("aging", b"one", b"new", (), utc_now())] * 5)
        slow = log.consumer("g", ["aging"], slot="a")
        slow.commit(slow.poll(limit=10, timeout=10))
        slow.close()
        self.apply_retention(log, "aging", DAY, settings)
        eventually(lambda: next(i.records for i in log.list_streams() if i.name == "aging") == 5)
        consumer = log.consumer("g", ["aging"], slot="a")
        with pytest.raises(OffsetOutOfRangeError, match=r"aging/\d offsets 10 to 699"):
            take(consumer, 1)
        assert [r.value for r in take(consumer, 5)] == [b"new"] * 5
        assert [r.offset for r in log.read("aging")] == list(range(700, 705))

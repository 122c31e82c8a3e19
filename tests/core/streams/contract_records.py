"""The contract, first part: streams, records, durability, reading, retention."""

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
    Engine,
    eventually,
    line,
    new,
    numbered,
    take,
    unread,
)


class Records(Engine):
    """See :mod:`tests.core.streams.contract`."""

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
        moment = utc_now().replace(microsecond=789_000)
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
        consumer.commit(consumer.poll(limit=4, timeout=10))
        log.close()
        again = opened()
        assert len(list(again.read("in"))) == 10
        assert unread(again, "g") == 6

    # Reading without a group

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
        assert following.wait(30)
        log.append(numbered(3))
        thread.join(30)
        assert not thread.is_alive()
        assert len(seen) == 5

    def test_28_a_follower_that_appends_itself_sees_that_too(self, log: StreamLog) -> None:
        log.append(numbered(1))
        follower = log.read("in", follow=lambda: True)
        assert next(follower).value == b"0"
        log.append([new(b"k", b"mine")])
        assert next(follower).value == b"mine"

    # Retention

    def test_29_40_retention_takes_the_old_and_names_what_a_group_missed(
        self, log: StreamLog, settings: Settings
    ) -> None:
        log.create([StreamSpec("aging", 6, 3 * DAY, 10_000)])
        old = utc_now() - DAY - timedelta(hours=1)
        log.append([NewRecord("aging", b"one", b"old", (), old)] * 700)
        log.append([NewRecord("aging", b"one", b"new", (), utc_now())] * 5)
        slow = log.consumer("g", ["aging"], slot="a")
        slow.commit(slow.poll(limit=10, timeout=10))
        slow.close()
        self.age(log, "aging", DAY, settings)
        eventually(lambda: next(i.records for i in log.streams() if i.name == "aging") == 5)
        consumer = log.consumer("g", ["aging"], slot="a")
        with pytest.raises(OffsetOutOfRangeError, match=r"aging/\d offsets 10 to 699"):
            take(consumer, 1)
        assert [r.value for r in take(consumer, 5)] == [b"new"] * 5
        assert [r.offset for r in log.read("aging")] == list(range(700, 705))

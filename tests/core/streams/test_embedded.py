"""The contract on the embedded log, and its members and readers."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path

import apsw
import pytest

from config.errors import (
    FencedError,
    StreamFullError,
    StreamUnavailableError,
)
from config.settings import Settings
from core.clock import utc_now
from core.processes.instance import Instance
from core.streams import open_streams
from core.streams.embedded import SessionTimes
from core.streams.port import NewRecord, StreamLog, StreamSpec
from tests.core.streams.contract import Contract
from tests.core.streams.support import SPECS, Moment, Opener, no_room, numbered, take, unread


class TestEmbedded(Contract):
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(
            data_dir=tmp_path,
            streams_url=f"sqlite:///{tmp_path / 'streams.db'}",
            streams_prefix="acme",
            streams_durability="normal",  # processes are killed here, not power
        )

    def age(self, log: StreamLog, stream: str, keep: timedelta, settings: Settings) -> None:
        log.create([StreamSpec(stream, 6, keep, 10_000)])
        log.maintain()


# 12, 24, 25: repeats of the relay, and members that take long


def test_12_a_relay_that_repeats_itself_appends_nothing_twice(opener: Opener) -> None:
    log = opener()
    rows = [NewRecord("in", b"k", str(n).encode(), (), utc_now(), sequence=n) for n in range(1, 11)]
    log.append(rows[:6], producer="outbox:1")
    log.append(rows[:6], producer="outbox:1")
    log.append(rows[4:], producer="outbox:1")
    assert [r.value for r in log.read("in")] == [str(n).encode() for n in range(1, 11)]
    log.append(rows[:1], producer="outbox:2")
    assert len(list(log.read("in"))) == 11


def test_12_what_an_outbox_sent_is_known_only_if_it_was_appended(opener: Opener) -> None:
    log = opener()
    row = NewRecord("in", b"k", b"v", (), utc_now(), sequence=1)
    with no_room(log), pytest.raises(StreamFullError):
        log.append([row] * 500, producer="outbox:1")
    log.append([row], producer="outbox:1")
    assert len(list(log.read("in"))) == 1


def test_24_a_batch_longer_than_a_session_keeps_its_partitions(opener: Opener) -> None:
    times = SessionTimes(session_ms=3_000, processing_ms=20_000)
    slow, other = opener("slow", times=times), opener("other", times=times)
    slow.append(numbered(20))
    consumer = slow.consumer("g", ["in"], slot="slow")
    batch = consumer.poll()
    greedy = other.consumer("g", ["in"], slot="z")
    until = time.monotonic() + 4.5
    while time.monotonic() < until:
        assert not greedy.poll(timeout=0.1)
    consumer.commit(batch)
    assert unread(other, "g") == 0


def test_25_a_batch_over_the_limit_is_fenced_and_done_by_another(opener: Opener) -> None:
    times = SessionTimes(session_ms=300, processing_ms=300)
    slow, other = opener("slow", times=times), opener("other", times=times)
    slow.append(numbered(20))
    consumer = slow.consumer("g", ["in"], slot="slow")
    batch = consumer.poll()
    assert len(batch.records) == 20
    eager = other.consumer("g", ["in"], slot="eager")
    again = take(eager, 20)
    with pytest.raises(FencedError), consumer.transaction(batch) as out:
        out.append(*numbered(20, "out"))
    assert list(other.read("out")) == []
    assert {(r.partition, r.offset) for r in again} == {
        (r.partition, r.offset) for r in batch.records
    }


def test_a_silent_member_of_another_host_loses_its_partitions_after_ten_seconds(
    opener: Opener,
) -> None:
    clock = Moment()
    gone, here = opener("gone", clock=clock), opener("here", clock=clock)
    gone.append(numbered(10))
    gone.consumer("g", ["in"], slot="gone").poll()
    consumer = here.consumer("g", ["in"], slot="here")
    clock.now += timedelta(seconds=9)
    assert not consumer.poll(timeout=0)
    assert {lag.member for lag in here.lag("g", ["in"])} == {"gone"}
    clock.now += timedelta(seconds=2)
    assert {lag.member for lag in here.lag("g", ["in"])} == {None}
    assert len(consumer.poll(timeout=5).records) == 10


def test_a_member_whose_process_is_dead_loses_its_partitions_at_once(opener: Opener) -> None:
    dead: set[str] = set()
    gone = opener("gone")
    here = opener("here", alive=lambda instance: instance not in dead)
    gone.append(numbered(10))
    gone.consumer("g", ["in"], slot="gone").poll()
    consumer = here.consumer("g", ["in"], slot="here")
    assert not consumer.poll(timeout=0)
    dead.add("gone")
    assert len(consumer.poll(timeout=5).records) == 10  # a session is ten seconds


def test_members_of_processes_with_other_data_folders_are_seen_alive(tmp_path: Path) -> None:
    def settings(folder: str) -> Settings:
        return Settings(
            data_dir=tmp_path / folder, streams_url=f"sqlite:///{tmp_path / 'shared.db'}"
        )

    instances = [Instance.start(tmp_path / folder) for folder in ("one", "two")]
    one, two = (
        open_streams(settings(f), instance=i, clock=utc_now)
        for f, i in zip(("one", "two"), instances, strict=True)
    )
    one.create(SPECS)
    one.append(numbered(10))
    assert len(one.consumer("g", ["in"], slot="a").poll().records) == 10
    second = two.consumer("g", ["in"], slot="b")
    assert not second.poll(timeout=0)
    instances[0].close()
    assert len(second.poll(timeout=5).records) == 10
    one.close()
    two.close()
    instances[1].close()


# 43, 45: an engine that is away, and many readers


def test_43_a_locked_file_is_reported_within_the_limit_and_costs_nothing(
    opener: Opener, tmp_path: Path
) -> None:
    log = opener()
    log.append(numbered(10))
    consumer = log.consumer("g", ["in"], slot="a")
    batch = consumer.poll()
    log._database.session().patience = 0.2
    blocker = apsw.Connection(str(tmp_path / "streams.db"))
    blocker.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(StreamUnavailableError, match="busy"):
        log.append(numbered(1))
    with pytest.raises(StreamUnavailableError), consumer.transaction(batch) as out:
        out.append(*numbered(10, "out"))
    with pytest.raises(StreamUnavailableError):
        log.maintain()
    assert time.monotonic() - began < 3
    assert len(list(log.read("in"))) == 10
    blocker.execute("ROLLBACK")
    blocker.close()
    assert consumer.poll() == batch
    assert unread(log, "g") == 10


def test_43_a_full_disk_loses_nothing_and_work_goes_on_once_there_is_room(opener: Opener) -> None:
    log = opener()
    log.append(numbered(10))
    consumer = log.consumer("g", ["in"], slot="a")
    batch = consumer.poll()
    big = [NewRecord("out", b"k", b"x" * 9_000, (), utc_now())] * 50

    def copy() -> None:
        with consumer.transaction(batch) as out:
            out.append(*big)

    with no_room(log), pytest.raises(StreamFullError, match=r"is full.*Free space"):
        copy()
    assert list(log.read("out")) == []
    assert consumer.poll() == batch
    copy()
    assert len(list(log.read("out"))) == 50
    assert unread(log, "g") == 0


def test_45_fifty_tailers_do_not_hold_writers_up(opener: Opener) -> None:
    log = opener()
    ended = threading.Event()
    counts = [0] * 50

    def tail(index: int) -> None:
        for _ in log.read("in", follow=lambda: not ended.is_set()):
            counts[index] += 1

    threads = [threading.Thread(target=tail, args=(i,)) for i in range(50)]
    for thread in threads:
        thread.start()
    took = []
    for _ in range(30):
        began = time.monotonic()
        log.append(numbered(5))
        took.append(time.monotonic() - began)
    deadline = time.monotonic() + 15
    while min(counts) < 150 and time.monotonic() < deadline:
        time.sleep(0.05)
    ended.set()
    for thread in threads:
        thread.join(5)
    assert counts == [150] * 50
    assert max(took) < 1

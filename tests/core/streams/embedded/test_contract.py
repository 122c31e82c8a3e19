"""The contract on the embedded log; the numbers refer to ../README.md."""

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
from core.streams.embedded import SessionTimeouts
from core.streams.port import NewRecord, StreamLog, StreamSpec
from tests.core.streams.contract.suite import Contract
from tests.core.streams.support import OpenLog, full_disk, numbered, take, unread


class TestEmbedded(Contract):
    @pytest.fixture
    def settings(self, tmp_path: Path) -> Settings:
        return Settings(
            data_dir=tmp_path,
            streams_url=f"sqlite:///{tmp_path / 'streams.db'}",
            streams_prefix="acme",
            streams_durability="normal",  # these tests kill processes, they do not cut the power
        )

    def apply_retention(
        self, log: StreamLog, stream: str, retention: timedelta, settings: Settings
    ) -> None:
        log.create([StreamSpec(stream, 6, retention, 10_000)])
        log.maintain()


# 12: repeats of the relay


def test_12_a_relay_that_repeats_itself_appends_nothing_twice(open_log: OpenLog) -> None:
    log = open_log()
    rows = [NewRecord("in", b"k", str(n).encode(), (), utc_now(), sequence=n) for n in range(1, 11)]
    log.append(rows[:6], producer="outbox:1")
    log.append(rows[:6], producer="outbox:1")
    log.append(rows[4:], producer="outbox:1")
    assert [r.value for r in log.read("in")] == [str(n).encode() for n in range(1, 11)]
    log.append(rows[:1], producer="outbox:2")
    assert len(list(log.read("in"))) == 11


def test_12_a_record_that_could_not_be_appended_is_no_repeat_later(open_log: OpenLog) -> None:
    log = open_log()
    row = NewRecord("in", b"k", b"v", (), utc_now(), sequence=1)
    with full_disk(log), pytest.raises(StreamFullError):
        log.append([row] * 500, producer="outbox:1")
    log.append([row], producer="outbox:1")
    assert len(list(log.read("in"))) == 1


# 24, 25: batches that take long


@pytest.mark.slow
def test_24_a_batch_longer_than_a_session_keeps_its_partitions(open_log: OpenLog) -> None:
    timeouts = SessionTimeouts(session_ms=3_000, processing_ms=20_000)
    slow, other = open_log("slow", timeouts=timeouts), open_log("other", timeouts=timeouts)
    slow.append(numbered(20))
    consumer = slow.consumer("g", ["in"], slot="slow")
    batch = consumer.poll()
    greedy = other.consumer("g", ["in"], slot="z")
    until = time.monotonic() + 4.5
    while time.monotonic() < until:
        assert not greedy.poll(timeout=0.1)
    consumer.commit(batch)
    assert unread(other, "g") == 0


@pytest.mark.slow
def test_25_a_batch_over_the_limit_is_fenced_and_processed_by_another_member(
    open_log: OpenLog,
) -> None:
    timeouts = SessionTimeouts(session_ms=300, processing_ms=300)
    slow, other = open_log("slow", timeouts=timeouts), open_log("other", timeouts=timeouts)
    slow.append(numbered(20))
    consumer = slow.consumer("g", ["in"], slot="slow")
    batch = consumer.poll()
    assert len(batch.records) == 20
    eager = other.consumer("g", ["in"], slot="eager")
    repeated = take(eager, 20)
    with pytest.raises(FencedError), consumer.transaction(batch) as out:
        out.append(*numbered(20, "out"))
    assert list(other.read("out")) == []
    assert {(r.partition, r.offset) for r in repeated} == {
        (r.partition, r.offset) for r in batch.records
    }


# 43: an engine that is unavailable


@pytest.mark.slow
def test_43_a_locked_file_is_reported_within_the_limit_and_nothing_is_lost(
    open_log: OpenLog, tmp_path: Path
) -> None:
    log = open_log()
    log.append(numbered(10))
    consumer = log.consumer("g", ["in"], slot="a")
    batch = consumer.poll()
    log._database.thread_connection().busy_seconds = 0.2
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


def test_43_a_full_disk_loses_nothing_and_work_continues_once_there_is_space(
    open_log: OpenLog,
) -> None:
    log = open_log()
    log.append(numbered(10))
    consumer = log.consumer("g", ["in"], slot="a")
    batch = consumer.poll()
    big = [NewRecord("out", b"k", b"x" * 9_000, (), utc_now())] * 50

    def copy() -> None:
        with consumer.transaction(batch) as out:
            out.append(*big)

    with full_disk(log), pytest.raises(StreamFullError, match=r"is full.*Free space"):
        copy()
    assert list(log.read("out")) == []
    assert consumer.poll() == batch
    copy()
    assert len(list(log.read("out"))) == 50
    assert unread(log, "g") == 0


# 45: many readers


@pytest.mark.slow
def test_45_fifty_following_readers_do_not_delay_writers(open_log: OpenLog) -> None:
    log = open_log()
    ended = threading.Event()
    counts = [0] * 50

    def follow(index: int) -> None:
        for _ in log.read("in", follow=lambda: not ended.is_set()):
            counts[index] += 1

    threads = [threading.Thread(target=follow, args=(i,)) for i in range(50)]
    for thread in threads:
        thread.start()
    seconds = []
    for _ in range(30):
        began = time.monotonic()
        log.append(numbered(5))
        seconds.append(time.monotonic() - began)
    deadline = time.monotonic() + 15
    while min(counts) < 150 and time.monotonic() < deadline:
        time.sleep(0.05)
    ended.set()
    for thread in threads:
        thread.join(5)
    assert counts == [150] * 50
    assert max(seconds) < 1

"""Members that are slow, run twice, or die with an open transaction."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from kafka import KafkaProducer

from config.errors import FencedError
from core.clock import utc_now
from core.streams.port import Batch, NewRecord
from tests.core.streams.kafka.faults import (
    SHORT,
    Opener,
    assert_copied_once,
    copy_batch,
    opening,
    run_loop,
)
from tests.core.streams.support import CHILDREN, eventually, numbered, take, unread
from tests.support import fork_server
from tests.support.fork_server import ForkedProcess
from tests.support.kafka import Broker


@pytest.fixture
def open_log(kafka: Broker) -> Iterator[Opener]:
    with opening(kafka.address) as opener:
        yield opener


def test_25_a_member_that_is_too_slow_is_fenced_and_its_batch_is_processed_once(
    open_log: Opener,
) -> None:
    slow = open_log(timeouts=dataclasses.replace(SHORT, processing=4.0))
    slow.append(numbered(30))
    late = slow.consumer("g", ["in"], slot="late")
    batch = late.poll(limit=30, timeout=10)
    assert batch
    began = time.monotonic()
    other = open_log()
    eager = other.consumer("g", ["in"], slot="eager")
    while unread(other, "g"):
        assert time.monotonic() - began < 40
        if taken_over := eager.poll(limit=30, timeout=0.3):
            copy_batch(eager, taken_over)
    with pytest.raises(FencedError):
        copy_batch(late, batch)
    assert not late.poll(timeout=0.5)
    assert_copied_once(other)


def test_26_a_rebalance_while_a_batch_is_processed_loses_nothing_and_repeats_nothing(
    open_log: Opener,
) -> None:
    first, second = open_log(), open_log()
    first.append(numbered(60))
    a = first.consumer("g", ["in"], slot="a")
    batch = a.poll(limit=60, timeout=10)
    b = second.consumer("g", ["in"], slot="b")
    for _ in range(5):
        b.poll(timeout=0.2)  # joins; the brokers wait for a
    fenced = 0
    deadline = time.monotonic() + 40
    while unread(first, "g"):
        assert time.monotonic() < deadline
        for consumer in (a, b):
            try:
                if batch := batch or consumer.poll(limit=7, timeout=0.2):
                    copy_batch(consumer, batch)
            except FencedError:
                fenced += 1
                consumer.rewind()
            batch = Batch()
    assert_copied_once(first)
    assert {lag.member for lag in first.lag("g", ["in"])} <= {"a", "b", None}


def test_of_two_processes_with_one_slot_the_first_ends_and_nothing_is_processed_twice(
    open_log: Opener, kafka: Broker, tmp_path: Path
) -> None:
    log = open_log()
    log.append(numbered(400))
    environment = {
        **os.environ,
        "WIREWATCH_DATA_DIR": str(tmp_path),
        "WIREWATCH_STREAMS_URL": f"kafka://{kafka.address}",
        "WIREWATCH_STREAMS_PREFIX": open_log.prefix,
    }
    command = ["work", "g", "in", "out", "twin", "0.2"]

    def start() -> ForkedProcess:
        return fork_server.start(command, env=environment, cwd=tmp_path, main=CHILDREN)

    older = start()
    eventually(lambda: unread(log, "g") < 400, within=40)
    younger = start()
    try:
        _, stderr = older.communicate(timeout=40)
        assert older.returncode == 1
        assert "SlotTakenError" in stderr
        assert "WIREWATCH_SLOT" in stderr
        eventually(lambda: unread(log, "g") == 0, within=40)
        younger.terminate()
        assert younger.communicate(timeout=20)[0].splitlines()[0] == "ready"
        assert younger.returncode == 0
    finally:
        for child in (older, younger):
            child.kill()
            child.communicate()
    assert_copied_once(log)


@contextmanager
def left_open(open_log: Opener, slot: str, seconds: float) -> Iterator[None]:
    """Leave a transaction open, as a worker that is killed between its outputs and its commit."""
    producer = KafkaProducer(
        bootstrap_servers=open_log.address,
        transactional_id=f"{open_log.prefix}.wirewatch.g-{slot}",
        transaction_timeout_ms=round(seconds * 1000),
    )
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(f"{open_log.prefix}.out", key=b"k", value=b"never", partition=0)
    producer.flush(timeout=10)
    yield
    producer._sender.force_close()


def test_36_the_open_transaction_of_a_dead_worker_blocks_readers_until_its_timeout(
    open_log: Opener,
) -> None:
    log = open_log()
    with left_open(open_log, "retired", 5.0):
        log.append(numbered(20, "out"))
        assert len(list(log.read("out"))) < 20  # records after it in its partition are invisible
        eventually(lambda: len(list(log.read("out"))) == 20, within=20)
        assert b"never" not in {r.value for r in log.read("out")}


def test_36_a_slot_that_returns_aborts_its_open_transaction_at_once(open_log: Opener) -> None:
    log = open_log()
    with left_open(open_log, "a", 60.0):
        log.append(numbered(20, "out"))
        assert len(list(log.read("out"))) < 20
        log.consumer("g", ["in"], slot="a")
        eventually(lambda: len(list(log.read("out"))) == 20, within=20)


def test_a_wrong_clock_does_not_prevent_appends_and_the_lag_stays_plausible(
    open_log: Opener,
) -> None:
    log = open_log()
    now = utc_now()
    for ahead in (timedelta(hours=1, minutes=1), timedelta(days=30)):
        log.append([NewRecord("in", b"k", b"early", (), now + ahead)])
    (lag,) = [lag for lag in log.lag("g", ["in"]) if lag.records]
    assert (lag.records, lag.seconds) == (2, 0.0)
    fast = open_log(clock=lambda: utc_now() + timedelta(hours=1))
    fast.append(numbered(3))
    assert all(0 <= lag.seconds < 3700 for lag in fast.lag("g", ["in"]))
    consumer = fast.consumer("g", ["in"], slot="a")
    assert len(take(consumer, 5)) == 5
    consumer.rewind()
    run_loop(fast, consumer)
    assert {lag.seconds for lag in log.lag("g", ["in"])} == {0.0}
    assert_copied_once(log)

"""A broker that is down, frozen or restarts: every call returns in time, and nothing is lost."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from config.errors import StreamError, StreamUnavailableError
from core.clock import utc_now
from core.streams.kafka import KafkaTimeouts
from core.streams.port import Batch, NewRecord
from scripts.kafka.broker import HOST
from tests.core.streams.kafka.faults import (
    SHORT,
    WATCHDOG_SECONDS,
    Opener,
    assert_copied_once,
    copy_batch,
    copy_of,
    opening,
    run_loop,
    within,
)
from tests.core.streams.support import SPECS, numbered, unread
from tests.support.kafka import Broker, running

CHILD = Path(__file__).with_name("transaction_child.py")
ROOT = Path(__file__).parents[4]
pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def shared() -> Iterator[Broker]:
    with running() as broker:
        yield broker


@pytest.fixture
def broker(shared: Broker) -> Iterator[Broker]:
    """Every test breaks it; afterwards it is repaired for the next one."""
    yield shared
    shared.thaw()
    if not shared.running:
        shared.start()


@pytest.fixture
def open_log(broker: Broker) -> Iterator[Opener]:
    with opening(broker.address) as opener:
        yield opener


def call_at_once(
    calls: dict[str, Callable[[], object]],
) -> dict[str, tuple[float, BaseException | None]]:
    """Make calls at the same time. Return the seconds each took, and the error it raised."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return dict(zip(calls, pool.map(_timed, calls.values()), strict=True))


def _timed(call: Callable[[], object]) -> tuple[float, BaseException | None]:
    began = time.monotonic()
    try:
        call()
    except StreamError as error:
        return time.monotonic() - began, error
    return time.monotonic() - began, None


def _memory() -> int:
    """Resident bytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_43_a_broker_that_is_down_at_the_start_is_reported_within_the_limit() -> None:
    with socket.socket() as bound:
        bound.bind((HOST, 0))  # not listening; keeps another broker from taking the port
        address = f"{HOST}:{bound.getsockname()[1]}"
        message = (
            rf"Kafka cannot be reached \({address}: Connection refused\)\. Start it, or correct"
        )
        with (
            opening(address) as open_log,
            within(SHORT.opening + 4),
            pytest.raises(StreamUnavailableError, match=message),
        ):
            open_log()


@pytest.mark.parametrize("fault", ["kill", "freeze"])
def test_43_every_call_returns_while_the_broker_is_away_and_work_continues_afterwards(
    fault: str, broker: Broker, open_log: Opener
) -> None:
    log = open_log()
    log.append(numbered(20))
    consumer, other = (log.consumer(g, ["in"], slot="a") for g in ("g", "other"))
    batch, other_batch = (c.poll(limit=20, timeout=10) for c in (consumer, other))
    getattr(broker, fault)()
    calls: dict[str, Callable[[], object]] = {
        "transaction": lambda: copy_batch(consumer, batch),
        "commit": lambda: other.commit(other_batch),
        "append": lambda: log.append(numbered(3, "out")),
        "read": lambda: list(log.read("in")),
        "lag": lambda: log.lag("g", ["in"]),
        "streams": log.list_streams,
        "groups": log.list_groups,
        "create": lambda: log.create(SPECS),
        "forget": lambda: log.delete_group("none"),
        "maintain": log.maintain,
        "open": open_log,
    }
    results = call_at_once(calls)
    late = {
        name: seconds for name, (seconds, _) in results.items() if seconds >= 2 * WATCHDOG_SECONDS
    }
    assert not late
    failed = {name for name, (_, error) in results.items() if error is not None}
    assert failed >= calls.keys() - {"maintain", "create"}, results
    assert all(isinstance(e, StreamUnavailableError | None) for _, e in results.values()), results
    for member in (consumer, other):
        with within(2 * WATCHDOG_SECONDS), suppress(StreamUnavailableError):
            assert not member.poll(timeout=0.5)
    broker.start() if fault == "kill" else broker.thaw()
    with suppress(StreamUnavailableError):
        log.append(numbered(5))
    run_loop(log, consumer)
    assert unread(log, "g") == 0
    copies = [r for r in log.read("out") if r.header("source")]
    assert len(copies) == len({r.header("source") for r in copies}) == len(list(log.read("in")))


def test_43_a_commit_that_hangs_ends_the_process_and_the_next_process_loses_nothing(
    broker: Broker, open_log: Opener
) -> None:
    log = open_log()
    log.append(numbered(20))
    child = subprocess.Popen(
        [sys.executable, CHILD, broker.address, open_log.prefix],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdout is not None
    assert int(child.stdout.readline().removeprefix("holding ")) > 0
    broker.kill()
    with within(3 * WATCHDOG_SECONDS):
        output, _ = child.communicate("commit\n", timeout=3 * WATCHDOG_SECONDS)
    assert child.returncode == 3
    assert "kafka_call_hangs" in output
    assert "committed" not in output
    broker.start()
    patient = open_log(timeouts=KafkaTimeouts())  # a broker answers before its coordinators do
    run_loop(patient, patient.consumer("g", ["in"], slot="a"))
    assert_copied_once(log)


@pytest.mark.parametrize("fault", ["stop", "kill"])
def test_a_broker_that_restarts_during_a_transaction_loses_nothing_and_repeats_nothing(
    fault: str, broker: Broker, open_log: Opener
) -> None:
    log = open_log()
    log.append(numbered(60))
    consumer = log.consumer("g", ["in"], slot="a")
    restarts = 0

    def handle(batch: Batch) -> None:
        nonlocal restarts
        with consumer.transaction(batch) as out:
            out.append(*(copy_of(r) for r in batch.records))
            if not restarts:
                restarts += 1
                getattr(broker, fault)()
                broker.start()

    run_loop(log, consumer, handle)
    assert restarts == 1
    assert_copied_once(log)


def test_13_14_appends_to_a_frozen_broker_are_bounded_in_memory_and_fail_in_time(
    broker: Broker, open_log: Opener
) -> None:
    log = open_log()
    log.append(numbered(1))
    record = NewRecord("in", None, os.urandom(9_000), (), utc_now())
    broker.freeze()
    before = _memory()
    peak = before
    with within(SHORT.delivery + 10), ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(log.append, [record] * 10_000) for _ in range(8)]
        while not all(call.done() for call in calls):
            peak = max(peak, _memory())
            time.sleep(0.05)
    errors = [call.exception() for call in calls]
    assert {type(error) for error in errors} == {StreamUnavailableError}, errors
    assert peak - before < 150_000_000  # of the 720 MB that were passed
    broker.thaw()
    log.append(numbered(3, "out"))
    assert len(list(log.read("out"))) == 3

"""Bad weather: the broker is away, frozen, or comes and goes. Every call ends; nothing is lost."""

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
from tests.core.streams.kafka.weather import (
    HANGS,
    QUICK,
    Open,
    copies_of,
    copy,
    each_copied_once,
    opening,
    run,
    within,
)
from tests.core.streams.support import SPECS, numbered, unread
from tests.support.kafka import Broker, running

CHILD = Path(__file__).with_name("child.py")
ROOT = Path(__file__).parents[4]
pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def shared() -> Iterator[Broker]:
    with running() as broker:
        yield broker


@pytest.fixture
def broker(shared: Broker) -> Iterator[Broker]:
    """Broken by every test, and whole again for the next."""
    yield shared
    shared.thaw()
    if not shared.running:
        shared.start()


@pytest.fixture
def opener(broker: Broker) -> Iterator[Open]:
    with opening(broker.address) as open_log:
        yield open_log


def at_once(
    calls: dict[str, Callable[[], object]],
) -> dict[str, tuple[float, BaseException | None]]:
    """Make calls at the same time; how long each took, and what it raised."""
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
    """Bytes this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_43_a_broker_that_is_down_at_the_start_is_a_sentence_within_the_limit() -> None:
    with socket.socket() as nobody:
        nobody.bind((HOST, 0))  # held, so that no other broker takes it
        address = f"{HOST}:{nobody.getsockname()[1]}"
        _refuses(address)


def _refuses(address: str) -> None:
    said = rf"Kafka cannot be reached \({address}: Connection refused\)\. Start it, or correct"
    with (
        opening(address) as opener,
        within(QUICK.opening + 4),
        pytest.raises(StreamUnavailableError, match=said),
    ):
        opener()


@pytest.mark.parametrize("how", ["kill", "freeze"])
def test_43_every_call_ends_while_the_broker_is_away_and_work_goes_on_after(
    how: str, broker: Broker, opener: Open
) -> None:
    log = opener()
    log.append(numbered(20))
    consumer, other = (log.consumer(g, ["in"], slot="a") for g in ("g", "other"))
    batch, theirs = (c.poll(limit=20, timeout=10) for c in (consumer, other))
    getattr(broker, how)()
    calls: dict[str, Callable[[], object]] = {
        "transaction": lambda: copy(consumer, batch),
        "commit": lambda: other.commit(theirs),
        "append": lambda: log.append(numbered(3, "out")),
        "read": lambda: list(log.read("in")),
        "lag": lambda: log.lag("g", ["in"]),
        "streams": log.streams,
        "groups": log.groups,
        "create": lambda: log.create(SPECS),
        "forget": lambda: log.forget("nobody"),
        "maintain": log.maintain,
        "open": opener,
    }
    ended = at_once(calls)
    late = {name: took for name, (took, _) in ended.items() if took >= 2 * HANGS}
    assert not late
    failed = {name for name, (_, error) in ended.items() if error is not None}
    assert failed >= calls.keys() - {"maintain", "create"}, ended
    assert all(isinstance(e, StreamUnavailableError | None) for _, e in ended.values()), ended
    for member in (consumer, other):
        with within(2 * HANGS), suppress(StreamUnavailableError):
            assert not member.poll(timeout=0.5)
    broker.start() if how == "kill" else broker.thaw()
    with suppress(StreamUnavailableError):
        log.append(numbered(5))
    run(log, consumer)
    assert unread(log, "g") == 0
    found = [r for r in log.read("out") if r.header("source")]
    assert len(found) == len({r.header("source") for r in found}) == len(list(log.read("in")))


def test_43_a_commit_that_hangs_ends_the_process_and_the_next_one_loses_nothing(
    broker: Broker, opener: Open
) -> None:
    log = opener()
    log.append(numbered(20))
    child = subprocess.Popen(
        [sys.executable, CHILD, broker.address, opener.prefix],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert child.stdout is not None
    held = int(child.stdout.readline().removeprefix("holding "))
    assert held > 0
    broker.kill()
    with within(3 * HANGS):
        said, _ = child.communicate("go on\n", timeout=3 * HANGS)
    assert child.returncode == 3
    assert "kafka_call_hangs" in said
    assert "committed" not in said
    broker.start()
    patient = opener(times=KafkaTimeouts())  # a broker answers before its coordinators do
    run(patient, patient.consumer("g", ["in"], slot="a"))
    each_copied_once(log)


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_a_broker_that_restarts_during_a_transaction_loses_nothing_and_doubles_nothing(
    how: str, broker: Broker, opener: Open
) -> None:
    log = opener()
    log.append(numbered(60))
    consumer = log.consumer("g", ["in"], slot="a")
    restarts = 0

    def attempt(batch: Batch) -> None:
        nonlocal restarts
        with consumer.transaction(batch) as out:
            out.append(*(copies_of(r) for r in batch.records))
            if not restarts:
                restarts += 1
                getattr(broker, how)()
                broker.start()

    run(log, consumer, attempt)
    assert restarts == 1
    each_copied_once(log)


def test_13_14_a_frozen_broker_bounds_what_is_under_way_and_each_call_is_told_in_time(
    broker: Broker, opener: Open
) -> None:
    log = opener()
    log.append(numbered(1))
    record = NewRecord("in", None, os.urandom(9_000), (), utc_now())
    broker.freeze()
    before = _memory()
    peak = before
    with within(QUICK.delivery + 10), ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(log.append, [record] * 10_000) for _ in range(8)]
        while not all(call.done() for call in calls):
            peak = max(peak, _memory())
            time.sleep(0.05)
    errors = [call.exception() for call in calls]
    assert {type(error) for error in errors} == {StreamUnavailableError}, errors
    assert peak - before < 150_000_000  # of the 720 MB that were handed in
    broker.thaw()
    log.append(numbered(3, "out"))
    assert len(list(log.read("out"))) == 3

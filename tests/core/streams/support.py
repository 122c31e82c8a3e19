"""What the tests of the stream engines share."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.settings import Settings
from core.clock import utc_now
from core.messages.envelope import DEAD_LETTER
from core.processes.instance import Instance
from core.streams import open_streams
from core.streams.embedded import EmbeddedLog
from core.streams.port import Consumer, NewRecord, Record, StreamLog, StreamSpec

Opener = Callable[..., EmbeddedLog]
"""Opens one file again and again; see the fixture ``opener``."""

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


def take(consumer: Consumer, count: int, *, within: float = 20.0) -> list[Record]:
    """Poll until ``count`` records came; fails when they do not come in time."""
    found: list[Record] = []
    deadline = time.monotonic() + within
    while len(found) < count:
        assert time.monotonic() < deadline, f"only {len(found)} of {count} records came"
        found += consumer.poll(timeout=0.1).records
    return found


def every(consumer: Consumer, count: int) -> list[bytes]:
    """Values of the first ``count`` different records; some may come more than once."""
    found: dict[tuple[str, int, int], Record] = {}

    def enough() -> bool:
        batch = consumer.poll(timeout=0.1)
        found.update({(r.stream, r.partition, r.offset): r for r in batch.records})
        return len(found) >= count

    eventually(enough)
    return values(tuple(found.values()))


def eventually(true: Callable[[], bool], *, within: float = 20.0) -> None:
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
            "WIREWATCH_LOG_LEVEL": "warning",
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


class Engine:
    """What every part of the contract stands on: an engine, opened as often as one likes."""

    @pytest.fixture
    def settings(self) -> Settings:
        raise NotImplementedError("each engine names its own")

    def age(self, log: StreamLog, stream: str, keep: timedelta, settings: Settings) -> None:
        """Let retention take what is older than ``keep``, as the engine's operator would."""
        raise NotImplementedError("each engine has its own way")

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


def share_out(log: StreamLog, a: Consumer, b: Consumer) -> None:
    """Let both take part in the rebalance, until each holds its half of ``in``."""

    def shared() -> bool:
        for member in (a, b):
            member.poll(timeout=0.05)
        return Counter(holders(log).values()) == {"a": 3, "b": 3}

    eventually(shared, within=30)


def gather(*members: Consumer, count: int) -> list[set[tuple[int, int]]]:
    """What each member gets, as partition and offset, until there are ``count`` records."""
    found: list[set[tuple[int, int]]] = [set() for _ in members]

    def enough() -> bool:
        for seen, member in zip(found, members, strict=True):
            batch = member.poll(limit=1000, timeout=0.1)
            seen |= {(r.partition, r.offset) for r in batch.records}
        return sum(map(len, found)) >= count

    eventually(enough)
    return found


def holders(log: StreamLog) -> dict[int, str | None]:
    return {lag.partition: lag.member for lag in log.lag("g", ["in"])}


class Moment:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class no_room:  # noqa: N801 - reads as a state
    """The file may not grow: SQLite answers as it does on a full disk."""

    def __init__(self, log: EmbeddedLog) -> None:
        self._connection = log._database.session().connection

    def __enter__(self) -> None:
        self._connection.execute("PRAGMA max_page_count = 1").fetchall()

    def __exit__(self, *_: object) -> None:
        self._connection.execute("PRAGMA max_page_count = 4294967294").fetchall()

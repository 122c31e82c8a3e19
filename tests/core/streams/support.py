"""What the tests of the stream engines share."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from config.settings import Settings
from core.clock import utc_now
from core.messages.envelope import DEAD_LETTER
from core.processes.instance import Instance
from core.streams import open_streams
from core.streams.embedded import EmbeddedLog
from core.streams.port import Consumer, NewRecord, Record, StreamLog, StreamSpec
from tests.support import fork_server
from tests.support.fork_server import ForkedProcess

OpenLog = Callable[..., EmbeddedLog]
"""Opens the same file any number of times; see the fixture ``open_log``."""

CHILDREN = "tests.core.streams.children:main"
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
    """Poll until ``count`` records arrived; fail if they do not arrive in time."""
    records: list[Record] = []
    deadline = time.monotonic() + within
    while len(records) < count:
        assert time.monotonic() < deadline, f"only {len(records)} of {count} records arrived"
        records += consumer.poll(timeout=0.1).records
    return records


def take_distinct(consumer: Consumer, count: int) -> list[bytes]:
    """Poll until ``count`` different records arrived, some perhaps repeatedly; their values."""
    records: dict[tuple[str, int, int], Record] = {}

    def enough() -> bool:
        batch = consumer.poll(timeout=0.1)
        records.update({(r.stream, r.partition, r.offset): r for r in batch.records})
        return len(records) >= count

    eventually(enough)
    return values(tuple(records.values()))


def eventually(condition: Callable[[], bool], *, within: float = 20.0) -> None:
    """Wait until a condition holds; fail if it does not hold in time."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def unread(log: StreamLog, group: str) -> int:
    return sum(lag.records for lag in log.lag(group, ["in"]))


class Children:
    """Starts processes that use the same engine; kills them after the test."""

    def __init__(self, settings: Settings) -> None:
        self._environment = {
            **os.environ,
            "WIREWATCH_DATA_DIR": str(settings.data_dir),
            "WIREWATCH_STREAMS_URL": settings.streams_url,
            "WIREWATCH_STREAMS_PREFIX": settings.streams_prefix,
            "WIREWATCH_LOG_LEVEL": "warning",
        }
        self._folder = settings.data_dir
        self._running: list[ForkedProcess] = []

    def start(self, *arguments: str) -> ForkedProcess:
        child = fork_server.start(arguments, env=self._environment, cwd=self._folder, main=CHILDREN)
        self._running.append(child)
        return child

    def end(self) -> None:
        for child in self._running:
            child.kill()
            child.communicate()


def line(child: ForkedProcess) -> str:
    """The next line that a child prints."""
    assert child.stdout is not None
    return child.stdout.readline().strip()


class EngineTests:
    """Base of every part of the contract: the engine, opened any number of times."""

    @pytest.fixture
    def settings(self) -> Settings:
        raise NotImplementedError("each engine gives its own")

    def apply_retention(
        self, log: StreamLog, stream: str, retention: timedelta, settings: Settings
    ) -> None:
        """Delete the records of a stream that are older than ``retention``."""
        raise NotImplementedError("each engine has its own way")

    @pytest.fixture
    def opened(self, settings: Settings) -> Iterator[Callable[[], StreamLog]]:
        """Opens the engine any number of times, each time as another process would."""
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


def rebalance(log: StreamLog, a: Consumer, b: Consumer) -> None:
    """Poll both members until each has its half of the partitions of ``in``."""

    def is_balanced() -> bool:
        for member in (a, b):
            member.poll(timeout=0.05)
        return Counter(members_by_partition(log).values()) == {"a": 3, "b": 3}

    eventually(is_balanced, within=30)


def gather(*members: Consumer, count: int) -> list[set[tuple[int, int]]]:
    """Poll members until ``count`` records arrived; partition and offset of each one's."""
    received: list[set[tuple[int, int]]] = [set() for _ in members]

    def enough() -> bool:
        for offsets, member in zip(received, members, strict=True):
            batch = member.poll(limit=1000, timeout=0.1)
            offsets |= {(r.partition, r.offset) for r in batch.records}
        return sum(map(len, received)) >= count

    eventually(enough)
    return received


def members_by_partition(log: StreamLog) -> dict[int, str | None]:
    return {lag.partition: lag.member for lag in log.lag("g", ["in"])}


class FixedClock:
    """A clock that only moves when a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def full_disk(log: EmbeddedLog) -> Iterator[None]:
    """Keep the file from growing: SQLite answers as it does on a full disk."""
    connection = log._database.thread_connection().connection
    connection.execute("PRAGMA max_page_count = 1").fetchall()
    try:
        yield
    finally:
        connection.execute("PRAGMA max_page_count = 4294967294").fetchall()

"""What the tests of bad weather share: engines with short times, and calls that are timed."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from config.settings import Settings
from core.clock import Clock, utc_now
from core.dispositions import Dispositions
from core.streams.consume_loop import ConsumePolicy, LoopResult, consume
from core.streams.kafka import KafkaLog, KafkaTimeouts, options
from core.streams.port import Batch, Consumer, NewRecord, Record, StreamLog
from tests.core.streams.support import SPECS, unread

QUICK = KafkaTimeouts(
    session=3.0,
    heartbeat=0.3,
    transaction=6.0,
    grace=2.0,
    delivery=4.0,
    request=2.0,
    opening=4.0,
    closing=1.0,
)
HANGS = QUICK.transaction + QUICK.grace
"""Seconds until the watchdog has enough."""


class Open:
    """Opens engines that share the streams of one test, as other processes would.

    Attributes:
        address: Where the broker is.
        prefix: Of the test's streams.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.prefix = f"w{uuid.uuid4().hex[:12]}"
        self._logs: list[KafkaLog] = []

    def __call__(self, *, times: KafkaTimeouts = QUICK, clock: Clock = utc_now) -> KafkaLog:
        """One more. Its watchdog raises instead of ending the process of the tests."""
        made = options(self.address, Settings(), client="weather", times=times)
        log = KafkaLog(made, clock=clock, prefix=self.prefix, end=lambda: None)
        self._logs.append(log)
        log.create(SPECS)
        return log

    def close(self) -> None:
        for log in self._logs:
            log.close()


@contextmanager
def opening(address: str) -> Iterator[Open]:
    """For fixtures."""
    with closing(Open(address)) as opener:
        yield opener


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is done in here must be over in time, whether it succeeds or fails."""
    began = time.monotonic()
    try:
        yield
    finally:
        took = time.monotonic() - began
        assert took < seconds, f"it took {took:.1f} s"


def source(record: Record) -> bytes:
    return f"{record.partition}:{record.offset}".encode()


def copies_of(record: Record) -> NewRecord:
    return NewRecord("out", record.key, record.value, (("source", source(record)),), record.time)


def copy(consumer: Consumer, batch: Batch) -> None:
    with consumer.transaction(batch) as out:
        out.append(*(copies_of(r) for r in batch.records))


def run(
    log: StreamLog,
    consumer: Consumer,
    attempt: Callable[[Batch], None] | None = None,
    *,
    seconds: float = 40.0,
) -> LoopResult:
    """The stage's own loop, until the group has nothing unread."""
    deadline = time.monotonic() + seconds
    return consume(
        consumer,
        attempt or (lambda batch: copy(consumer, batch)),
        stage="processors",
        clock=utc_now,
        dispositions=Dispositions(),
        stop=lambda: time.monotonic() > deadline,
        idle=lambda: unread(log, "g") == 0,
        pause=lambda seconds: time.sleep(min(seconds, 0.5)),
        policy=ConsumePolicy(batch=50, wait=0.3),
    )


def each_copied_once(log: StreamLog) -> None:
    """Every record of `in` is in `out`, and none twice."""
    found = Counter(r.header("source") for r in log.read("out"))
    assert found == Counter(source(r).decode() for r in log.read("in"))

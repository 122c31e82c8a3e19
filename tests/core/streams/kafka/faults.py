"""What the tests with faults share: logs with short timeouts, and time limits for calls."""

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
from core.streams.kafka import KafkaLog, KafkaTimeouts, client_options
from core.streams.port import Batch, Consumer, NewRecord, Record, StreamLog
from tests.core.streams.support import SPECS, unread

SHORT = KafkaTimeouts(
    session=3.0,
    heartbeat=0.3,
    transaction=6.0,
    grace=2.0,
    delivery=4.0,
    request=2.0,
    opening=4.0,
    closing=1.0,
)
WATCHDOG_SECONDS = SHORT.transaction + SHORT.grace
"""How long a call may take before the watchdog ends the process."""


class Opener:
    """Opens logs that share the streams of one test, each as another process would.

    Attributes:
        address: ``host:port`` of the broker.
        prefix: Prefix of the test's streams.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.prefix = f"w{uuid.uuid4().hex[:12]}"
        self._logs: list[KafkaLog] = []

    def __call__(self, *, timeouts: KafkaTimeouts = SHORT, clock: Clock = utc_now) -> KafkaLog:
        """Open another log. Its watchdog raises and does not end the process of the tests."""
        options = client_options(self.address, Settings(), client_id="faults", timeouts=timeouts)
        log = KafkaLog(options, clock=clock, prefix=self.prefix, end=lambda: None)
        self._logs.append(log)
        log.create(SPECS)
        return log

    def close(self) -> None:
        for log in self._logs:
            log.close()


@contextmanager
def opening(address: str) -> Iterator[Opener]:
    """For fixtures."""
    with closing(Opener(address)) as open_log:
        yield open_log


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail if the block takes longer, whether it succeeds or raises."""
    began = time.monotonic()
    try:
        yield
    finally:
        duration = time.monotonic() - began
        assert duration < seconds, f"it took {duration:.1f} s"


def source(record: Record) -> bytes:
    return f"{record.partition}:{record.offset}".encode()


def copy_of(record: Record) -> NewRecord:
    return NewRecord("out", record.key, record.value, (("source", source(record)),), record.time)


def copy_batch(consumer: Consumer, batch: Batch) -> None:
    with consumer.transaction(batch) as out:
        out.append(*(copy_of(r) for r in batch.records))


def run_loop(
    log: StreamLog,
    consumer: Consumer,
    handle: Callable[[Batch], None] | None = None,
    *,
    seconds: float = 40.0,
) -> LoopResult:
    """Run the loop of the stages until the group has read everything."""
    deadline = time.monotonic() + seconds
    return consume(
        consumer,
        handle or (lambda batch: copy_batch(consumer, batch)),
        stage="processors",
        clock=utc_now,
        dispositions=Dispositions(),
        stop=lambda: time.monotonic() > deadline,
        idle=lambda: unread(log, "g") == 0,
        pause=lambda seconds: time.sleep(min(seconds, 0.5)),
        policy=ConsumePolicy(batch_size=50, poll_seconds=0.3),
    )


def assert_copied_once(log: StreamLog) -> None:
    """Every record of ``in`` has exactly one copy in ``out``."""
    copies = Counter(r.header("source") for r in log.read("out"))
    assert copies == Counter(source(r).decode() for r in log.read("in"))

"""Working through what is there, and ending: what replays have in common.

::

    ends ──▶ a group of its own ──work()──▶ each partition has come to its end ──▶ group forgotten

``ends`` says per partition which offset is no longer wanted, so that a replay of a busy stream
comes to an end. Outputs and position commit in the consumer's transaction, as in any stage.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Unpack

import structlog

from config.errors import StreamError, StreamUnavailableError
from core.clock import Clock, utc_now
from core.dispositions import Dispositions
from core.streams.consume_loop import LoopOptions, LoopResult, consume
from core.streams.port import Batch, Consumer, Record, Start, StreamLog

SLOT = "replay"
"""One member per group: whoever joins a second time takes over and fences the first."""

ASK_EVERY = 0.5
"""Seconds between looks at the group's lag while other records come in."""

LEAVING = 15.0
"""Seconds an engine may take to see that a member is gone: longer than a session of Kafka's."""

log = structlog.get_logger(__name__)


@dataclass
class BoundedReplay:
    """One group's way through a stream up to its ends.

    Attributes:
        streams: The engine.
        group: A group of its own.
        stream: What it reads.
        ends: Per partition, the first offset that is not wanted; a partition that is not named
            is not wanted at all.
    """

    streams: StreamLog
    group: str
    stream: str
    ends: Mapping[int, int]
    _reached: dict[int, int] = field(default_factory=dict)
    _asked: float = field(default_factory=time.monotonic)

    def wants(self, record: Record) -> bool:
        """Whether a record lies before the end of its partition."""
        return record.offset < self.ends.get(record.partition, 0)

    def run(
        self,
        attempt: Callable[[Consumer, Batch], None],
        *,
        stage: str,
        start: Start,
        clock: Clock = utc_now,
        **how: Unpack[LoopOptions],
    ) -> LoopResult:
        """Work until every partition has come to its end, or until told to stop.

        Args:
            attempt: Processes a batch and commits it, as :mod:`core.streams.consume_loop` has it.
            stage: Label of metrics, logs and dead letters.
            start: Where the group begins.
            clock: Dates dead letters.
            how: As :func:`core.streams.consume_loop.consume` has it; ``idle`` is decided here.
        """
        if not self._open():
            return LoopResult()
        stopped = how["stop"]
        how["stop"] = lambda: stopped() or self._over(ask=False)
        how["idle"] = lambda: self._over(ask=True)
        member = self.streams.consumer(self.group, [self.stream], slot=SLOT, start=start)
        with closing(member):

            def step(batch: Batch) -> None:
                attempt(member, batch)
                self._reached |= {r.partition: r.next for r in batch.ranges}

            return consume(
                member, step, stage=stage, clock=clock, dispositions=Dispositions(), **how
            )

    def _over(self, *, ask: bool) -> bool:
        """Whether each partition is at its end, or has nothing left before it.

        What is left before an end may be nothing but an engine's markers: only the lag knows.
        """
        if not self._open():
            return True
        if not ask and time.monotonic() - self._asked < ASK_EVERY:
            return False
        self._asked = time.monotonic()
        for lag in self.streams.lag(self.group, [self.stream]):
            self._reached[lag.partition] = lag.end if lag.records == 0 else lag.position or 0
        return not self._open()

    def _open(self) -> list[int]:
        return [p for p, end in self.ends.items() if self._reached.get(p, 0) < end]


def forget(streams: StreamLog, group: str, *, patience: float = LEAVING) -> None:
    """Forget a group whose members have left or died; an engine may see that a little later.

    Raises:
        StreamError: Somebody is still in it after ``patience`` seconds.
    """
    deadline, told = time.monotonic() + patience, False
    while True:
        try:
            return streams.forget(group)
        except StreamUnavailableError:
            raise
        except StreamError as error:
            if time.monotonic() > deadline:
                raise
            if not told:
                log.info("waiting_for_members", group=group, seconds=patience, reason=str(error))
            told = True
            time.sleep(0.2)


def leave_no_trace(streams: StreamLog, group: str) -> None:
    """Forget a group at the end; where that does not work, the next replay does it."""
    try:
        forget(streams, group)
    except StreamError as error:
        log.warning("group_not_forgotten", group=group, reason=str(error))


def sweep(streams: StreamLog, prefix: str) -> None:
    """Forget the groups that killed replays left behind; those with living members stay."""
    for group in streams.groups():
        if group.startswith(prefix):
            try:
                streams.forget(group)
            except StreamError as error:
                log.debug("group_kept", group=group, reason=str(error))

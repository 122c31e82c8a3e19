"""Consuming a stream up to given offsets: what the replays of articles and dead letters share.

::

    ends ──▶ a group of its own ──consume()──▶ every partition has reached its end ──▶ group deleted

``ends`` gives for each partition the first offset that is not wanted, so that a replay of a busy
stream ends. Outputs and position are committed in the consumer's transaction, as in any stage.
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
"""The slot of the only member of the group: a second one takes over and fences the first."""

LAG_INTERVAL = 0.5
"""Seconds between requests for the group's lag while other records arrive."""

LEAVE_SECONDS = 15.0
"""Time an engine may need to notice that a member is gone; longer than a Kafka session."""

log = structlog.get_logger(__name__)


@dataclass
class BoundedReplay:
    """One run of a group through a stream, up to its ends.

    Attributes:
        streams: The engine.
        group: A group of its own.
        stream: The stream to read.
        ends: For each partition, the first offset that is not wanted; of a partition that is
            missing here, nothing is wanted.
    """

    streams: StreamLog
    group: str
    stream: str
    ends: Mapping[int, int]
    _positions: dict[int, int] = field(default_factory=dict)
    _lag_checked: float = field(default_factory=time.monotonic)

    def wants(self, record: Record) -> bool:
        """Return whether a record is before the end of its partition."""
        return record.offset < self.ends.get(record.partition, 0)

    def run(
        self,
        handle: Callable[[Consumer, Batch], None],
        *,
        stage: str,
        start: Start,
        clock: Clock = utc_now,
        **options: Unpack[LoopOptions],
    ) -> LoopResult:
        """Consume until every partition has reached its end, or ``stop`` returns True.

        Args:
            handle: Processes a batch and commits it; see :mod:`core.streams.consume_loop`.
            stage: Label in metrics, logs and dead letters.
            start: Where the group begins.
            clock: Gives the time of dead letters.
            options: See :func:`core.streams.consume_loop.consume`; ``idle`` is set here.
        """
        if not self._open_partitions():
            return LoopResult()
        stop = options["stop"]
        options["stop"] = lambda: stop() or self._has_ended(ask_now=False)
        options["idle"] = lambda: self._has_ended(ask_now=True)
        consumer = self.streams.consumer(self.group, [self.stream], slot=SLOT, start=start)
        with closing(consumer):

            def handle_and_track(batch: Batch) -> None:
                handle(consumer, batch)
                self._positions |= {r.partition: r.next for r in batch.ranges}

            dispositions = Dispositions()
            return consume(
                consumer,
                handle_and_track,
                stage=stage,
                clock=clock,
                dispositions=dispositions,
                **options,
            )

    def _has_ended(self, *, ask_now: bool) -> bool:
        """Return whether every partition is at its end, or has no more records before it.

        Before an end there may be transaction markers only; the group's lag shows that.
        """
        if not self._open_partitions():
            return True
        if not ask_now and time.monotonic() - self._lag_checked < LAG_INTERVAL:
            return False
        self._lag_checked = time.monotonic()
        for lag in self.streams.lag(self.group, [self.stream]):
            self._positions[lag.partition] = lag.end if lag.records == 0 else lag.position or 0
        return not self._open_partitions()

    def _open_partitions(self) -> list[int]:
        return [p for p, end in self.ends.items() if self._positions.get(p, 0) < end]


def delete_group(streams: StreamLog, group: str, *, patience: float = LEAVE_SECONDS) -> None:
    """Delete a group; wait for an engine to notice that its members have left or died.

    Raises:
        StreamError: It still has members after ``patience`` seconds.
    """
    deadline, is_logged = time.monotonic() + patience, False
    while True:
        try:
            return streams.delete_group(group)
        except StreamUnavailableError:
            raise
        except StreamError as error:
            if time.monotonic() > deadline:
                raise
            if not is_logged:
                log.info("waiting_for_members", group=group, seconds=patience, reason=str(error))
            is_logged = True
            time.sleep(0.2)


def try_delete_group(streams: StreamLog, group: str) -> None:
    """Delete a group at the end of a replay; after a failure the next replay deletes it."""
    try:
        delete_group(streams, group)
    except StreamError as error:
        log.warning("group_not_deleted", group=group, reason=str(error))


def delete_abandoned_groups(streams: StreamLog, prefix: str) -> None:
    """Delete the groups that killed replays left behind, but none that has living members.

    Args:
        streams: The engine.
        prefix: The beginning of the groups' names.
    """
    for group in streams.list_groups():
        if group.startswith(prefix):
            try:
                streams.delete_group(group)
            except StreamError as error:
                log.debug("group_not_deleted", group=group, reason=str(error))

"""Reading a stream without a group: from the start, the end or a time; up to the present, or on.

Partitions are merged by the time of their next records, so a reader sees records roughly in the
order of time; within a partition the order is that of the offsets. The present is the end of the
committed records when reading begins. Offsets have gaps, so a partition is at its end when the
client's position is, not when the last record was returned.
"""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from kafka import errors as kafka_errors

from config.errors import StreamUnavailableError
from core.streams.kafka.connect import open_reader
from core.streams.kafka.errors import translate_errors
from core.streams.kafka.kafka_python import UndecodableError
from core.streams.kafka.options import KafkaOptions, milliseconds
from core.streams.kafka.positions import resolve_start
from core.streams.kafka.records import to_record
from core.streams.kafka.recovery import UndecodableBatches
from core.streams.kafka.streams import KafkaStream, KafkaStreams
from core.streams.port import Record, Start

BUFFER_RECORDS = 500
"""Records buffered per partition."""

FETCH_WAIT_MS = 100
"""A fetch that waits for records blocks other fetches from the same broker."""

log = structlog.get_logger(__name__)


def read_stream(
    options: KafkaOptions,
    streams: KafkaStreams,
    stream: KafkaStream,
    start: Start,
    follow: Callable[[], bool] | None,
) -> Iterator[Record]:
    """See :meth:`core.streams.port.StreamLog.read`."""
    with _StreamReader.opened(options, streams, stream) as reader:
        reader.seek(start)
        yield from reader.read_to_present()
        while follow is not None and follow():
            yield from reader.read_new()


class _StreamReader:
    """Reads all partitions of one stream with one client."""

    def __init__(
        self, client: Any, options: KafkaOptions, streams: KafkaStreams, stream: KafkaStream
    ) -> None:
        self._client = client
        self._timeout = options.timeouts.request
        self._streams = streams
        self._buffers: dict[Any, deque[Record]] = {key: deque() for key in stream.partition_keys}
        self._fetched: dict[Any, int] = {}  # offset after the last fetched record
        self._assigned: set[Any] = set()
        self._undecodable = UndecodableBatches()

    @classmethod
    @contextmanager
    def opened(
        cls, options: KafkaOptions, streams: KafkaStreams, stream: KafkaStream
    ) -> Iterator[_StreamReader]:
        with translate_errors("Reading"):
            client = open_reader(options, fetch_max_wait_ms=FETCH_WAIT_MS)
        try:
            yield cls(client, options, streams, stream)
        finally:
            client.close(autocommit=False, timeout_ms=1_000)

    def seek(self, start: Start) -> None:
        """Begin at ``start`` in every partition."""
        timeout_ms = milliseconds(self._timeout)
        with translate_errors("Reading"):
            self._fetched = resolve_start(self._client, self._buffers, start, timeout_ms)

    def read_to_present(self) -> Iterator[Record]:
        """Return all records up to the present end of each partition, merged by time."""
        timeout_ms = milliseconds(self._timeout)
        with translate_errors("Reading"):
            ends = self._client.end_offsets(list(self._buffers), timeout_ms=timeout_ms)
        partitions = [self._read_partition(partition, ends) for partition in self._buffers]
        return heapq.merge(*partitions, key=lambda record: record.time)

    def read_new(self) -> Iterator[Record]:
        """Return the records that arrived since; waits a short time for some."""
        if len(self._assigned) < len(self._buffers):
            self._assign(set(self._buffers))
        self._fetch()
        records = [record for buffer in self._buffers.values() for record in buffer]
        for buffer in self._buffers.values():
            buffer.clear()
        yield from sorted(records, key=lambda record: record.time)

    def _read_partition(self, partition: Any, ends: dict[Any, int]) -> Iterator[Record]:
        """Return the records of one partition up to its end."""
        buffer, end = self._buffers[partition], ends[partition]
        last_progress = time.monotonic()
        while True:
            while buffer:
                if buffer[0].offset >= end:
                    return
                yield buffer.popleft()
                last_progress = time.monotonic()
            before = self._fetched[partition]
            if before >= end:
                return
            if partition not in self._assigned:
                with_room = {p for p, b in self._buffers.items() if len(b) < BUFFER_RECORDS}
                self._assign({p for p in with_room if self._fetched[p] < ends[p]})
            self._fetch()
            if self._fetched[partition] != before:
                last_progress = time.monotonic()
            elif time.monotonic() - last_progress > self._timeout:
                raise StreamUnavailableError("Reading failed: Kafka does not answer.")

    def _fetch(self) -> None:
        with translate_errors("Reading"):
            for partition, messages in self._poll().items():
                self._buffers[partition].extend(to_record(m, self._streams) for m in messages)
            for partition in self._assigned:
                position = self._client.position(partition, timeout_ms=0)
                if position is not None:  # None while the client looks it up
                    self._fetched[partition] = position
        full = {p for p in self._assigned if len(self._buffers[p]) >= BUFFER_RECORDS}
        if full and len(full) < len(self._assigned):
            self._assign(self._assigned - full)

    def _assign(self, partitions: set[Any]) -> None:
        """Fetch these partitions only: a full buffer must not grow while another one is filled.

        The others are not paused: see :mod:`core.streams.kafka.assigned`.
        """
        self._client.assign(list(partitions))
        for partition in partitions - self._assigned:
            self._client.seek(partition, self._fetched[partition])
        self._assigned = partitions

    def _poll(self) -> dict[Any, list[Any]]:
        try:
            polled: dict[Any, list[Any]] = self._client.poll(
                FETCH_WAIT_MS, max_records=BUFFER_RECORDS
            )
        except kafka_errors.OffsetOutOfRangeError as error:  # retention deletes meanwhile
            for partition in error.args[0]:
                self._client.seek_to_beginning(partition)
            return {}
        except UndecodableError as error:
            following = self._undecodable.offset_after(error)
            if following is not None:
                self._client.seek(error.partition, following)
            return {}
        return polled

"""Reading without a group: from the start, the end or a time, to the present or for ever.

The partitions are merged by the time of their next records, so that a reader sees roughly one line
of time; within a partition the order is that of the offsets. The present is what is committed when
reading begins; offsets have gaps, so a partition is at its end when the client's position is.
"""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from kafka import errors as theirs
from kafka.structs import TopicPartition

from config.errors import StreamUnavailableError
from core.streams.kafka import kafka_python
from core.streams.kafka.errors import translated
from core.streams.kafka.options import KafkaOptions
from core.streams.kafka.quarantine import UnreadableBatches
from core.streams.kafka.records import read
from core.streams.kafka.seeking import first_offsets
from core.streams.kafka.streams import KafkaStream, KafkaStreams
from core.streams.port import Record, Start

PLENTY = 500
"""Records of one partition that are kept ready."""

WAIT_MS = 100
"""A fetch that waits for records keeps others from being sent to its broker."""

log = structlog.get_logger(__name__)


def tail(
    options: KafkaOptions,
    topics: KafkaStreams,
    topic: KafkaStream,
    start: Start,
    follow: Callable[[], bool] | None,
) -> Iterator[Record]:
    """See :meth:`core.streams.port.StreamLog.read`."""
    with _Tail.opened(options, topics, topic) as opened:
        opened.begin(start)
        yield from opened.present()
        while follow is not None and follow():
            yield from opened.more()


class _Tail:
    def __init__(
        self, client: Any, options: KafkaOptions, topics: KafkaStreams, topic: KafkaStream
    ) -> None:
        self._client = client
        self._limit = options.times.request
        self._topics = topics
        self._ready: dict[Any, deque[Record]] = {
            TopicPartition(topic.stored, n): deque() for n in range(topic.partitions)
        }
        self._reached: dict[Any, int] = {}
        self._fetching: set[Any] = set()
        self._quarantine = UnreadableBatches()

    @classmethod
    @contextmanager
    def opened(
        cls, options: KafkaOptions, topics: KafkaStreams, topic: KafkaStream
    ) -> Iterator[_Tail]:
        with translated("Reading"):
            client = kafka_python.reader(options, fetch_max_wait_ms=WAIT_MS)
        try:
            yield cls(client, options, topics, topic)
        finally:
            client.close(autocommit=False, timeout_ms=1_000)

    def begin(self, start: Start) -> None:
        with translated("Reading"):
            limit = round(self._limit * 1000)
            self._reached = first_offsets(self._client, self._ready, start, limit)

    def present(self) -> Iterator[Record]:
        """Everything from here to the present, the partitions merged."""
        with translated("Reading"):
            ends = self._client.end_offsets(list(self._ready), timeout_ms=round(self._limit * 1000))
        runs = [self._run(partition, ends) for partition in self._ready]
        return heapq.merge(*runs, key=lambda record: record.time)

    def more(self) -> Iterator[Record]:
        """What has come meanwhile, after a short wait at most."""
        if len(self._fetching) < len(self._ready):
            self._want(set(self._ready))
        self._fetch()
        found = [r for ready in self._ready.values() for r in ready]
        for ready in self._ready.values():
            ready.clear()
        yield from sorted(found, key=lambda r: r.time)

    def _run(self, partition: Any, ends: dict[Any, int]) -> Iterator[Record]:
        """One partition up to its end."""
        ready, end = self._ready[partition], ends[partition]
        since = time.monotonic()
        while True:
            while ready:
                if ready[0].offset >= end:
                    return
                yield ready.popleft()
                since = time.monotonic()
            before = self._reached[partition]
            if before >= end:
                return
            if partition not in self._fetching:
                hungry = {p for p, kept in self._ready.items() if len(kept) < PLENTY}
                self._want({p for p in hungry if self._reached[p] < ends[p]})
            self._fetch()
            if self._reached[partition] != before:
                since = time.monotonic()
            elif time.monotonic() - since > self._limit:
                raise StreamUnavailableError("Reading failed: Kafka does not answer.")

    def _fetch(self) -> None:
        with translated("Reading"):
            for partition, records in self._poll().items():
                self._ready[partition].extend(read(r, self._topics) for r in records)
            for partition in self._fetching:
                position = self._client.position(partition, timeout_ms=0)
                if position is not None:  # it is being looked for
                    self._reached[partition] = position
        full = {p for p in self._fetching if len(self._ready[p]) >= PLENTY}
        if full and len(full) < len(self._fetching):
            self._want(self._fetching - full)

    def _want(self, partitions: set[Any]) -> None:
        """Fetch these and no others: a full one must not grow while another is waited for.

        They are not paused: see :mod:`core.streams.kafka.assigned`.
        """
        self._client.assign(list(partitions))
        for partition in partitions - self._fetching:
            self._client.seek(partition, self._reached[partition])
        self._fetching = partitions

    def _poll(self) -> dict[Any, list[Any]]:
        try:
            found: dict[Any, list[Any]] = self._client.poll(WAIT_MS, max_records=PLENTY)
        except theirs.OffsetOutOfRangeError as error:  # retention goes on meanwhile
            for partition in error.args[0]:
                self._client.seek_to_beginning(partition)
            return {}
        except kafka_python.UndecodableError as error:
            following = self._quarantine.passes_over(error)
            if following is not None:
                self._client.seek(error.partition, following)
            return {}
        return found

"""Appending outside a transaction: for the relay, for commands and for tests.

::

    records ──all checked──▶ chunks ──send──▶ wait for every future ──▶ next chunk

kafka-python accepts records without limit (100,000 records for a frozen broker took 434 MB), so the
engine bounds what is in flight. It checks every future, so a record counts as appended only when
the brokers have acknowledged it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import structlog
from kafka import errors as kafka_errors

from config.errors import FencedError, StreamError, StreamUnavailableError
from core.streams.kafka.connect import open_producer
from core.streams.kafka.errors import cause_to_show, to_stream_error, translate_errors
from core.streams.kafka.kafka_python import close_producer
from core.streams.kafka.options import KafkaOptions
from core.streams.kafka.records import KafkaRecord

CHUNK_RECORDS, CHUNK_BYTES = 500, 8_000_000
"""Most records and bytes that one call has in flight."""

MAX_CONCURRENT_CALLS = 4
"""Calls that send at the same time; further ones wait."""

log = structlog.get_logger(__name__)


class IdempotentProducer:
    """An idempotent producer, opened when it is first needed. Thread-safe."""

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._failed: tuple[float, kafka_errors.KafkaError] | None = None
        self._calls = threading.BoundedSemaphore(MAX_CONCURRENT_CALLS)
        self._producer: Any = None
        self._closed = False

    def append(self, records: Sequence[KafkaRecord]) -> None:
        """Send records; return when every one is acknowledged.

        Raises:
            StreamUnavailableError: Some were not acknowledged in time; they may have been appended.
        """
        delivery = self._options.timeouts.delivery
        deadline = time.monotonic() + delivery + 5.0
        if not self._calls.acquire(timeout=delivery):
            raise StreamUnavailableError("Appending failed: too many calls wait for Kafka already.")
        try:
            producer = self._get()
            for chunk in split_into_chunks(records):
                self._send(producer, chunk, deadline)
        finally:
            self._calls.release()

    def close(self) -> None:
        """Close the connections. Idempotent."""
        with self._lock:
            self._closed = True
            producer, self._producer = self._producer, None
        if producer is not None:
            close_producer(producer, self._options.timeouts.closing)

    def _send(self, producer: Any, chunk: Sequence[KafkaRecord], deadline: float) -> None:
        try:
            futures = [record.send(producer) for record in chunk]
            for future in futures:
                future.get(timeout=max(0.0, deadline - time.monotonic()))
        except (kafka_errors.KafkaError, OSError) as error:
            was_discarded = self._discard(producer)
            if was_discarded and isinstance(error, kafka_errors.IllegalStateError):
                raise StreamUnavailableError(
                    "Appending failed: the producer was closed after another call failed."
                ) from error
            translated = to_stream_error(error, "Appending")
            if isinstance(translated, FencedError):  # no other process fences this producer
                translated = StreamUnavailableError(
                    "Appending failed: Kafka has forgotten the producer."
                )
            raise translated from cause_to_show(error)

    def _get(self) -> Any:
        requested = time.monotonic()
        with self._lock, translate_errors("Appending"):
            if self._closed:
                raise StreamError("The stream log is closed.")
            if self._producer is None:
                self._producer = self._open(requested)
            return self._producer

    def _open(self, requested: float) -> Any:
        """Open a new producer.

        A caller that waited for the lock while another one failed gets that failure at once.
        """
        if self._failed is not None and self._failed[0] > requested:
            raise self._failed[1]
        try:
            return open_producer(self._options)
        except kafka_errors.KafkaError as error:
            self._failed = (time.monotonic(), error)
            raise

    def _discard(self, producer: Any) -> bool:
        """Do not use a producer again: some errors make it unusable, and it does not say which.

        Return whether another call had discarded it before.
        """
        with self._lock:
            if self._producer is not producer:
                return True
            self._producer = None
        close_producer(producer, 0.2)
        return False


def split_into_chunks(records: Sequence[KafkaRecord]) -> Iterator[list[KafkaRecord]]:
    """Split records, in order, into parts that may be in flight at once."""
    chunk: list[KafkaRecord] = []
    size = 0
    for record in records:
        if chunk and (len(chunk) >= CHUNK_RECORDS or size + record.size > CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(record)
        size += record.size
    if chunk:
        yield chunk

"""Appending outside a transaction: by the relay, by commands, by tests.

::

    records ──all checked──▶ chunks ──send──▶ futures, every one waited for ──▶ next chunk

kafka-python takes whatever it is given (a frozen broker and 100,000 records were 434 MB), so what
is under way is bounded here. It drops nothing that it says it has: each future is asked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import structlog
from kafka import errors as theirs

from config.errors import FencedError, StreamError, StreamUnavailableError
from core.streams.kafka import kafka_python
from core.streams.kafka.errors import in_our_words, translated
from core.streams.kafka.options import KafkaOptions
from core.streams.kafka.records import KafkaRecord

CHUNK_RECORDS, CHUNK_BYTES = 500, 8_000_000
"""Of one call under way at once."""

CALLS = 4
"""Calls that send at once; others wait."""

log = structlog.get_logger(__name__)


class Appender:
    """One idempotent producer, made when it is first needed. Thread-safe."""

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._failed: tuple[float, theirs.KafkaError] | None = None
        self._calls = threading.BoundedSemaphore(CALLS)
        self._producer: Any = None
        self._closed = False

    def append(self, records: Sequence[KafkaRecord]) -> None:
        """Send, and return when every record is acknowledged.

        Raises:
            StreamUnavailableError: Not all were in time; nobody knows which are there.
        """
        deadline = time.monotonic() + self._options.times.delivery + 5.0
        if not self._calls.acquire(timeout=self._options.times.delivery):
            raise StreamUnavailableError("Appending failed: others wait for Kafka already.")
        try:
            producer = self._get()
            for chunk in chunks(records):
                self._send(producer, chunk, deadline)
        finally:
            self._calls.release()

    def close(self) -> None:
        """Close the connections. Idempotent."""
        with self._lock:
            self._closed = True
            producer, self._producer = self._producer, None
        if producer is not None:
            kafka_python.give_up(producer, self._options.times.closing)

    def _send(self, producer: Any, chunk: Sequence[KafkaRecord], deadline: float) -> None:
        try:
            futures = [record.send(producer) for record in chunk]
            for future in futures:
                future.get(timeout=max(0.0, deadline - time.monotonic()))
        except (theirs.KafkaError, OSError) as error:
            given_up = self._replace(producer)
            if given_up and isinstance(error, theirs.IllegalStateError):
                raise StreamUnavailableError(
                    "Appending failed: another call's failure has ended the producer."
                ) from error
            ours = in_our_words(error, "Appending")
            if isinstance(ours, FencedError):  # nobody fences this producer; its state is lost
                ours = StreamUnavailableError("Appending failed: Kafka has forgotten the producer.")
            raise ours from error

    def _get(self) -> Any:
        asked = time.monotonic()
        with self._lock, translated("Appending"):
            if self._closed:
                raise StreamError("The stream log is closed.")
            if self._producer is None:
                self._producer = self._made(asked)
            return self._producer

    def _made(self, asked: float) -> Any:
        """A new producer. Who waited while another tried in vain does not try as long again."""
        if self._failed is not None and self._failed[0] > asked:
            raise self._failed[1]
        try:
            return kafka_python.appender(self._options)
        except theirs.KafkaError as error:
            self._failed = (time.monotonic(), error)
            raise

    def _replace(self, producer: Any) -> bool:
        """Not use a producer again: some errors are its end, and it does not say which.

        Whether another call has done so before.
        """
        with self._lock:
            if self._producer is not producer:
                return True
            self._producer = None
        kafka_python.give_up(producer, 0.2)
        return False


def chunks(records: Sequence[KafkaRecord]) -> Iterator[list[KafkaRecord]]:
    """The records in order, in parts that may be under way at once."""
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

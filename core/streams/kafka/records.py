"""Records on their way to the brokers: checked against their stream, their partition chosen."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from config.errors import RecordTooLargeError
from core.clock import from_ms, to_ms
from core.streams.kafka.kafka_python import NOTHING
from core.streams.kafka.streams import ROOM, KafkaStreams
from core.streams.partitioner import partition_of
from core.streams.port import NewRecord, Record

LABELS = ROOM // 2
"""Bytes of key and headers together: the rest of the room is the batch's own."""

_keyless = itertools.count()


@dataclass(frozen=True, slots=True)
class KafkaRecord:
    """A record that may be sent."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]
    time_ms: int

    @property
    def size(self) -> int:
        """Bytes it takes in memory, roughly."""
        return len(self.key or b"") + len(self.value or b"") + _size(self.headers)

    def send(self, producer: Any) -> Any:
        """Hand it to a producer; the future that says what became of it."""
        return producer.send(
            self.topic,
            key=self.key,
            value=NOTHING if self.value is None else self.value,
            headers=self.headers,
            partition=self.partition,
            timestamp_ms=self.time_ms,
        )


def place(record: NewRecord, topics: KafkaStreams) -> KafkaRecord:
    """Check a record and choose its partition.

    Raises:
        UnknownStreamError: Its stream does not exist.
        RecordTooLargeError: Its value is larger than the stream takes, or its key and headers are
            larger than there is room for beside one.
        TypeError: Key, value or a header is not bytes.
        ValueError: Its time has no zone.
    """
    topic = topics.get(record.stream)
    headers = list(record.headers)
    if not all(isinstance(value, bytes) for _, value in headers):
        raise TypeError("header values are bytes")
    for part in (record.key, record.value):
        if part is not None and not isinstance(part, bytes):
            raise TypeError("key and value of a record are bytes or None")
    if len(record.value or b"") > topic.max_record_bytes:
        raise RecordTooLargeError(
            f"A record of {len(record.value or b''):,} bytes is larger than {record.stream}"
            f" takes ({topic.max_record_bytes:,}).",
            mend="WIREWATCH_STREAMS_MAX_RECORD_BYTES sets the limit.",
        )
    if (labels := len(record.key or b"") + _size(headers)) > LABELS:
        raise RecordTooLargeError(
            f"A record for {record.stream} has {labels:,} bytes of key and headers; {LABELS:,} fit."
        )
    key, count = record.key, topic.partitions
    number = next(_keyless) % count if key is None else partition_of(key, count)
    return KafkaRecord(topic.stored, number, key, record.value, headers, to_ms(record.time))


def read(found: Any, topics: KafkaStreams) -> Record:
    """A record as kafka-python gives it, in our shape."""
    return Record(
        stream=topics.name(found.topic),
        partition=found.partition,
        offset=found.offset,
        key=found.key,
        value=found.value,
        headers=tuple((name, value or b"") for name, value in found.headers),
        time=from_ms(found.timestamp),
    )


def _size(headers: list[tuple[str, bytes]]) -> int:
    return sum(len(name.encode()) + len(value) for name, value in headers)

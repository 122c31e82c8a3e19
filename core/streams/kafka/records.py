"""Records to and from the brokers.

``NewRecord`` ──check, choose the partition──▶ ``KafkaRecord`` ──send──▶ the brokers ──▶ ``Record``
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from config.errors import RecordTooLargeError
from core.clock import from_ms, to_ms
from core.streams.kafka.kafka_python import NULL_VALUE
from core.streams.kafka.streams import HEADROOM, KafkaStreams
from core.streams.partitioner import choose_partition
from core.streams.port import NewRecord, Record

MAX_KEY_AND_HEADERS = HEADROOM // 2
"""Bytes of key and headers together; the other half of the headroom is for the batch itself."""


@dataclass(frozen=True, slots=True)
class KafkaRecord:
    """A record that was checked and can be sent.

    ``stored`` is the name of its stream on the brokers.
    """

    stored: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]
    time_ms: int

    @property
    def size(self) -> int:
        """Approximate bytes in memory."""
        return len(self.key or b"") + len(self.value or b"") + _size(self.headers)

    def send(self, producer: Any) -> Any:
        """Give the record to a producer. Return the future of its acknowledgement."""
        return producer.send(
            self.stored,
            key=self.key,
            value=NULL_VALUE if self.value is None else self.value,
            headers=self.headers,
            partition=self.partition,
            timestamp_ms=self.time_ms,
        )


def prepare_record(record: NewRecord, streams: KafkaStreams) -> KafkaRecord:
    """Check a record and choose its partition.

    Raises:
        UnknownStreamError: Its stream does not exist.
        RecordTooLargeError: Its value exceeds the stream's limit, or its key and headers exceed
            :data:`MAX_KEY_AND_HEADERS`.
        TypeError: Key, value or a header is not bytes.
        ValueError: Its time has no zone.
    """
    stream = streams.get(record.stream)
    headers = list(record.headers)
    if not all(isinstance(value, bytes) for _, value in headers):
        raise TypeError("header values are bytes")
    for part in (record.key, record.value):
        if part is not None and not isinstance(part, bytes):
            raise TypeError("key and value of a record are bytes or None")
    if (size := len(record.value or b"")) > stream.max_record_bytes:
        raise RecordTooLargeError(
            f"A record of {size:,} bytes is larger than {record.stream} accepts"
            f" ({stream.max_record_bytes:,}).",
            mend="WIREWATCH_STREAMS_MAX_RECORD_BYTES sets the limit.",
        )
    if (size := len(record.key or b"") + _size(headers)) > MAX_KEY_AND_HEADERS:
        raise RecordTooLargeError(
            f"A record for {record.stream} has {size:,} bytes of key and headers;"
            f" the limit is {MAX_KEY_AND_HEADERS:,}."
        )
    partition = choose_partition(record.key, stream.partitions)
    return KafkaRecord(
        stream.stored, partition, record.key, record.value, headers, to_ms(record.time)
    )


def to_record(message: Any, streams: KafkaStreams) -> Record:
    """Return the record of a kafka-python ``ConsumerRecord``."""
    return Record(
        stream=streams.name_of(message.topic),
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=tuple((name, value or b"") for name, value in message.headers),
        time=from_ms(message.timestamp),
    )


def _size(headers: list[tuple[str, bytes]]) -> int:
    return sum(len(name.encode()) + len(value) for name, value in headers)

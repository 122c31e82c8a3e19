"""Records to and from the file.

``NewRecord`` ──check, choose the partition──▶ ``EmbeddedRecord`` ──append──▶ rows with consecutive
offsets, in the caller's transaction ──fetch──▶ ``Record``
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import apsw

from config.errors import RecordTooLargeError
from core.clock import from_ms, to_ms
from core.streams.embedded.streams import EmbeddedPartition, EmbeddedStreams, offset_of
from core.streams.partitioner import choose_partition
from core.streams.port import Headers, NewRecord, Record

_JSON = json.JSONEncoder(ensure_ascii=False)
"""Kept: ``json.dumps`` makes an encoder for each record."""


@dataclass(frozen=True, slots=True)
class EmbeddedRecord:
    """A record that was checked and can be appended."""

    partition: EmbeddedPartition
    time_ms: int
    key: bytes | None
    headers: str
    value: bytes | None
    sequence: int | None

    @property
    def size(self) -> int:
        """Bytes, as retention and listings count them."""
        return len(self.key or b"") + len(self.headers) + len(self.value or b"")


def prepare_record(record: NewRecord, streams: EmbeddedStreams) -> EmbeddedRecord:
    """Check a record and choose its partition.

    Raises:
        UnknownStreamError: Its stream does not exist.
        RecordTooLargeError: Its value exceeds the stream's limit.
        TypeError: Key, value or a header is not bytes.
        ValueError: Its time has no zone.
    """
    stream = streams.get(record.stream)
    for part in (record.key, record.value):
        if part is not None and not isinstance(part, bytes):
            raise TypeError("key and value of a record are bytes or None")
    if (size := len(record.value or b"")) > stream.max_record_bytes:
        raise RecordTooLargeError(
            f"A record of {size:,} bytes is larger than {record.stream} accepts"
            f" ({stream.max_record_bytes:,}).",
            mend="WIREWATCH_STREAMS_MAX_RECORD_BYTES sets the limit.",
        )
    return EmbeddedRecord(
        partition=stream.partitions[choose_partition(record.key, len(stream.partitions))],
        time_ms=to_ms(record.time),
        key=record.key,
        headers=_encode_headers(record.headers),
        value=record.value,
        sequence=record.sequence,
    )


def append_records(
    connection: apsw.Connection, records: Iterable[EmbeddedRecord], *, now_ms: int
) -> None:
    """Assign offsets to records and write them, in the caller's transaction."""
    records = list(records)
    counts = Counter(r.partition.id for r in records)
    sizes: Counter[int] = Counter()
    for record in records:
        sizes[record.partition.id] += record.size
    offsets = {part: _reserve(connection, part, n, sizes[part]) for part, n in counts.items()}
    connection.executemany(
        "INSERT INTO rec (id, time_ms, append_ms, key, headers, value) VALUES (?, ?, ?, ?, ?, ?)",
        _rows(records, offsets, now_ms),
    )


def _reserve(connection: apsw.Connection, part_id: int, count: int, size: int) -> Iterator[int]:
    """Reserve the next offsets of a partition, and count the bytes."""
    following: int = connection.execute(
        "UPDATE part SET next_offset = next_offset + ?, bytes = bytes + ?"
        " WHERE part_id = ? RETURNING next_offset",
        (count, size, part_id),
    ).get
    return iter(range(following - count, following))


def _rows(
    records: list[EmbeddedRecord], offsets: dict[int, Iterator[int]], now_ms: int
) -> Iterator[tuple[int, int, int, bytes | None, str, bytes | None]]:
    for r in records:
        record_id = r.partition.record_id(next(offsets[r.partition.id]))
        yield record_id, r.time_ms, now_ms, r.key, r.headers, r.value


def fetch_records(
    connection: apsw.Connection, partition: EmbeddedPartition, start: int, end: int
) -> list[Record]:
    """Return the records of a partition from offset ``start`` up to, but excluding, ``end``.

    Records that retention has deleted are missing.
    """
    rows = connection.execute(
        "SELECT id, time_ms, key, headers, value FROM rec WHERE id >= ? AND id < ? ORDER BY id",
        (partition.record_id(start), partition.record_id(end)),
    )
    return [
        Record(
            stream=partition.stream,
            partition=partition.number,
            offset=offset_of(record_id),
            key=key,
            value=value,
            headers=_decode_headers(headers),
            time=from_ms(time_ms),
        )
        for record_id, time_ms, key, headers, value in rows
    ]


def _encode_headers(headers: Headers) -> str:
    """Return headers as JSON; Latin-1 maps every byte to one character and back."""
    if not all(isinstance(value, bytes) for _, value in headers):
        raise TypeError("header values are bytes")
    return _JSON.encode([(n, v.decode("latin-1")) for n, v in headers])


def _decode_headers(headers: str) -> Headers:
    return tuple((n, v.encode("latin-1")) for n, v in json.loads(headers))

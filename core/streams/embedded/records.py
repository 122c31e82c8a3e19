"""Records in and out of the file.

``NewRecord`` ──placed──▶ partition by key ──encoded──▶ rows, with dense offsets, in one transaction
of the caller's ──▶ ``Record`` as it is read again.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import apsw

from config.errors import RecordTooLargeError
from core.clock import from_ms, to_ms
from core.streams.embedded.streams import EmbeddedPartition, EmbeddedStreams, offset_of
from core.streams.partitioner import partition_of
from core.streams.port import Headers, NewRecord, Record

_keyless = itertools.count()


@dataclass(frozen=True, slots=True)
class EmbeddedRecord:
    """A record that may be appended: checked, encoded, its partition chosen."""

    part: EmbeddedPartition
    time_ms: int
    key: bytes | None
    headers: str
    value: bytes | None
    sequence: int | None

    @property
    def size(self) -> int:
        """Bytes as retention and listings count them."""
        return len(self.key or b"") + len(self.headers) + len(self.value or b"")


def place(record: NewRecord, streams: EmbeddedStreams) -> EmbeddedRecord:
    """Check a record and choose its partition.

    Raises:
        UnknownStreamError: Its stream does not exist.
        RecordTooLargeError: Its value is larger than the stream takes.
        TypeError: Key, value or a header is not bytes.
        ValueError: Its time has no zone.
    """
    stream = streams.get(record.stream)
    for part in (record.key, record.value):
        if part is not None and not isinstance(part, bytes):
            raise TypeError("key and value of a record are bytes or None")
    if len(record.value or b"") > stream.max_record_bytes:
        raise RecordTooLargeError(
            f"A record of {len(record.value or b''):,} bytes is larger than {record.stream}"
            f" takes ({stream.max_record_bytes:,}).",
            mend="WIREWATCH_STREAMS_MAX_RECORD_BYTES sets the limit.",
        )
    count = len(stream.parts)
    number = next(_keyless) % count if record.key is None else partition_of(record.key, count)
    return EmbeddedRecord(
        part=stream.parts[number],
        time_ms=to_ms(record.time),
        key=record.key,
        headers=_encode(record.headers),
        value=record.value,
        sequence=record.sequence,
    )


def append(connection: apsw.Connection, records: Iterable[EmbeddedRecord], *, now_ms: int) -> None:
    """Give the records their offsets and write them, in the caller's transaction."""
    records = list(records)
    counts = Counter(r.part.id for r in records)
    sizes: Counter[int] = Counter()
    for record in records:
        sizes[record.part.id] += record.size
    free = {part: _reserve(connection, part, n, sizes[part]) for part, n in counts.items()}
    connection.executemany(
        "INSERT INTO rec (id, time_ms, append_ms, key, headers, value) VALUES (?, ?, ?, ?, ?, ?)",
        _rows(records, free, now_ms),
    )


def _reserve(connection: apsw.Connection, part: int, count: int, size: int) -> Iterator[int]:
    following: int = connection.execute(
        "UPDATE part SET next_offset = next_offset + ?, bytes = bytes + ?"
        " WHERE part_id = ? RETURNING next_offset",
        (count, size, part),
    ).get
    return iter(range(following - count, following))


def _rows(
    records: list[EmbeddedRecord], free: dict[int, Iterator[int]], now_ms: int
) -> Iterator[tuple[int, int, int, bytes | None, str, bytes | None]]:
    for r in records:
        record_id = r.part.record_id(next(free[r.part.id]))
        yield record_id, r.time_ms, now_ms, r.key, r.headers, r.value


def fetch(
    connection: apsw.Connection, part: EmbeddedPartition, start: int, end: int
) -> list[Record]:
    """The records of a partition from ``start`` up to, without, ``end`` that are still there."""
    rows = connection.execute(
        "SELECT id, time_ms, key, headers, value FROM rec WHERE id >= ? AND id < ? ORDER BY id",
        (part.record_id(start), part.record_id(end)),
    )
    return [
        Record(
            stream=part.stream,
            partition=part.number,
            offset=offset_of(record_id),
            key=key,
            value=value,
            headers=_decode(headers),
            time=from_ms(time_ms),
        )
        for record_id, time_ms, key, headers, value in rows
    ]


def _encode(headers: Headers) -> str:
    """JSON of names and values; Latin-1 maps every byte to one character and back."""
    if not all(isinstance(value, bytes) for _, value in headers):
        raise TypeError("header values are bytes")
    return json.dumps([[n, v.decode("latin-1")] for n, v in headers], ensure_ascii=False)


def _decode(headers: str) -> Headers:
    return tuple((n, v.encode("latin-1")) for n, v in json.loads(headers))

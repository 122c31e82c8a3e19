"""The streams in the file: create them, find them by name, describe them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import apsw
import structlog

from config.durations import format_duration
from config.errors import StreamMismatchError, UnknownStreamError
from core.clock import from_ms
from core.streams.embedded.database import Database
from core.streams.embedded.schema import OFFSET_BITS
from core.streams.port import StreamInfo, StreamSpec
from core.streams.prefix import Prefix

_ONE_COPY = "The embedded log keeps one copy of each stream; use Kafka to keep more."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EmbeddedPartition:
    """A partition: ``number`` is unique within its stream, ``id`` within the file."""

    id: int
    stream: str
    number: int

    def record_id(self, offset: int) -> int:
        """Return the primary key of the record at an offset."""
        return (self.id << OFFSET_BITS) | offset


@dataclass(frozen=True, slots=True)
class EmbeddedStream:
    """A stream in the file; ``name`` is without prefix."""

    id: int
    name: str
    partitions: tuple[EmbeddedPartition, ...]
    max_record_bytes: int


def offset_of(record_id: int) -> int:
    """Return a record's offset within its partition."""
    return record_id & ((1 << OFFSET_BITS) - 1)


class EmbeddedStreams:
    """The streams under a prefix. Thread-safe: a stream that was created is never deleted."""

    def __init__(self, database: Database, prefix: Prefix) -> None:
        self._database = database
        self._prefix = prefix
        self._known: dict[str, EmbeddedStream] = {}

    def get(self, name: str) -> EmbeddedStream:
        """Return the stream of a name.

        Raises:
            UnknownStreamError: It was never created.
        """
        stream = self._known.get(name) or self._load().get(name)
        if stream is None:
            raise UnknownStreamError(
                f"There is no stream {name!r}.", mend="`wirewatch streams list` names them all."
            )
        return stream

    def create(self, specs: Sequence[StreamSpec]) -> None:
        """Create the streams that are missing; update retention and size limit of the others.

        The file belongs to this program alone, and the settings are the only place that names these
        limits, so the file follows the settings. The log shows what changed.

        Raises:
            StreamMismatchError: A stream exists with another number of partitions; nothing was
                changed.
        """
        with self._database.write() as connection:
            changes = {
                spec.name: _create_or_update(connection, self._prefix.add(spec.name), spec)
                for spec in specs
            }
        self._load()
        for name, changed in changes.items():
            if changed:
                log.info("stream_changed", stream=name, **changed)
        if (copies := max((spec.replication for spec in specs), default=1)) > 1:
            log.warning("replication_ignored", wanted=copies, mend=_ONE_COPY)

    def describe(self) -> list[StreamInfo]:
        """Return every stream as it is now, by name."""
        with self._database.read() as connection:
            infos = [
                _info(name, row[1:])
                for row in connection.execute(_DESCRIBE, {"shift": OFFSET_BITS})
                if (name := self._prefix.strip(row[0])) is not None
            ]
        return sorted(infos, key=lambda info: info.name)

    def _load(self) -> dict[str, EmbeddedStream]:
        with self._database.read() as connection:
            known = {
                name: _load_stream(connection, name, stream_id, limit)
                for stored, stream_id, limit in connection.execute(
                    "SELECT name, stream_id, max_record_bytes FROM stream"
                )
                if (name := self._prefix.strip(stored)) is not None
            }
        self._known = known
        return known


_DESCRIBE = """
SELECT name, partitions, sum(next_offset - start_offset), sum(bytes), retention_ms,
    max_record_bytes, max(
    CASE WHEN next_offset > start_offset THEN
        (SELECT time_ms FROM rec WHERE id = (part_id << :shift) + next_offset - 1) END)
FROM stream JOIN part USING (stream_id) GROUP BY stream_id
"""


def _info(name: str, row: tuple[int, int, int, int, int, int | None]) -> StreamInfo:
    partitions, records, size, retention, limit, newest = row
    return StreamInfo(
        name=name,
        partitions=partitions,
        records=records,
        bytes=size,
        retention=timedelta(milliseconds=retention),
        newest=None if newest is None else from_ms(newest),
        max_record_bytes=limit,
    )


def _load_stream(
    connection: apsw.Connection, name: str, stream_id: int, limit: int
) -> EmbeddedStream:
    rows = connection.execute(
        "SELECT part_id, number FROM part WHERE stream_id = ? ORDER BY number", (stream_id,)
    )
    partitions = tuple(EmbeddedPartition(part_id, name, number) for part_id, number in rows)
    return EmbeddedStream(stream_id, name, partitions, limit)


def _create_or_update(connection: apsw.Connection, stored: str, spec: StreamSpec) -> dict[str, str]:
    """Create a stream, or update its limits. Return each limit that changed, as "old to new"."""
    rows: list[tuple[int, int, int, int]] = list(
        connection.execute(
            "SELECT stream_id, partitions, retention_ms, max_record_bytes FROM stream"
            " WHERE name = ?",
            (stored,),
        )
    )
    if not rows:
        _create(connection, stored, spec)
        return {}
    stream_id, partitions, retention, limit = rows[0]
    if partitions != spec.partitions:
        raise StreamMismatchError(
            f"The stream {spec.name!r} has {partitions} partitions, not {spec.partitions}.",
            mend="The number of partitions is fixed for a stream's life: set the old one again.",
        )
    connection.execute(
        "UPDATE stream SET retention_ms = ?, max_record_bytes = ? WHERE stream_id = ?",
        (_in_ms(spec.retention), spec.max_record_bytes, stream_id),
    )
    old = (format_duration(timedelta(milliseconds=retention)), str(limit))
    new = (format_duration(spec.retention), str(spec.max_record_bytes))
    names = ("retention", "max_record_bytes")
    return {n: f"{a} to {b}" for n, a, b in zip(names, old, new, strict=True) if a != b}


def _create(connection: apsw.Connection, stored: str, spec: StreamSpec) -> None:
    stream_id = connection.execute(
        "INSERT INTO stream (name, partitions, retention_ms, max_record_bytes)"
        " VALUES (?, ?, ?, ?) RETURNING stream_id",
        (stored, spec.partitions, _in_ms(spec.retention), spec.max_record_bytes),
    ).get
    connection.executemany(
        "INSERT INTO part (stream_id, number) VALUES (?, ?)",
        [(stream_id, number) for number in range(spec.partitions)],
    )


def _in_ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)

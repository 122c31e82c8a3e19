"""What streams the file has: creating them, and knowing them by name."""

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

_ONE_COPY = "The embedded log keeps one copy of each stream; brokers of Kafka keep more."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EmbeddedPartition:
    """A partition: ``number`` within its stream, ``id`` within the file."""

    id: int
    stream: str
    number: int

    def record_id(self, offset: int) -> int:
        """Where the record of an offset lies."""
        return (self.id << OFFSET_BITS) | offset


@dataclass(frozen=True, slots=True)
class EmbeddedStream:
    """A stream as the file has it; ``name`` is without prefix."""

    id: int
    name: str
    parts: tuple[EmbeddedPartition, ...]
    max_record_bytes: int


def offset_of(record_id: int) -> int:
    """The offset within its partition."""
    return record_id & ((1 << OFFSET_BITS) - 1)


class EmbeddedStreams:
    """The streams under a prefix. Thread-safe: a stream once made never goes."""

    def __init__(self, database: Database, prefix: Prefix) -> None:
        self._database = database
        self._prefix = prefix
        self._known: dict[str, EmbeddedStream] = {}

    def get(self, name: str) -> EmbeddedStream:
        """The stream of that name.

        Raises:
            UnknownStreamError: It was never created.
        """
        found = self._known.get(name) or self._load().get(name)
        if found is None:
            raise UnknownStreamError(
                f"There is no stream {name!r}.", mend="`wirewatch streams list` names them all."
            )
        return found

    def create(self, specs: Sequence[StreamSpec]) -> None:
        """Make what is missing, bring retention and size limits up to date.

        The file belongs to this program alone and its settings are the only place that names them,
        so it follows the settings, and the log says what changed.

        Raises:
            StreamMismatchError: A stream exists with other partitions; nothing was changed.
        """
        with self._database.write() as connection:
            changes = {
                spec.name: _create(connection, self._prefix.on(spec.name), spec) for spec in specs
            }
        self._load()
        for name, changed in changes.items():
            if changed:
                log.info("stream_changed", stream=name, **changed)
        if (copies := max((spec.replication for spec in specs), default=1)) > 1:
            log.warning("replication_ignored", wanted=copies, mend=_ONE_COPY)

    def infos(self) -> list[StreamInfo]:
        """Every stream as it is now, by name."""
        with self._database.read() as connection:
            found = [
                _info(name, row[1:])
                for row in connection.execute(_INFOS, {"shift": OFFSET_BITS})
                if (name := self._prefix.off(row[0])) is not None
            ]
        return sorted(found, key=lambda info: info.name)

    def _load(self) -> dict[str, EmbeddedStream]:
        with self._database.read() as connection:
            known = {
                name: _stream(connection, name, stream_id, limit)
                for stored, stream_id, limit in connection.execute(
                    "SELECT name, stream_id, max_record_bytes FROM stream"
                )
                if (name := self._prefix.off(stored)) is not None
            }
        self._known = known
        return known


_INFOS = """
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


def _stream(connection: apsw.Connection, name: str, stream_id: int, limit: int) -> EmbeddedStream:
    rows = connection.execute(
        "SELECT part_id, number FROM part WHERE stream_id = ? ORDER BY number", (stream_id,)
    )
    return EmbeddedStream(
        stream_id,
        name,
        tuple(EmbeddedPartition(part, name, number) for part, number in rows),
        limit,
    )


def _create(connection: apsw.Connection, stored: str, spec: StreamSpec) -> dict[str, str]:
    """Make a stream or bring it up to date; what changed of one that was there, "old to new"."""
    row: list[tuple[int, int, int, int]] = list(
        connection.execute(
            "SELECT stream_id, partitions, retention_ms, max_record_bytes FROM stream"
            " WHERE name = ?",
            (stored,),
        )
    )
    if not row:
        _make(connection, stored, spec)
        return {}
    stream_id, partitions, retention, limit = row[0]
    if partitions != spec.partitions:
        raise StreamMismatchError(
            f"The stream {spec.name!r} has {partitions} partitions, not {spec.partitions}.",
            mend="Partitions are fixed for a stream's life: set the old number again.",
        )
    connection.execute(
        "UPDATE stream SET retention_ms = ?, max_record_bytes = ? WHERE stream_id = ?",
        (_ms(spec.retention), spec.max_record_bytes, stream_id),
    )
    old = (format_duration(timedelta(milliseconds=retention)), str(limit))
    new = (format_duration(spec.retention), str(spec.max_record_bytes))
    names = ("retention", "max_record_bytes")
    return {n: f"{a} to {b}" for n, a, b in zip(names, old, new, strict=True) if a != b}


def _make(connection: apsw.Connection, stored: str, spec: StreamSpec) -> None:
    stream_id = connection.execute(
        "INSERT INTO stream (name, partitions, retention_ms, max_record_bytes)"
        " VALUES (?, ?, ?, ?) RETURNING stream_id",
        (stored, spec.partitions, _ms(spec.retention), spec.max_record_bytes),
    ).get
    connection.executemany(
        "INSERT INTO part (stream_id, number) VALUES (?, ?)",
        [(stream_id, number) for number in range(spec.partitions)],
    )


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)

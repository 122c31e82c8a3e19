"""Where reading begins in a partition: at the oldest record, at the present, or at a time."""

from __future__ import annotations

from datetime import timedelta

import apsw

from core.clock import to_ms
from core.streams.embedded.streams import EmbeddedPartition, offset_of
from core.streams.port import Start

MAX_AHEAD = timedelta(hours=1)
"""How far a record's own time may be after the time when it was appended, for a start by time.
Kafka's brokers reject records that are further ahead (``message.timestamp.after.max.ms``)."""


def bounds(connection: apsw.Connection, partition: EmbeddedPartition) -> tuple[int, int]:
    """Return the oldest offset kept and the next offset to be appended."""
    row: tuple[int, int] = connection.execute(
        "SELECT start_offset, next_offset FROM part WHERE part_id = ?", (partition.id,)
    ).get
    return row


def resolve_start(connection: apsw.Connection, partition: EmbeddedPartition, start: Start) -> int:
    """Return the offset that ``start`` means in a partition at this moment."""
    oldest, end = bounds(connection, partition)
    if start == "start":
        return oldest
    if start == "end":
        return end
    return _first_since(connection, partition, to_ms(start), oldest, end)


def _first_since(
    connection: apsw.Connection, partition: EmbeddedPartition, time_ms: int, low: int, end: int
) -> int:
    """Return the offset of the first record of a time or later, or ``end``.

    Bisects by the time of appending, which only grows; then scans for the record's own time.
    """
    earliest, high = time_ms - int(MAX_AHEAD.total_seconds() * 1000), end
    while low < high:
        middle = (low + high) // 2
        appended: int = connection.execute(
            "SELECT append_ms FROM rec WHERE id = ?", (partition.record_id(middle),)
        ).get
        low, high = (middle + 1, high) if appended < earliest else (low, middle)
    record_id: int | None = connection.execute(
        "SELECT id FROM rec WHERE id >= ? AND id < ? AND time_ms >= ? ORDER BY id LIMIT 1",
        (partition.record_id(low), partition.record_id(end), time_ms),
    ).get
    return end if record_id is None else offset_of(record_id)

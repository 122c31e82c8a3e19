"""Where in a partition reading begins: the oldest record, the present, or a time."""

from __future__ import annotations

from datetime import timedelta

import apsw

from core.clock import to_ms
from core.streams.embedded.streams import EmbeddedPartition, offset_of
from core.streams.port import Start

SLACK = timedelta(hours=1)
"""How far a record's own time may lie after the moment it was appended, for a start by time.
Kafka brokers refuse records that are further ahead (message.timestamp.after.max.ms)."""


def bounds(connection: apsw.Connection, part: EmbeddedPartition) -> tuple[int, int]:
    """Oldest offset kept and the next to come."""
    found: tuple[int, int] = connection.execute(
        "SELECT start_offset, next_offset FROM part WHERE part_id = ?", (part.id,)
    ).get
    return found


def first(connection: apsw.Connection, part: EmbeddedPartition, start: Start) -> int:
    """The offset that ``start`` means in a partition at this moment."""
    oldest, following = bounds(connection, part)
    if start == "start":
        return oldest
    if start == "end":
        return following
    return _first_at(connection, part, to_ms(start), oldest, following)


def _first_at(
    connection: apsw.Connection, part: EmbeddedPartition, time_ms: int, low: int, end: int
) -> int:
    """Halve by the moment of appending, which only grows; then walk to the record's own time."""
    earliest, high = time_ms - int(SLACK.total_seconds() * 1000), end
    while low < high:
        middle = (low + high) // 2
        appended: int = connection.execute(
            "SELECT append_ms FROM rec WHERE id = ?", (part.record_id(middle),)
        ).get
        low, high = (middle + 1, high) if appended < earliest else (low, middle)
    found: int | None = connection.execute(
        "SELECT id FROM rec WHERE id >= ? AND id < ? AND time_ms >= ? ORDER BY id LIMIT 1",
        (part.record_id(low), part.record_id(end), time_ms),
    ).get
    return end if found is None else offset_of(found)

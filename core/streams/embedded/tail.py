"""Reading without a group: from the start, the end or a time, to the present or for ever.

The partitions are merged by the time of their next records, so that a reader sees roughly one
line of time; within a partition the order is that of the offsets. No view of the file outlives a
chunk: a slow reader holds nobody up.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Literal

import apsw

from core.streams.embedded import records
from core.streams.embedded.consumer import FIRST_STEP, LONGEST_STEP
from core.streams.embedded.database import Database
from core.streams.embedded.streams import Part, Stream, offset_of, to_ms
from core.streams.port import Record

CHUNK = 100

SLACK = timedelta(hours=1)
"""How far a record's own time may lie after the moment it was appended, for a start by time.
Kafka brokers refuse records that are further ahead (message.timestamp.after.max.ms)."""

Start = Literal["start", "end"] | datetime


def tail(
    database: Database, stream: Stream, start: Start, follow: Callable[[], bool] | None
) -> Iterator[Record]:
    """See :meth:`core.streams.port.StreamLog.read`."""
    places = _begin(database, stream, start)
    version = database.version()
    yield from _present(database, stream, places)
    step = FIRST_STEP
    while follow is not None and follow():
        current = database.version()
        if current == version:
            time.sleep(step)
            step = min(step * 1.5, LONGEST_STEP)
            continue
        version, step = current, FIRST_STEP
        yield from _present(database, stream, places)


def _present(database: Database, stream: Stream, places: dict[int, int]) -> Iterator[Record]:
    """Everything from ``places`` to the present; moves ``places`` there."""
    with database.read() as connection:
        ends = {part.id: _bounds(connection, part)[1] for part in stream.parts}
    runs = [
        _run(database, part, places[part.id], ends[part.id])
        for part in stream.parts
        if places[part.id] < ends[part.id]
    ]
    places.update({part: max(end, places[part]) for part, end in ends.items()})
    yield from heapq.merge(*runs, key=lambda record: record.time)


def _run(database: Database, part: Part, start: int, end: int) -> Iterator[Record]:
    while start < end:
        with database.read() as connection:
            start = max(start, _bounds(connection, part)[0])  # retention may go on meanwhile
            chunk = records.fetch(connection, part, start, min(start + CHUNK, end))
        yield from chunk
        start += CHUNK


def _begin(database: Database, stream: Stream, start: Start) -> dict[int, int]:
    with database.read() as connection:
        return {part.id: _first(connection, part, start) for part in stream.parts}


def _first(connection: apsw.Connection, part: Part, start: Start) -> int:
    oldest, following = _bounds(connection, part)
    if start == "start":
        return oldest
    if start == "end":
        return following
    return _first_at(connection, part, to_ms(start), oldest, following)


def _first_at(connection: apsw.Connection, part: Part, time_ms: int, low: int, end: int) -> int:
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


def _bounds(connection: apsw.Connection, part: Part) -> tuple[int, int]:
    """Oldest offset kept and the next to come."""
    bounds: tuple[int, int] = connection.execute(
        "SELECT start_offset, next_offset FROM part WHERE part_id = ?", (part.id,)
    ).get
    return bounds

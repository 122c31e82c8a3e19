"""Reading without a group: from the start, the end or a time, to the present or for ever.

The partitions are merged by the time of their next records, so that a reader sees roughly one
line of time; within a partition the order is that of the offsets. No view of the file outlives a
chunk: a slow reader holds nobody up.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator

from core.streams.embedded import records
from core.streams.embedded.consumer import FIRST_STEP, LONGEST_STEP
from core.streams.embedded.database import Database
from core.streams.embedded.positions import bounds, first
from core.streams.embedded.streams import EmbeddedPartition, EmbeddedStream
from core.streams.port import Record, Start

CHUNK = 100


def tail(
    database: Database, stream: EmbeddedStream, start: Start, follow: Callable[[], bool] | None
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


def _present(
    database: Database, stream: EmbeddedStream, places: dict[int, int]
) -> Iterator[Record]:
    """Everything from ``places`` to the present; moves ``places`` there."""
    with database.read() as connection:
        ends = {part.id: bounds(connection, part)[1] for part in stream.parts}
    runs = [
        _run(database, part, places[part.id], ends[part.id])
        for part in stream.parts
        if places[part.id] < ends[part.id]
    ]
    places.update({part: max(end, places[part]) for part, end in ends.items()})
    yield from heapq.merge(*runs, key=lambda record: record.time)


def _run(database: Database, part: EmbeddedPartition, start: int, end: int) -> Iterator[Record]:
    while start < end:
        with database.read() as connection:
            start = max(start, bounds(connection, part)[0])  # retention may go on meanwhile
            chunk = records.fetch(connection, part, start, min(start + CHUNK, end))
        yield from chunk
        start += CHUNK


def _begin(database: Database, stream: EmbeddedStream, start: Start) -> dict[int, int]:
    with database.read() as connection:
        return {part.id: first(connection, part, start) for part in stream.parts}

"""Reading a stream without a group: from the start, the end or a time; up to the present, or on.

Partitions are merged by the time of their next records, so a reader sees records roughly in the
order of time; within a partition the order is that of the offsets. The file is read in chunks, each
with a view of its own, so a slow reader blocks nothing.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator

from core.streams.embedded.consumer import FIRST_PAUSE, LONGEST_PAUSE, PAUSE_GROWTH
from core.streams.embedded.database import Database
from core.streams.embedded.positions import bounds, resolve_start
from core.streams.embedded.records import fetch_records
from core.streams.embedded.streams import EmbeddedPartition, EmbeddedStream
from core.streams.port import Record, Start

CHUNK = 100


def read_stream(
    database: Database, stream: EmbeddedStream, start: Start, follow: Callable[[], bool] | None
) -> Iterator[Record]:
    """See :meth:`core.streams.port.StreamLog.read`."""
    positions = _resolve_starts(database, stream, start)
    version = database.version()
    yield from _read_to_present(database, stream, positions)
    pause = FIRST_PAUSE
    while follow is not None and follow():
        current = database.version()
        if current == version:
            time.sleep(pause)
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE)
            continue
        version, pause = current, FIRST_PAUSE
        yield from _read_to_present(database, stream, positions)


def _read_to_present(
    database: Database, stream: EmbeddedStream, positions: dict[int, int]
) -> Iterator[Record]:
    """Return all records from ``positions`` to the present; move ``positions`` there."""
    with database.read() as connection:
        ends = {part.id: bounds(connection, part)[1] for part in stream.partitions}
    partitions = [
        _read_partition(database, part, positions[part.id], ends[part.id])
        for part in stream.partitions
        if positions[part.id] < ends[part.id]
    ]
    positions.update({part: max(end, positions[part]) for part, end in ends.items()})
    yield from heapq.merge(*partitions, key=lambda record: record.time)


def _read_partition(
    database: Database, partition: EmbeddedPartition, start: int, end: int
) -> Iterator[Record]:
    while start < end:
        with database.read() as connection:
            start = max(start, bounds(connection, partition)[0])  # retention deletes meanwhile
            chunk = fetch_records(connection, partition, start, min(start + CHUNK, end))
        yield from chunk
        start += CHUNK


def _resolve_starts(database: Database, stream: EmbeddedStream, start: Start) -> dict[int, int]:
    with database.read() as connection:
        return {part.id: resolve_start(connection, part, start) for part in stream.partitions}

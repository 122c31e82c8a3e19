"""Positions: what one member knows of a partition, and where a group begins in one.

::

    committed ───────────▶ returned ────────────▶ fetched
        │ batches in progress  │ buffered records     │ the client fetches from here
        └── rewind goes back   └── poll returns       └── includes offsets without records
            to here                these next             (transaction markers)

Offsets have gaps, because Kafka stores transaction markers in the log. A range of a batch extends
from the end of the range before it to the next record, so ranges join without gaps and the group's
position passes the markers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kafka.structs import OffsetAndMetadata

from core.clock import to_ms
from core.streams.port import PartitionRange, Record, Start


@dataclass(slots=True)
class PartitionPosition:
    """One assigned partition, as its member knows it. Does no I/O.

    Attributes:
        stream: Name without prefix.
        partition: Number of the partition.
        epoch: The group's generation in which the member was assigned the partition.
        committed: The group's position: the offset it reads next.
        returned: Offset after the last record that ``poll`` returned.
        fetched: Offset after the last record that was fetched.
        buffer: Records that were fetched and not returned yet.
    """

    stream: str
    partition: int
    epoch: int
    committed: int
    returned: int = field(init=False)
    fetched: int = field(init=False)
    buffer: deque[Record] = field(init=False, default_factory=deque)

    def __post_init__(self) -> None:
        self.returned = self.fetched = self.committed

    def add(self, records: Iterable[Record], fetched: int) -> None:
        """Buffer fetched records; the client continues at offset ``fetched``."""
        self.buffer.extend(records)
        self.fetched = max(fetched, self.buffer[-1].offset + 1 if self.buffer else 0)

    def take(self, count: int) -> tuple[list[Record], PartitionRange]:
        """Remove ``count`` records (at least one) from the buffer. Return them and their range."""
        records = [self.buffer.popleft() for _ in range(count)]
        start = self.returned
        self.returned = self.buffer[0].offset if self.buffer else self.fetched
        return records, PartitionRange(
            self.stream, self.partition, start, self.returned, self.epoch
        )

    def rewind(self) -> int:
        """Forget what was fetched since the last commit. Return the offset to continue from."""
        self.buffer.clear()
        self.returned = self.fetched = self.committed
        return self.committed

    def commit(self, offset: int) -> None:
        """Record that the group's position is ``offset`` now."""
        self.committed = offset


def commit_obstacle(
    batch_range: PartitionRange, position: PartitionPosition | None, generation: int
) -> str | None:
    """Return why a member may not commit the range of a batch, or None where it may.

    Args:
        batch_range: The range.
        position: The member's position in that partition; None where it is not assigned.
        generation: The group's present generation.
    """
    if position is None or not position.epoch == batch_range.epoch == generation:
        return "The group has reassigned its partitions since the batch was polled."
    if batch_range.start < position.committed:
        return "The group has committed these records already."
    if batch_range.start > position.committed:
        return "The records before these are not committed yet."
    return None


def resolve_start(
    client: Any, partitions: Iterable[Any], start: Start, timeout_ms: int
) -> dict[Any, int]:
    """Return the offset that ``start`` means in each partition at this moment.

    Args:
        client: A consumer that sees committed records only, so its end is before any open
            transaction.
        partitions: kafka-python's TopicPartitions.
        start: See the port.
        timeout_ms: Limit of each request.
    """
    wanted = list(partitions)
    if not wanted:
        return {}
    if start == "start":
        return dict(client.beginning_offsets(wanted, timeout_ms=timeout_ms))
    ends: dict[Any, int] = client.end_offsets(wanted, timeout_ms=timeout_ms)
    if start == "end":
        return ends
    times = dict.fromkeys(wanted, max(0, to_ms(start)))
    offsets = client.offsets_for_times(times, timeout_ms=timeout_ms)
    return {
        partition: end
        if (first := offsets.get(partition)) is None or first.offset < 0
        else min(first.offset, end)
        for partition, end in ends.items()
    }


def to_offset_metadata(offsets: Mapping[Any, int]) -> dict[Any, Any]:
    """Return offsets in the form in which kafka-python commits them."""
    return {p: OffsetAndMetadata(offset, "", -1) for p, offset in offsets.items()}

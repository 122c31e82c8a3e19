"""Where a group stands in a partition, and what has been fetched beyond: pure bookkeeping.

::

    committed ─────────▶ given ───────────────▶ reached
        │ batches in hand  │ records, not given   │ the client fetches from here
        └── rewind goes back here                 └── offsets without records (markers) included

Offsets have gaps: Kafka keeps the marks of transactions in the log too. A range of a batch runs
from where the last one ended to where the next record lies, so that ranges join without a gap and
the group's position ends up behind the marks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.streams.port import PartitionRange, Record


@dataclass(slots=True)
class PartitionPosition:
    """One partition, as its member knows it.

    Attributes:
        stream: Without prefix.
        partition: Number.
        epoch: The group's generation in which the member got it.
        committed: Offset the group reads next.
        given: Offset after what was handed out.
        reached: Offset after what was fetched.
        records: Fetched and not handed out.
    """

    stream: str
    partition: int
    epoch: int
    committed: int
    given: int = field(init=False)
    reached: int = field(init=False)
    records: deque[Record] = field(init=False, default_factory=deque)

    def __post_init__(self) -> None:
        self.given = self.reached = self.committed

    def add(self, records: Iterable[Record], reached: int) -> None:
        """Keep what was fetched; the client goes on at ``reached``."""
        self.records.extend(records)
        self.reached = max(reached, self.records[-1].offset + 1 if self.records else 0)

    def give(self, count: int) -> tuple[list[Record], PartitionRange]:
        """Hand out ``count`` records (at least one), and the range they cover."""
        taken = [self.records.popleft() for _ in range(count)]
        start = self.given
        self.given = self.records[0].offset if self.records else self.reached
        return taken, PartitionRange(self.stream, self.partition, start, self.given, self.epoch)

    def rewind(self) -> int:
        """Forget what was fetched since the last commit; the offset to go on from."""
        self.records.clear()
        self.given = self.reached = self.committed
        return self.committed

    def commit(self, following: int) -> None:
        """The group stands at ``following`` now."""
        self.committed = following


def misfit(part: PartitionRange, place: PartitionPosition | None, epoch: int) -> str | None:
    """Why the range of a batch cannot be committed by this member; None where it can.

    Args:
        part: Of the batch.
        place: What the member knows of the partition; None where it does not hold it.
        epoch: The group's generation now.
    """
    if place is None or not place.epoch == part.epoch == epoch:
        return "The group has shared out its partitions anew since the batch was polled."
    if part.start < place.committed:
        return "The group has committed these records already."
    if part.start > place.committed:
        return "Records before these are not committed yet."
    return None

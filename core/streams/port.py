"""The stream port: what every engine (embedded, Kafka) promises, in one place.

A *stream* has partitions; a partition is an ordered log of records with offsets. Records with one
key land in one partition (murmur2, as Java's Kafka client does it), so their order is kept. A
*group* shares the partitions of its streams among its members; each group has a *position* per
partition: the offset it reads next.

The heart is one operation::

    batch = consumer.poll()
    with consumer.transaction(batch) as out:      # outputs and position commit together
        for record in batch.records:
            out.append(*process(record))

Leaving the block commits the outputs and the new position in one step; any exception inside
keeps neither and rewinds, so that the next ``poll`` gives the same records again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol, runtime_checkable

Headers = tuple[tuple[str, bytes], ...]

Start = Literal["start", "end"] | datetime
"""Where reading begins: the oldest record kept, the present, or the first record of a time or later
in each partition."""


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record to append.

    Attributes:
        stream: Name without the configured prefix; the engine adds it.
        key: Decides the partition; None spreads.
        value: None is a tombstone.
        headers: In order; a name may repeat.
        time: The record's own time (fetched or happened), aware; kept to the millisecond.
            Retention counts from it.
        sequence: Place in the sender's outbox, for engines that can drop what they already have
            (see :meth:`StreamLog.append`); None elsewhere.
    """

    stream: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    time: datetime
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A record as read. ``stream`` is the name without prefix, ``time`` in UTC."""

    stream: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    time: datetime

    def header(self, name: str) -> str | None:
        """The text of the first header of that name, None where there is none."""
        return next((v.decode("utf-8", "replace") for n, v in self.headers if n == name), None)


@dataclass(frozen=True, slots=True)
class PartitionRange:
    """The part of one partition that a batch covers: ``start`` up to, without, ``next``."""

    stream: str
    partition: int
    start: int
    next: int
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one poll, in order within each partition. Empty is falsy."""

    records: tuple[Record, ...] = ()
    ranges: tuple[PartitionRange, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.records)


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """A stream as it should be.

    Attributes:
        name: Without prefix.
        partitions: Fixed for the stream's life.
        retention: Records older than this may go.
        max_record_bytes: Largest value taken.
        replication: Copies the engine keeps on different brokers; the embedded log has one.
    """

    name: str
    partitions: int
    retention: timedelta
    max_record_bytes: int = 1_000_000
    replication: int = 1


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """A stream as it is.

    Attributes:
        name: Without prefix.
        partitions: How many.
        records: Kept now; an engine with transaction markers in its log counts those too.
        bytes: As the engine stores them.
        retention: Records older than this may go.
        newest: Time of the newest record, None where there is none.
        max_record_bytes: Largest value taken.
        replication: Copies of each partition.
    """

    name: str
    partitions: int
    records: int
    bytes: int
    retention: timedelta
    newest: datetime | None
    max_record_bytes: int
    replication: int = 1


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """What one group has not read of one partition.

    Attributes:
        records: How many; 0 when drained, whatever markers the engine keeps in its log. More than
            there are, by its transaction markers, on an engine that cannot tell them apart unread.
        seconds: Age of the oldest unread record; 0 when drained.
        member: Slot of the living member that holds the partition, None if nobody does.
        position: Offset the group reads next; None where it has none yet.
        end: Offset of the next record to come.
    """

    group: str
    stream: str
    partition: int
    records: int
    seconds: float
    member: str | None
    position: int | None
    end: int


class Outputs(Protocol):
    """What a transaction takes."""

    def append(self, /, *records: NewRecord) -> None:
        """Add records to the transaction; nobody sees them before it commits.

        Raises:
            RecordTooLargeError: At once; the transaction is spoilt.
            UnknownStreamError: At once; the transaction is spoilt.
        """
        ...


@runtime_checkable
class Consumer(Protocol):
    """One member of a group. Not thread-safe; one per thread."""

    def poll(self, *, limit: int = 100, timeout: float = 1.0) -> Batch:
        """Up to ``limit`` records this member owns, waiting up to ``timeout`` seconds.

        Fair: every partition with unread records gets its share of ``limit``. Keeps the
        membership alive and takes part in rebalances; a member that is longer away from
        ``poll`` than a batch may take (two minutes) loses its partitions to the others. An
        empty batch means nothing came in time. Records polled and not committed come again
        after a failure, a close, or a take-over by another member.

        Raises:
            OffsetOutOfRangeError: Retention overtook the group; the position has been moved to
                the oldest record kept, so the next poll goes on. What was missed is named.
            StreamUnavailableError: The engine is away; try again.
            SlotTakenError: Another process has joined under this member's slot; give up.
        """
        ...

    def transaction(self, batch: Batch) -> AbstractContextManager[Outputs]:
        """Commit outputs and the batch's position in one step; any exception rewinds.

        Raises:
            FencedError: On leaving the block: another member owns a partition of the batch now,
                or the batch was committed before; nothing was kept.
            StreamUnavailableError: Nothing was kept; the next poll gives the batch again.
        """
        ...

    def commit(self, batch: Batch) -> None:
        """Move the position past the batch, without outputs: for stages that write to the store.

        Raises:
            FencedError: Another member owns a partition of the batch now, or it was committed
                before; not moved.
        """
        ...

    def rewind(self) -> None:
        """Give every record since the last commit again at the next poll."""
        ...

    def close(self) -> None:
        """Leave the group at once; others take over. Idempotent."""
        ...


@runtime_checkable
class StreamLog(Protocol):
    """A stream engine. Thread-safe; consumers made from it are not."""

    def create(self, specs: Sequence[StreamSpec], /) -> None:
        """Create what is missing. Idempotent.

        What exists with another retention, size limit or replication is reported in the log with
        what to do; an engine that others share never changes it.

        Raises:
            StreamMismatchError: A stream exists with other partitions.
        """
        ...

    def append(self, records: Sequence[NewRecord], /, *, producer: str | None = None) -> None:
        """Append; durable and visible when it returns. All or nothing.

        Args:
            records: In order; order within a partition is kept.
            producer: Name of an outbox. An engine that can drops records of this producer whose
                ``sequence`` is not above the last one it has (a relay that died after appending
                and before marking); an engine that cannot appends them again with the same ids.

        Raises:
            RecordTooLargeError: Nothing was appended.
            UnknownStreamError: Nothing was appended.
            StreamUnavailableError: Nothing was appended, or on an engine across a network
                nobody knows; append again with the same ids.
        """
        ...

    def consumer(
        self, group: str, streams: Sequence[str], /, *, slot: str, start: Start = "start"
    ) -> Consumer:
        """Join a group, which goes on at its position.

        Args:
            group: Name of the group.
            streams: Names without prefix.
            slot: Name of this member, unique among living ones; the same slot coming back takes
                its own place again, and a former holder of the name that still lives is fenced.
            start: Where the group begins in a partition of which it has no position yet. Where
                it is not the oldest record, that place becomes the group's position with the first
                poll that holds the partition: whoever takes it over begins there too, and ``lag``
                counts from there.

        Raises:
            UnknownStreamError: One of the streams does not exist.
        """
        ...

    def read(
        self,
        stream: str,
        /,
        *,
        start: Start = "start",
        follow: Callable[[], bool] | None = None,
    ) -> Iterator[Record]:
        """Read without a group, from the start, the end or a time, up to the present.

        Partitions are merged by record time; within one, the order is that of the offsets.

        Args:
            stream: Name without prefix.
            start: A datetime begins at the first record of that time or later, per partition.
            follow: When given, go on waiting for new records as long as it answers True.

        Raises:
            UnknownStreamError: The stream does not exist.
        """
        ...

    def streams(self) -> list[StreamInfo]:
        """Every stream under the prefix, by name."""
        ...

    def lag(self, group: str, streams: Sequence[str], /) -> list[PartitionLag]:
        """What the group has not read, per partition."""
        ...

    def groups(self) -> list[str]:
        """Names of the groups that ever committed or are joined now."""
        ...

    def forget(self, group: str, /) -> None:
        """Forget a group and its positions. Idempotent.

        Raises:
            StreamError: The group has living members.
        """
        ...

    def maintain(self) -> None:
        """Apply retention and tidy up; cheap enough to be called every minute.

        Raises:
            StreamUnavailableError: The engine is away; call again later.
        """
        ...

    def close(self) -> None:
        """Close connections. Idempotent."""
        ...

"""The stream port: what every engine (embedded, Kafka) guarantees.

Terms
    A *stream* is a named, append-only log of *records*, divided into *partitions*. On Kafka it is a
    topic. Records with the same key go to the same partition (murmur2, as in Kafka's Java client),
    so their order is kept; between partitions there is no order.

    An *offset* numbers the records of one partition in ascending order. Offsets may have gaps,
    because Kafka stores transaction markers in the log as well.

    A *group* (consumer group) shares the partitions of its streams among its *members*, so that
    each partition is assigned to at most one member at a time. A member joins under a *slot*: a
    name that is unique among the group's living members and stays the same across restarts. A
    member that returns under its slot gets the partitions of that slot again.

    A group's *position* in a partition is the offset that it reads next. So a position of X means
    that every record before X is processed, and that the next record polled has at least offset X.
    The position is stored by the engine. A member that is assigned a partition begins there.

    An *epoch* (generation, fencing token) numbers the assignments of a partition: it grows when the
    partition passes to another member. A member with an old epoch is *fenced*: it commits nothing.

    A *batch* is what one poll returns: records, and for each partition the range of offsets that
    they cover. Polling does not change the position. Committing a batch moves the position to the
    end of its ranges. A *transaction* commits a batch and the records made from it in one step.

The main operation is one block::

    batch = consumer.poll()
    with consumer.transaction(batch) as out:
        for record in batch.records:
            out.append(*process(record))

Leaving the block commits the outputs and the new position together. After any exception in the
block neither is committed, and the consumer rewinds: the next ``poll`` returns the same records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol, runtime_checkable

Headers = tuple[tuple[str, bytes], ...]

Start = Literal["start", "end"] | datetime
"""Where reading begins in each partition: at the oldest record kept (``start``), at the present
(``end``), or at the first record of a time or later."""


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A record to append.

    Attributes:
        stream: Name of the stream, without the configured prefix, which the engine adds.
        key: Determines the partition; records with the key None are spread over all of them.
        value: The content; None is a tombstone.
        headers: In order; a name may occur more than once.
        time: When it was fetched or happened; aware, in milliseconds. Retention counts from it.
        sequence: Number in the sender's outbox, with which an engine may recognise a record that it
            has already (see :meth:`StreamLog.append`); None for records without an outbox.
    """

    stream: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    time: datetime
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A record that was read. ``stream`` is the name without prefix; ``time`` is in UTC."""

    stream: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    time: datetime

    def header(self, name: str) -> str | None:
        """Return the text of the first header of a name, or None where there is none."""
        return next((v.decode("utf-8", "replace") for n, v in self.headers if n == name), None)


@dataclass(frozen=True, slots=True)
class PartitionRange:
    """The offsets of one partition that a batch covers.

    Attributes:
        stream: Name of the stream, without prefix.
        partition: Number of the partition.
        start: The first offset; the group's position before the batch.
        next: The offset after the last; the group's position after the batch.
        epoch: The epoch of the assignment under which the batch was polled.
    """

    stream: str
    partition: int
    start: int
    next: int
    epoch: int = 0

    def contains(self, record: Record) -> bool:
        """Return whether a record of the same batch is in this partition."""
        return (self.stream, self.partition) == (record.stream, record.partition)


@dataclass(frozen=True, slots=True)
class Batch:
    """The records of one poll, in order within each partition. False when empty."""

    records: tuple[Record, ...] = ()
    ranges: tuple[PartitionRange, ...] = ()

    def __bool__(self) -> bool:
        """Return whether there are records."""
        return bool(self.records)

    def split(self) -> tuple[Batch, Batch]:
        """Split a batch of at least two records into halves, in order.

        The ranges of the halves join without a gap, so committing one after the other commits the
        whole batch.
        """
        middle = len(self.records) // 2
        return self._part(self.records[:middle]), self._part(self.records[middle:])

    def _part(self, records: tuple[Record, ...]) -> Batch:
        """Return the batch of some consecutive records.

        Each range ends where the next record of the whole batch begins.
        """
        ranges = []
        for whole in self.ranges:
            offsets = [r.offset for r in records if whole.contains(r)]
            if offsets:
                all_offsets = [r.offset for r in self.records if whole.contains(r)]
                start = whole.start if offsets[0] == all_offsets[0] else offsets[0]
                later = [offset for offset in all_offsets if offset > offsets[-1]]
                following = later[0] if later else whole.next
                ranges.append(replace(whole, start=start, next=following))
        return Batch(records, tuple(ranges))


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """A stream as it is configured.

    Attributes:
        name: Without prefix.
        partitions: Number of partitions; fixed for the stream's life.
        retention: Records older than this may be deleted.
        max_record_bytes: Size of the largest value it accepts.
        replication: Copies that the engine keeps on different brokers; the embedded log keeps one.
        min_insync: Copies that acknowledge a record; 0 for one less than all.
    """

    name: str
    partitions: int
    retention: timedelta
    max_record_bytes: int = 1_000_000
    replication: int = 1
    min_insync: int = 0


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """A stream as it is.

    Attributes:
        name: Without prefix.
        partitions: Number of partitions.
        records: Number of records kept; on Kafka this includes transaction markers.
        bytes: Size as the engine stores it.
        retention: Records older than this may be deleted.
        newest: Time of the newest record; None where there is none.
        max_record_bytes: Size of the largest value it accepts.
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
    """What a group has not read of one partition.

    Attributes:
        group: Name of the group, without prefix.
        stream: Name of the stream, without prefix.
        partition: Number of the partition.
        records: Number of unread records; 0 exactly when all are read. On Kafka it may include the
            transaction markers among unread records.
        seconds: Age of the oldest unread record; 0 when all are read.
        member: Slot of the living member that the partition is assigned to; None if there is none.
        position: The offset that the group reads next; None where it has no position yet.
        end: The offset of the next record that will be appended.
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
    """The outputs of a transaction."""

    def append(self, /, *records: NewRecord) -> None:
        """Add records to the transaction. They are invisible to readers until it commits.

        Raises:
            RecordTooLargeError: Raised at once; the transaction cannot commit any more.
            UnknownStreamError: Raised at once; the transaction cannot commit any more.
        """


@runtime_checkable
class Consumer(Protocol):
    """One member of a group. Not thread-safe: use one per thread."""

    def poll(self, *, limit: int = 100, timeout: float = 1.0) -> Batch:
        """Return the next records of the assigned partitions.

        Every partition with unread records gets a fair share of the batch. Polling keeps the
        membership alive and takes part in rebalances. A member that does not poll for longer than a
        batch may take (two minutes) loses its partitions to others. Records that were polled but
        not committed are returned again after a failure, after :meth:`close`, or to another member.

        Args:
            limit: Most records in the batch.
            timeout: Seconds to wait for records.

        Returns:
            A batch, which is empty when no record arrived in time.

        Raises:
            OffsetOutOfRangeError: Retention overtook the group, and the position was moved to the
                oldest record kept. The error names what was missed; the next poll continues.
            StreamUnavailableError: The engine is unavailable; try again.
            SlotTakenError: Another process has joined under this member's slot; give up.
        """

    def transaction(self, batch: Batch) -> AbstractContextManager[Outputs]:
        """Commit outputs and the batch's position in one step; rewind after any exception.

        Raises:
            FencedError: On leaving the block, if a partition of the batch is assigned to another
                member now, or the batch was committed before. Nothing was committed.
            StreamUnavailableError: Nothing was committed; the next poll returns the batch again. On
                Kafka the commit may have succeeded; then the next poll continues after it.
        """

    def commit(self, batch: Batch) -> None:
        """Move the position past the batch, without outputs: for stages that write to the store.

        Raises:
            FencedError: A partition of the batch is assigned to another member now, or the batch
                was committed before. The position was not moved.
        """

    def rewind(self) -> None:
        """Let the next poll return every record since the last commit again."""

    def close(self) -> None:
        """Leave the group at once, so that other members take over. Idempotent."""


@runtime_checkable
class StreamLog(Protocol):
    """A stream engine. Thread-safe; the consumers that it creates are not."""

    def create(self, specs: Sequence[StreamSpec], /) -> None:
        """Create the streams that are missing. Idempotent.

        A stream that exists with other limits (retention, size, replication) is changed where the
        engine belongs to this program alone. On an engine that is shared with other programs it is
        not changed; the difference is logged with what to do.

        Raises:
            StreamMismatchError: A stream exists with another number of partitions.
        """

    def append(self, records: Sequence[NewRecord], /, *, producer: str | None = None) -> None:
        """Append records, all or none; they are durable and visible when this returns.

        Args:
            records: In order, which is kept within each partition.
            producer: Name of an outbox. The embedded log drops records of this producer whose
                ``sequence`` is not above the last one it has: its relay was killed after appending
                and before deleting them. Kafka appends them again, with the same ids.

        Raises:
            RecordTooLargeError: Nothing was appended.
            UnknownStreamError: Nothing was appended.
            StreamUnavailableError: Nothing was appended; on Kafka it is unknown whether. Append the
                records again with the same ids.
        """

    def consumer(
        self, group: str, streams: Sequence[str], /, *, slot: str, start: Start = "start"
    ) -> Consumer:
        """Join a group, which continues at its position.

        Args:
            group: Name of the group.
            streams: Names without prefix.
            slot: Name of this member. A former member of the same slot that is still alive is
                fenced.
            start: Where the group begins in a partition in which it has no position. Unless that is
                the oldest record, it becomes the group's position with the first poll after the
                partition was assigned. So a member that takes over begins there too, and ``lag``
                counts from there.

        Raises:
            UnknownStreamError: One of the streams does not exist.
        """

    def read(
        self,
        stream: str,
        /,
        *,
        start: Start = "start",
        follow: Callable[[], bool] | None = None,
    ) -> Iterator[Record]:
        """Read a stream without a group, up to the present.

        Partitions are merged by record time; within one, the order is that of the offsets.

        Args:
            stream: Name without prefix.
            start: Where reading begins.
            follow: If given, wait for new records as long as it returns True.

        Raises:
            UnknownStreamError: The stream does not exist.
        """

    def list_streams(self) -> list[StreamInfo]:
        """Return every stream under the prefix, by name."""

    def lag(self, group: str, streams: Sequence[str], /) -> list[PartitionLag]:
        """Return what a group has not read, per partition."""

    def list_groups(self) -> list[str]:
        """Return the names of the groups that have a position or a member."""

    def delete_group(self, group: str, /) -> None:
        """Delete a group and its positions. Idempotent.

        Raises:
            StreamError: The group has living members.
        """

    def set_positions(self, group: str, positions: Mapping[tuple[str, int], int], /) -> None:
        """Set where a group that is not running reads next. Other partitions stay as they are.

        ``positions`` has the offset for each stream and partition.

        Raises:
            UnknownStreamError: One of the streams does not exist.
            StreamError: The group has living members; nothing was changed.
        """

    def check_writable(self) -> None:
        """Check that records can be stored, where that is possible without appending any.

        Raises:
            StreamError: The file was deleted or replaced, or the disk is full.
            SettingsError: This user may not write the file.
        """

    def maintain(self) -> None:
        """Apply retention and reclaim space; cheap enough to be called every minute.

        Raises:
            StreamUnavailableError: The engine is unavailable; call again later.
        """

    def close(self) -> None:
        """Close the connections. Idempotent."""

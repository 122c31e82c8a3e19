"""A member of a consumer group on Kafka.

::

    poll: the client's poll (membership, rebalances, fetching) ──▶ positions ──fair shares──▶ Batch
    transaction, commit: check every range ──▶ outputs and position in one transaction

The member tracks the group's position itself (:mod:`core.streams.kafka.assigned`). After every
rebalance it loads the committed offsets and seeks there, and after a failure it goes back to them.
The client never chooses a position.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import structlog
from kafka.structs import TopicPartition

from config.errors import FencedError, SlotTakenError, StreamError
from core.streams.assignment import fair_shares
from core.streams.kafka.assigned import AssignedPartitions
from core.streams.kafka.errors import translate_errors
from core.streams.kafka.positions import commit_obstacle, to_offset_metadata
from core.streams.kafka.records import prepare_record
from core.streams.kafka.streams import KafkaStreams
from core.streams.kafka.transaction import TransactionalProducer
from core.streams.port import Batch, Outputs
from core.streams.staged_outputs import StagedOutputs

BUFFERED_POLLS = 3
"""With records for this many polls buffered, no more are fetched."""

log = structlog.get_logger(__name__)


class KafkaGroupConsumer:
    """See :class:`core.streams.port.Consumer`. Created by the log.

    Args:
        assigned: The partitions assigned to this member.
        producer: Its transactional producer.
        streams: The streams of this log.
        stored_name: Returns the name of a stream on the brokers, with prefix.
        leave: Removes the member from the group, given its ConsumerGroupMetadata.
        commit_seconds: Limit of a commit without outputs.
        close_seconds: Limit of closing a client.
    """

    def __init__(
        self,
        assigned: AssignedPartitions,
        producer: TransactionalProducer,
        *,
        streams: KafkaStreams,
        stored_name: Callable[[str], str],
        leave: Callable[[Any], None],
        commit_seconds: float,
        close_seconds: float,
    ) -> None:
        self._assigned = assigned
        self._producer = producer
        self._streams = streams
        self._stored_name = stored_name
        self._leave = leave
        self._commit_seconds = commit_seconds
        self._close_seconds = close_seconds
        self._round = 0
        self._slot_taken: SlotTakenError | None = None
        self.closed = False

    def poll(self, *, limit: int = 100, timeout: float = 1.0) -> Batch:
        """See the port."""
        if self.closed:
            raise StreamError("The consumer is closed.")
        deadline = time.monotonic() + timeout
        with self._remembering_slot_taken():
            self._producer.ensure_open()
            while True:
                self._fetch(deadline, limit)
                if batch := self._take_batch(limit):
                    return batch
                if time.monotonic() >= deadline:
                    return Batch()

    def transaction(self, batch: Batch) -> AbstractContextManager[Outputs]:
        """See the port."""
        return self._transaction(batch)

    def commit(self, batch: Batch) -> None:
        """See the port."""
        offsets = self._offsets_after(batch)
        with self._committing(batch), translate_errors("Committing"):
            self._assigned.commit(offsets, self._commit_seconds)

    def rewind(self) -> None:
        """See the port."""
        if not self.closed:
            self._assigned.rewind()

    def close(self) -> None:
        """See the port."""
        if self.closed:
            return
        self.closed = True
        membership = self._assigned.membership
        self._producer.close()
        self._assigned.close(self._close_seconds)
        if membership.member_id and self._slot_taken is None:
            self._leave(membership)

    @contextmanager
    def _transaction(self, batch: Batch) -> Iterator[Outputs]:
        outputs = StagedOutputs(lambda record: prepare_record(record, self._streams))
        try:
            yield outputs
            outputs.raise_rejected()
        except BaseException:
            self.rewind()
            raise
        offsets = to_offset_metadata(self._offsets_after(batch))
        with self._committing(batch):
            self._producer.commit(outputs.prepared, offsets, self._assigned.membership)

    def _offsets_after(self, batch: Batch) -> dict[Any, int]:
        """Return the group's position after a batch, by TopicPartition.

        Raises:
            FencedError: This member may not commit the batch.
        """
        if self.closed:
            raise FencedError("This member has left its group.")
        if self._slot_taken is not None:
            raise self._slot_taken
        generation = self._assigned.membership.generation_id
        offsets = {}
        for batch_range in batch.ranges:
            key = TopicPartition(self._stored_name(batch_range.stream), batch_range.partition)
            position = self._assigned.positions.get(key)
            reason = commit_obstacle(batch_range, position, generation)
            if reason is not None:
                self.rewind()
                raise FencedError(reason)
            offsets[key] = batch_range.next
        return offsets

    @contextmanager
    def _committing(self, batch: Batch) -> Iterator[None]:
        """Record the new position after a commit; after a failure the position is unknown."""
        try:
            with self._remembering_slot_taken():
                yield
        except BaseException:
            self._assigned.invalidate()
            raise
        for batch_range in batch.ranges:
            key = TopicPartition(self._stored_name(batch_range.stream), batch_range.partition)
            if (position := self._assigned.positions.get(key)) is not None:
                position.commit(batch_range.next)

    @contextmanager
    def _remembering_slot_taken(self) -> Iterator[None]:
        """Raise the same error in every later call, once another process has taken the slot."""
        if self._slot_taken is not None:
            raise self._slot_taken
        try:
            yield
        except SlotTakenError as error:
            self._slot_taken = error
            raise

    def _fetch(self, deadline: float, limit: int) -> None:
        """Poll the client at least once, which keeps the membership alive.

        While little is buffered, poll it as often as it returns records that it has fetched
        already: those are of all partitions, which are to get fair shares of the batch.
        """
        buffered = self._count_buffered()
        if buffered >= BUFFERED_POLLS * limit:
            self._assigned.poll_client(0, limit=1)
            return
        before = -1
        while buffered != before:
            before = buffered
            wait = 0 if buffered else max(0.0, deadline - time.monotonic())
            self._assigned.poll_client(wait)
            buffered = self._count_buffered()

    def _count_buffered(self) -> int:
        return sum(len(p.buffer) for p in self._assigned.positions.values())

    def _take_batch(self, limit: int) -> Batch:
        positions = [p for _, p in sorted(self._assigned.positions.items())]
        if not positions:
            return Batch()
        counts = fair_shares(limit, [len(p.buffer) for p in positions], first=self._round)
        self._round += 1
        taken = [p.take(count) for p, count in zip(positions, counts, strict=True) if count]
        return Batch(
            tuple(record for records, _ in taken for record in records),
            tuple(batch_range for _, batch_range in taken),
        )

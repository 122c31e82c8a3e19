"""A member of a group on Kafka.

::

    poll: the client's poll (membership, rebalances, fetching) ──▶ places ──fair shares──▶ Batch
    transaction/commit: every range fits its place ──▶ outputs and position in one transaction

The member keeps its own book of where the group stands (`held`, `places`): after every rebalance it
asks for what is committed, and seeks there; after a failure it goes back there. The client is never
left to choose a position.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import structlog
from kafka.structs import TopicPartition

from config.errors import FencedError, SlotTakenError, StreamError
from core.streams.assignment import shares
from core.streams.kafka.assigned import AssignedPartitions
from core.streams.kafka.errors import translated
from core.streams.kafka.positions import misfit
from core.streams.kafka.records import place
from core.streams.kafka.seeking import at
from core.streams.kafka.streams import KafkaStreams
from core.streams.kafka.transaction import Transactions
from core.streams.port import Batch, Outputs
from core.streams.staged_outputs import StagedOutputs

PLENTY = 3
"""Polls for which records are at hand, so that no more are fetched."""

log = structlog.get_logger(__name__)


class KafkaGroupConsumer:
    """See :class:`core.streams.port.Consumer`. Made by the log.

    Args:
        held: The partitions it holds.
        transactions: Its producer.
        topics: Of this log.
        stored: The name of a stream on the brokers.
        leave: Takes the member out of the group, given its ConsumerGroupMetadata.
        commit_seconds: Limit of a commit without outputs.
        close_seconds: Limit of closing a client.
    """

    def __init__(
        self,
        held: AssignedPartitions,
        transactions: Transactions,
        *,
        topics: KafkaStreams,
        stored: Callable[[str], str],
        leave: Callable[[Any], None],
        commit_seconds: float,
        close_seconds: float,
    ) -> None:
        self._held = held
        self._transactions = transactions
        self._topics = topics
        self._stored = stored
        self._leave = leave
        self._commit_seconds = commit_seconds
        self._close_seconds = close_seconds
        self._turn = 0
        self._taken: SlotTakenError | None = None
        self.closed = False

    def poll(self, *, limit: int = 100, timeout: float = 1.0) -> Batch:
        """See the port."""
        if self.closed:
            raise StreamError("The consumer is closed.")
        deadline = time.monotonic() + timeout
        with self._remembering():
            self._transactions.ready()
            while True:
                self._fill(deadline, limit)
                if batch := self._give(limit):
                    return batch
                if time.monotonic() >= deadline:
                    return Batch()

    def transaction(self, batch: Batch) -> AbstractContextManager[Outputs]:
        """See the port."""
        return self._transaction(batch)

    def commit(self, batch: Batch) -> None:
        """See the port."""
        positions = self._positions(batch)
        with self._settling(batch), translated("Committing"):
            self._held.commit(positions, self._commit_seconds)

    def rewind(self) -> None:
        """See the port."""
        if not self.closed:
            self._held.rewind()

    def close(self) -> None:
        """See the port."""
        if self.closed:
            return
        self.closed = True
        membership = self._held.membership
        self._transactions.close()
        self._held.close(self._close_seconds)
        if membership.member_id and self._taken is None:
            self._leave(membership)

    @contextmanager
    def _transaction(self, batch: Batch) -> Iterator[Outputs]:
        outputs = StagedOutputs(lambda record: place(record, self._topics))
        try:
            yield outputs
            outputs.refuse_spoilt()
        except BaseException:
            self.rewind()
            raise
        positions = self._positions(batch)
        with self._settling(batch):
            self._transactions.run(outputs.placed, at(positions), self._held.membership)

    def _positions(self, batch: Batch) -> dict[Any, int]:
        """Where the group is to stand after a batch.

        Raises:
            FencedError: This member may not commit it.
        """
        if self.closed:
            raise FencedError("This member has left its group.")
        if self._taken is not None:
            raise self._taken
        epoch = self._held.membership.generation_id
        positions = {}
        for part in batch.ranges:
            key = TopicPartition(self._stored(part.stream), part.partition)
            reason = misfit(part, self._held.places.get(key), epoch)
            if reason is not None:
                self.rewind()
                raise FencedError(reason)
            positions[key] = part.next
        return positions

    @contextmanager
    def _settling(self, batch: Batch) -> Iterator[None]:
        """Note what a commit did: moved the group, or left nobody knows what."""
        try:
            with self._remembering():
                yield
        except BaseException:
            self._held.doubt()
            raise
        for part in batch.ranges:
            key = TopicPartition(self._stored(part.stream), part.partition)
            if (known := self._held.places.get(key)) is not None:
                known.commit(part.next)

    @contextmanager
    def _remembering(self) -> Iterator[None]:
        """A slot that is taken stays taken."""
        if self._taken is not None:
            raise self._taken
        try:
            yield
        except SlotTakenError as error:
            self._taken = error
            raise

    def _fill(self, deadline: float, limit: int) -> None:
        """One turn of the client at least, for it keeps the membership alive.

        Where there is little, as many turns as it has something of what it fetched at once: that
        is of all partitions, and they are to have fair shares.
        """
        unread = self._unread()
        if unread >= PLENTY * limit:
            self._held.turn(0, most=1)
            return
        before = -1
        while unread != before:
            before = unread
            self._held.turn(0 if unread else max(0.0, deadline - time.monotonic()))
            unread = self._unread()

    def _unread(self) -> int:
        return sum(len(p.records) for p in self._held.places.values())

    def _give(self, limit: int) -> Batch:
        places = [p for _, p in sorted(self._held.places.items())]
        if not places:
            return Batch()
        taken = shares(limit, [len(p.records) for p in places], first=self._turn)
        self._turn += 1
        given = [p.give(count) for p, count in zip(places, taken, strict=True) if count]
        return Batch(
            tuple(record for records, _ in given for record in records),
            tuple(covered for _, covered in given),
        )

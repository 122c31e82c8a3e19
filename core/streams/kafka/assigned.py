"""The partitions a member holds: the client that fetches them, and the book of places.

::

    turn ─▶ client.poll ─┬─▶ records ─▶ places
                         ├─▶ a rebalance ─▶ settle: ask for what is committed, seek there
                         └─▶ what cannot be read (any more) ─▶ detours

Partitions are never paused: what kafka-python 3.0.12 has fetched of a paused partition it may keep
for ever, and fetches no more of it. Its ``_next_partition_records`` is not None again once it was
read to its end, and only then is what was put aside taken up. Where there is plenty, the client is
asked for one record, and so fetches no more.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import structlog
from kafka import ConsumerRebalanceListener
from kafka import errors as theirs
from kafka.structs import MemberState, TopicPartition

from config.errors import FencedError, SlotTakenError
from core.streams.kafka import kafka_python
from core.streams.kafka.errors import in_our_words, translated
from core.streams.kafka.joins import keep_answer
from core.streams.kafka.options import KafkaOptions
from core.streams.kafka.positions import PartitionPosition
from core.streams.kafka.records import read
from core.streams.kafka.recovery import PositionRecovery
from core.streams.kafka.seeking import at, first_offsets
from core.streams.kafka.streams import KafkaStream, KafkaStreams
from core.streams.port import Start

FETCH = 500
"""Records the client gives at once."""

SETTLING = 1.0
"""Seconds that finding the positions may take at least, however short a poll is."""

log = structlog.get_logger(__name__)


class AssignedPartitions:
    """Not thread-safe; the client tells of rebalances only while it is being polled.

    Args:
        options: How to reach the brokers.
        group: With prefix.
        instance: The static member's name.
        topics: Of this log.
        reads: The streams to read.
        start: Where the group begins where it has no position.
    """

    def __init__(
        self,
        options: KafkaOptions,
        group: str,
        instance: str,
        *,
        topics: KafkaStreams,
        reads: list[KafkaStream],
        start: Start,
    ) -> None:
        self.places: dict[Any, PartitionPosition] = {}
        self._group = group
        self._topics = topics
        self._start = start
        self._unsettled = True
        with translated("Joining a group"):
            self._client = kafka_python.member(options, group, instance)
            try:
                self._subscribe(reads, options.times.request)
            except BaseException:
                self.close(0.1)
                raise
        self._detours = PositionRecovery(self._client, self.places, group)

    @property
    def membership(self) -> Any:
        """As the brokers know this member: kafka-python's ConsumerGroupMetadata."""
        return self._client.group_metadata()

    def turn(self, seconds: float, most: int = FETCH) -> None:
        """Let the client work once, and keep what it fetched.

        Args:
            seconds: To wait for records.
            most: Records to take.

        Raises:
            OffsetOutOfRangeError: Retention overtook the group, which was moved.
            StreamUnavailableError: Kafka is away.
            SlotTakenError: Another process has joined under this name.
            OperatorError: Records are packed with a codec that is not installed.
        """
        try:
            with translated("Reading"):
                self._work(seconds, most)
        except SlotTakenError:
            raise
        except FencedError:  # the group was moved while it was being shared out anew
            self.doubt()

    def rewind(self) -> None:
        """Go back to what is committed."""
        for partition, place in self.places.items():
            self._client.seek(partition, place.rewind())

    def doubt(self) -> None:
        """Nobody knows what is committed: ask before anything is handed out again."""
        self.places.clear()
        self._unsettled = True

    def commit(self, offsets: Mapping[Any, int], seconds: float) -> None:
        """Set the group's position, without a transaction."""
        self._client.commit(at(offsets), timeout_ms=_ms(seconds))

    def close(self, seconds: float) -> None:
        """Close the connections; the membership lives on until its session is over."""
        self._client.close(autocommit=False, timeout_ms=_ms(seconds))

    def _subscribe(self, reads: list[KafkaStream], seconds: float) -> None:
        self._client.subscribe([topic.stored for topic in reads], listener=_Listener(self))
        # a member that leads its group without knowing the partitions shares out none
        firsts = [TopicPartition(topic.stored, 0) for topic in reads]
        self._client.beginning_offsets(firsts, timeout_ms=_ms(seconds))

    def _work(self, seconds: float, most: int) -> None:
        fetched = self._fetch(seconds, most)
        self._refuse_twin()
        self._detours.pass_over()
        if self._unsettled:
            self._settle(max(seconds, SETTLING))
            return
        for partition, records in fetched.items():
            if (place := self.places.get(partition)) is not None:
                reached = self._client.position(partition, timeout_ms=0)
                place.add((read(r, self._topics) for r in records), reached or 0)

    def _fetch(self, seconds: float, most: int) -> dict[Any, list[Any]]:
        keep_answer(self._client)
        try:
            found: dict[Any, list[Any]] = self._client.poll(_ms(seconds), max_records=most)
        except theirs.NoOffsetForPartitionError:
            self._unsettled = True  # settling gives the group a position
        except theirs.OffsetOutOfRangeError as error:
            self._detours.overtaken(error.args[0])
        except theirs.LogTruncationError as error:
            self._detours.cut_back(error.divergent_offsets)
        except kafka_python.UndecodableError as error:
            self._detours.undecodable(error)
        else:
            return found
        return {}

    def _settle(self, seconds: float) -> None:
        """Know where the group stands in each partition; tried again at the next turn."""
        membership = self.membership
        if membership.state != MemberState.STABLE:
            return
        deadline = time.monotonic() + seconds
        assigned = self._client.assignment()
        try:
            known = {p: self._client.committed(p, timeout_ms=_left(deadline)) for p in assigned}
            new = [p for p, offset in known.items() if offset is None]
            begun = first_offsets(self._client, new, self._start, _left(deadline))
            if begun:  # whoever takes over begins there too
                self._client.commit(at(begun), timeout_ms=_left(deadline))
        except (
            theirs.KafkaTimeoutError,
            theirs.CommitFailedError,
            theirs.RebalanceInProgressError,
        ):
            return
        for partition, offset in {**known, **begun}.items():
            self._client.seek(partition, offset)
            name, number = self._topics.name(partition.topic), partition.partition
            self.places[partition] = PartitionPosition(
                name, number, membership.generation_id, offset
            )
        self._unsettled = False

    def _refuse_twin(self) -> None:
        """Notice that another process has joined under this name.

        The brokers tell that to the heartbeats; kafka-python then stops them, and no more.
        """
        coordinator = self._client._coordinator  # noqa: SLF001
        silent = coordinator.stable() and not coordinator._heartbeat_enabled  # noqa: SLF001
        if silent and not coordinator.rejoining and not coordinator.need_rejoin():
            error = in_our_words(theirs.FencedInstanceIdError(), "Reading")
            assert isinstance(error, SlotTakenError)  # noqa: S101
            raise error


class _Listener(ConsumerRebalanceListener):
    """Runs in the client's thread while the member's waits in ``poll``: it must not block."""

    def __init__(self, held: AssignedPartitions) -> None:
        self._held = held

    def on_partitions_revoked(self, revoked: object) -> None:
        del revoked
        self._held.doubt()

    def on_partitions_assigned(self, assigned: object) -> None:
        del assigned
        self._held.doubt()


def _left(deadline: float) -> int:
    return max(1, _ms(deadline - time.monotonic()))


def _ms(seconds: float) -> int:
    return round(seconds * 1000)

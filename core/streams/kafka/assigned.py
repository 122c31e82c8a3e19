"""The partitions assigned to a member: the client that fetches them, and their positions.

::

    poll_client ─▶ client.poll ─┬─▶ records ─▶ positions
                                ├─▶ a rebalance ─▶ load the committed offsets, seek there
                                └─▶ records that cannot be read ─▶ recovery

Partitions are never paused. What kafka-python 3.0.12 has fetched of a paused partition may stay in
the client for ever, and no more of it is fetched: once its ``_next_partition_records`` was read to
the end it is not set to None, and only then would the paused records be used. Where enough is
buffered, the client is asked for one record, so it fetches no more.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import structlog
from kafka import ConsumerRebalanceListener
from kafka import errors as kafka_errors
from kafka.structs import MemberState, TopicPartition

from config.errors import FencedError, SlotTakenError
from core.streams.kafka.connect import open_member
from core.streams.kafka.errors import to_stream_error, translate_errors
from core.streams.kafka.kafka_python import UndecodableError, is_instance_fenced, resume_join
from core.streams.kafka.options import KafkaOptions, milliseconds
from core.streams.kafka.positions import PartitionPosition, resolve_start, to_offset_metadata
from core.streams.kafka.records import to_record
from core.streams.kafka.recovery import PositionRecovery
from core.streams.kafka.streams import KafkaStream, KafkaStreams
from core.streams.port import Start

FETCH_RECORDS = 500
"""Records that one poll of the client returns at most."""

MIN_LOAD_SECONDS = 1.0
"""Time allowed for loading the positions, even where a poll has a shorter timeout."""

log = structlog.get_logger(__name__)


class AssignedPartitions:
    """The partitions that the group has assigned to one member.

    Not thread-safe. The client reports rebalances only while it is polled.

    Args:
        options: How to reach the brokers.
        group: The group's id, with prefix.
        instance: Name of the static member.
        streams: The streams of this log.
        subscription: The streams to read.
        start: Where the group begins in a partition without a position.
    """

    def __init__(
        self,
        options: KafkaOptions,
        group: str,
        instance: str,
        *,
        streams: KafkaStreams,
        subscription: list[KafkaStream],
        start: Start,
    ) -> None:
        self.positions: dict[Any, PartitionPosition] = {}
        self._group = group
        self._streams = streams
        self._start = start
        self._must_load = True
        with translate_errors("Joining a group"):
            self._client = open_member(options, group, instance)
            try:
                self._subscribe(subscription, options.timeouts.request)
            except BaseException:
                self.close(0.1)
                raise
        self._recovery = PositionRecovery(self._client, self.positions, group)

    @property
    def membership(self) -> Any:
        """The member as the brokers know it: kafka-python's ConsumerGroupMetadata."""
        return self._client.group_metadata()

    def poll_client(self, seconds: float, limit: int = FETCH_RECORDS) -> None:
        """Poll the client once and buffer what it fetched.

        Args:
            seconds: Time to wait for records.
            limit: Most records to fetch.

        Raises:
            OffsetOutOfRangeError: Retention overtook the group, which was moved.
            StreamUnavailableError: Kafka is unavailable.
            SlotTakenError: Another process has joined with the same slot.
            OperatorError: The codec of a record is not installed.
        """
        try:
            with translate_errors("Reading"):
                self._poll(seconds, limit)
        except SlotTakenError:
            raise
        except FencedError:  # the group was moved during a rebalance
            self.invalidate()

    def rewind(self) -> None:
        """Go back to the committed offsets."""
        for partition, position in self.positions.items():
            self._client.seek(partition, position.rewind())

    def invalidate(self) -> None:
        """Forget the positions: they must be loaded before any record is returned."""
        self.positions.clear()
        self._must_load = True

    def commit(self, offsets: Mapping[Any, int], seconds: float) -> None:
        """Set the group's position, outside a transaction."""
        self._client.commit(to_offset_metadata(offsets), timeout_ms=milliseconds(seconds))

    def close(self, seconds: float) -> None:
        """Close the connections; the membership remains until its session expires."""
        self._client.close(autocommit=False, timeout_ms=milliseconds(seconds))

    def _subscribe(self, subscription: list[KafkaStream], seconds: float) -> None:
        topics = [stream.stored for stream in subscription]
        self._client.subscribe(topics, listener=_InvalidateOnRebalance(self))
        # makes the client load the topics: a leader that does not know them assigns none
        firsts = [TopicPartition(topic, 0) for topic in topics]
        self._client.beginning_offsets(firsts, timeout_ms=milliseconds(seconds))

    def _poll(self, seconds: float, limit: int) -> None:
        fetched = self._fetch(seconds, limit)
        if is_instance_fenced(self._client):
            raise to_stream_error(kafka_errors.FencedInstanceIdError(), "Reading")
        self._recovery.commit_skipped()
        if self._must_load:
            self._load_positions(max(seconds, MIN_LOAD_SECONDS))
            return
        for partition, messages in fetched.items():
            if (position := self.positions.get(partition)) is not None:
                following = self._client.position(partition, timeout_ms=0)
                position.add((to_record(m, self._streams) for m in messages), following or 0)

    def _fetch(self, seconds: float, limit: int) -> dict[Any, list[Any]]:
        resume_join(self._client)
        try:
            fetched: dict[Any, list[Any]] = self._client.poll(
                milliseconds(seconds), max_records=limit
            )
        except kafka_errors.NoOffsetForPartitionError:
            self._must_load = True  # loading gives the group a position
        except kafka_errors.OffsetOutOfRangeError as error:
            self._recovery.skip_deleted(error.args[0])
        except kafka_errors.LogTruncationError as error:
            self._recovery.return_to_truncation(error.divergent_offsets)
        except UndecodableError as error:
            self._recovery.retry_or_skip(error)
        else:
            return fetched
        return {}

    def _load_positions(self, seconds: float) -> None:
        """Load the group's position in each assigned partition; the next poll tries again."""
        membership = self.membership
        if membership.state != MemberState.STABLE:
            return
        deadline = time.monotonic() + seconds
        assigned = self._client.assignment()
        try:
            committed = {
                p: self._client.committed(p, timeout_ms=_ms_until(deadline)) for p in assigned
            }
            new = [p for p, offset in committed.items() if offset is None]
            begun = resolve_start(self._client, new, self._start, _ms_until(deadline))
            if begun:  # so a member that takes the partition over begins there too
                self._client.commit(to_offset_metadata(begun), timeout_ms=_ms_until(deadline))
        except (
            kafka_errors.KafkaTimeoutError,
            kafka_errors.CommitFailedError,
            kafka_errors.RebalanceInProgressError,
        ):
            return
        for partition, offset in {**committed, **begun}.items():
            self._client.seek(partition, offset)
            self.positions[partition] = PartitionPosition(
                self._streams.name_of(partition.topic),
                partition.partition,
                membership.generation_id,
                offset,
            )
        self._must_load = False


class _InvalidateOnRebalance(ConsumerRebalanceListener):
    """Runs in the client's thread while the member's thread waits in ``poll``: must not block."""

    def __init__(self, assigned: AssignedPartitions) -> None:
        self._assigned = assigned

    def on_partitions_revoked(self, revoked: object) -> None:
        del revoked
        self._assigned.invalidate()

    def on_partitions_assigned(self, assigned: object) -> None:
        del assigned
        self._assigned.invalidate()


def _ms_until(deadline: float) -> int:
    return max(1, milliseconds(deadline - time.monotonic()))

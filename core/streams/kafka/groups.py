"""Consumer groups: their names, their members, and their lag.

A group's position and the end of a partition do not show how much is unread. The log also contains
transaction markers, so a drained partition ends one or more offsets after its last record. Where
the two differ, :class:`UnreadProbe` looks for the next record: it finds one and its time, or finds
that only markers follow.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from kafka import errors as kafka_errors
from kafka.admin import MemberToRemove, OffsetSpec
from kafka.structs import TopicPartition

from config.errors import StreamError, StreamUnavailableError, WirewatchError
from core.clock import from_ms
from core.streams.kafka.admin import KafkaAdmin
from core.streams.kafka.connect import open_reader
from core.streams.kafka.denied import withheld
from core.streams.kafka.errors import translate_errors
from core.streams.kafka.kafka_python import UndecodableError
from core.streams.kafka.options import KafkaOptions
from core.streams.kafka.positions import to_offset_metadata
from core.streams.kafka.streams import KafkaStream
from core.streams.kafka.watchdog import TimedCaller
from core.streams.port import PartitionLag
from core.streams.prefix import Prefix

GROUP_PREFIX = "wirewatch."
"""Prefix of this program's group ids on the brokers, which other programs may use too."""

READ_COMMITTED = 1
"""Kafka's number of the isolation level."""

_HAS_MEMBERS = frozenset(
    e.__name__
    for e in (
        kafka_errors.UnknownMemberIdError,
        kafka_errors.RebalanceInProgressError,
        kafka_errors.IllegalGenerationError,
    )
)
"""What Kafka answers to offsets from outside a group that has members."""

_DENIED = kafka_errors.GroupAuthorizationFailedError.__name__

log = structlog.get_logger(__name__)


class KafkaGroups:
    """The groups of one deployment. Thread-safe.

    Args:
        admin: Sends the requests.
        options: How to reach the brokers.
        prefix: Prefix of every group's name.
    """

    def __init__(self, admin: KafkaAdmin, options: KafkaOptions, prefix: Prefix) -> None:
        self._admin = admin
        self._closing_seconds = options.timeouts.closing
        self._prefix = prefix
        self._probe = UnreadProbe(options)

    def group_id(self, name: str) -> str:
        """Return a group's id on the brokers."""
        return self._prefix.add(GROUP_PREFIX + name)

    def instance_id(self, name: str, slot: str) -> str:
        """Return the name of a slot's static membership and of its transactions."""
        return f"{self.group_id(name)}-{slot}"

    def list_names(self) -> list[str]:
        """Return the names of groups that have positions or members."""
        groups = self._admin.run("Listing groups", lambda a: a.list_groups())
        names = (self._prefix.strip(group["group_id"]) for group in groups)
        return sorted(
            n.removeprefix(GROUP_PREFIX) for n in names if n and n.startswith(GROUP_PREFIX)
        )

    def lag(self, name: str, streams: Sequence[KafkaStream], now: datetime) -> list[PartitionLag]:
        """Return what a group has not read, per partition."""
        keys = [key for stream in streams for key in stream.partition_keys]
        query = _offsets_query(self.group_id(name), keys)
        committed, oldest, ends = self._admin.run("Reading the position of a group", query)
        positions = {key: max(oldest[key], committed.get(key, -1)) for key in keys}
        behind = {key: position for key, position in positions.items() if position < ends[key]}
        unread = self._probe.find(behind, ends) if behind else {}
        members = self._members_by_partition(name)
        return [
            _lag(name, stream.name, key, committed, ends, unread.get(key), members, now)
            for stream in streams
            for key in stream.partition_keys
        ]

    def delete(self, name: str) -> None:
        """Delete a group and its positions; nothing happens where there is none.

        Raises:
            StreamError: It has members.
        """
        group = self.group_id(name)
        answer = self._admin.run("Deleting a group", lambda a: a.delete_groups([group]))[group]
        if answer == _DENIED:
            raise withheld("Deleting a group", "DELETE", "group", group)
        if answer == kafka_errors.NonEmptyGroupError.__name__:
            raise StreamError(f"The group {name!r} has members.", mend="Stop them first.")
        if answer not in ("OK", kafka_errors.GroupIdNotFoundError.__name__):
            raise StreamError(f"Kafka refuses to delete the group {name!r}: {answer}.")

    def set_positions(self, name: str, offsets: Mapping[Any, int]) -> None:
        """Set the offsets that a group reads next, by kafka-python's TopicPartition.

        Raises:
            StreamError: It has members, or Kafka refuses.
        """
        group, values = self.group_id(name), to_offset_metadata(offsets)
        answers = self._admin.run(
            "Setting the position of a group", lambda a: a.alter_group_offsets(group, values)
        )
        refusals = {e.__name__ for e in answers.values() if e is not kafka_errors.NoError}
        if _DENIED in refusals:
            raise withheld("Setting the position of a group", "READ", "group", group)
        if refusals & _HAS_MEMBERS:
            raise StreamError(f"The group {name!r} has members.", mend="Stop them first.")
        if refusals:
            named = ", ".join(sorted(refusals))
            raise StreamError(f"Kafka refuses to set the position of the group {name!r}: {named}.")

    def remove_member(self, membership: Any) -> None:
        """Remove a member at once; kafka-python lets a static member's session expire instead.

        Another process that has joined under its name since then stays.

        Args:
            membership: kafka-python's ConsumerGroupMetadata.
        """
        member = MemberToRemove(membership.member_id, membership.group_instance_id, "closed")
        caller = TimedCaller(self._closing_seconds)
        try:
            caller.run(
                "leave",
                lambda: self._admin.run(
                    "Leaving a group",
                    lambda a: a.remove_group_members(membership.group_id, [member]),
                ),
            )
        except WirewatchError as error:
            log.warning("leave_failed", group=membership.group_id, reason=str(error))
        finally:
            caller.close()

    def close(self) -> None:
        """Close the connections. Idempotent."""
        self._probe.close()

    def _members_by_partition(self, name: str) -> dict[Any, str]:
        """Return the slot of the member that each partition is assigned to."""
        group = self.group_id(name)
        groups = self._admin.run("Describing a group", lambda a: a.describe_groups([group]))
        prefix = self.instance_id(name, "")
        return {
            TopicPartition(topic, partition): _slot(member, prefix)
            for member in groups[group]["members"]
            for topic, partitions in _assigned(member)
            for partition in partitions
        }


def _offsets_query(group: str, keys: Sequence[Any]) -> Callable[[Any], Any]:
    """Return a call for :meth:`KafkaAdmin.run`: committed, oldest and end offset per partition."""

    def query(client: Any) -> tuple[dict[Any, int], dict[Any, int], dict[Any, int]]:
        committed = client.list_group_offsets({group: list(keys)})[group]
        oldest = client.list_partition_offsets(dict.fromkeys(keys, OffsetSpec.EARLIEST))
        ends = client.list_partition_offsets(
            dict.fromkeys(keys, OffsetSpec.LATEST), isolation_level=READ_COMMITTED
        )
        return (
            {p: o.offset for p, o in committed.items() if o.offset >= 0},
            {p: o.offset for p, o in oldest.items()},
            {p: o.offset for p, o in ends.items()},
        )

    return query


def _assigned(member: dict[str, Any]) -> Iterable[tuple[str, Sequence[int]]]:
    """Return the topics and partitions of a described member; none during a rebalance."""
    assignment = member.get("member_assignment")
    if not isinstance(assignment, dict):
        return []
    return [(p["topic"], p["partitions"]) for p in assignment["assigned_partitions"]]


def _slot(member: dict[str, Any], prefix: str) -> str:
    """Return the slot of a described member, or its member id where it is not this program's."""
    instance = member["group_instance_id"]
    return instance.removeprefix(prefix) if instance else str(member["member_id"])


@dataclass(frozen=True, slots=True)
class FirstUnread:
    """The first record that a group has not read."""

    offset: int
    time: datetime


def _lag(
    group: str,
    stream: str,
    key: Any,
    committed: Mapping[Any, int],
    ends: Mapping[Any, int],
    unread: FirstUnread | None,
    members: Mapping[Any, str],
    now: datetime,
) -> PartitionLag:
    return PartitionLag(
        group=group,
        stream=stream,
        partition=key.partition,
        records=ends[key] - unread.offset if unread else 0,
        seconds=max(0.0, (now - unread.time).total_seconds()) if unread else 0.0,
        member=members.get(key),
        position=committed.get(key),
        end=ends[key],
    )


class UnreadProbe:
    """Finds the first record at or after an offset, in many partitions at once. Thread-safe.

    An answer stays valid until the position moves or retention deletes the record, so it is
    cached, and a group that does not move costs no requests.
    """

    def __init__(self, options: KafkaOptions) -> None:
        self._options = options
        self._lock = threading.Lock()
        self._client: Any = None
        self._cache: dict[Any, tuple[int, int, FirstUnread | None]] = {}

    def find(
        self, positions: Mapping[Any, int], ends: Mapping[Any, int]
    ) -> dict[Any, FirstUnread | None]:
        """Return the first record at or after each position, or None where there is none.

        Args:
            positions: Where to begin, by TopicPartition.
            ends: Offset after the last record, by TopicPartition.

        Raises:
            StreamUnavailableError: The brokers do not answer.
        """
        with self._lock, translate_errors("Looking for unread records"):
            missing = {p: o for p, o in positions.items() if not self._is_cached(p, o, ends[p])}
            if missing:
                self._probe(missing, ends)
            return {p: self._cache[p][2] for p in positions}

    def close(self) -> None:
        """Close the connections. Idempotent."""
        with self._lock:
            self._close_client()

    def _is_cached(self, partition: Any, position: int, end: int) -> bool:
        cached = self._cache.get(partition)
        if cached is None or cached[0] != position:
            return False
        return cached[2] is not None or cached[1] >= end

    def _probe(self, positions: Mapping[Any, int], ends: Mapping[Any, int]) -> None:
        if self._client is None:
            self._client = open_reader(
                self._options, max_partition_fetch_bytes=16_384, fetch_max_wait_ms=100
            )
        try:
            self._client.assign(list(positions))
            for partition, position in positions.items():
                self._client.seek(partition, position)
            self._read(positions, ends)
        except BaseException:
            self._close_client()
            raise

    def _read(self, positions: Mapping[Any, int], ends: Mapping[Any, int]) -> None:
        deadline = time.monotonic() + self._options.timeouts.request
        waiting = set(positions)
        while waiting:
            if time.monotonic() > deadline:
                raise StreamUnavailableError("Looking for unread records failed: no answer.")
            answers: dict[Any, FirstUnread | None] = {**self._poll()}
            at_end = (p for p in waiting - answers.keys() if self._client_position(p) >= ends[p])
            answers |= dict.fromkeys(at_end)
            for partition, unread in answers.items():
                self._cache[partition] = (positions[partition], ends[partition], unread)
            waiting -= answers.keys()
            # not paused: see core.streams.kafka.assigned
            self._client.assign(list(waiting))

    def _client_position(self, partition: Any) -> int:
        return self._client.position(partition, timeout_ms=0) or 0

    def _poll(self) -> dict[Any, FirstUnread]:
        try:
            polled = self._client.poll(50, max_records=1)
        except UndecodableError as error:  # there is a record, although it cannot be decoded
            return {error.partition: FirstUnread(error.start, from_ms(round(time.time() * 1000)))}
        except kafka_errors.OffsetOutOfRangeError as error:  # retention deleted it meanwhile
            for partition in error.args[0]:
                self._client.seek_to_beginning(partition)
            return {}
        return {
            p: FirstUnread(r[0].offset, from_ms(r[0].timestamp)) for p, r in polled.items() if r
        }

    def _close_client(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close(autocommit=False, timeout_ms=1_000)

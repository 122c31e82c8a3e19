"""Groups: which there are, who is in them, and what they have not read.

A group's place and a stream's end do not tell how much is unread: the marks of transactions lie in
the log too, so a drained stream ends one or more offsets behind its last record. Where the two
differ, the next record is read (`Probe`): there is one, with its age, or nothing but marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog
from kafka import errors as theirs
from kafka.admin import MemberToRemove, OffsetSpec
from kafka.structs import TopicPartition

from config.errors import StreamError, WirewatchError
from core.streams.kafka.admin import KafkaAdmin
from core.streams.kafka.options import KafkaOptions
from core.streams.kafka.probe import FirstUnread, UnreadProbe
from core.streams.kafka.streams import KafkaStream
from core.streams.kafka.watchdog import TimedCaller
from core.streams.port import PartitionLag
from core.streams.prefix import Prefix

FAMILY = "wirewatch."
"""Of our groups' names on the brokers: others may have groups there too."""

COMMITTED = 1
"""Kafka's isolation level read_committed."""

log = structlog.get_logger(__name__)


class KafkaGroups:
    """The groups of a deployment. Thread-safe.

    Args:
        admin: Asks.
        options: How to reach the brokers.
        prefix: Of every group's name.
    """

    def __init__(self, admin: KafkaAdmin, options: KafkaOptions, prefix: Prefix) -> None:
        self._admin = admin
        self._times = options.times
        self._prefix = prefix
        self._probe = UnreadProbe(options)

    def stored(self, name: str) -> str:
        """A group's name on the brokers."""
        return self._prefix.on(FAMILY + name)

    def instance(self, name: str, slot: str) -> str:
        """The name of a slot: of its membership and of its transactions."""
        return f"{self.stored(name)}-{slot}"

    def names(self) -> list[str]:
        """Groups that have positions or members."""
        listed = self._admin.run("Asking about groups", lambda a: a.list_groups())
        found = (self._prefix.off(group["group_id"]) for group in listed)
        return sorted(n.removeprefix(FAMILY) for n in found if n and n.startswith(FAMILY))

    def lag(self, name: str, topics: Sequence[KafkaStream], now: datetime) -> list[PartitionLag]:
        """What a group has not read, per partition."""
        group = self.stored(name)
        parts = [(t, TopicPartition(t.stored, n)) for t in topics for n in range(t.partitions)]
        keys = [part for _, part in parts]
        committed, oldest, ends = self._admin.run("Asking how far a group is", _ask(group, keys))
        places = {p: max(oldest[p], committed.get(p, -1)) for p in keys}
        behind = {p: place for p, place in places.items() if place < ends[p]}
        unread = self._probe.first(behind, ends) if behind else {}
        holders = self._holders(name)
        return [
            _lag(name, topic.name, part, committed, ends, unread.get(part), holders, now)
            for topic, part in parts
        ]

    def forget(self, name: str) -> None:
        """Delete a group.

        Raises:
            StreamError: It has members.
        """
        group = self.stored(name)
        answer = self._admin.run("Forgetting a group", lambda a: a.delete_groups([group]))[group]
        if answer == theirs.NonEmptyGroupError.__name__:
            raise StreamError(f"The group {name!r} has members.", mend="Stop them first.")
        if answer not in ("OK", theirs.GroupIdNotFoundError.__name__):
            raise StreamError(f"Kafka refuses to forget the group {name!r}: {answer}.")

    def leave(self, membership: Any) -> None:
        """Take a member out at once: kafka-python leaves static members to their session's end.

        The member's id is given too, so that another process that has the name by now stays.
        """
        member = MemberToRemove(membership.member_id, membership.group_instance_id, "closed")
        limited = TimedCaller(self._times.closing)
        try:
            limited.run(
                "leave",
                lambda: self._admin.run(
                    "Leaving a group",
                    lambda a: a.remove_group_members(membership.group_id, [member]),
                ),
            )
        except WirewatchError as error:
            log.warning("leave_failed", group=membership.group_id, reason=str(error))
        finally:
            limited.close()

    def close(self) -> None:
        """Close the connections. Idempotent."""
        self._probe.close()

    def _holders(self, name: str) -> dict[Any, str]:
        """The slot of the member that holds each partition."""
        group = self.stored(name)
        found = self._admin.run("Asking who is in a group", lambda a: a.describe_groups([group]))
        prefix = self.instance(name, "")
        return {
            TopicPartition(topic, number): _slot(member, prefix)
            for member in found[group]["members"]
            for topic, numbers in assigned(member)
            for number in numbers
        }


def _ask(group: str, keys: Sequence[Any]) -> Any:
    """For :meth:`Admin.run`: committed, oldest and end offset per partition."""

    def ask(client: Any) -> tuple[dict[Any, int], dict[Any, int], dict[Any, int]]:
        committed = client.list_group_offsets({group: list(keys)})[group]
        oldest = client.list_partition_offsets(dict.fromkeys(keys, OffsetSpec.EARLIEST))
        ends = client.list_partition_offsets(
            dict.fromkeys(keys, OffsetSpec.LATEST), isolation_level=COMMITTED
        )
        return (
            {p: o.offset for p, o in committed.items() if o.offset >= 0},
            {p: o.offset for p, o in oldest.items()},
            {p: o.offset for p, o in ends.items()},
        )

    return ask


def assigned(member: dict[str, Any]) -> Iterable[tuple[str, Sequence[int]]]:
    """What a described member holds; nothing while its group is being shared out."""
    assignment = member.get("member_assignment")
    if not isinstance(assignment, dict):
        return []
    return [(p["topic"], p["partitions"]) for p in assignment["assigned_partitions"]]


def _slot(member: dict[str, Any], prefix: str) -> str:
    """The slot of a described member; what the brokers call it, where it is not one of ours."""
    instance = member["group_instance_id"]
    return instance.removeprefix(prefix) if instance else str(member["member_id"])


def _lag(
    group: str,
    stream: str,
    part: Any,
    committed: dict[Any, int],
    ends: dict[Any, int],
    unread: FirstUnread | None,
    holders: dict[Any, str],
    now: datetime,
) -> PartitionLag:
    return PartitionLag(
        group=group,
        stream=stream,
        partition=part.partition,
        records=ends[part] - unread.offset if unread else 0,
        seconds=max(0.0, (now - unread.time).total_seconds()) if unread else 0.0,
        member=holders.get(part),
        position=committed.get(part),
        end=ends[part],
    )

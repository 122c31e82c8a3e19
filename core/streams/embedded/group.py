"""Group membership: who is a member, which member has which partition, and since which epoch.

::

    join, poll ──settle──▶ living members ──assign──▶ the partitions of this member
                                 │                     ├─ it has others: release them
                                 │                     └─ no living member has them: take them,
                                 │                        epoch + 1
    commit ──verify slot and epoch──▶ position moved, or FencedError

There is no coordinator. Each member settles its own partitions whenever the group's generation has
changed or another member has died. A living member keeps a partition until it releases it in its
next poll, so its batch in progress is not lost; a dead member's partition passes on at once. The
epoch grows with each take-over and is checked in the transaction that commits, so a member that
was suspended while another one took over can commit nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import apsw

from config.errors import FencedError, SlotTakenError, StreamError
from core.streams.assignment import assign_partitions

_SET_POSITION = (
    "INSERT INTO position VALUES (?, ?, ?)"
    " ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset"
)

IsAlive = Callable[[str], bool | None]
"""Returns whether an instance is alive; None where this process cannot know."""


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A member as the file knows it.

    Attributes:
        group: Name of the group, with prefix.
        slot: Name of the member in the group.
        token: Identifies this process's use of the slot; a later one has another token.
        instance: Id of its process.
        streams: Ids of the streams that it reads.
    """

    group: str
    slot: str
    token: str
    instance: str
    streams: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """The partitions that a member has.

    Attributes:
        generation: The group's generation in which it was made.
        epochs: The epoch of each partition, by its id.
    """

    generation: int
    epochs: dict[int, int]


def load_generation(connection: apsw.Connection, group: str) -> int:
    """Return a number that changes whenever a member or an assignment of the group changes."""
    generation: int | None = connection.execute(
        "SELECT generation FROM grp WHERE name = ?", (group,)
    ).get
    return generation or 0


def load_living_members(
    connection: apsw.Connection, group: str, *, now_ms: int, is_alive: IsAlive
) -> dict[str, GroupMember]:
    """Return the living members by slot: not expired, and their process not known to be dead."""
    rows: list[tuple[str, str, str, str]] = list(
        connection.execute(
            "SELECT slot, token, instance, streams FROM member WHERE grp = ? AND expires_ms > ?",
            (group, now_ms),
        )
    )
    return {
        slot: GroupMember(group, slot, token, instance, tuple(json.loads(streams)))
        for slot, token, instance, streams in rows
        if is_alive(instance) is not False
    }


def has_dead_members(
    connection: apsw.Connection, group: str, *, now_ms: int, is_alive: IsAlive
) -> bool:
    """Return whether the file lists a member that is not alive any more."""
    listed = connection.execute("SELECT count(*) FROM member WHERE grp = ?", (group,)).get
    living = load_living_members(connection, group, now_ms=now_ms, is_alive=is_alive)
    return bool(listed != len(living))


def settle(
    connection: apsw.Connection,
    member: GroupMember,
    *,
    now_ms: int,
    ttl_ms: int,
    is_alive: IsAlive,
    joining: bool,
) -> Assignment:
    """Renew a member, remove dead members, and take and release partitions.

    Args:
        connection: In a write transaction.
        member: The member.
        now_ms: The present.
        ttl_ms: How long the member's session lasts from now.
        is_alive: Whether the process of another member is alive.
        joining: Whether the member joins now.

    Raises:
        SlotTakenError: Another process has joined under the member's slot since.
    """
    is_new = _write_member(connection, member, now_ms=now_ms, ttl_ms=ttl_ms, joining=joining)
    living = load_living_members(connection, member.group, now_ms=now_ms, is_alive=is_alive)
    has_removed = _remove_others(connection, member.group, living)
    assigned = assign_partitions(
        {slot: m.streams for slot, m in living.items()},
        _load_partitions(connection, member.streams),
    )
    own = {part_id for part_id, slot in assigned.items() if slot == member.slot}
    epochs, has_moved = _exchange_leases(
        connection, member, own, set(living), now_ms=now_ms, retake=joining
    )
    if is_new or has_removed or has_moved:
        connection.execute(
            "INSERT INTO grp VALUES (?, 1) ON CONFLICT DO UPDATE SET generation = generation + 1",
            (member.group,),
        )
    return Assignment(load_generation(connection, member.group), epochs)


def renew(connection: apsw.Connection, member: GroupMember, *, expires_ms: int) -> None:
    """Renew a member's session."""
    connection.execute(
        "UPDATE member SET expires_ms = ? WHERE grp = ? AND slot = ? AND token = ?",
        (expires_ms, member.group, member.slot, member.token),
    )


def leave(connection: apsw.Connection, member: GroupMember) -> None:
    """Remove a member and release its partitions, unless another process has its slot by now."""
    connection.execute(
        "DELETE FROM member WHERE grp = ? AND slot = ? AND token = ?",
        (member.group, member.slot, member.token),
    )
    if not connection.changes():
        return
    connection.execute(
        "UPDATE lease SET slot = NULL WHERE grp = ? AND slot = ?", (member.group, member.slot)
    )
    connection.execute("UPDATE grp SET generation = generation + 1 WHERE name = ?", (member.group,))


def delete(connection: apsw.Connection, group: str, *, now_ms: int, is_alive: IsAlive) -> None:
    """Delete a group and its positions, in a write transaction.

    Raises:
        StreamError: It has living members.
    """
    _refuse_living(connection, group, now_ms=now_ms, is_alive=is_alive)
    for table in ("position", "lease", "member"):
        connection.execute(f"DELETE FROM {table} WHERE grp = ?", (group,))  # noqa: S608
    connection.execute("DELETE FROM grp WHERE name = ?", (group,))


def set_positions(
    connection: apsw.Connection,
    group: str,
    offsets: Mapping[int, int],
    *,
    now_ms: int,
    is_alive: IsAlive,
) -> None:
    """Set the offsets that a group reads next, by id of partition, in a write transaction.

    Raises:
        StreamError: It has living members.
    """
    _refuse_living(connection, group, now_ms=now_ms, is_alive=is_alive)
    rows = [(group, part_id, offset) for part_id, offset in offsets.items()]
    connection.executemany(_SET_POSITION, rows)


def _refuse_living(
    connection: apsw.Connection, group: str, *, now_ms: int, is_alive: IsAlive
) -> None:
    if members := load_living_members(connection, group, now_ms=now_ms, is_alive=is_alive):
        raise StreamError(
            f"The group {group} has members: {', '.join(sorted(members))}.",
            mend="Stop them first.",
        )


def verify(
    connection: apsw.Connection, member: GroupMember, part_id: int, epoch: int, start: int
) -> None:
    """Raise unless a member may commit a batch of a partition.

    Args:
        connection: In the write transaction that commits.
        member: The member.
        part_id: Id of the partition.
        epoch: The epoch under which the batch was polled.
        start: The first offset of the batch.

    Raises:
        FencedError: Another member has the partition, or the batch was committed before.
    """
    rows: list[tuple[str | None, int, int]] = list(
        connection.execute(
            "SELECT slot, epoch, coalesce(next_offset, 0) FROM lease"
            " LEFT JOIN position USING (grp, part_id) WHERE grp = ? AND part_id = ?",
            (member.group, part_id),
        )
    )
    if not rows or rows[0][:2] != (member.slot, epoch):
        raise FencedError("Another member of the group has taken the partition over.")
    if rows[0][2] > start:
        raise FencedError("The group has committed these records already.")


def move_position(
    connection: apsw.Connection, member: GroupMember, part_id: int, offset: int
) -> None:
    """Set the offset that the group reads next."""
    connection.execute(_SET_POSITION, (member.group, part_id, offset))


def set_first_position(
    connection: apsw.Connection, member: GroupMember, part_id: int, epoch: int, offset: int
) -> None:
    """Give the group its first position in a partition.

    Does nothing where it has one, or where another member has the partition by now.
    """
    connection.execute(
        "INSERT INTO position SELECT grp, part_id, ? FROM lease"
        " WHERE grp = ? AND part_id = ? AND slot = ? AND epoch = ? ON CONFLICT DO NOTHING",
        (offset, member.group, part_id, member.slot, epoch),
    )


def _write_member(
    connection: apsw.Connection, member: GroupMember, *, now_ms: int, ttl_ms: int, joining: bool
) -> bool:
    """Write the row of a member. Return whether it is a new member."""
    token = connection.execute(
        "SELECT token FROM member WHERE grp = ? AND slot = ?", (member.group, member.slot)
    ).get
    if token not in (None, member.token) and not joining:
        raise SlotTakenError(
            f"Another process has joined the group {member.group} under the slot {member.slot}."
        )
    streams = json.dumps(member.streams)
    connection.execute(
        "INSERT OR REPLACE INTO member VALUES (?, ?, ?, ?, ?, ?)",
        (member.group, member.slot, member.token, member.instance, streams, now_ms + ttl_ms),
    )
    return bool(token != member.token)


def _remove_others(connection: apsw.Connection, group: str, living: dict[str, GroupMember]) -> bool:
    """Remove all members but the living ones. Return whether there were any."""
    connection.execute(
        "DELETE FROM member WHERE grp = ? AND slot NOT IN (SELECT value FROM json_each(?))",
        (group, json.dumps(list(living))),
    )
    return connection.changes() > 0


def _load_partitions(connection: apsw.Connection, streams: tuple[int, ...]) -> dict[int, list[int]]:
    """Return the ids of the partitions of each stream, in order."""
    partitions: dict[int, list[int]] = {stream: [] for stream in streams}
    for stream, part_id in connection.execute(
        "SELECT stream_id, part_id FROM part WHERE stream_id IN (SELECT value FROM json_each(?))"
        " ORDER BY stream_id, number",
        (json.dumps(streams),),
    ):
        partitions[stream].append(part_id)
    return partitions


def _exchange_leases(
    connection: apsw.Connection,
    member: GroupMember,
    assigned: set[int],
    living: set[str],
    *,
    now_ms: int,
    retake: bool,
) -> tuple[dict[int, int], bool]:
    """Take the free partitions assigned to a member, and release those that are not.

    A member that joins takes even the partitions that its slot has already, with a new epoch, so
    that a former process of the same slot cannot commit any more. Epochs begin at the clock, so
    those of a deleted group are never reused.

    Returns:
        The epochs of the member's partitions, and whether any lease changed.
    """
    leases = {
        part_id: (slot, epoch)
        for part_id, slot, epoch in connection.execute(
            "SELECT part_id, slot, epoch FROM lease WHERE grp = ?", (member.group,)
        )
    }
    released = [
        part_id
        for part_id, (slot, _) in leases.items()
        if slot == member.slot and part_id not in assigned
    ]
    connection.executemany(
        "UPDATE lease SET slot = NULL WHERE grp = ? AND part_id = ?",
        [(member.group, part_id) for part_id in released],
    )
    epochs: dict[int, int] = {}
    taken = 0
    for part_id in sorted(assigned):
        slot, epoch = leases.get(part_id, (None, now_ms))
        if slot == member.slot and not retake:
            epochs[part_id] = epoch
        elif slot == member.slot or slot not in living:
            epochs[part_id] = epoch + 1
            taken += 1
    connection.executemany(
        "INSERT INTO lease VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET slot = excluded.slot, epoch = excluded.epoch",
        [
            (member.group, part_id, member.slot, epoch)
            for part_id, epoch in epochs.items()
            if epoch != leases.get(part_id, (None, 0))[1]
        ],
    )
    return epochs, bool(released or taken)

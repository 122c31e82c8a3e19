"""Membership of a group: who is in it, who holds which partition, and since which epoch.

::

    join/poll ──settle──▶ living members ──assign──▶ what I am to hold
                                 │                     ├─ I hold more: let go of it
                                 │                     └─ nobody living holds it: take it, epoch + 1
    commit ──verify (slot, epoch)──▶ moved, or FencedError

There is no coordinator: each member settles its own part whenever the group's generation has
changed or another member has died. A partition passes from a living member only when that member
lets go of it at its next poll, so its work in hand is not lost; from a dead one at once. The epoch
grows with each take-over and is checked inside the transaction that commits: a member that slept
through its own replacement can commit nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import apsw

from config.errors import FencedError, SlotTakenError, StreamError
from core.streams.assignment import assign

Alive = Callable[[str], bool | None]
"""Whether an instance lives; None where nobody here can know."""


@dataclass(frozen=True, slots=True)
class GroupMember:
    """One member as the file knows it.

    Attributes:
        group: With prefix.
        slot: Its name in the group.
        token: This incarnation of the slot; another one with the same name has another.
        instance: The process it runs in.
        streams: Ids of the streams it reads.
    """

    group: str
    slot: str
    token: str
    instance: str
    streams: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HeldPartitions:
    """What a member holds: the epoch per partition id, as of a generation of the group."""

    generation: int
    epochs: dict[int, int]


def generation(connection: apsw.Connection, group: str) -> int:
    """Changes whenever membership or a holding changes."""
    found: int | None = connection.execute(
        "SELECT generation FROM grp WHERE name = ?", (group,)
    ).get
    return found or 0


def living(
    connection: apsw.Connection, group: str, *, now_ms: int, alive: Alive
) -> dict[str, GroupMember]:
    """The members that count, by slot: not expired, and their process not known to be dead."""
    rows: list[tuple[str, str, str, str]] = list(
        connection.execute(
            "SELECT slot, token, instance, streams FROM member WHERE grp = ? AND expires_ms > ?",
            (group, now_ms),
        )
    )
    return {
        slot: GroupMember(group, slot, token, instance, tuple(json.loads(streams)))
        for slot, token, instance, streams in rows
        if alive(instance) is not False
    }


def somebody_died(connection: apsw.Connection, group: str, *, now_ms: int, alive: Alive) -> bool:
    """Whether a member is still listed that no longer counts."""
    listed = connection.execute("SELECT count(*) FROM member WHERE grp = ?", (group,)).get
    return bool(listed != len(living(connection, group, now_ms=now_ms, alive=alive)))


def settle(
    connection: apsw.Connection,
    me: GroupMember,
    *,
    now_ms: int,
    ttl_ms: int,
    alive: Alive,
    joining: bool,
) -> HeldPartitions:
    """Renew my membership, drop the dead, take and let go of partitions. In a write transaction.

    Raises:
        SlotTakenError: Another member has taken my slot since I joined.
    """
    fresh = _enter(connection, me, now_ms=now_ms, ttl_ms=ttl_ms, joining=joining)
    members = living(connection, me.group, now_ms=now_ms, alive=alive)
    buried = _bury(connection, me.group, members)
    wanted = assign(
        {slot: m.streams for slot, m in members.items()}, _parts(connection, me.streams)
    )
    mine = {part for part, slot in wanted.items() if slot == me.slot}
    held, moved = _trade(connection, me, mine, set(members), now_ms=now_ms, retake=joining)
    if fresh or buried or moved:
        connection.execute(
            "INSERT INTO grp VALUES (?, 1) ON CONFLICT DO UPDATE SET generation = generation + 1",
            (me.group,),
        )
    return HeldPartitions(generation(connection, me.group), held)


def touch(connection: apsw.Connection, me: GroupMember, *, expires_ms: int) -> None:
    """Say that a member lives on."""
    connection.execute(
        "UPDATE member SET expires_ms = ? WHERE grp = ? AND slot = ? AND token = ?",
        (expires_ms, me.group, me.slot, me.token),
    )


def leave(connection: apsw.Connection, me: GroupMember) -> None:
    """Let go of everything. Nothing happens when the slot belongs to another by now."""
    connection.execute(
        "DELETE FROM member WHERE grp = ? AND slot = ? AND token = ?",
        (me.group, me.slot, me.token),
    )
    if not connection.changes():
        return
    connection.execute(
        "UPDATE lease SET slot = NULL WHERE grp = ? AND slot = ?", (me.group, me.slot)
    )
    connection.execute("UPDATE grp SET generation = generation + 1 WHERE name = ?", (me.group,))


def forget(connection: apsw.Connection, group: str, *, now_ms: int, alive: Alive) -> None:
    """Take away everything known of a group. In a write transaction.

    Raises:
        StreamError: It has living members.
    """
    if members := living(connection, group, now_ms=now_ms, alive=alive):
        raise StreamError(
            f"The group {group} has members: {', '.join(sorted(members))}.",
            mend="Stop them first.",
        )
    for table in ("position", "lease", "member"):
        connection.execute(f"DELETE FROM {table} WHERE grp = ?", (group,))  # noqa: S608
    connection.execute("DELETE FROM grp WHERE name = ?", (group,))


def verify(connection: apsw.Connection, me: GroupMember, part: int, epoch: int, start: int) -> None:
    """Raise unless this member may still commit a batch of a partition.

    Args:
        connection: In the write transaction that commits.
        me: Who commits.
        part: Partition id.
        epoch: Epoch under which the batch was polled.
        start: First offset of the batch.

    Raises:
        FencedError: The partition was taken over, or the batch committed before.
    """
    rows: list[tuple[str | None, int, int]] = list(
        connection.execute(
            "SELECT slot, epoch, coalesce(next_offset, 0) FROM lease"
            " LEFT JOIN position USING (grp, part_id) WHERE grp = ? AND part_id = ?",
            (me.group, part),
        )
    )
    if not rows or rows[0][:2] != (me.slot, epoch):
        raise FencedError("Another member of the group has taken the partition over.")
    if rows[0][2] > start:
        raise FencedError("The group has committed these records already.")


def move(connection: apsw.Connection, me: GroupMember, part: int, following: int) -> None:
    """Set the offset that the group reads next."""
    connection.execute(
        "INSERT INTO position VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset",
        (me.group, part, following),
    )


def begin(connection: apsw.Connection, me: GroupMember, part: int, epoch: int, place: int) -> None:
    """Give the group its first position, unless it has one or the partition is another's by now."""
    connection.execute(
        "INSERT INTO position SELECT grp, part_id, ? FROM lease"
        " WHERE grp = ? AND part_id = ? AND slot = ? AND epoch = ? ON CONFLICT DO NOTHING",
        (place, me.group, part, me.slot, epoch),
    )


def _enter(
    connection: apsw.Connection, me: GroupMember, *, now_ms: int, ttl_ms: int, joining: bool
) -> bool:
    """Write my row; whether it is a new one."""
    known = connection.execute(
        "SELECT token FROM member WHERE grp = ? AND slot = ?", (me.group, me.slot)
    ).get
    if known not in (None, me.token) and not joining:
        raise SlotTakenError(
            f"Another process has joined the group {me.group} under the name {me.slot}."
        )
    connection.execute(
        "INSERT OR REPLACE INTO member VALUES (?, ?, ?, ?, ?, ?)",
        (me.group, me.slot, me.token, me.instance, json.dumps(me.streams), now_ms + ttl_ms),
    )
    return bool(known != me.token)


def _bury(connection: apsw.Connection, group: str, members: dict[str, GroupMember]) -> bool:
    connection.execute(
        "DELETE FROM member WHERE grp = ? AND slot NOT IN (SELECT value FROM json_each(?))",
        (group, json.dumps(list(members))),
    )
    return connection.changes() > 0


def _parts(connection: apsw.Connection, streams: tuple[int, ...]) -> dict[int, list[int]]:
    parts: dict[int, list[int]] = {stream: [] for stream in streams}
    for stream, part in connection.execute(
        "SELECT stream_id, part_id FROM part WHERE stream_id IN (SELECT value FROM json_each(?))"
        " ORDER BY stream_id, number",
        (json.dumps(streams),),
    ):
        parts[stream].append(part)
    return parts


def _trade(
    connection: apsw.Connection,
    me: GroupMember,
    mine: set[int],
    slots: set[str],
    *,
    now_ms: int,
    retake: bool,
) -> tuple[dict[int, int], bool]:
    """Take what is mine and free, let go of what is not mine; what I hold now, and any change.

    A slot that joins takes even what it holds anew: its former self must not commit any more.
    Epochs begin at the clock, so that those of a group that was forgotten never come again.
    """
    leases = {
        part: (slot, epoch)
        for part, slot, epoch in connection.execute(
            "SELECT part_id, slot, epoch FROM lease WHERE grp = ?", (me.group,)
        )
    }
    let_go = [p for p, (slot, _) in leases.items() if slot == me.slot and p not in mine]
    connection.executemany(
        "UPDATE lease SET slot = NULL WHERE grp = ? AND part_id = ?",
        [(me.group, p) for p in let_go],
    )
    held: dict[int, int] = {}
    taken = 0
    for part in sorted(mine):
        slot, epoch = leases.get(part, (None, now_ms))
        if slot == me.slot and not retake:
            held[part] = epoch
        elif slot == me.slot or slot not in slots:
            held[part] = epoch + 1
            taken += 1
    connection.executemany(
        "INSERT INTO lease VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET slot = excluded.slot, epoch = excluded.epoch",
        [
            (me.group, p, me.slot, epoch)
            for p, epoch in held.items()
            if epoch != leases.get(p, (0, 0))[1]
        ],
    )
    return held, bool(let_go or taken)

"""A member of a consumer group on the embedded log.

::

    poll: settle the membership if the group changed ──▶ fair shares of its partitions ──▶ Batch
    transaction, commit: in one transaction verify every epoch, append outputs, move positions

The consumer keeps the offsets to read next in memory. After any failure it forgets them, and the
next poll starts again at the group's position.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import apsw
import structlog

from config.errors import FencedError, OffsetOutOfRangeError, StreamError
from core.clock import Clock, to_ms
from core.streams.assignment import fair_shares
from core.streams.embedded import group
from core.streams.embedded.database import Database
from core.streams.embedded.group import Assignment, GroupMember, IsAlive
from core.streams.embedded.heartbeat import Heartbeat, MemberActivity, SessionTimeouts
from core.streams.embedded.positions import resolve_start
from core.streams.embedded.records import (
    EmbeddedRecord,
    append_records,
    fetch_records,
    prepare_record,
)
from core.streams.embedded.streams import EmbeddedStream, EmbeddedStreams
from core.streams.port import Batch, Outputs, PartitionRange, Record, Start
from core.streams.staged_outputs import StagedOutputs

FIRST_PAUSE, LONGEST_PAUSE, PAUSE_GROWTH = 0.002, 0.02, 1.5
"""Seconds between two checks of an idle file. Checking every 2 ms gives a median latency of 1.3 ms
and takes 4 % of a core, every 20 ms it takes 1 %; so the pauses of an idle member grow."""

REVIEW_SECONDS = 0.25
"""Time between two checks for members that have died."""

log = structlog.get_logger(__name__)


class EmbeddedConsumer:
    """See :class:`core.streams.port.Consumer`. Created by the log."""

    def __init__(
        self,
        database: Database,
        streams: EmbeddedStreams,
        subscription: list[EmbeddedStream],
        member: GroupMember,
        *,
        heartbeat: Heartbeat,
        timeouts: SessionTimeouts,
        clock: Clock,
        is_alive: IsAlive,
        start: Start = "start",
    ) -> None:
        self._database = database
        self._streams = streams
        self._partitions = {p.id: p for stream in subscription for p in stream.partitions}
        self._ids = {(p.stream, p.number): p.id for p in self._partitions.values()}
        self._member = member
        self._heartbeat = heartbeat
        self._timeouts = timeouts
        self._clock = clock
        self._is_alive = is_alive
        self._start = start
        self._next_offsets: dict[int, int] = {}
        self._round = 0
        self._reviewed = 0.0
        self._closed = False
        self._assignment = Assignment(0, {})
        self._activity = MemberActivity(0, 0)
        self._settle(joining=True)
        heartbeat.add(member, self._activity)

    def poll(self, *, limit: int = 100, timeout: float = 1.0) -> Batch:
        """See the port."""
        if self._closed:
            raise StreamError("The consumer is closed.")
        deadline, pause = time.monotonic() + timeout, FIRST_PAUSE
        checked: tuple[int, int] | None = None
        while True:
            self._record_poll()
            version = self._database.version()
            if version != checked:
                checked = version
                if batch := self._poll_once(limit):
                    return batch
            self._review(now=pause == FIRST_PAUSE)
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return Batch()
            time.sleep(min(pause, remaining))
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE)

    def transaction(self, batch: Batch) -> AbstractContextManager[Outputs]:
        """See the port."""
        return self._transaction(batch)

    def commit(self, batch: Batch) -> None:
        """See the port."""
        self._commit(batch, [])

    def rewind(self) -> None:
        """See the port."""
        self._next_offsets.clear()

    def close(self) -> None:
        """See the port."""
        if self._closed:
            return
        self._closed = True
        self._heartbeat.remove(self._member)
        try:
            with self._database.write() as connection:
                group.leave(connection, self._member)
        except StreamError as error:
            log.warning("leave_failed", group=self._member.group, reason=str(error))

    @contextmanager
    def _transaction(self, batch: Batch) -> Iterator[Outputs]:
        outputs = StagedOutputs(lambda record: prepare_record(record, self._streams))
        try:
            yield outputs
            outputs.raise_rejected()
        except BaseException:
            self.rewind()
            raise
        self._commit(batch, outputs.prepared)

    def _commit(self, batch: Batch, outputs: list[EmbeddedRecord]) -> None:
        now = to_ms(self._clock())
        try:
            with self._database.write() as connection:
                for r in batch.ranges:
                    part_id = self._ids[r.stream, r.partition]
                    group.verify(connection, self._member, part_id, r.epoch, r.start)
                    group.move_position(connection, self._member, part_id, r.next)
                if outputs:
                    append_records(connection, outputs, now_ms=now)
                self._renew(connection, now)
        except FencedError:
            self._assignment = Assignment(0, self._assignment.epochs)  # settle at the next poll
            self.rewind()
            raise
        except BaseException:
            self.rewind()
            raise
        for r in batch.ranges:
            part_id = self._ids[r.stream, r.partition]
            self._next_offsets[part_id] = max(self._next_offsets.get(part_id, 0), r.next)

    def _poll_once(self, limit: int) -> Batch:
        """Return the records that are there now; settle the membership if the group changed."""
        with self._database.read() as connection:
            generation = group.load_generation(connection, self._member.group)
        if generation != self._assignment.generation:
            self._settle()
        with self._database.read() as connection:
            bounds = _load_bounds(connection, self._member.group, self._assignment)
            without_position = self._without_position(bounds)
            deleted = {} if without_position else self._find_deleted(bounds)
            if not (without_position or deleted):
                return self._fetch(connection, limit, bounds)
        if deleted:
            raise self._skip_deleted(deleted)
        self._set_first_positions(without_position)
        return Batch()  # the file has changed, so poll checks it again

    def _without_position(self, bounds: dict[int, _Bounds]) -> list[int]:
        """Return the partitions in which the group must be given its first position.

        There are none when it begins at the oldest record.
        """
        if self._start == "start":
            return []
        return [part_id for part_id, b in bounds.items() if b.committed is None]

    def _set_first_positions(self, part_ids: list[int]) -> None:
        """Store where the group begins, so a member that takes over begins there too."""
        with self._database.write() as connection:
            for part_id in part_ids:
                offset = resolve_start(connection, self._partitions[part_id], self._start)
                epoch = self._assignment.epochs[part_id]
                group.set_first_position(connection, self._member, part_id, epoch, offset)

    def _find_deleted(self, bounds: dict[int, _Bounds]) -> dict[int, tuple[int, int]]:
        """Return the ranges of offsets that retention deleted before the group read them."""
        for part_id, b in bounds.items():
            first = b.oldest if b.committed is None else b.committed
            self._next_offsets.setdefault(part_id, first)
        return {
            part_id: (self._next_offsets[part_id], b.oldest)
            for part_id, b in bounds.items()
            if self._next_offsets[part_id] < b.oldest
        }

    def _fetch(self, connection: apsw.Connection, limit: int, bounds: dict[int, _Bounds]) -> Batch:
        unread = [b.end - self._next_offsets[part_id] for part_id, b in bounds.items()]
        counts = fair_shares(limit, unread, first=self._round)
        self._round += 1
        records: list[Record] = []
        ranges: list[PartitionRange] = []
        for part_id, count in zip(bounds, counts, strict=True):
            if count:
                partition, start = self._partitions[part_id], self._next_offsets[part_id]
                end = self._next_offsets[part_id] = start + count
                records += fetch_records(connection, partition, start, end)
                epoch = self._assignment.epochs[part_id]
                ranges.append(PartitionRange(partition.stream, partition.number, start, end, epoch))
        return Batch(tuple(records), tuple(ranges))

    def _skip_deleted(self, deleted: dict[int, tuple[int, int]]) -> OffsetOutOfRangeError:
        """Move the group past deleted records. Return the error that names them."""
        with self._database.write() as connection:
            for part_id, (start, oldest) in deleted.items():
                epoch = self._assignment.epochs[part_id]
                group.verify(connection, self._member, part_id, epoch, start)
                group.move_position(connection, self._member, part_id, oldest)
        self.rewind()
        missed = ", ".join(
            f"{self._partitions[p].stream}/{self._partitions[p].number}"
            f" offsets {start} to {oldest - 1}"
            for p, (start, oldest) in deleted.items()
        )
        return OffsetOutOfRangeError(
            f"Retention overtook the group {self._member.group}; it missed {missed}.",
            mend="A longer WIREWATCH_STREAMS_RETENTION gives a slow reader more time.",
        )

    def _settle(self, *, joining: bool = False) -> None:
        now = to_ms(self._clock())
        with self._database.write() as connection:
            assignment = group.settle(
                connection,
                self._member,
                now_ms=now,
                ttl_ms=self._timeouts.session_ms,
                is_alive=self._is_alive,
                joining=joining,
            )
        before, self._assignment = self._assignment.epochs, assignment
        for part_id in list(self._next_offsets):
            if assignment.epochs.get(part_id) != before.get(part_id):
                del self._next_offsets[part_id]
        self._activity.polled_ms = self._activity.renewed_ms = now

    def _record_poll(self) -> None:
        """Record the time of the poll; renew the session when a third of it has passed."""
        now = self._activity.polled_ms = to_ms(self._clock())
        if self._is_renewal_due(now):
            with self._database.write() as connection:
                self._renew(connection, now)

    def _renew(self, connection: apsw.Connection, now: int) -> None:
        if self._is_renewal_due(now):
            group.renew(connection, self._member, expires_ms=now + self._timeouts.session_ms)
            self._activity.renewed_ms = now

    def _is_renewal_due(self, now: int) -> bool:
        return now - self._activity.renewed_ms >= self._timeouts.session_ms // 3

    def _review(self, *, now: bool) -> None:
        """Take over from members that have died, which cannot announce it themselves."""
        moment = time.monotonic()
        if not now and moment - self._reviewed < REVIEW_SECONDS:
            return
        self._reviewed = moment
        now_ms = to_ms(self._clock())
        with self._database.read() as connection:
            has_dead = group.has_dead_members(
                connection, self._member.group, now_ms=now_ms, is_alive=self._is_alive
            )
        if has_dead:
            self._settle()


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Offsets of one partition.

    Attributes:
        committed: The group's position; None where it has none.
        oldest: The oldest record kept.
        end: The next record to be appended.
    """

    committed: int | None
    oldest: int
    end: int


def _load_bounds(
    connection: apsw.Connection, name: str, assignment: Assignment
) -> dict[int, _Bounds]:
    rows = connection.execute(
        "SELECT part.part_id, position.next_offset, start_offset, part.next_offset"
        " FROM part LEFT JOIN position ON position.part_id = part.part_id AND grp = ?"
        " WHERE part.part_id IN (SELECT value FROM json_each(?)) ORDER BY part.part_id",
        (name, json.dumps(list(assignment.epochs))),
    )
    return {part_id: _Bounds(*offsets) for part_id, *offsets in rows}

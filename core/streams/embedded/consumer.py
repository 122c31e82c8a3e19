"""A member of a group on the embedded log.

::

    poll: settle membership when the group changed ──▶ fair shares of the partitions held ──▶ Batch
    transaction/commit: verify every epoch ──▶ append outputs ──▶ move positions, in one transaction

The place to read on from is kept in memory; whatever fails forgets it, and the next poll begins
again at what the group has committed.
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
from core.streams.assignment import shares
from core.streams.embedded import group, positions, records
from core.streams.embedded.database import Database
from core.streams.embedded.group import Alive, GroupMember, HeldPartitions
from core.streams.embedded.heartbeat import Heartbeat, MemberActivity, SessionTimes
from core.streams.embedded.records import EmbeddedRecord
from core.streams.embedded.streams import EmbeddedStream, EmbeddedStreams
from core.streams.port import Batch, Outputs, PartitionRange, Record, Start
from core.streams.staged_outputs import StagedOutputs

FIRST_STEP, LONGEST_STEP = 0.002, 0.02
"""Seconds between looks at an idle file: 2 ms were measured at 1.3 ms median latency and 4 % of a
core, 20 ms at 1 %; so an idle member looks ever more slowly."""

REVIEW_EVERY = 0.25
"""Seconds between looks for members that died."""

log = structlog.get_logger(__name__)


class EmbeddedConsumer:
    """See :class:`core.streams.port.Consumer`. Made by the log."""

    def __init__(
        self,
        database: Database,
        streams: EmbeddedStreams,
        reads: list[EmbeddedStream],
        me: GroupMember,
        *,
        pulse: Heartbeat,
        times: SessionTimes,
        clock: Clock,
        alive: Alive,
        start: Start = "start",
    ) -> None:
        self._database = database
        self._streams = streams
        self._parts = {part.id: part for stream in reads for part in stream.parts}
        self._ids = {(part.stream, part.number): part.id for part in self._parts.values()}
        self._me = me
        self._pulse = pulse
        self._times = times
        self._clock = clock
        self._alive = alive
        self._start = start
        self._places: dict[int, int] = {}
        self._turn = 0
        self._reviewed = 0.0
        self._closed = False
        self._holding = HeldPartitions(0, {})
        self._beat = MemberActivity(0, 0)
        self._settle(joining=True)
        pulse.add(me, self._beat)

    def poll(self, *, limit: int = 100, timeout: float = 1.0) -> Batch:
        """See the port."""
        if self._closed:
            raise StreamError("The consumer is closed.")
        deadline, step = time.monotonic() + timeout, FIRST_STEP
        seen: tuple[int, int] | None = None
        while True:
            self._keep_alive()
            version = self._database.version()
            if version != seen:
                seen = version
                if batch := self._look(limit):
                    return batch
            self._review(often=step == FIRST_STEP)
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return Batch()
            time.sleep(min(step, remaining))
            step = min(step * 1.5, LONGEST_STEP)

    def transaction(self, batch: Batch) -> AbstractContextManager[Outputs]:
        """See the port."""
        return self._transaction(batch)

    def commit(self, batch: Batch) -> None:
        """See the port."""
        self._commit(batch, [])

    def rewind(self) -> None:
        """See the port."""
        self._places.clear()

    def close(self) -> None:
        """See the port."""
        if self._closed:
            return
        self._closed = True
        self._pulse.remove(self._me)
        try:
            with self._database.write() as connection:
                group.leave(connection, self._me)
        except StreamError as error:
            log.warning("leave_failed", group=self._me.group, reason=str(error))

    @contextmanager
    def _transaction(self, batch: Batch) -> Iterator[Outputs]:
        outputs = StagedOutputs(lambda record: records.place(record, self._streams))
        try:
            yield outputs
            outputs.refuse_spoilt()
        except BaseException:
            self.rewind()
            raise
        self._commit(batch, outputs.placed)

    def _commit(self, batch: Batch, outputs: list[EmbeddedRecord]) -> None:
        now = to_ms(self._clock())
        try:
            with self._database.write() as connection:
                for r in batch.ranges:
                    part = self._ids[r.stream, r.partition]
                    group.verify(connection, self._me, part, r.epoch, r.start)
                    group.move(connection, self._me, part, r.next)
                if outputs:
                    records.append(connection, outputs, now_ms=now)
                self._touch(connection, now)
        except FencedError:
            self._holding = HeldPartitions(0, self._holding.epochs)  # settle at the next poll
            self.rewind()
            raise
        except BaseException:
            self.rewind()
            raise
        for r in batch.ranges:
            part = self._ids[r.stream, r.partition]
            self._places[part] = max(self._places.get(part, 0), r.next)

    def _look(self, limit: int) -> Batch:
        """What there is, after settling the membership where the group has changed."""
        with self._database.read() as connection:
            current = group.generation(connection, self._me.group)
        if current != self._holding.generation:
            self._settle(joining=False)
        with self._database.read() as connection:
            bounds = _bounds(connection, self._me.group, self._holding)
            new = self._new_to_the_group(bounds)
            gone = {} if new else self._find_places(bounds)
            if not (new or gone):
                return self._fetch(connection, limit, bounds)
        if gone:
            raise self._skip(gone)
        self._begin(new)
        return Batch()  # the file has changed: poll looks again

    def _new_to_the_group(self, bounds: dict[int, _Bounds]) -> list[int]:
        """The partitions in which the group is to begin elsewhere than at the oldest record."""
        if self._start == "start":
            return []
        return [part for part, b in bounds.items() if b.committed is None]

    def _begin(self, new: list[int]) -> None:
        """Keep where the group begins: whoever takes over begins there too."""
        with self._database.write() as connection:
            for part in new:
                place = positions.first(connection, self._parts[part], self._start)
                group.begin(connection, self._me, part, self._holding.epochs[part], place)

    def _find_places(self, bounds: dict[int, _Bounds]) -> dict[int, tuple[int, int]]:
        """Know where to read on in each partition; those that retention overtook: from, to."""
        for part, b in bounds.items():
            self._places.setdefault(part, b.oldest if b.committed is None else b.committed)
        return {
            part: (self._places[part], b.oldest)
            for part, b in bounds.items()
            if self._places[part] < b.oldest
        }

    def _fetch(self, connection: apsw.Connection, limit: int, bounds: dict[int, _Bounds]) -> Batch:
        unread = [b.following - self._places[part] for part, b in bounds.items()]
        taken = shares(limit, unread, first=self._turn)
        self._turn += 1
        found: list[Record] = []
        ranges: list[PartitionRange] = []
        for part_id, count in zip(bounds, taken, strict=True):
            if count:
                part, start = self._parts[part_id], self._places[part_id]
                end = self._places[part_id] = start + count
                found += records.fetch(connection, part, start, end)
                epoch = self._holding.epochs[part_id]
                ranges.append(PartitionRange(part.stream, part.number, start, end, epoch))
        return Batch(tuple(found), tuple(ranges))

    def _skip(self, gone: dict[int, tuple[int, int]]) -> OffsetOutOfRangeError:
        """Move the group past what retention took, and the error that names it."""
        with self._database.write() as connection:
            for part, (start, oldest) in gone.items():
                group.verify(connection, self._me, part, self._holding.epochs[part], start)
                group.move(connection, self._me, part, oldest)
        self.rewind()
        missed = ", ".join(
            f"{self._parts[p].stream}/{self._parts[p].number} offsets {start} to {oldest - 1}"
            for p, (start, oldest) in gone.items()
        )
        return OffsetOutOfRangeError(
            f"Retention overtook the group {self._me.group}; it missed {missed}.",
            mend="A longer WIREWATCH_STREAMS_RETENTION gives a slow reader more time.",
        )

    def _settle(self, *, joining: bool = False) -> None:
        now = to_ms(self._clock())
        with self._database.write() as connection:
            holding = group.settle(
                connection,
                self._me,
                now_ms=now,
                ttl_ms=self._times.session_ms,
                alive=self._alive,
                joining=joining,
            )
        before, self._holding = self._holding.epochs, holding
        for part in [p for p in self._places if holding.epochs.get(p) != before.get(p)]:
            del self._places[part]
        self._beat.polled_ms = self._beat.touched_ms = now

    def _keep_alive(self) -> None:
        """Write a sign of life where the last one is a third of a session old."""
        now = self._beat.polled_ms = to_ms(self._clock())
        if now - self._beat.touched_ms >= self._times.session_ms // 3:
            with self._database.write() as connection:
                self._touch(connection, now)

    def _touch(self, connection: apsw.Connection, now: int) -> None:
        if now - self._beat.touched_ms >= self._times.session_ms // 3:
            group.touch(connection, self._me, expires_ms=now + self._times.session_ms)
            self._beat.touched_ms = now

    def _review(self, *, often: bool) -> None:
        """Take over from members that died: they cannot say so themselves."""
        moment = time.monotonic()
        if not often and moment - self._reviewed < REVIEW_EVERY:
            return
        self._reviewed = moment
        now = to_ms(self._clock())
        with self._database.read() as connection:
            died = group.somebody_died(connection, self._me.group, now_ms=now, alive=self._alive)
        if died:
            self._settle()


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Offsets of a partition: what the group reads next, the oldest kept, the next to come."""

    committed: int | None
    oldest: int
    following: int


def _bounds(connection: apsw.Connection, name: str, holding: HeldPartitions) -> dict[int, _Bounds]:
    rows = connection.execute(
        "SELECT part.part_id, position.next_offset, start_offset, part.next_offset"
        " FROM part LEFT JOIN position ON position.part_id = part.part_id AND grp = ?"
        " WHERE part.part_id IN (SELECT value FROM json_each(?)) ORDER BY part.part_id",
        (name, json.dumps(list(holding.epochs))),
    )
    return {part: _Bounds(*rest) for part, *rest in rows}

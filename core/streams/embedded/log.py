"""The embedded log: the stream port on one SQLite file, for one host."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import apsw

from config.errors import StreamError
from core.clock import Clock, to_ms
from core.streams.embedded import group, records, retention
from core.streams.embedded.consumer import EmbeddedConsumer
from core.streams.embedded.database import Database
from core.streams.embedded.group import Alive, GroupMember
from core.streams.embedded.heartbeat import Heartbeat, SessionTimes
from core.streams.embedded.reader import tail
from core.streams.embedded.records import EmbeddedRecord
from core.streams.embedded.schema import OFFSET_BITS
from core.streams.embedded.streams import EmbeddedStream, EmbeddedStreams
from core.streams.port import (
    NewRecord,
    PartitionLag,
    Record,
    Start,
    StreamInfo,
    StreamSpec,
)
from core.streams.prefix import Prefix


class EmbeddedLog:
    """See :class:`core.streams.port.StreamLog`. Thread-safe; not to be used across a fork.

    Args:
        path: The file, on a disk of this host.
        clock: Tells expiry and retention.
        instance: Id of this process, for other processes' ``alive``.
        alive: Whether an instance lives; None where nobody here can know.
        prefix: Of every stream and group name.
        durability: ``full``: what is appended survives a power cut; ``normal``: the last commits
            may not.
        times: How long members live without a sign, and how long a batch may take.

    Raises:
        SettingsError: The file cannot be used.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        instance: str,
        alive: Alive,
        prefix: str = "",
        durability: str = "full",
        times: SessionTimes | None = None,
    ) -> None:
        self._database = Database(path, durability=durability)
        self._prefix = Prefix(prefix)
        self._streams = EmbeddedStreams(self._database, self._prefix)
        self._clock = clock
        self._instance = instance
        self._alive = alive
        self._times = times or SessionTimes()
        self._pulse = Heartbeat(self._database, clock, self._times)

    def create(self, specs: Sequence[StreamSpec], /) -> None:
        """See the port."""
        self._streams.create(specs)

    def append(self, new: Sequence[NewRecord], /, *, producer: str | None = None) -> None:
        """See the port."""
        placed = [records.place(record, self._streams) for record in new]
        if not placed:
            return
        with self._database.write() as connection:
            if producer is not None:
                placed = _unknown(connection, self._prefix.on(producer), placed)
            records.append(connection, placed, now_ms=self._now())

    def consumer(
        self, name: str, streams: Sequence[str], /, *, slot: str, start: Start = "start"
    ) -> EmbeddedConsumer:
        """See the port."""
        reads = [self._streams.get(stream) for stream in streams]
        me = GroupMember(
            group=self._prefix.on(name),
            slot=slot,
            token=uuid.uuid4().hex,
            instance=self._instance,
            streams=tuple(sorted(stream.id for stream in reads)),
        )
        return EmbeddedConsumer(
            self._database,
            self._streams,
            reads,
            me,
            pulse=self._pulse,
            times=self._times,
            clock=self._clock,
            alive=self._alive,
            start=start,
        )

    def read(
        self,
        stream: str,
        /,
        *,
        start: Start = "start",
        follow: Callable[[], bool] | None = None,
    ) -> Iterator[Record]:
        """See the port."""
        return tail(self._database, self._streams.get(stream), start, follow)

    def streams(self) -> list[StreamInfo]:
        """See the port."""
        return self._streams.infos()

    def lag(self, name: str, streams: Sequence[str], /) -> list[PartitionLag]:
        """See the port."""
        known = [self._streams.get(stream) for stream in streams]
        now = self._now()
        with self._database.read() as connection:
            members = group.living(connection, self._prefix.on(name), now_ms=now, alive=self._alive)
            return [
                lag
                for stream in known
                for lag in self._lag_of(connection, name, stream, set(members), now)
            ]

    def groups(self) -> list[str]:
        """See the port."""
        now = self._now()
        with self._database.read() as connection:
            stored = {n for (n,) in connection.execute("SELECT DISTINCT grp FROM position")}
            listed = {n for (n,) in connection.execute("SELECT DISTINCT grp FROM member")}
            stored |= {
                n for n in listed if group.living(connection, n, now_ms=now, alive=self._alive)
            }
        return sorted(name for n in stored if (name := self._prefix.off(n)) is not None)

    def forget(self, name: str, /) -> None:
        """See the port."""
        with self._database.write() as connection:
            group.forget(connection, self._prefix.on(name), now_ms=self._now(), alive=self._alive)

    def maintain(self) -> None:
        """See the port."""
        retention.apply_retention(self._database, now_ms=self._now())
        retention.tidy(self._database)

    def close(self) -> None:
        """See the port. Members that have not left leave now."""
        left = self._pulse.close()
        if left:
            with contextlib.suppress(StreamError), self._database.write() as connection:
                for member in left:
                    group.leave(connection, member)
        self._database.close()

    def _lag_of(
        self,
        connection: apsw.Connection,
        name: str,
        stream: EmbeddedStream,
        slots: set[str],
        now: int,
    ) -> list[PartitionLag]:
        rows = connection.execute(_LAG, (self._prefix.on(name), stream.id, OFFSET_BITS))
        return [
            PartitionLag(
                group=name,
                stream=stream.name,
                partition=number,
                records=unread,
                seconds=max(0, now - oldest) / 1000 if oldest is not None else 0.0,
                member=slot if slot in slots else None,
                position=position,
                end=end,
            )
            for number, unread, oldest, slot, position, end in rows
        ]

    def _now(self) -> int:
        return to_ms(self._clock())


_LAG = """
WITH place AS (
    SELECT part.part_id, number, part.next_offset AS following, slot,
        position.next_offset AS position,
        max(start_offset, ifnull(position.next_offset, 0)) AS place
    FROM part
    LEFT JOIN position ON position.part_id = part.part_id AND position.grp = ?1
    LEFT JOIN lease ON lease.part_id = part.part_id AND lease.grp = ?1
    WHERE stream_id = ?2)
SELECT number, following - place, rec.time_ms, slot, position, following
FROM place LEFT JOIN rec ON rec.id = (place.part_id << ?3) + place AND place < following
ORDER BY number
"""


def _unknown(
    connection: apsw.Connection, producer: str, placed: list[EmbeddedRecord]
) -> list[EmbeddedRecord]:
    """Those of an outbox's records that the log does not have yet; remembers them as had."""
    last: int | None = connection.execute(
        "SELECT sequence FROM producer WHERE name = ?", (producer,)
    ).get
    fresh = [p for p in placed if p.sequence is None or last is None or p.sequence > last]
    highest = max((p.sequence for p in fresh if p.sequence is not None), default=None)
    if highest is not None:
        connection.execute(
            "INSERT INTO producer VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET sequence = excluded.sequence",
            (producer, highest),
        )
    return fresh

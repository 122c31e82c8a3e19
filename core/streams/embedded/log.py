"""The embedded log: the stream port on one SQLite file, for one host."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import apsw

from config.errors import StreamError
from core.clock import Clock, to_ms
from core.streams.embedded import group, retention
from core.streams.embedded.consumer import EmbeddedConsumer
from core.streams.embedded.database import Database
from core.streams.embedded.group import GroupMember, IsAlive
from core.streams.embedded.heartbeat import Heartbeat, SessionTimeouts
from core.streams.embedded.reader import read_stream
from core.streams.embedded.records import EmbeddedRecord, append_records, prepare_record
from core.streams.embedded.schema import OFFSET_BITS, VERSION
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
    """See :class:`core.streams.port.StreamLog`. Thread-safe; must not be used across a fork.

    Args:
        path: The file, on a disk of this host.
        clock: Gives the present, from which expiry and retention count.
        instance: Id of this process, which other processes pass to their ``is_alive``.
        is_alive: Returns whether an instance is alive; None where this process cannot know.
        prefix: Prefix of every stream and group name.
        durability: With ``full``, appended records survive a power failure; with ``normal``, the
            last commits may be lost.
        timeouts: When members are considered dead.

    Raises:
        SettingsError: The file cannot be used.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        instance: str,
        is_alive: IsAlive,
        prefix: str = "",
        durability: str = "full",
        timeouts: SessionTimeouts | None = None,
    ) -> None:
        self._database = Database(path, durability=durability)
        self._prefix = Prefix(prefix)
        self._streams = EmbeddedStreams(self._database, self._prefix)
        self._clock = clock
        self._instance = instance
        self._is_alive = is_alive
        self._timeouts = timeouts or SessionTimeouts()
        self._heartbeat = Heartbeat(self._database, clock, self._timeouts)

    def create(self, specs: Sequence[StreamSpec], /) -> None:
        """See the port."""
        self._streams.create(specs)

    def append(self, records: Sequence[NewRecord], /, *, producer: str | None = None) -> None:
        """See the port."""
        prepared = [prepare_record(record, self._streams) for record in records]
        if not prepared:
            return
        with self._database.write() as connection:
            if producer is not None:
                prepared = _drop_repeats(connection, self._prefix.add(producer), prepared)
            append_records(connection, prepared, now_ms=self._now())

    def consumer(
        self, name: str, streams: Sequence[str], /, *, slot: str, start: Start = "start"
    ) -> EmbeddedConsumer:
        """See the port."""
        subscription = [self._streams.get(stream) for stream in streams]
        member = GroupMember(
            group=self._prefix.add(name),
            slot=slot,
            token=uuid.uuid4().hex,
            instance=self._instance,
            streams=tuple(sorted(stream.id for stream in subscription)),
        )
        return EmbeddedConsumer(
            self._database,
            self._streams,
            subscription,
            member,
            heartbeat=self._heartbeat,
            timeouts=self._timeouts,
            clock=self._clock,
            is_alive=self._is_alive,
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
        return read_stream(self._database, self._streams.get(stream), start, follow)

    def list_streams(self) -> list[StreamInfo]:
        """See the port."""
        return self._streams.describe()

    def lag(self, name: str, stream_names: Sequence[str], /) -> list[PartitionLag]:
        """See the port."""
        streams = [self._streams.get(stream) for stream in stream_names]
        now = self._now()
        with self._database.read() as connection:
            living = group.load_living_members(
                connection, self._prefix.add(name), now_ms=now, is_alive=self._is_alive
            )
            return [
                lag
                for stream in streams
                for lag in self._stream_lag(connection, name, stream, set(living), now)
            ]

    def list_groups(self) -> list[str]:
        """See the port."""
        now = self._now()
        with self._database.read() as connection:
            names = {n for (n,) in connection.execute("SELECT DISTINCT grp FROM position")}
            with_members = {n for (n,) in connection.execute("SELECT DISTINCT grp FROM member")}
            names |= {
                n
                for n in with_members
                if group.load_living_members(connection, n, now_ms=now, is_alive=self._is_alive)
            }
        return sorted(name for n in names if (name := self._prefix.strip(n)) is not None)

    def delete_group(self, name: str, /) -> None:
        """See the port."""
        with self._database.write() as connection:
            stored = self._prefix.add(name)
            group.delete(connection, stored, now_ms=self._now(), is_alive=self._is_alive)

    def set_positions(self, name: str, positions: Mapping[tuple[str, int], int], /) -> None:
        """See the port."""
        offsets = {
            self._streams.get(stream).partitions[number].id: offset
            for (stream, number), offset in positions.items()
        }
        with self._database.write() as connection:
            group.set_positions(
                connection,
                self._prefix.add(name),
                offsets,
                now_ms=self._now(),
                is_alive=self._is_alive,
            )

    def check_writable(self) -> None:
        """See the port. Writes the version of the file again."""
        self._database.check_file()
        with self._database.write() as connection:
            connection.execute(f"PRAGMA user_version = {VERSION}")

    def maintain(self) -> None:
        """See the port."""
        retention.apply_retention(self._database, now_ms=self._now())
        retention.reclaim_space(self._database)

    def close(self) -> None:
        """See the port. Members that have not left leave now."""
        members = self._heartbeat.close()
        if members:
            with contextlib.suppress(StreamError), self._database.write() as connection:
                for member in members:
                    group.leave(connection, member)
        self._database.close()

    def _stream_lag(
        self,
        connection: apsw.Connection,
        name: str,
        stream: EmbeddedStream,
        living: set[str],
        now: int,
    ) -> list[PartitionLag]:
        rows = connection.execute(_LAG, (self._prefix.add(name), stream.id, OFFSET_BITS))
        return [
            PartitionLag(
                group=name,
                stream=stream.name,
                partition=number,
                records=unread,
                seconds=max(0, now - oldest_ms) / 1000 if oldest_ms is not None else 0.0,
                member=slot if slot in living else None,
                position=position,
                end=end,
            )
            for number, unread, oldest_ms, slot, position, end in rows
        ]

    def _now(self) -> int:
        return to_ms(self._clock())


_LAG = """
WITH progress AS (
    SELECT part.part_id, number, part.next_offset AS ending, slot,
        position.next_offset AS position,
        max(start_offset, ifnull(position.next_offset, 0)) AS unread_from
    FROM part
    LEFT JOIN position ON position.part_id = part.part_id AND position.grp = ?1
    LEFT JOIN lease ON lease.part_id = part.part_id AND lease.grp = ?1
    WHERE stream_id = ?2)
SELECT number, ending - unread_from, rec.time_ms, slot, position, ending
FROM progress
LEFT JOIN rec ON rec.id = (progress.part_id << ?3) + unread_from AND unread_from < ending
ORDER BY number
"""


def _drop_repeats(
    connection: apsw.Connection, producer: str, records: list[EmbeddedRecord]
) -> list[EmbeddedRecord]:
    """Return the records of an outbox that were not appended before; store the last sequence."""
    last: int | None = connection.execute(
        "SELECT sequence FROM producer WHERE name = ?", (producer,)
    ).get
    fresh = [r for r in records if r.sequence is None or last is None or r.sequence > last]
    highest = max((r.sequence for r in fresh if r.sequence is not None), default=None)
    if highest is not None:
        connection.execute(
            "INSERT INTO producer VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET sequence = excluded.sequence",
            (producer, highest),
        )
    return fresh

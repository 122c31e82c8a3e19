"""Retention: delete old records in small steps, so that no writer waits for long."""

from __future__ import annotations

import apsw
import structlog

from core.streams.embedded.database import Database
from core.streams.embedded.errors import translate_errors
from core.streams.embedded.schema import OFFSET_BITS

CHUNK = 500
"""Records deleted in one transaction: takes at most 29 ms (20,000 at once took 650 ms)."""

MAX_DELETED = 50_000
"""Records deleted in one call; the next call continues."""

MAX_FREE = 0.2
"""Part of the file that may be free: new records reuse the space of deleted ones."""

PAGES = 2_000
"""Free pages returned to the file system in one call (8 MB)."""

CHECKPOINT_SECONDS = 0.2
"""Limit of waiting for readers before a checkpoint is postponed."""

OWNERS = {
    "rec": "records past the retention of their stream are deleted, every minute",
    "stream": "a row for each stream ever configured",
    "part": "a row for each partition",
    "grp": "a row for each consumer group ever used",
    "member": "a row for each slot of a group; that of a member that left or expired is deleted",
    "lease": "a row for each group and partition",
    "position": "a row for each group and partition",
    "producer": "a row for each outbox",
}
"""What keeps each table of the file from growing without end."""

log = structlog.get_logger(__name__)


def apply_retention(database: Database, *, now_ms: int) -> int:
    """Delete records that are older than the retention of their stream. Return how many."""
    with database.read() as connection:
        partitions: list[tuple[int, int]] = list(
            connection.execute(
                "SELECT part_id, retention_ms FROM part JOIN stream USING (stream_id)"
                " WHERE next_offset > start_offset"
            )
        )
    deleted = 0
    for part_id, retention in partitions:
        while deleted < MAX_DELETED and (
            count := _delete_chunk(database, part_id, now_ms - retention)
        ):
            deleted += count
            if count < CHUNK:
                break
    if deleted:
        log.info("retention_applied", records=deleted)
    return deleted


def reclaim_space(database: Database) -> None:
    """Return free pages to the file system, and move the WAL into the file."""
    with database.write() as connection:
        free: int = connection.execute("PRAGMA freelist_count").get
        if free > connection.execute("PRAGMA page_count").get * MAX_FREE:
            connection.execute(f"PRAGMA incremental_vacuum({PAGES})").fetchall()
    thread = database.thread_connection()
    thread.busy_seconds, before = CHECKPOINT_SECONDS, thread.busy_seconds
    try:
        with translate_errors(database.path):
            _checkpoint(thread.connection)
    finally:
        thread.busy_seconds = before


def _checkpoint(connection: apsw.Connection) -> None:
    try:
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.BusyError:
        log.debug("checkpoint_postponed")  # a reader has the file open; the next call tries again


def _delete_chunk(database: Database, part_id: int, before_ms: int) -> int:
    """Delete the oldest records of a partition, up to the first one to keep. Return how many.

    The record's own time counts, as on Kafka. But a record dated in the future counts from the
    time when it was appended: a publisher's wrong date must not keep a partition for ever.
    """
    with database.read() as connection:
        if _count_expired(connection, part_id, before_ms)[0] == 0:
            return 0
    with database.write() as connection:
        count, size = _count_expired(connection, part_id, before_ms)
        start: int = connection.execute(
            "UPDATE part SET start_offset = start_offset + ?, bytes = bytes - ?"
            " WHERE part_id = ? RETURNING start_offset",
            (count, size, part_id),
        ).get
        connection.execute(
            "DELETE FROM rec WHERE id >= ? AND id < ?",
            (part_id << OFFSET_BITS, (part_id << OFFSET_BITS) + start),
        )
    return count


def _count_expired(connection: apsw.Connection, part_id: int, before_ms: int) -> tuple[int, int]:
    """Return the number and the bytes of the oldest records that have expired, up to a chunk."""
    count = size = 0
    for time_ms, length in connection.execute(
        "SELECT min(time_ms, append_ms),"
        " ifnull(length(key), 0) + length(headers) + ifnull(length(value), 0)"
        " FROM rec WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
        (part_id << OFFSET_BITS, (part_id + 1) << OFFSET_BITS, CHUNK),
    ):
        if time_ms >= before_ms:
            break
        count, size = count + 1, size + length
    return count, size

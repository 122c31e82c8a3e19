"""Retention: old records go, in small steps, so that no writer waits for long."""

from __future__ import annotations

import apsw
import structlog

from core.streams.embedded.database import Database
from core.streams.embedded.errors import translated
from core.streams.embedded.schema import OFFSET_BITS

CHUNK = 500
"""Records deleted in one transaction: measured at 29 ms at most (20,000 at once: 650 ms)."""

MOST = 50_000
"""Records deleted in one call; the rest goes at the next."""

SPARE = 0.2
"""Part of the file that may lie free: what goes today makes room for what comes tomorrow."""

PAGES = 2_000
"""Free pages given back to the file system in one call (8 MB)."""

log = structlog.get_logger(__name__)


def apply_retention(database: Database, *, now_ms: int) -> int:
    """Delete what is older than its stream keeps it; how many records went."""
    with database.read() as connection:
        parts: list[tuple[int, int]] = list(
            connection.execute(
                "SELECT part_id, retention_ms FROM part JOIN stream USING (stream_id)"
                " WHERE next_offset > start_offset"
            )
        )
    gone = 0
    for part, retention in parts:
        while gone < MOST and (went := _delete_chunk(database, part, now_ms - retention)):
            gone += went
            if went < CHUNK:
                break
    if gone:
        log.info("retention_applied", records=gone)
    return gone


def tidy(database: Database) -> None:
    """Give free pages back, and bring the write-ahead log into the file."""
    with database.write() as connection:
        free: int = connection.execute("PRAGMA freelist_count").get
        if free > connection.execute("PRAGMA page_count").get * SPARE:
            connection.execute(f"PRAGMA incremental_vacuum({PAGES})").fetchall()
    session = database.session()
    session.patience, before = 0.2, session.patience
    try:
        with translated(database.path):
            _checkpoint(session.connection)
    finally:
        session.patience = before


def _checkpoint(connection: apsw.Connection) -> None:
    try:
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    except apsw.BusyError:
        log.debug("checkpoint_postponed")  # a reader is at work; the next call tries again


def _delete_chunk(database: Database, part: int, before_ms: int) -> int:
    """Delete the oldest records of a partition up to the first that is to stay.

    A record's own time decides, as on Kafka, but a time that lies in the future counts as the
    moment it was appended: a publisher's wrong date must not keep a partition for ever.
    """
    with database.read() as connection:
        if _leading(connection, part, before_ms)[0] == 0:
            return 0
    with database.write() as connection:
        count, size = _leading(connection, part, before_ms)
        start: int = connection.execute(
            "UPDATE part SET start_offset = start_offset + ?, bytes = bytes - ?"
            " WHERE part_id = ? RETURNING start_offset",
            (count, size, part),
        ).get
        connection.execute(
            "DELETE FROM rec WHERE id >= ? AND id < ?",
            (part << OFFSET_BITS, (part << OFFSET_BITS) + start),
        )
    return count


def _leading(connection: apsw.Connection, part: int, before_ms: int) -> tuple[int, int]:
    """How many of the oldest records are too old, and their bytes; at most a chunk."""
    count = size = 0
    for moment, length in connection.execute(
        "SELECT min(time_ms, append_ms),"
        " ifnull(length(key), 0) + length(headers) + ifnull(length(value), 0)"
        " FROM rec WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
        (part << OFFSET_BITS, (part + 1) << OFFSET_BITS, CHUNK),
    ):
        if moment >= before_ms:
            break
        count, size = count + 1, size + length
    return count, size

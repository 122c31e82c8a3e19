"""The file of the embedded log: its tables, and how it is opened or created.

::

    stream 1──n part 1──n rec        rec.id = part_id << 40 | offset: in the table's one b-tree the
      │          │                   records of a partition are adjacent, without a second index
      │          ├── position        per group: the offset it reads next
    grp          └── lease           per group: the slot that has the partition, and its epoch
      └── member                     per group: its members, and when their sessions expire
    producer                         the last sequence number appended from an outbox
"""

from __future__ import annotations

from pathlib import Path

import apsw

from config.errors import SettingsError

APPLICATION_ID = 0x57574C47
"""``WWLG``: identifies the file as a stream file."""

VERSION = 1

PAGE_BYTES = 8192
"""Of a new file. With SQLite's 4,096 most records have a page to themselves, which costs an eighth
more CPU time to read articles and append what comes of them; with 16,384 it is no better."""

OFFSET_BITS = 40
"""A partition can have 2**40 records in its life; a file can have 2**23 partitions."""

_TABLES = """
CREATE TABLE stream (
    stream_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    partitions INTEGER NOT NULL,
    retention_ms INTEGER NOT NULL,
    max_record_bytes INTEGER NOT NULL
);
CREATE TABLE part (
    part_id INTEGER PRIMARY KEY,
    stream_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    start_offset INTEGER NOT NULL DEFAULT 0,
    next_offset INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (stream_id, number)
);
CREATE TABLE rec (
    id INTEGER PRIMARY KEY,
    time_ms INTEGER NOT NULL,
    append_ms INTEGER NOT NULL,
    key BLOB,
    headers TEXT NOT NULL,
    value BLOB
);
CREATE TABLE grp (
    name TEXT PRIMARY KEY,
    generation INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE member (
    grp TEXT NOT NULL,
    slot TEXT NOT NULL,
    token TEXT NOT NULL,
    instance TEXT NOT NULL,
    streams TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (grp, slot)
) WITHOUT ROWID;
CREATE TABLE lease (
    grp TEXT NOT NULL,
    part_id INTEGER NOT NULL,
    slot TEXT,
    epoch INTEGER NOT NULL,
    PRIMARY KEY (grp, part_id)
) WITHOUT ROWID;
CREATE TABLE position (
    grp TEXT NOT NULL,
    part_id INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    PRIMARY KEY (grp, part_id)
) WITHOUT ROWID;
CREATE TABLE producer (
    name TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL
) WITHOUT ROWID;
"""


def prepare(connection: apsw.Connection, path: Path, *, durability: str) -> None:
    """Configure a new connection, and create the tables where the file is new.

    Raises:
        SettingsError: The file is another database, or was created by a newer version.
    """
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # both work only before the first table
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute(f"PRAGMA synchronous = {'FULL' if durability == 'full' else 'NORMAL'}")
    connection.execute("PRAGMA journal_size_limit = 67108864").fetchall()
    if _version(connection, path) == 0:
        _create(connection, path)


def _version(connection: apsw.Connection, path: Path) -> int:
    version: int = connection.execute("PRAGMA user_version").get
    application: int = connection.execute("PRAGMA application_id").get
    tables: int = connection.execute("SELECT count(*) FROM sqlite_schema").get
    if tables and application != APPLICATION_ID:
        raise SettingsError(
            f"{path} is another program's database, not a stream file.",
            mend="Set WIREWATCH_STREAMS_URL to a file of its own.",
        )
    if version > VERSION:
        raise SettingsError(
            f"The stream file {path} was created by a newer version of this program.",
            mend="Run that version, or start with a new file.",
        )
    return version


def _create(connection: apsw.Connection, path: Path) -> None:
    """Create the tables; of several processes at once, the first one does."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection, path) == 0:
            connection.execute(_TABLES)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")

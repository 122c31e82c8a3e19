"""Open a store on SQLite.

Every write transaction begins IMMEDIATE: a deferred one that reads first fails at once with
SQLITE_BUSY_SNAPSHOT when another process has written in between, whatever the timeout. The journal
is WAL where the linked SQLite is 3.51.3 or later; before, a rare race could corrupt a WAL file, and
a rollback journal is used.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

from config.errors import SettingsError
from core import private_files

WAL_SAFE_SINCE = (3, 51, 3)
"""The first SQLite without the WAL-reset bug (sqlite.org, fixed March 2026)."""

BUSY_TIMEOUT_MS = 30_000


def open_engine(url: URL, *, durable: bool = True) -> Engine:
    """Return an engine for a file. File and folder are created if they are missing.

    Args:
        url: Names the file.
        durable: Whether committed data survives a crash. Without that, writing is much faster.

    Raises:
        SettingsError: The URL names no file, or the folder cannot be created.
    """
    if not url.database or url.database == ":memory:":
        raise SettingsError("WIREWATCH_DATABASE_URL names no file.", mend="Write sqlite:///FILE.")
    _make_private(Path(url.database))
    engine = create_engine(url.set(drivername="sqlite"), pool_size=8, max_overflow=8)
    event.listen(engine, "connect", _on_connect if durable else _on_connect_to_temporary)
    event.listen(engine, "begin", _on_begin)
    return engine


def _make_private(path: Path) -> None:
    """Create folder and file for this user alone, if they are missing."""
    try:
        private_files.make_folder(path.parent)
    except OSError as error:
        raise SettingsError(
            f"The data folder {path.parent} cannot be created: {error.strerror}.",
            mend="Set WIREWATCH_DATA_DIR to a folder that can be written.",
        ) from None
    private_files.make_file(path)


def _on_connect(connection: sqlite3.Connection, record: Any) -> None:  # noqa: ARG001
    connection.isolation_level = None  # BEGIN is written by _on_begin
    wal = sqlite3.sqlite_version_info >= WAL_SAFE_SINCE
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        f"journal_mode = {'WAL' if wal else 'TRUNCATE'}",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_connect_to_temporary(connection: sqlite3.Connection, record: Any) -> None:
    _on_connect(connection, record)
    for pragma in ("journal_mode = MEMORY", "synchronous = OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("wirewatch_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

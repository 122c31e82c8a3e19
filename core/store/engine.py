"""Opening the store: connections, transactions, and errors in our own words.

On SQLite every write transaction begins IMMEDIATE (a deferred one that reads first fails at once
with SQLITE_BUSY_SNAPSHOT, whatever the timeout), and the journal is WAL only where the linked
SQLite is 3.51.3 or later (before, a rare race could corrupt a WAL file), else a rollback journal.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, String, Table, create_engine, event, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from config.errors import SettingsError, StoreError, StoreFullError
from core.store.metadata import metadata

WAL_SAFE_SINCE = (3, 51, 3)
"""First SQLite without the WAL-reset bug (sqlite.org, fixed March 2026)."""

BUSY_TIMEOUT_MS = 30_000

about = Table(
    "about",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)
"""What the store knows of itself: its id, which outlives restarts and dies with the file."""


class Store:
    """A database with its schema in place. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.id = self._own_id()

    @classmethod
    def open(cls, url: str) -> Store:
        """Open a database and bring its schema up to date.

        Args:
            url: ``sqlite:///FILE``; the file and its folder are created when missing.

        Raises:
            SettingsError: The URL cannot be used.
            StoreError: The database is away or refuses.
        """
        from core.store.migrate import upgrade  # alembic is slow to import

        engine = _engine(url)
        try:
            with _translated():
                upgrade(engine)
                return cls(engine)
        except BaseException:
            engine.dispose()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view; nothing is written. Keep it short: it delays writers."""
        with _translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of it or, on any exception, nothing.

        Never do network or CPU work inside.

        Raises:
            StoreFullError: The disk is full; nothing was kept.
            StoreError: The database refused; nothing was kept.
        """
        with (
            _translated(),
            self._engine.connect().execution_options(wirewatch_write=True) as connection,
            connection.begin(),
        ):
            yield connection

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    def close(self) -> None:
        """Close every connection. Idempotent."""
        self._engine.dispose()

    def _own_id(self) -> str:
        with self.write() as connection:
            found = connection.scalar(select(about.c.value).where(about.c.name == "store_id"))
            if found is None:
                found = uuid.uuid4().hex
                connection.execute(about.insert().values(name="store_id", value=found))
            return str(found)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError(
            "WIREWATCH_DATABASE_URL cannot be read as a URL.", mend="Write sqlite:///FILE."
        ) from None
    if parsed.get_backend_name() != "sqlite":
        raise SettingsError(
            f"WIREWATCH_DATABASE_URL names {parsed.get_backend_name()!r}, which is not supported.",
            mend="Write sqlite:///FILE.",
        )
    if not parsed.database or parsed.database == ":memory:":
        raise SettingsError("WIREWATCH_DATABASE_URL names no file.", mend="Write sqlite:///FILE.")
    _make_folder(Path(parsed.database).parent)
    try:
        engine = create_engine(parsed.set(drivername="sqlite"), pool_size=8, max_overflow=8)
    except NoSuchModuleError as error:
        raise SettingsError(f"WIREWATCH_DATABASE_URL: {error}") from None
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The data folder {folder} cannot be created: {error.strerror}.",
            mend="Set WIREWATCH_DATA_DIR to a folder that can be written.",
        ) from None


def _on_sqlite_connect(connection: sqlite3.Connection, record: Any) -> None:  # noqa: ARG001
    connection.isolation_level = None  # we say BEGIN ourselves
    wal = sqlite3.sqlite_version_info >= WAL_SAFE_SINCE
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        f"journal_mode = {'WAL' if wal else 'TRUNCATE'}",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_sqlite_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("wirewatch_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _in_our_words(error) from None  # the cause would quote our SQL


def _in_our_words(error: DBAPIError) -> StoreError:
    original = str(error.orig)
    if "disk is full" in original or "disk I/O error" in original:
        return StoreFullError(
            "The disk that holds the store is full.",
            mend="Free space; work goes on from where it stopped.",
        )
    return StoreError(f"The store refused: {original}")

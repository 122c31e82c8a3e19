"""Open the store: connections and transactions.

On SQLite one process writes at a time, its threads in the order in which they ask. On PostgreSQL
many do, and what that would break is guarded:

=====================================  =========================================================
Who works on a feed, entry, delivery   Leases are given out under a lock (``feeds and entries``,
                                       ``deliveries``), so that a host gets requests from one
                                       process and a target gets one message at a time. Rows that
                                       another transaction is writing are skipped
                                       (``FOR UPDATE SKIP LOCKED``).
Only the holder of a lease writes      ``is_leased_by`` locks the row for the transaction.
An article's identity and revisions    A lock on each link, then unique keys: the second process
                                       gets a StoreConflictError and sees what the first wrote.
A match is decided once                A lock on each topic, for the whole batch.
An article's records are in order      Revision r+1 is written only by a transaction that sees
                                       revision r, whose outbox ids are lower.
The outbox has one relay               A named lease; rows that another relay is deleting are
                                       skipped.
The schema is migrated once            A lock for the whole migration.
Nothing is forgotten that is needed    Locks on the links and topics, then a second look.
Pauses, robots.txt, feeds, sightings   ``ON CONFLICT``.
=====================================  =========================================================

Write transactions on PostgreSQL are READ COMMITTED: a statement that follows a lock sees what the
last holder committed. Read transactions are REPEATABLE READ: one consistent view. Conflicts that
remain raise a :class:`~config.errors.StoreConflictError`, and :meth:`Store.transact` tries again.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Column, Connection, Engine, String, Table, select
from sqlalchemy.engine import make_url

from config.errors import SettingsError, StoreConflictError, StoreError, StoreRefusedError
from core.backoff import exponential, jittered
from core.clock import Clock, rfc3339, utc_now
from core.file_identity import FileIdentity
from core.store.column_types import metadata
from core.store.database_url import MEND, parse_url
from core.store.errors import translate_errors
from core.store.sql import insert
from core.store.turns import WriteTurns

T = TypeVar("T")

ATTEMPTS = 8
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 2.0
"""Seconds between the attempts of :meth:`Store.transact`: at most 2.5 s altogether."""

about = Table(
    "about",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)
"""Facts about the store itself: its id, which lasts as long as the data; when it was checked."""


@dataclass(frozen=True, slots=True)
class WriteFailure:
    """A write that the database did not take.

    Attributes:
        reason: The error's text.
        at: When it failed, in monotonic seconds.
    """

    reason: str
    at: float


class Store:
    """A database with an up-to-date schema. Thread-safe.

    Attributes:
        id: Identifies this store's data, across restarts.
        last_failure: The last write that failed in this process, other than by a conflict with
            another process or a value that can never be stored.
    """

    last_failure: WriteFailure | None = None

    def __init__(self, engine: Engine, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._guard = None
        self._turns = WriteTurns() if self.dialect == "sqlite" else None
        options: dict[str, object] = {}
        if self.dialect == "postgresql":
            from core.store.postgres import ClockGuard

            self._guard = ClockGuard(clock)
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reader = engine.execution_options(**options)
        self.id = self._load_id()
        on_disk = engine.url.database if self.dialect == "sqlite" else None
        self._file = FileIdentity(Path(on_disk)) if on_disk else None

    @classmethod
    def open(cls, url: str, *, clock: Clock = utc_now) -> Store:
        """Open a database and bring its schema up to date.

        Args:
            url: ``sqlite:///FILE``, where file and folder are created if they are missing, or
                ``postgresql://USER:PASSWORD@HOST:PORT/DATABASE``, which must exist. Of several
                servers (``HOST:PORT,HOST:PORT``) the one that takes writes is used.
            clock: This machine's clock; on PostgreSQL it must agree with the server's.

        Raises:
            SettingsError: The URL cannot be used. The message never contains the password.
            OperatorError: A newer version of the program has written the schema.
            StoreError: The database is unreachable or refuses, or the clocks disagree.
        """
        return cls._open_engine(_engine(url), clock)

    @classmethod
    def open_temporary(cls, folder: Path, *, clock: Clock = utc_now) -> Store:
        """Open a new store on SQLite whose data need not survive this process.

        Args:
            folder: Where its file is created; the caller deletes it.
            clock: This machine's clock.

        Raises:
            StoreError: The file cannot be written.
        """
        from core.store import sqlite

        url = make_url("sqlite://").set(database=str(folder / "store.db"))
        return cls._open_engine(sqlite.open_engine(url, durable=False), clock)

    @classmethod
    def _open_engine(cls, engine: Engine, clock: Clock) -> Store:
        from core.store.migrate import upgrade  # alembic is slow to import

        try:
            with translate_errors():
                upgrade(engine)
                return cls(engine, clock)
        except BaseException:
            engine.dispose()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a read transaction: one consistent view of the data.

        Keep it short. On SQLite an open reader delays writers.

        Raises:
            StoreError: The database is unreachable or refuses.
        """
        with translate_errors(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a write transaction. It is rolled back if an exception is raised.

        Keep it short: no requests and no heavy computation inside.

        Raises:
            StoreFullError: The disk is full; nothing was written.
            StoreConflictError: Another process wrote the same rows; nothing was written.
            StoreRefusedError: The database can never store a value; nothing was written.
            StoreError: The database refused and nothing was written, or the connection was lost.
                Where that happened during the commit, the outcome is unknown.
        """
        with (
            self._noting_failures(),
            translate_errors(),
            self._turns.turn() if self._turns else nullcontext(),
            self._engine.connect().execution_options(wirewatch_write=True) as connection,
            connection.begin(),
        ):
            if self._guard:
                self._guard.check(connection)
            yield connection

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Run ``work(connection)`` in a write transaction, and again after a conflict.

        Args:
            work: Any effect it has outside the store must be the same however often it runs.

        Returns:
            What ``work`` returned.

        Raises:
            StoreError: As :meth:`write`. A conflict is raised only after :data:`ATTEMPTS` attempts.
        """
        for attempt in range(1, ATTEMPTS):
            try:
                with self.write() as connection:
                    return work(connection)
            except StoreConflictError:
                pause = exponential(FIRST_PAUSE, attempt, LONGEST_PAUSE)
                time.sleep(jittered(pause, random.random()))  # noqa: S311 no secret
        with self.write() as connection:
            return work(connection)

    def check_writable(self, now: datetime) -> None:
        """Check that what is written gets into the data: write the time of this check.

        Raises:
            StoreError: It does not: the file was deleted or replaced, the disk is full, the file
                is read-only, or the database is unreachable.
        """
        if self._file is not None and not self._file.is_in_place():
            raise StoreError(
                f"The file {self._file.path} was deleted or replaced while it was in use.",
                mend="Stop the program, put the file back, and start it again.",
            )
        row = {"name": "checked_at", "value": rfc3339(now)}
        with self.write() as connection:
            new = insert(connection, about).values(row)
            connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=row))

    @contextmanager
    def _noting_failures(self) -> Iterator[None]:
        try:
            yield
        except StoreError as error:
            if not isinstance(error, StoreConflictError | StoreRefusedError):
                self.last_failure = WriteFailure(str(error), time.monotonic())
            raise

    @property
    def dialect(self) -> str:
        """Name of the database system: ``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    def close(self) -> None:
        """Close all connections. May be called again."""
        self._engine.dispose()

    def _load_id(self) -> str:
        with self.write() as connection:
            row = insert(connection, about).values(name="store_id", value=uuid.uuid4().hex)
            connection.execute(row.on_conflict_do_nothing())
            return str(connection.scalar(select(about.c.value).where(about.c.name == "store_id")))


def _engine(url: str) -> Engine:
    parsed = parse_url(url)
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        from core.store import sqlite

        return sqlite.open_engine(parsed)
    if kind in ("postgresql", "postgres"):
        from core.store import postgres

        return postgres.open_engine(parsed)
    raise SettingsError(
        f"WIREWATCH_DATABASE_URL names {kind!r}, which is not supported.", mend=MEND
    )

"""Opening the store: connections and transactions.

What one writer at a time guards on SQLite, PostgreSQL, where many write, guards so:

=========================================  =====================================================
Who holds a feed, an entry, a delivery     leases are given out under one lock each (``feeds and
                                           entries``, ``deliveries``), so that one host is asked
                                           by one process and one target told one message at a
                                           time; rows somebody is just writing are passed over
                                           (``FOR UPDATE SKIP LOCKED``)
A poll, a page is written by its holder    ``is_leased_by`` locks the row for the transaction
An article's identity and revisions        a lock per link, then unique keys: who comes second
                                           gets a StoreConflictError and sees the first's work
A match is decided once                    a lock per topic for the whole batch
The order of the outbox per article        revision r+1 is written only by a transaction that
                                           sees revision r, whose outbox ids are lower
The outbox has one relay                   a named lease (:mod:`core.store.leases`); rows another
                                           is just deleting are passed over
The schema is migrated once                a lock around all of it
Pauses, robots.txt, feeds, sightings       ``ON CONFLICT``
=========================================  =====================================================

Write transactions are READ COMMITTED there: each statement sees what was committed before it, so
what is read after a lock is what the last holder left. Reads are one view (REPEATABLE READ).
What still collides is a :class:`~config.errors.StoreConflictError`, which :meth:`Store.transact`
repeats.
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Column, Connection, Engine, String, Table, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from config.errors import SettingsError, StoreConflictError
from core.clock import Clock, utc_now
from core.store.column_types import metadata
from core.store.errors import translate_errors
from core.store.sql import insert

T = TypeVar("T")

ATTEMPTS = 8
"""How often :meth:`Store.transact` begins anew; the waits between add up to 2.5 s at most."""

about = Table(
    "about",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)
"""What the store knows of itself: its id, which outlives restarts and dies with the data."""


class Store:
    """A database with its schema in place. Thread-safe."""

    def __init__(self, engine: Engine, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._guard = None
        options: dict[str, object] = {}
        if self.dialect == "postgresql":
            from core.store.postgres import ClockGuard

            self._guard = ClockGuard(clock)
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reader = engine.execution_options(**options)
        self.id = self._own_id()

    @classmethod
    def open(cls, url: str, *, clock: Clock = utc_now) -> Store:
        """Open a database and bring its schema up to date.

        Args:
            url: ``sqlite:///FILE`` (the file and its folder are created when missing) or
                ``postgresql://USER:PASSWORD@HOST:PORT/DATABASE`` (which must exist).
            clock: This machine's; on PostgreSQL it must agree with the server's.

        Raises:
            SettingsError: The URL cannot be used; its password is never shown.
            OperatorError: The schema is of a newer version.
            StoreError: The database is away or refuses, or the clocks disagree.
        """
        from core.store.migrate import upgrade  # alembic is slow to import

        engine = _engine(url)
        try:
            with translate_errors():
                upgrade(engine)
                return cls(engine, clock)
        except BaseException:
            engine.dispose()
            raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view; nothing is written. Keep it short: on SQLite it delays writers.

        Raises:
            StoreError: The database is away or refuses.
        """
        with translate_errors(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of it or, on any exception, nothing.

        Never do network or CPU work inside.

        Raises:
            StoreFullError: The disk is full; nothing was kept.
            StoreConflictError: Another process was at the same rows; nothing was kept.
            StoreRefusedError: A value it can never take; nothing was kept.
            StoreError: The database refused and nothing was kept, or the connection was lost,
                and where that happened during the commit nobody knows.
        """
        with (
            translate_errors(),
            self._engine.connect().execution_options(wirewatch_write=True) as connection,
            connection.begin(),
        ):
            if self._guard:
                self._guard.check(connection)
            yield connection

    def transact(self, work: Callable[[Connection], T]) -> T:
        """``work(connection)`` as one transaction, again where another process got in its way.

        Args:
            work: What it keeps outside the store must be right however often it runs.

        Raises:
            StoreError: As :meth:`write`; a conflict only when it happened :data:`ATTEMPTS` times.
        """
        for attempt in range(1, ATTEMPTS):
            try:
                with self.write() as connection:
                    return work(connection)
            except StoreConflictError:
                time.sleep(random.uniform(0.0, 0.02 * 2**attempt) / 2)  # noqa: S311 no secret
        with self.write() as connection:
            return work(connection)

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    def close(self) -> None:
        """Close every connection. Idempotent."""
        self._engine.dispose()

    def _own_id(self) -> str:
        with self.write() as connection:
            row = insert(connection, about).values(name="store_id", value=uuid.uuid4().hex)
            connection.execute(row.on_conflict_do_nothing())
            return str(connection.scalar(select(about.c.value).where(about.c.name == "store_id")))


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        kind = parsed.get_backend_name()
    except (ArgumentError, ValueError):  # the port is no number; the cause would quote the URL
        raise SettingsError("WIREWATCH_DATABASE_URL cannot be read as a URL.", mend=_MEND) from None
    if kind == "sqlite":
        from core.store import sqlite

        return sqlite.open_engine(parsed)
    if kind in ("postgresql", "postgres"):
        from core.store import postgres

        return postgres.open_engine(parsed)
    raise SettingsError(
        f"WIREWATCH_DATABASE_URL names {kind!r}, which is not supported.", mend=_MEND
    )


_MEND = "Write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE."

"""Open a store on PostgreSQL, and check that this machine's clock agrees with the server's.

Connections come from a pool and are pinged before use, so that the first call after a restart of
the server, or a failover to another one, gets a working one. Every transaction has time limits, so
that a process that hangs does not block others for ever.

A connection holds no state between transactions: limits are set for each (``SET LOCAL``), nothing
is prepared on the server, and locks end with the transaction. So PgBouncer may give each
transaction another connection to the server (``pool_mode = transaction``).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, func, select
from sqlalchemy.exc import DBAPIError

from config import secrets
from config.errors import SettingsError, StoreError
from core.clock import Clock
from core.store import answer_limit
from core.store.answer_limit import LimitedConnection
from core.store.database_url import addresses_of
from core.text import foreign_text

CONNECT_SECONDS = 5
TRANSACTION = {
    "statement_timeout": "60s",
    "lock_timeout": "15s",
    "idle_in_transaction_session_timeout": "60s",
}
"""Settings of every transaction; see :func:`lift_limits`."""

NETWORK = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "client_encoding": "utf8",
    "application_name": "wirewatch",
}
"""A server that has disappeared is noticed after half a minute (PostgreSQL's manual, 34.1.2)."""

_SET_LIMITS = ";".join(f"SET LOCAL {name} = '{value}'" for name, value in TRANSACTION.items())

_SECRET_OPTIONS = ("password", "sslpassword")
"""Options in the query of a URL that are secrets."""

MAX_SKEW = timedelta(seconds=10)
"""Largest difference of the clocks; it must be less than the shortest lease (60 s)."""

_MEASURE_SECONDS = 60.0
_STEP = timedelta(seconds=2)
_FORM = "Write postgresql://USER:PASSWORD@HOST/DATABASE."


def open_engine(url: URL) -> Engine:
    """Return an engine for an existing database, after connecting to it once.

    Raises:
        SettingsError: User, password or database is wrong, or the database is not in UTF-8.
        StoreError: The server is unreachable.
    """
    if not url.database:
        raise SettingsError("WIREWATCH_DATABASE_URL names no database.", mend=_FORM)
    hidden = (str(url.query[name]) for name in _SECRET_OPTIONS if name in url.query)
    secrets.remember(*secrets.credentials(url.username or "", str(url.password or "")), *hidden)
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=5,
        max_overflow=11,
        pool_pre_ping=True,
        connect_args={k: v for k, v in NETWORK.items() if k not in url.query}
        | {"prepare_threshold": None},
    )
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "begin", _on_begin)
    event.listen(engine, "checkin", _on_checkin)
    try:
        with engine.connect() as connection:
            _check_encoding(connection, url)
    except BaseException as error:
        engine.dispose()
        if isinstance(error, DBAPIError):
            raise _unreachable(url, error) from None
        raise
    return engine


def _connect(
    _dialect: Dialect, _record: object, arguments: list[Any], options: dict[str, Any]
) -> LimitedConnection:
    connection = LimitedConnection.connect(*arguments, **options)
    connection.limit = answer_limit.ANSWER_SECONDS
    return connection


def _on_begin(connection: Connection) -> None:
    """Set the limits of a transaction. SET takes no snapshot: what is read first decides it."""
    _driver(connection).limit = answer_limit.ANSWER_SECONDS
    connection.exec_driver_sql(_SET_LIMITS, execution_options={"no_parameters": True})


def _on_checkin(connection: LimitedConnection | None, _record: object) -> None:
    """Limit the pool's next ping, which belongs to no transaction."""
    if connection is not None:  # it was closed
        connection.limit = answer_limit.ANSWER_SECONDS


def lift_limits(connection: Connection) -> None:
    """Let the statements of this transaction take, and wait for locks, as long as they need."""
    _driver(connection).limit = answer_limit.UNLIMITED
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    connection.exec_driver_sql("SET LOCAL lock_timeout = 0")


def _driver(connection: Connection) -> LimitedConnection:
    driver = connection.connection.driver_connection
    if not isinstance(driver, LimitedConnection):
        raise TypeError(f"a connection of {type(driver)}")
    return driver


def _check_encoding(connection: Connection, url: URL) -> None:
    encoding = connection.scalar(select(func.current_setting("server_encoding")))
    if encoding != "UTF8":
        raise SettingsError(
            f"The database {url.database!r} is encoded in {encoding}, which cannot hold all text.",
            mend=f"`CREATE DATABASE {url.database} ENCODING 'UTF8' TEMPLATE template0`.",
        )


_SETTINGS = (
    ("password authentication failed", "Check user and password in WIREWATCH_DATABASE_URL."),
    ("no password supplied", "Put the password into WIREWATCH_DATABASE_URL."),
    ("no pg_hba.conf entry", "Allow this machine and user in the server's pg_hba.conf."),
    ("role", "Check the user in WIREWATCH_DATABASE_URL, or create it with `createuser`."),
    ("database", "Check the database in WIREWATCH_DATABASE_URL, or create it with `createdb`."),
    ("permission denied", "Give the user the right to connect to the database."),
)
"""Answers of a server to wrong settings and what to do about each; the first that fits counts."""


def _unreachable(url: URL, error: DBAPIError) -> SettingsError | StoreError:
    """Return the reason why there is no connection. libpq gives no code for it, only a text."""
    text = " ".join(str(error.orig).partition("Is the server running")[0].split())
    text = text.rpartition("failed: ")[2] or text
    server = f"PostgreSQL at {addresses_of(url)}"
    refusal = text.partition("FATAL: ")[2].strip()
    for pattern, mend in _SETTINGS:
        if pattern in text and (" " in pattern or "does not exist" in refusal):
            return SettingsError(f"{server} refused: {foreign_text(refusal or text)}.", mend=mend)
    if isinstance(error.orig, psycopg.ProgrammingError) or "invalid port" in text:
        return SettingsError(
            f"WIREWATCH_DATABASE_URL cannot be used: {foreign_text(text)}.", mend=_FORM
        )
    if refusal:
        return StoreError(f"{server} refused: {foreign_text(refusal)}.")
    return StoreError(
        f"{server} cannot be reached: {foreign_text(text.rstrip('.'))}.",
        mend="Start it, or correct the host and port in WIREWATCH_DATABASE_URL.",
    )


@dataclass
class ClockGuard:
    """Refuses transactions while this machine's clock and the database's disagree.

    Otherwise this process would take leases that others still hold, or keep its own too long. The
    difference is measured at first use, every minute, and whenever this clock was set.

    Attributes:
        clock: This machine's clock.
    """

    clock: Clock
    _measured: tuple[datetime, float] | None = field(default=None, init=False)

    def check(self, connection: Connection) -> None:
        """Compare the clocks, if it is time to.

        Args:
            connection: A connection in a transaction.

        Raises:
            StoreError: The clocks are too far apart.
        """
        if not self._is_due():
            return
        before = self.clock()
        database_time = connection.scalar(select(func.clock_timestamp()))
        after = self.clock()
        if database_time is None:
            raise StoreError("The database does not return its time.")
        skew = _skew(before, after, database_time)
        if abs(skew) > MAX_SKEW:
            self._measured = None
            raise StoreError(
                f"This machine's clock is {abs(skew).total_seconds():.0f} s"
                f" {'ahead of' if skew > timedelta() else 'behind'} the database's. Processes would"
                " take one another's work, so this one stops writing.",
                mend="Synchronise the clocks (NTP); work continues then.",
            )
        self._measured = after, time.monotonic()

    def _is_due(self) -> bool:
        if self._measured is None:
            return True
        measured_at, monotonic = self._measured
        passed = time.monotonic() - monotonic
        was_set = abs(self.clock() - measured_at - timedelta(seconds=passed)) > _STEP
        return was_set or passed > _MEASURE_SECONDS


def _skew(before: datetime, after: datetime, database_time: datetime) -> timedelta:
    """Return how far this clock is ahead of the database's, at least.

    Args:
        before: This clock's time before the database was asked.
        after: This clock's time after it answered; the answer's own time is somewhere between.
        database_time: The answer.
    """
    if database_time < before:
        return before - database_time
    return min(after - database_time, timedelta())

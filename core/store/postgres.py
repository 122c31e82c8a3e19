"""PostgreSQL: how it is reached, and that the clocks of all who share it agree.

Connections come from a pool and are pinged before use, so that after a restart of the server the
next call has a sound one. Every session has time limits: a process that hangs must not hold
others up for ever.
"""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from config import secrets
from config.errors import SettingsError, StoreError
from core.clock import Clock
from core.text import for_log

CONNECT_SECONDS = 5
SESSION = {
    "statement_timeout": "60s",
    "lock_timeout": "15s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
}
"""Of every connection. A migration lifts the first two for itself."""

NETWORK = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "client_encoding": "utf8",
    "application_name": "wirewatch",
}
"""A server whose machine has gone is noticed after half a minute (libpq's manual, 34.1.2)."""

MAX_SKEW = timedelta(seconds=10)
"""How far our clock may be from the database's: less than any lease is long (60 s)."""

_MEASURE_SECONDS = 60.0
_STEP = timedelta(seconds=2)
_FORM = "Write postgresql://USER:PASSWORD@HOST/DATABASE."


def open_engine(url: URL) -> Engine:
    """An engine for a database that exists and answers.

    Raises:
        SettingsError: No such user, password or database, or one that cannot hold our text.
        StoreError: The server is away.
    """
    if not url.database:
        raise SettingsError("WIREWATCH_DATABASE_URL names no database.", mend=_FORM)
    secrets.remember(str(url.password or ""))
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=5,
        max_overflow=11,
        pool_pre_ping=True,
        connect_args={k: v for k, v in NETWORK.items() if k not in url.query},
    )
    event.listen(engine, "connect", _on_connect)
    try:
        with engine.connect() as connection:
            _check_encoding(connection, url)
    except BaseException as error:
        engine.dispose()
        if isinstance(error, DBAPIError):
            raise _unreachable(url, error) from None
        raise
    return engine


def _on_connect(connection: psycopg.Connection[tuple[object, ...]], _: ConnectionPoolEntry) -> None:
    connection.autocommit = True
    with closing(connection.cursor()) as cursor:
        calls = ", ".join("set_config(%s, %s, false)" for _ in SESSION)
        cursor.execute(f"SELECT {calls}", [part for pair in SESSION.items() for part in pair])
    connection.autocommit = False


def _check_encoding(connection: Connection, url: URL) -> None:
    found = connection.scalar(select(func.current_setting("server_encoding")))
    if found != "UTF8":
        raise SettingsError(
            f"The database {url.database!r} is encoded in {found}, which cannot hold every text.",
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
"""What a server answers to settings that are wrong, in this order, and the mend."""


def _unreachable(url: URL, error: DBAPIError) -> SettingsError | StoreError:
    """Why there is no connection. libpq gives no code for it, only words."""
    said = " ".join(str(error.orig).partition("Is the server running")[0].split())
    said = said.rpartition("failed: ")[2] or said
    where = f"PostgreSQL at {_address(url)}"
    refusal = said.partition("FATAL: ")[2].strip()
    for words, mend in _SETTINGS:
        if words in said and (" " in words or "does not exist" in refusal):
            return SettingsError(f"{where} refused: {for_log(refusal or said)}.", mend=mend)
    if isinstance(error.orig, psycopg.ProgrammingError) or "invalid port" in said:
        return SettingsError(f"WIREWATCH_DATABASE_URL cannot be used: {for_log(said)}.", mend=_FORM)
    if refusal:
        return StoreError(f"{where} refused: {for_log(refusal)}.")
    return StoreError(
        f"{where} cannot be reached: {for_log(said.rstrip('.'))}.",
        mend="Start it, or mend the host and port in WIREWATCH_DATABASE_URL.",
    )


def _address(url: URL) -> str:
    host = url.host or str(url.query.get("host", "the local socket"))
    return f"{host}:{url.port or 5432}" if url.host else host


@dataclass
class ClockGuard:
    """Refuses to work while our clock and the database's disagree: leases would be stolen.

    Measured at the beginning, every minute, and whenever our clock was set.

    Attributes:
        clock: Ours.
    """

    clock: Clock
    _measured: tuple[datetime, float] | None = field(default=None, init=False)

    def check(self, connection: Connection) -> None:
        """Measure, if that is due.

        Args:
            connection: In a transaction.

        Raises:
            StoreError: The clocks are too far apart.
        """
        if not self._is_due():
            return
        before = self.clock()
        theirs = connection.scalar(select(func.clock_timestamp()))
        after = self.clock()
        if theirs is None:
            raise StoreError("The database does not tell the time.")
        skew = _distance(before, after, theirs)
        if abs(skew) > MAX_SKEW:
            self._measured = None
            raise StoreError(
                f"This machine's clock is {abs(skew).total_seconds():.0f} s"
                f" {'ahead of' if skew > timedelta() else 'behind'} the database's: work that"
                " others hold would be taken from them.",
                mend="Set the clocks right (NTP); work goes on then.",
            )
        self._measured = after, time.monotonic()

    def _is_due(self) -> bool:
        if self._measured is None:
            return True
        moment, at = self._measured
        passed = time.monotonic() - at
        stepped = abs(self.clock() - moment - timedelta(seconds=passed)) > _STEP
        return stepped or passed > _MEASURE_SECONDS


def _distance(before: datetime, after: datetime, theirs: datetime) -> timedelta:
    """How far ours is ahead, at least: what the answer took may be anybody's."""
    if theirs < before:
        return before - theirs
    return min(after - theirs, timedelta())

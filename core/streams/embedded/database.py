"""Connections and transactions of the stream file.

Each thread has a connection of its own, made on first use and gone with the thread. There is one
writer at a time: in this process by a lock, between processes by ``BEGIN IMMEDIATE`` (a deferred
transaction that reads first and writes later fails at once with SQLITE_BUSY_SNAPSHOT, whatever
the time-out). Who finds the file busy waits in short, uneven steps, so that many writers do not
come back at one instant.
"""

from __future__ import annotations

import random
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from config.errors import SettingsError, StreamError, StreamUnavailableError
from core.streams.embedded.errors import translated
from core.streams.embedded.filesystem import refuse_networked
from core.streams.embedded.schema import prepare

BUSY_LIMIT = 10.0
"""Seconds to wait for the write lock. Eight writer processes at full speed were seen to wait up
to one second; SIGTERM has to end a run within ten."""

_LONGEST_STEP = 0.02


class ThreadConnection:
    """One thread's connection.

    Attributes:
        connection: Used by this thread alone.
        writes: Transactions written here; SQLite's own counter shows only those of others.
        patience: Seconds to wait while the file is busy.
    """

    def __init__(self, path: Path, durability: str) -> None:
        self.writes = 0
        self.patience = BUSY_LIMIT
        self._since = 0.0
        self.connection = apsw.Connection(str(path))
        self.connection.set_busy_handler(self._wait)
        try:
            self._prepare(path, durability)
        except BaseException:
            self.connection.close()
            raise

    def version(self) -> tuple[int, int]:
        """Differs from an earlier answer if the file changed in between. Costs a few µs."""
        return self.connection.execute("PRAGMA data_version").get, self.writes

    def _prepare(self, path: Path, durability: str) -> None:
        """SQLite does not ask the busy handler while the journal mode changes: repeat here."""
        deadline = time.monotonic() + self.patience
        while True:
            try:
                prepare(self.connection, path, durability=durability)
            except apsw.BusyError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(random.uniform(0.001, _LONGEST_STEP))  # noqa: S311 - no secret
            else:
                return

    def _wait(self, calls: int) -> bool:
        now = time.monotonic()
        if calls == 0:
            self._since = now
        if now - self._since >= self.patience:
            return False
        step = min(_LONGEST_STEP, 0.001 * 2 ** min(calls, 5))
        time.sleep(random.uniform(step / 2, step))  # noqa: S311 - no secret
        return True


class Database:
    """The stream file. Thread-safe.

    Args:
        path: The file; it and its folder are made when missing.
        durability: ``full`` or ``normal``: whether each commit reaches the disk before it returns.

    Raises:
        SettingsError: The file cannot be used.
    """

    def __init__(self, path: Path, *, durability: str = "full") -> None:
        self.path = path
        self._durability = durability
        self._local = threading.local()
        self._sessions: weakref.WeakSet[ThreadConnection] = weakref.WeakSet()
        self._listing = threading.Lock()
        self._writer = threading.Lock()
        self._closed = False
        _make_folder(path.parent)
        refuse_networked(path.absolute())
        try:
            self.session()
        except StreamUnavailableError as error:
            if isinstance(error.__cause__, apsw.CantOpenError):
                raise SettingsError(
                    f"The stream file {path} cannot be opened.",
                    mend="Set WIREWATCH_STREAMS_URL to a file that this user can write.",
                ) from error.__cause__
            raise

    def session(self) -> ThreadConnection:
        """The calling thread's connection.

        Raises:
            StreamError: The log is closed.
        """
        if self._closed:
            raise StreamError("The stream log is closed.")
        session: ThreadConnection | None = getattr(self._local, "session", None)
        if session is None:
            with translated(self.path):
                session = ThreadConnection(self.path, self._durability)
            self._local.session = session
            with self._listing:
                self._sessions.add(session)
        return session

    def version(self) -> tuple[int, int]:
        """See :meth:`Session.version`."""
        with translated(self.path):
            return self.session().version()

    @contextmanager
    def read(self) -> Iterator[apsw.Connection]:
        """One consistent view. Keep it short: an open one keeps the write-ahead log from ending."""
        session = self.session()
        with translated(self.path):
            session.connection.execute("BEGIN")
            try:
                yield session.connection
            finally:
                _roll_back(session.connection)

    @contextmanager
    def write(self) -> Iterator[apsw.Connection]:
        """One transaction: all of it or, on any exception, nothing.

        Raises:
            StreamUnavailableError: The file is busy or away; nothing was kept.
        """
        session = self.session()
        with translated(self.path), self._turn(session.patience):
            session.connection.execute("BEGIN IMMEDIATE")
            try:
                yield session.connection
                session.connection.execute("COMMIT")
            except BaseException:
                _roll_back(session.connection)
                raise
            session.writes += 1

    def close(self) -> None:
        """Close every connection. Idempotent. One that is at work closes with its thread."""
        self._closed = True
        with self._listing:
            sessions = list(self._sessions)
        for session in sessions:
            try:
                session.connection.close()
            except apsw.ThreadingViolationError:
                continue

    @contextmanager
    def _turn(self, patience: float) -> Iterator[None]:
        if not self._writer.acquire(timeout=patience):
            raise StreamUnavailableError(f"The stream file {self.path} is busy.")
        try:
            yield
        finally:
            self._writer.release()


def _roll_back(connection: apsw.Connection) -> None:
    """Some failures (disk full, I/O) have ended the transaction already."""
    if not connection.get_autocommit():
        connection.execute("ROLLBACK")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The folder {folder} of the stream file cannot be made: {error.strerror}.",
            mend="Set WIREWATCH_DATA_DIR or WIREWATCH_STREAMS_URL to a place that can be written.",
        ) from None

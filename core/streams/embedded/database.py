"""Connections and transactions of the stream file.

Each thread has its own connection, opened on first use and closed with the thread. There is one
writer at a time: within this process by a lock, between processes by ``BEGIN IMMEDIATE``. (A
deferred transaction that reads before it writes fails at once with SQLITE_BUSY_SNAPSHOT, whatever
the timeout.) While the file is busy, a connection waits in short steps of random length, so that
many writers do not retry at the same moment.
"""

from __future__ import annotations

import random
import re
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from config.errors import SettingsError, StreamError, StreamUnavailableError
from core import private_files
from core.backoff import exponential, jittered
from core.file_identity import FileIdentity
from core.streams.embedded.errors import translate_errors
from core.streams.embedded.schema import prepare

BUSY_SECONDS = 10.0
"""Limit of waiting for the write lock. With eight writer processes at full speed the longest wait
measured was one second; a process must end within ten seconds of SIGTERM."""

FIRST_PAUSE, LONGEST_PAUSE = 0.001, 0.02
"""Seconds between two attempts to get the write lock."""

NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "fuse.sshfs", "fuse.s3fs", "davfs"}
)
"""File systems without the shared memory that WAL needs (sqlite.org/wal.html, item 2)."""

_MOUNTS = Path("/proc/mounts")

_ESCAPE = re.compile(r"\\([0-7]{3})")
"""How ``/proc/mounts`` writes a space, tab, line feed or backslash: as an octal number."""


class ThreadConnection:
    """The connection of one thread.

    Attributes:
        connection: SQLite's connection, used by this thread only.
        writes: Number of transactions written here; SQLite's counter shows only those of others.
        busy_seconds: Limit of waiting while the file is busy.
    """

    def __init__(self, path: Path, durability: str) -> None:
        self.writes = 0
        self.busy_seconds = BUSY_SECONDS
        self._busy_since = 0.0
        self.connection = apsw.Connection(str(path))
        self.connection.set_busy_handler(self._wait)
        try:
            self._prepare(path, durability)
        except BaseException:
            self.connection.close()
            raise

    def version(self) -> tuple[int, int]:
        """Return a value that differs from an earlier one if the file has changed. Takes few µs."""
        return self.connection.execute("PRAGMA data_version").get, self.writes

    def _prepare(self, path: Path, durability: str) -> None:
        """Prepare the connection, waiting while the file is busy.

        SQLite does not call the busy handler for a change of the journal mode, so this retries.
        """
        deadline = time.monotonic() + self.busy_seconds
        while True:
            try:
                prepare(self.connection, path, durability=durability)
            except apsw.BusyError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(random.uniform(FIRST_PAUSE, LONGEST_PAUSE))  # noqa: S311 - no secret
            else:
                return

    def _wait(self, calls: int) -> bool:
        """Wait before the next attempt. Return False when the limit is over."""
        now = time.monotonic()
        if calls == 0:
            self._busy_since = now
        if now - self._busy_since >= self.busy_seconds:
            return False
        pause = exponential(FIRST_PAUSE, calls + 1, LONGEST_PAUSE)
        time.sleep(jittered(pause, random.random(), least=0.5))  # noqa: S311 - no secret
        return True


class Database:
    """The stream file. Thread-safe.

    Args:
        path: The file; it and its folder are created when missing.
        durability: With ``full`` a commit is on disk when it returns; with ``normal``, soon after.

    Raises:
        SettingsError: The file cannot be used.
    """

    def __init__(self, path: Path, *, durability: str = "full") -> None:
        self.path = path
        self._durability = durability
        self._local = threading.local()
        self._connections: weakref.WeakSet[ThreadConnection] = weakref.WeakSet()
        self._connections_lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._closed = False
        _make_private(path)
        refuse_network_file_system(path.absolute())
        try:
            self.thread_connection()
        except StreamUnavailableError as error:
            if isinstance(error.__cause__, apsw.CantOpenError):
                raise SettingsError(
                    f"The stream file {path} cannot be opened.",
                    mend="Set WIREWATCH_STREAMS_URL to a file that this user can write.",
                ) from error.__cause__
            raise
        self._file = FileIdentity(path)

    def check_file(self) -> None:
        """Check that the path still names the file that is open.

        Raises:
            StreamError: The file was deleted or replaced.
        """
        if not self._file.is_in_place():
            raise StreamError(
                f"The stream file {self.path} was deleted or replaced while it was in use.",
                mend="Stop the program, put the file back, and start it again.",
            )

    def thread_connection(self) -> ThreadConnection:
        """Return the calling thread's connection.

        Raises:
            StreamError: The log is closed.
        """
        if self._closed:
            raise StreamError("The stream log is closed.")
        connection: ThreadConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            with translate_errors(self.path):
                connection = ThreadConnection(self.path, self._durability)
            self._local.connection = connection
            with self._connections_lock:
                self._connections.add(connection)
        return connection

    def version(self) -> tuple[int, int]:
        """See :meth:`ThreadConnection.version`."""
        with translate_errors(self.path):
            return self.thread_connection().version()

    @contextmanager
    def read(self) -> Iterator[apsw.Connection]:
        """Open one consistent view. Keep it short: while it is open, the WAL can only grow."""
        thread = self.thread_connection()
        with translate_errors(self.path):
            thread.connection.execute("BEGIN")
            try:
                yield thread.connection
            finally:
                _roll_back(thread.connection)

    @contextmanager
    def write(self) -> Iterator[apsw.Connection]:
        """Open a transaction, which commits at the end of the block or, on any exception, nothing.

        Raises:
            StreamUnavailableError: The file is busy or cannot be read; nothing was written.
        """
        thread = self.thread_connection()
        with translate_errors(self.path), self._write_turn(thread.busy_seconds):
            thread.connection.execute("BEGIN IMMEDIATE")
            try:
                yield thread.connection
                thread.connection.execute("COMMIT")
            except BaseException:
                _roll_back(thread.connection)
                raise
            thread.writes += 1

    def close(self) -> None:
        """Close every connection. Idempotent. A connection in use closes with its thread."""
        self._closed = True
        with self._connections_lock:
            connections = list(self._connections)
        for thread in connections:
            try:
                thread.connection.close()
            except apsw.ThreadingViolationError:
                continue

    @contextmanager
    def _write_turn(self, seconds: float) -> Iterator[None]:
        if not self._write_lock.acquire(timeout=seconds):
            raise StreamUnavailableError(f"The stream file {self.path} is busy.")
        try:
            yield
        finally:
            self._write_lock.release()


def _roll_back(connection: apsw.Connection) -> None:
    """Roll back, unless a failure (disk full, I/O) has ended the transaction already."""
    if not connection.get_autocommit():
        connection.execute("ROLLBACK")


def _make_private(path: Path) -> None:
    """Create folder and file for this user alone, if they are missing."""
    try:
        private_files.make_folder(path.parent)
    except OSError as error:
        raise SettingsError(
            f"The folder {path.parent} of the stream file cannot be created: {error.strerror}.",
            mend="Set WIREWATCH_DATA_DIR or WIREWATCH_STREAMS_URL to a writable location.",
        ) from None
    private_files.make_file(path)


def refuse_network_file_system(path: Path) -> None:
    """Raise if a file is on a network file system; do nothing where that cannot be determined.

    Raises:
        SettingsError: It is.
    """
    mounts = _MOUNTS.read_text(errors="replace") if _MOUNTS.exists() else ""
    if (kind := file_system_of(path, mounts)) in NETWORK_FILE_SYSTEMS:
        raise SettingsError(
            f"The stream file {path} would be on a network file system ({kind}).",
            mend="Set WIREWATCH_STREAMS_URL to a file on a disk of this host.",
        )


def file_system_of(path: Path, mounts: str) -> str | None:
    """Return the type of the file system of a path, given the text of ``/proc/mounts``."""
    longest, kind = -1, None
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) > 2:  # device, folder, type
            folder = Path(_ESCAPE.sub(lambda match: chr(int(match[1], 8)), fields[1]))
            if path.is_relative_to(folder) and len(folder.parts) >= longest:
                longest, kind = len(folder.parts), fields[2]
    return kind

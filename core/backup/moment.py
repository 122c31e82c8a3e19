"""Copy the SQLite files of a running program as they all are at one moment.

::

    without locks   files with a rollback journal: copy blocks until little changes
    all write locks files in WAL mode: open a snapshot      ◀── the moment
                    release those of the files in WAL mode
                    files with a rollback journal: copy the blocks that have changed since
                    release the others
    without locks   files in WAL mode: copy the snapshot

A transaction that reads locks of two files at once in another order cannot block this for ever: a
lock that is not free at once is given up together with the others, and all are tried again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import apsw

from config.errors import BackupError, BackupInvalidError
from core import private_files
from core.backup.blocks import BlockCopy, Report
from core.clock import Clock

FIRST_LOCK_MS = 10_000
"""Longest wait for the first write lock: no transaction of the program is that long."""
NEXT_LOCK_MS = 200
"""Longest wait for a further one, during which the first file cannot be written."""
PATIENCE_SECONDS = 60.0

STEP_PAGES = 1_000
"""Pages of a snapshot that are copied at once: about four megabytes."""

_WAL = b"\x02\x02"
_WAL_OFFSET = 18
"""Bytes of a file's header that say that it is in WAL mode (sqlite.org/fileformat.html, 1.3.3)."""

_DAMAGED = (apsw.CorruptError, apsw.NotADBError, apsw.FormatError)


@dataclass(frozen=True, slots=True)
class Moment:
    """When the copies were taken, and how long the program could not write.

    Attributes:
        at: The state of all copies is that of this moment.
        held_seconds: How long some write lock was held.
    """

    at: datetime
    held_seconds: float


class FileCopy(Protocol):
    """The copy of one file, in steps; see the diagram above."""

    has_snapshots: bool
    """Whether the file has a snapshot, so that its lock is released as soon as that is open."""

    def prepare(self, report: Report) -> None:
        """Do what can be done without a lock."""

    def lock(self, wait_ms: int) -> None:
        """Take the write lock.

        Raises:
            apsw.BusyError: It is not free.
        """

    def fix(self) -> None:
        """Fix the state that is copied; the lock is held."""

    def release(self) -> None:
        """Release the write lock. Idempotent."""

    def finish(self, report: Report) -> None:
        """Complete the copy; no lock is held."""

    def close(self) -> None:
        """Close everything. Idempotent."""


class SnapshotCopy:
    """The copy of a file in WAL mode, from a read transaction that delays nobody."""

    has_snapshots = True

    def __init__(self, source: Path, target: Path) -> None:
        self._target = target
        private_files.make_file(target)
        self._writer = apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READWRITE)
        self._reader = apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READWRITE)

    def prepare(self, report: Report) -> None:
        """Do nothing."""

    def lock(self, wait_ms: int) -> None:
        """See :class:`FileCopy`."""
        self._writer.set_busy_timeout(wait_ms)
        self._writer.execute("BEGIN IMMEDIATE")

    def fix(self) -> None:
        """Open the snapshot."""
        self._reader.execute("BEGIN")
        self._reader.execute("SELECT count(*) FROM sqlite_schema").fetchall()

    def release(self) -> None:
        """See :class:`FileCopy`."""
        _roll_back(self._writer)

    def finish(self, report: Report) -> None:
        """Copy the snapshot."""
        target = apsw.Connection(str(self._target))
        try:
            target.execute("PRAGMA journal_mode = OFF")
            size = self._reader.execute("PRAGMA page_size").get
            with target.backup("main", self._reader, "main") as copy:
                while not copy.done:
                    left = copy.remaining
                    copy.step(STEP_PAGES)
                    report(max(0, left - copy.remaining) * size)
        finally:
            target.close()
        _leave_wal_mode(self._target)

    def close(self) -> None:
        """See :class:`FileCopy`."""
        self._reader.close()
        self._writer.close()


class JournalCopy:
    """The copy of a file with a rollback journal."""

    has_snapshots = False

    def __init__(self, source: Path, target: Path) -> None:
        self._blocks = BlockCopy(source, target)
        self._is_open = True
        try:
            self._writer = apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READWRITE)
        except BaseException:
            self._blocks.close()
            raise

    def prepare(self, report: Report) -> None:
        """See :class:`FileCopy`."""
        self._blocks.approach(report)

    def lock(self, wait_ms: int) -> None:
        """See :class:`FileCopy`. What a killed process left half-written is rolled back first."""
        self._writer.set_busy_timeout(wait_ms)
        self._writer.execute("BEGIN IMMEDIATE")

    def fix(self) -> None:
        """Copy what has changed since."""
        self._blocks.complete()

    def release(self) -> None:
        """See :class:`FileCopy`."""
        _roll_back(self._writer)

    def finish(self, report: Report) -> None:
        """Do nothing: the copy was complete when the lock was released."""

    def close(self) -> None:
        """Close SQLite's file before the other, which would drop its locks."""
        self._writer.close()
        if self._is_open:
            self._is_open = False
            self._blocks.close()


def copy_files(
    pairs: Sequence[tuple[Path, Path]],
    clock: Clock,
    report: Report,
    on_moment: Callable[[], None] = lambda: None,
) -> Moment:
    """Copy files as they are at one moment.

    Args:
        pairs: Each file with its copy, in the order in which they are locked.
        clock: The present.
        report: Is told the progress.
        on_moment: Called while all write locks are held.

    Raises:
        BackupError: A file is busy or cannot be read, or the copy cannot be written.
    """
    with ExitStack() as stack, _translated():
        copies = [_open_copy(source, target) for source, target in pairs]
        for copy in copies:
            stack.callback(copy.close)
        for copy in copies:
            copy.prepare(report)
        moment = _fix(copies, clock, on_moment)
        for copy in copies:
            copy.finish(report)
        return moment


def check_copy(path: Path, *, whole: bool) -> None:
    """Check that a copy is a database without damage.

    Args:
        path: The copy; nothing has it open.
        whole: Whether to compare each index with its table, too.

    Raises:
        BackupInvalidError: It is damaged.
    """
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            check = "integrity_check" if whole else "quick_check"
            rows = [str(row[0]) for row in connection.execute(f"PRAGMA {check}(3)")]
        finally:
            connection.close()
    except apsw.Error as error:
        rows = [str(error)]
    if rows != ["ok"]:
        raise BackupInvalidError(f"{path.name} is damaged: {rows[0]}")


def read_value(path: Path, sql: str) -> str | None:
    """Return the first value of a query on a copy, as text; None where there is none.

    Raises:
        BackupInvalidError: The copy is damaged or another kind of file.
    """
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            value = connection.execute(sql).get
        finally:
            connection.close()
    except apsw.Error as error:
        raise BackupInvalidError(f"{path.name} cannot be read: {error}") from None
    return None if value is None else str(value)


def _open_copy(source: Path, target: Path) -> FileCopy:
    with source.open("rb") as file:
        file.seek(_WAL_OFFSET)
        is_wal = file.read(len(_WAL)) == _WAL
    return SnapshotCopy(source, target) if is_wal else JournalCopy(source, target)


def _fix(copies: Sequence[FileCopy], clock: Clock, on_moment: Callable[[], None]) -> Moment:
    with _all_locked(copies) as since:
        at = clock()
        on_moment()
        for copy in sorted(copies, key=lambda each: not each.has_snapshots):
            copy.fix()
            copy.release()
        return Moment(at, time.monotonic() - since)


@contextmanager
def _all_locked(copies: Sequence[FileCopy]) -> Iterator[float]:
    """Hold all write locks. Yield since when the first one is held, in monotonic seconds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (since := _try_to_lock(copies)) is None:
        if time.monotonic() > deadline:
            raise BackupError(
                "The databases are never free at the same time.", mend="Try again later."
            )
        time.sleep(random.uniform(0.05, 0.5))  # noqa: S311 - no secret
    try:
        yield since
    finally:
        for copy in copies:
            copy.release()


def _try_to_lock(copies: Sequence[FileCopy]) -> float | None:
    since: float | None = None
    try:
        for copy in copies:
            copy.lock(FIRST_LOCK_MS if since is None else NEXT_LOCK_MS)
            since = since or time.monotonic()
    except apsw.BusyError:
        for copy in copies:
            copy.release()
        return None
    return since or time.monotonic()


def _roll_back(connection: apsw.Connection) -> None:
    if not connection.get_autocommit():
        connection.execute("ROLLBACK")


def _leave_wal_mode(path: Path) -> None:
    """Make the copy one file: opened in WAL mode it would have two more beside it."""
    connection = apsw.Connection(str(path))
    try:
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    finally:
        connection.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise BackupInvalidError(f"A database of this installation is damaged: {error}") from None
    except apsw.FullError:
        raise BackupError("The disk is full.", mend="Choose a folder on another disk.") from None
    except apsw.Error as error:
        raise BackupError(f"SQLite could not copy a database: {error}") from None
    except OSError as error:
        raise BackupError(f"A database could not be copied: {error.strerror}.") from None

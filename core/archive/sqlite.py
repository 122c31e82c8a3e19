"""The archive in a file of its own, with SQLite's full-text index (FTS5).

The file is in WAL mode, so that readers never delay the writer. It is opened through the library
that brings its own SQLite, as the stream file is: one file must not be opened through two builds of
SQLite in a process. The index stores no text and no positions, only which revision has which word;
its tokeniser splits at spaces alone, because the words come folded and split.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import apsw

from config.errors import ArchiveDamagedError, ArchiveError, ArchiveTimeoutError, SettingsError
from core import private_files
from core.archive.database import Values
from core.archive.proposal import IndexTerm, Proposal, render

APPLICATION_ID = 0x57574152
"""``WWAR``: identifies the file as an archive."""
VERSION = 1

BUSY_MS = 10_000
"""Longest wait for the writer of another process."""
_STEPS = 5_000
"""Instructions of SQLite between two looks at the clock: well below a millisecond."""

_WORD_PUNCTUATION = """!#$%&()*+,-./:;<=>?@[]^_`{|}~\\''\"\""""
"""ASCII characters besides letters and digits that may be part of words; quotes are doubled."""

_TABLES = f"""
CREATE TABLE archive_about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE archive_revisions (
    number INTEGER PRIMARY KEY,
    article_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    outlet TEXT NOT NULL,
    language TEXT NOT NULL,
    record BLOB NOT NULL,
    UNIQUE (article_id, revision)
);
CREATE TABLE archive_enrichments (
    article_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    language TEXT NOT NULL,
    topics TEXT NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (article_id, revision)
) WITHOUT ROWID;
CREATE TABLE archive_vocabulary (word TEXT PRIMARY KEY, articles INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE archive_tokens USING fts5(
    words, content='', contentless_delete=1, detail=none,
    tokenize="ascii tokenchars '{_WORD_PUNCTUATION}'"
);
"""
_OUTLETS = "CREATE INDEX IF NOT EXISTS archive_outlets ON archive_revisions (outlet, number)"


class SqliteArchive:
    """The file of the archive.

    Args:
        path: It and its folder are created if they are missing.

    Raises:
        SettingsError: The file cannot be used, or is another program's.
        ArchiveError: It is damaged, or the disk is full.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._writer: apsw.Connection | None = None
        try:
            private_files.make_folder(path.parent)
            private_files.make_file(path)
        except OSError as error:
            raise SettingsError(
                f"The archive's file {path} cannot be created: {error.strerror}.",
                mend="Set WIREWATCH_DATA_DIR to a folder that this user can write.",
            ) from None
        with self._translated(), closing(self._connect()) as connection:
            self._prepare(connection)

    @contextmanager
    def read(self, seconds: float | None = None) -> Iterator[SqliteConnection]:
        """See :class:`~core.archive.database.ArchiveDatabase`."""
        with self._translated(), closing(self._connect()) as connection:
            if seconds is not None:
                deadline = time.monotonic() + seconds
                connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
            connection.execute("BEGIN")
            yield SqliteConnection(connection)

    @contextmanager
    def write(self) -> Iterator[SqliteConnection]:
        """See :class:`~core.archive.database.ArchiveDatabase`."""
        with self._lock, self._translated():
            if self._writer is None:
                self._writer = self._connect()
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield SqliteConnection(self._writer)
                self._writer.execute("COMMIT")
            except BaseException:
                if not self._writer.get_autocommit():
                    self._writer.execute("ROLLBACK")
                raise

    def render(self, proposal: Proposal) -> str:
        """See :class:`~core.archive.database.ArchiveDatabase`."""
        return render(proposal, _term, " AND ", " OR ")

    @property
    def proposed(self) -> tuple[str, str, str]:
        """The index is read in the order of its row ids, which are the revisions' numbers."""
        source = "archive_tokens CROSS JOIN archive_revisions r ON r.number = archive_tokens.rowid"
        bounds = "archive_tokens.rowid >= :least AND archive_tokens.rowid < :after"
        return source, f"archive_tokens MATCH :proposal AND {bounds}", "archive_tokens.rowid"

    def close(self) -> None:
        """Close the writer's connection. Idempotent."""
        with self._lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _connect(self) -> apsw.Connection:
        connection = apsw.Connection(str(self.path))
        connection.set_busy_timeout(BUSY_MS)
        return connection

    def _prepare(self, connection: apsw.Connection) -> None:
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.execute("PRAGMA journal_size_limit = 67108864").fetchall()
        if not self._version(connection):
            connection.execute("BEGIN IMMEDIATE")
            if not self._version(connection):  # of several processes at once, the first one creates
                connection.execute(_TABLES)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.execute("COMMIT")
        connection.execute(_OUTLETS)  # archives of the first version lack this index

    def _version(self, connection: apsw.Connection) -> int:
        version: int = connection.execute("PRAGMA user_version").get
        application: int = connection.execute("PRAGMA application_id").get
        tables: int = connection.execute("SELECT count(*) FROM sqlite_schema").get
        if tables and application != APPLICATION_ID:
            raise SettingsError(
                f"{self.path} is another program's database, not an archive.",
                mend="Move it away; the archive is created anew.",
            )
        if version > VERSION:
            raise SettingsError(
                f"The archive {self.path} was created by a newer version of this program.",
                mend="Run that version, or move the file away: the archive is created anew.",
            )
        return version

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            raise _to_archive_error(error, self.path) from error


class SqliteConnection:
    """A connection within a transaction.

    Args:
        connection: SQLite's.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, values: Values) -> Sequence[Sequence[Any]]:
        """See :class:`~core.archive.database.ArchiveConnection`."""
        return self._connection.execute(sql, values).fetchall()

    def run(self, sql: str, rows: Sequence[Values]) -> None:
        """See :class:`~core.archive.database.ArchiveConnection`."""
        self._connection.executemany(sql, rows)

    def add_words(self, number: int, words: Collection[str]) -> None:
        """See :class:`~core.archive.database.ArchiveConnection`."""
        text = " ".join(words)
        self._connection.execute(
            "INSERT INTO archive_tokens (rowid, words) VALUES (?, ?)", (number, text)
        )

    def lock_index(self, *, shared: bool = False) -> None:
        """Do nothing: only one transaction writes at a time."""

    def remove_words(self, numbers: Collection[int]) -> None:
        """See :class:`~core.archive.database.ArchiveConnection`."""
        rows = [(number,) for number in numbers]
        self._connection.executemany("DELETE FROM archive_tokens WHERE rowid = ?", rows)


def _term(term: IndexTerm) -> str:
    quoted = term.word.replace('"', '""')
    return f'"{quoted}"*' if term.is_prefix else f'"{quoted}"'


_DAMAGED = (apsw.CorruptError, apsw.NotADBError, apsw.FormatError)


def _to_archive_error(error: apsw.Error, path: Path) -> ArchiveError | SettingsError:
    """Return the error that says what ``error`` means for the operator."""
    if isinstance(error, apsw.InterruptError):
        return ArchiveTimeoutError("The search of the archive took too long.")
    if isinstance(error, _DAMAGED):
        return ArchiveDamagedError(
            f"The archive {path} is damaged, or no archive.",
            mend=f"Stop the program and move {path.name}, {path.name}-wal and {path.name}-shm away:"
            " the archive stage fills a new one from the store and the streams.",
        )
    if isinstance(error, apsw.FullError):
        return ArchiveError(
            f"The disk of the archive {path} is full; nothing of this step was written.",
            mend="Free space; work continues from where it stopped.",
        )
    if isinstance(error, apsw.ReadOnlyError | apsw.PermissionsError | apsw.CantOpenError):
        return SettingsError(
            f"The archive {path} cannot be opened or written.",
            mend="Give this user the right to write the file and its folder.",
        )
    return ArchiveError(f"The archive {path} is busy, or SQLite refused: {error}.")

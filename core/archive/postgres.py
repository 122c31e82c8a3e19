"""The archive in PostgreSQL, beside the store, with an index of the words of each revision.

The words go into a ``tsvector`` as they are, without a parser or a dictionary of PostgreSQL, so
that this index proposes what the one of SQLite does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from config.errors import (
    ArchiveConflictError,
    ArchiveError,
    ArchiveTimeoutError,
    StoreConflictError,
    StoreError,
)
from core.archive.database import Values
from core.archive.proposal import IndexTerm, Proposal, render
from core.store.database_url import parse_url
from core.store.errors import as_store_error
from core.store.postgres import open_engine

_LOCK = 0x57574152
"""Key of the advisory lock under which the tables are created."""
_INDEX_LOCK = 0x57574153
"""Key of the advisory lock of a rebuild of the index."""
_CANCELED = "57014"
"""SQLSTATE of a statement that exceeded its time limit (PostgreSQL's manual, appendix A)."""

_TABLES = (
    "CREATE TABLE IF NOT EXISTS archive_about (name text PRIMARY KEY, value text NOT NULL)",
    """CREATE TABLE IF NOT EXISTS archive_revisions (
        number bigint PRIMARY KEY, article_id text NOT NULL, revision integer NOT NULL,
        outlet text NOT NULL, language text NOT NULL, record bytea NOT NULL, words tsvector,
        UNIQUE (article_id, revision))""",
    "CREATE INDEX IF NOT EXISTS archive_outlets ON archive_revisions (outlet, number)",
    "CREATE INDEX IF NOT EXISTS archive_words ON archive_revisions USING gin (words)",
    """CREATE TABLE IF NOT EXISTS archive_enrichments (
        article_id text NOT NULL, revision integer NOT NULL, language text NOT NULL,
        topics text NOT NULL, record bytea NOT NULL, PRIMARY KEY (article_id, revision))""",
    """CREATE TABLE IF NOT EXISTS archive_vocabulary (
        word text COLLATE "C" PRIMARY KEY, articles bigint NOT NULL)""",
)


class PostgresArchive:
    """The tables of the archive in an existing database.

    Args:
        url: ``postgresql://USER:PASSWORD@HOST/DATABASE``.

    Raises:
        SettingsError: User, password or database is wrong.
        StoreError: The server is unreachable.
        ArchiveError: It refuses the tables.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(parse_url(url))
        with self.write() as connection:
            connection.rows("SELECT pg_advisory_xact_lock(:key)", {"key": _LOCK})
            for statement in _TABLES:
                connection.run(statement, [{}])

    @contextmanager
    def read(self, seconds: float | None = None) -> Iterator[PostgresConnection]:
        """See :class:`~core.archive.database.ArchiveDatabase`."""
        with _translated(), self._engine.connect() as connection, connection.begin():
            if seconds is not None:
                limit = max(1, round(seconds * 1000))
                connection.execute(text(f"SET LOCAL statement_timeout = {limit}"))
            yield PostgresConnection(connection)

    @contextmanager
    def write(self) -> Iterator[PostgresConnection]:
        """See :class:`~core.archive.database.ArchiveDatabase`."""
        with _translated(), self._engine.connect() as connection, connection.begin():
            yield PostgresConnection(connection)

    def render(self, proposal: Proposal) -> str:
        """See :class:`~core.archive.database.ArchiveDatabase`."""
        return render(proposal, _term, " & ", " | ")

    @property
    def proposed(self) -> tuple[str, str, str]:
        """See :class:`~core.archive.database.ArchiveDatabase`."""
        return "archive_revisions r", "r.words @@ CAST(:proposal AS tsquery)", "r.number"

    def close(self) -> None:
        """Close all connections. Idempotent."""
        self._engine.dispose()


class PostgresConnection:
    """A connection within a transaction.

    Args:
        connection: SQLAlchemy's.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, values: Values) -> Sequence[Sequence[Any]]:
        """See :class:`~core.archive.database.ArchiveConnection`."""
        return self._connection.execute(text(sql), values).all()

    def run(self, sql: str, rows: Sequence[Values]) -> None:
        """See :class:`~core.archive.database.ArchiveConnection`."""
        if rows:
            self._connection.execute(text(sql), list(rows))

    def add_words(self, number: int, words: Collection[str]) -> None:
        """See :class:`~core.archive.database.ArchiveConnection`."""
        update = (
            "UPDATE archive_revisions SET words = array_to_tsvector(CAST(:words AS text[]))"
            " WHERE number = :number"
        )
        self.run(update, [{"number": number, "words": list(words)}])

    def lock_index(self, *, shared: bool = False) -> None:
        """See :class:`~core.archive.database.ArchiveConnection`."""
        name = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
        self.rows(f"SELECT {name}(:key)", {"key": _INDEX_LOCK})

    def remove_words(self, numbers: Collection[int]) -> None:
        """Do nothing: the words are in the rows of the revisions."""


def _term(term: IndexTerm) -> str:
    quoted = term.word.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':*" if term.is_prefix else f"'{quoted}'"


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _CANCELED:
            raise ArchiveTimeoutError("The search of the archive took too long.") from None
        known: StoreError = as_store_error(error)
        is_conflict = isinstance(known, StoreConflictError)
        failure = ArchiveConflictError if is_conflict else ArchiveError
        raise failure(f"The archive: {known.message}", mend=known.mend) from None

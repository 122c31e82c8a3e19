"""Which version of the tokeniser made the archive's index, and how far a rebuild has come.

::

    made with 7f3a… │ this program has 7f3a…   current
    made with 7f3a… │ this program has 91c0…   outdated: words may be missing from the index
                    │ rebuild: 91c0…, 4,200 articles done, in the order of their ids
                    ▼
    made with 91c0…

Both facts are notes of the archive. While an index is rebuilt, the vocabulary is counted once more
in a table of its own, with the articles that were rebuilt; it replaces the old one at the end.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import asdict, dataclass

from core.archive.database import ArchiveConnection

INDEX_VERSION, INDEX_REBUILD = "index_version", "index_rebuild"
"""Names of the notes."""


@dataclass(frozen=True, slots=True)
class Rebuild:
    """How far a rebuild of the index has come.

    Attributes:
        version: Of the words that it writes.
        after: Id of the last article that was rebuilt; empty where none was.
        articles: How many were rebuilt.
    """

    version: str
    after: str = ""
    articles: int = 0


@dataclass(frozen=True, slots=True)
class IndexState:
    """Whether the index has the words that this program would write.

    Attributes:
        version: What the index was made with; empty for an archive from before there were versions.
        wanted: What this program makes.
        rebuild: A rebuild that has begun; None where none has.
    """

    version: str
    wanted: str
    rebuild: Rebuild | None

    @property
    def is_current(self) -> bool:
        """Whether a search finds all that it should."""
        return self.version == self.wanted


def load_note(connection: ArchiveConnection, name: str) -> str | None:
    """Return a fact about the archive itself; None where it was never set."""
    rows = connection.rows("SELECT value FROM archive_about WHERE name = :name", {"name": name})
    return str(rows[0][0]) if rows else None


def save_note(connection: ArchiveConnection, name: str, value: str) -> None:
    """Store a fact about the archive itself."""
    connection.run(_NOTE, [{"name": name, "value": value}])


def load_rebuild(connection: ArchiveConnection) -> Rebuild | None:
    """Return the rebuild that has begun; None where none has."""
    note = load_note(connection, INDEX_REBUILD)
    return Rebuild(**json.loads(note)) if note else None


def save_rebuild(connection: ArchiveConnection, rebuild: Rebuild) -> None:
    """Store how far a rebuild has come."""
    save_note(connection, INDEX_REBUILD, json.dumps(asdict(rebuild)))


def begin_rebuild(connection: ArchiveConnection, version: str) -> Rebuild:
    """Return the rebuild for a version, which continues where it is under way already."""
    connection.lock_index()
    known = load_rebuild(connection)
    if known is not None and known.version == version:
        return known
    connection.run("DROP TABLE IF EXISTS archive_vocabulary_rebuilt", [{}])
    connection.run(_REBUILT_TABLE, [{}])
    save_rebuild(connection, Rebuild(version))
    return Rebuild(version)


def end_rebuild(connection: ArchiveConnection, rebuild: Rebuild) -> None:
    """Let the vocabulary that was counted take the place of the old one."""
    connection.run("DELETE FROM archive_vocabulary", [{}])
    connection.run(_TAKE_OVER, [{}])
    connection.run("DROP TABLE archive_vocabulary_rebuilt", [{}])
    connection.run("DELETE FROM archive_about WHERE name = :name", [{"name": INDEX_REBUILD}])
    save_note(connection, INDEX_VERSION, rebuild.version)


class WordChanges:
    """Collects how the numbers of the vocabulary change within a transaction.

    Args:
        connection: The transaction. No rebuild takes a step before it ends.
    """

    def __init__(self, connection: ArchiveConnection) -> None:
        connection.lock_index(shared=True)
        self._connection = connection
        self._rebuild = load_rebuild(connection)
        self._counts: Counter[str] = Counter()
        self._rebuilt: Counter[str] = Counter()

    def add(self, article_id: str, words: Collection[str]) -> None:
        """Count words that an article has now."""
        self._counts.update(words)
        if self._is_rebuilt(article_id):
            self._rebuilt.update(words)

    def remove(self, article_id: str, words: Collection[str]) -> None:
        """Count words that an article no longer has."""
        self._counts.subtract(words)
        if self._is_rebuilt(article_id):
            self._rebuilt.subtract(words)

    def write(self) -> None:
        """Write the numbers; words that no article has are deleted."""
        count_words(self._connection, "archive_vocabulary", self._counts)
        if self._rebuilt:
            count_words(self._connection, "archive_vocabulary_rebuilt", self._rebuilt)

    def _is_rebuilt(self, article_id: str) -> bool:
        """Return whether the rebuild has counted an article already; else it will."""
        return self._rebuild is not None and article_id <= self._rebuild.after


def count_words(connection: ArchiveConnection, table: str, counts: Counter[str]) -> None:
    """Add to the numbers of words in a table of the vocabulary.

    In the order of the words, so that two processes never wait for each other's rows.
    """
    rows = [{"word": word, "articles": n} for word, n in sorted(counts.items()) if n]
    connection.run(_COUNT_WORD.format(table=table), rows)
    fewer = [{"word": row["word"]} for row in rows if counts[str(row["word"])] < 0]
    connection.run(f"DELETE FROM {table} WHERE word = :word AND articles <= 0", fewer)  # noqa: S608


_NOTE = (
    "INSERT INTO archive_about (name, value) VALUES (:name, :value)"
    " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
_COUNT_WORD = (
    "INSERT INTO {table} (word, articles) VALUES (:word, :articles)"
    " ON CONFLICT (word) DO UPDATE SET articles = {table}.articles + excluded.articles"
)
_REBUILT_TABLE = (
    "CREATE TABLE archive_vocabulary_rebuilt (word TEXT PRIMARY KEY, articles BIGINT NOT NULL)"
)
_TAKE_OVER = (
    "INSERT INTO archive_vocabulary (word, articles)"
    " SELECT word, articles FROM archive_vocabulary_rebuilt"
)

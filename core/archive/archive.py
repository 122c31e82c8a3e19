"""The archive's rows: adding, reading by time or by words, and forgetting.

A revision has a number that ascends with the time at which it was fetched: the second in the upper
bits, and below them bits of its key's hash. So pages by time, newest or oldest first, need neither
a sort nor an offset, and the index is read in the order of the result. Everything is idempotent: a
revision is stored once, and an enrichment replaces the one before it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from config.errors import ArchiveConflictError
from core.archive.database import ArchiveConnection, ArchiveDatabase
from core.archive.index_version import (
    INDEX_VERSION,
    IndexState,
    WordChanges,
    load_note,
    load_rebuild,
    save_note,
)
from core.archive.revisions import ArchivedRevision, ArchiveFilter, ArticleWords
from core.messages import ArticleRevision, Enriched

SECOND_BITS = 16
"""Revisions of one second that can be told apart: 65,536."""
PAGE = 200
MAX_CONFLICTS = 4
"""How often adding is repeated because another process wrote the same rows."""
FORGET_LIMIT = 25
"""Articles that one step of :meth:`Archive.forget` deletes: some 50 ms."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 1 << 62

_COLUMNS = "SELECT r.number, r.record, e.record"
_ENRICHED = (
    " LEFT JOIN archive_enrichments e ON e.article_id = r.article_id AND e.revision = r.revision"
)


class Archive:
    """The archive. Thread-safe.

    Args:
        database: Its tables.
        words_of: Returns the words of an article, as the engine that decides searches them.
    """

    def __init__(self, database: ArchiveDatabase, words_of: ArticleWords) -> None:
        self.database = database
        self.words_of = words_of

    def add(self, articles: Iterable[ArticleRevision], enriched: Iterable[Enriched] = ()) -> int:
        """Store revisions and enrichments, in one transaction. Return how many revisions are new.

        Where another process stores the same ones at that moment, it is done again and finds them.

        Raises:
            ArchiveError: The database refused; nothing was stored.
        """
        articles, enriched = list(articles), list(enriched)
        for _ in range(MAX_CONFLICTS):
            try:
                return self._add_all(articles, enriched)
            except ArchiveConflictError:
                continue
        return self._add_all(articles, enriched)

    def page(
        self,
        selection: ArchiveFilter,
        *,
        before: int | None = None,
        limit: int = PAGE,
        seconds: float | None = None,
    ) -> list[ArchivedRevision]:
        """Return the next revisions, newest first.

        Args:
            selection: Which revisions.
            before: Number of the last revision of the page before; None for the first page.
            limit: Most revisions.
            seconds: How long that may take; None for any time.

        Raises:
            ArchiveTimeoutError: It took longer.
            ArchiveError: The archive is unavailable or damaged.
        """
        least, after = number_bounds(selection)
        bounds = least, min(after, before) if before is not None else after
        return self._read(selection, bounds, "DESC", limit, seconds)

    def count(self, selection: ArchiveFilter, *, most: int, seconds: float | None = None) -> int:
        """Return the number of revisions, up to a number. No text is read.

        Args:
            selection: Which revisions.
            most: Where counting stops.
            seconds: How long that may take; None for any time.

        Raises:
            ArchiveTimeoutError: It took longer.
            ArchiveError: The archive is unavailable or damaged.
        """
        source, condition, _, values = self._selected(selection, number_bounds(selection))
        enriched = _ENRICHED if selection.language or selection.topic else ""
        found = f"SELECT 1 FROM {source}{enriched} WHERE {condition} LIMIT :limit"  # noqa: S608
        with self.database.read(seconds) as connection:
            query = f"SELECT count(*) FROM ({found}) found"  # noqa: S608
            [(number,)] = connection.rows(query, values | {"limit": most})
        return int(number)

    def articles(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        topic: str = "",
        selection: ArchiveFilter | None = None,
        page_size: int = PAGE,
    ) -> Iterator[ArchivedRevision]:
        """Yield revisions in the order in which they were fetched.

        Each page is read in a transaction of its own, so that a slow reader delays nobody.

        Args:
            since: The first time; None for any.
            until: The time after the last; None for any.
            topic: Id of a topic that they match, by their enrichment; empty for any.
            selection: Says it all, instead of the other arguments.
            page_size: Revisions that are read at once; a long proposal is searched for each page.

        Raises:
            ArchiveError: The archive is unavailable or damaged.
        """
        wanted = selection or ArchiveFilter(since, until, topic=topic)
        least, after = number_bounds(wanted)
        same_second: list[ArchivedRevision] = []
        while page := self._read(wanted, (least, after), "ASC", page_size, None):
            for revision in page:
                if same_second and _second(same_second[0]) != _second(revision):
                    yield from sorted(same_second, key=_fetched)
                    same_second = []
                same_second.append(revision)
            least = page[-1].number + 1
        yield from sorted(same_second, key=_fetched)

    def words(
        self, pattern: str, *, limit: int | None = None, seconds: float | None = None
    ) -> list[tuple[str, int]]:
        """Return words with the number of articles that contain them, most frequent first.

        Args:
            pattern: A folded word with ``*`` for any characters and ``?`` for one.
            limit: Most words; None for all.
            seconds: How long that may take; None for any time.

        Raises:
            ArchiveTimeoutError: It took longer.
            ArchiveError: The archive is unavailable or damaged.
        """
        like, prefix = _like(pattern)
        values: dict[str, object] = {"like": like, "limit": -1 if limit is None else limit}
        condition = "word LIKE :like ESCAPE '\\'"
        if prefix:
            condition += " AND word >= :least AND word < :after"
            values |= {"least": prefix, "after": prefix + "\U0010ffff"}
        query = f"SELECT word, articles FROM archive_vocabulary WHERE {condition}"  # noqa: S608
        query += " ORDER BY articles DESC, word"
        if limit is not None:
            query += " LIMIT :limit"
        with self.database.read(seconds) as connection:
            return [(str(word), int(count)) for word, count in connection.rows(query, values)]

    def forget(self, before: datetime) -> int:
        """Delete the articles of which no revision is newer than a time. Return how many.

        At most :data:`FORGET_LIMIT` are deleted: call it until it returns 0.

        Raises:
            ArchiveError: The database refused; nothing was deleted.
        """
        with self.database.write() as connection:
            values = {"before": number_of_second(before), "limit": FORGET_LIMIT}
            ids = [str(row[0]) for row in connection.rows(_FORGETTABLE, values)]
            changes = WordChanges(connection)
            for article_id in ids:
                changes.remove(article_id, self._forget_article(connection, article_id))
            changes.write()
        return len(ids)

    def note(self, name: str) -> str | None:
        """Return a fact about the archive itself; None where it was never set."""
        with self.database.read() as connection:
            return load_note(connection, name)

    def set_note(self, name: str, value: str) -> None:
        """Store a fact about the archive itself."""
        with self.database.write() as connection:
            save_note(connection, name, value)

    def index_state(self) -> IndexState:
        """Return whether the index has the words that this program would write."""
        with self.database.read() as connection:
            version = load_note(connection, INDEX_VERSION) or ""
            return IndexState(version, self.words_of.version, load_rebuild(connection))

    def name_version(self) -> None:
        """Store with which version the index is made, if the archive is new."""
        with self.database.read() as connection:
            is_new = load_note(connection, INDEX_VERSION) is None and not connection.rows(_ANY, {})
        if is_new:
            self.set_note(INDEX_VERSION, self.words_of.version)

    def close(self) -> None:
        """Close the database. Idempotent."""
        self.database.close()

    def _add_all(self, articles: list[ArticleRevision], enriched: list[Enriched]) -> int:
        with self.database.write() as connection:
            new = self._add(connection, articles)
            connection.run(_ENRICH, [_enrichment_row(one) for one in enriched])
        return new

    def _add(self, connection: ArchiveConnection, articles: Iterable[ArticleRevision]) -> int:
        """Insert the revisions that are new, oldest first, and count their words."""
        new = 0
        changes = WordChanges(connection)
        for article in sorted(articles, key=lambda one: (one.fetched_at, one.revision)):
            stored = connection.rows(_REVISIONS, {"article_id": article.article_id})
            if article.revision in {row[1] for row in stored}:
                continue
            words = self.words_of(article)
            known = frozenset[str]().union(*(self.words_of(read_record(row[2])) for row in stored))
            number = _free_number(connection, article)
            connection.run(_INSERT, [_revision_row(number, article)])
            connection.add_words(number, words)
            changes.add(article.article_id, words - known)
            new += 1
        changes.write()
        return new

    def _forget_article(self, connection: ArchiveConnection, article_id: str) -> frozenset[str]:
        """Delete an article with its revisions. Return the words that they had."""
        key = {"article_id": article_id}
        rows = connection.rows(_REVISIONS, key)
        words = frozenset[str]().union(*(self.words_of(read_record(row[2])) for row in rows))
        connection.remove_words([int(row[0]) for row in rows])
        connection.run("DELETE FROM archive_revisions WHERE article_id = :article_id", [key])
        connection.run("DELETE FROM archive_enrichments WHERE article_id = :article_id", [key])
        return words

    def _read(
        self,
        selection: ArchiveFilter,
        bounds: tuple[int, int],
        order: str,
        limit: int,
        seconds: float | None,
    ) -> list[ArchivedRevision]:
        source, condition, key, values = self._selected(selection, bounds)
        query = (
            f"{_COLUMNS} FROM {source}{_ENRICHED} WHERE {condition}"
            f" ORDER BY {key} {order} LIMIT :limit"
        )
        with self.database.read(seconds) as connection:
            rows = connection.rows(query, values | {"limit": limit})
        return [_archived(*row) for row in rows]

    def _selected(
        self, selection: ArchiveFilter, bounds: tuple[int, int]
    ) -> tuple[str, str, str, dict[str, object]]:
        """Return how a selection is read: FROM clause, condition, key of order, and values."""
        source, key = "archive_revisions r", "r.number"
        conditions = ["r.number >= :least", "r.number < :after"]
        values: dict[str, object] = {"least": bounds[0], "after": bounds[1]}
        if selection.proposal:
            source, condition, key = self.database.proposed
            conditions.append(condition)
            values["proposal"] = self.database.render(selection.proposal)
        if selection.outlet:
            conditions.append("r.outlet = :outlet")
            values["outlet"] = selection.outlet
        if selection.language:
            conditions.append("coalesce(e.language, r.language) = :language")
            values["language"] = selection.language
        if selection.topic:
            conditions.append("e.topics LIKE :topic ESCAPE '\\'")
            values["topic"] = f"% {_escaped(selection.topic)} %"
        return source, " AND ".join(conditions), key, values


_INSERT = (
    "INSERT INTO archive_revisions (number, article_id, revision, outlet, language, record)"
    " VALUES (:number, :article_id, :revision, :outlet, :language, :record)"
)
_ENRICH = (
    "INSERT INTO archive_enrichments (article_id, revision, language, topics, record)"
    " VALUES (:article_id, :revision, :language, :topics, :record)"
    " ON CONFLICT (article_id, revision) DO UPDATE"
    " SET language = excluded.language, topics = excluded.topics, record = excluded.record"
)
_ANY = "SELECT 1 FROM archive_revisions LIMIT 1"
_REVISIONS = "SELECT number, revision, record FROM archive_revisions WHERE article_id = :article_id"
_FORGETTABLE = (
    "SELECT DISTINCT article_id FROM archive_revisions r WHERE number < :before AND NOT EXISTS"
    " (SELECT 1 FROM archive_revisions newer WHERE newer.article_id = r.article_id"
    " AND newer.number >= :before) LIMIT :limit"
)


def _free_number(connection: ArchiveConnection, article: ArticleRevision) -> int:
    first = number_of_second(article.fetched_at)
    low = zlib.crc32(f"{article.article_id}/{article.revision}".encode()) % (1 << SECOND_BITS)
    query = "SELECT 1 FROM archive_revisions WHERE number = :number"
    while connection.rows(query, {"number": first + low}):
        low = (low + 1) % (1 << SECOND_BITS)
    return first + low


def _revision_row(number: int, article: ArticleRevision) -> dict[str, object]:
    return {
        "number": number,
        "article_id": article.article_id,
        "revision": article.revision,
        "outlet": article.outlet,
        "language": article.language,
        "record": compress_record(article),
    }


def _enrichment_row(enriched: Enriched) -> dict[str, object]:
    return {
        "article_id": enriched.article_id,
        "revision": enriched.revision,
        "language": enriched.language,
        "topics": f" {' '.join(topic.topic_id for topic in enriched.topics)} ",
        "record": compress_record(enriched),
    }


def _archived(number: int, record: bytes, enriched: bytes | None) -> ArchivedRevision:
    found = Enriched.model_validate_json(zlib.decompress(enriched)) if enriched else None
    return ArchivedRevision(number, read_record(record), found)


def compress_record(message: ArticleRevision | Enriched) -> bytes:
    """Return a message as a row has it."""
    return zlib.compress(message.model_dump_json(exclude_defaults=True).encode())


def read_record(record: bytes) -> ArticleRevision:
    """Return the revision that a row has."""
    return ArticleRevision.model_validate_json(zlib.decompress(record))


def number_of_second(moment: datetime) -> int:
    """Return the least number of the second that a time is in."""
    return ((moment - _EPOCH) // timedelta(seconds=1)) << SECOND_BITS


def number_bounds(selection: ArchiveFilter) -> tuple[int, int]:
    """Return the least number of a selection's span of time, and one past the last."""
    least = -_LATEST if selection.since is None else number_of_second(selection.since)
    after = _LATEST if selection.until is None else number_of_second(selection.until)
    return least, after


def _second(revision: ArchivedRevision) -> int:
    return revision.number >> SECOND_BITS


def _fetched(revision: ArchivedRevision) -> tuple[datetime, str, int]:
    article = revision.article
    return article.fetched_at, article.article_id, article.revision


def _like(pattern: str) -> tuple[str, str]:
    """Return a pattern of LIKE, and the characters that every such word begins with."""
    wildcard = min((at for at in map(pattern.find, "*?") if at >= 0), default=len(pattern))
    return _escaped(pattern).replace("*", "%").replace("?", "_"), pattern[:wildcard]


def _escaped(text: str) -> str:
    """Return a text that LIKE takes literally."""
    return "".join(f"\\{c}" if c in "\\%_" else c for c in text)

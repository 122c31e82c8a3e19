"""Full texts that the archive keeps for a limited time: afterwards an excerpt is left.

::

    Outlet.full_text ──▶ TextLimits ─┬─▶ limit_text     before a revision is stored
                                     └─▶ shorten_texts  each night, what has become old since

An excerpt is title, lead and the beginning of the text. It is marked by a flag of the stored
revision, so that no table changes. The index loses the words that are gone; they cannot come back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from core.archive.archive import Archive, compress_record, number_of_second, read_record
from core.archive.database import ArchiveConnection
from core.archive.index_version import WordChanges, load_note, save_note
from core.messages import ArticleRevision

EXCERPT_LENGTH = 300
"""Characters of lead and of text that an excerpt has at most: two or three sentences."""

EXCERPT = "excerpt"
"""Flag of a revision whose text was cut in the archive."""

STEP = 25
"""Revisions that one step shortens."""

TextLimits = Mapping[str, timedelta]
"""How long the full text is kept, by outlet; zero where it never is. Others keep it."""


def is_excerpt(article: ArticleRevision) -> bool:
    """Return whether a revision of the archive has lost its full text."""
    return EXCERPT in article.flags


def excerpt_of(article: ArticleRevision) -> ArticleRevision:
    """Return a revision with an excerpt in place of its full text."""
    return article.model_copy(
        update={
            "lead": _beginning(article.lead),
            "text": _beginning(article.text),
            "zones": (),
            "new_passages": None,
            "flags": tuple(dict.fromkeys((*article.flags, EXCERPT))),
        }
    )


def limit_text(article: ArticleRevision, limits: TextLimits, now: datetime) -> ArticleRevision:
    """Return a revision as the archive may store it at a time."""
    kept = limits.get(article.outlet)
    return article if kept is None or article.fetched_at > now - kept else excerpt_of(article)


def shorten_texts(archive: Archive, outlet: str, before: datetime, *, limit: int = STEP) -> int:
    """Cut the texts of an outlet's next revisions from before a time. Return how many were read.

    A note of the archive says how far this has come: call it until it returns 0.

    Raises:
        ArchiveError: The database refused; nothing was changed.
    """
    name, end = f"texts cut: {outlet}", number_of_second(before)
    with archive.database.write() as connection:
        least = int(load_note(connection, name) or 0)
        values = {"outlet": outlet, "least": least, "before": end, "limit": limit}
        rows = connection.rows(_NEXT, values)
        changes = WordChanges(connection)
        for number, article_id, record in rows:
            article = read_record(record)
            if not is_excerpt(article):
                _replace(archive, connection, changes, int(number), str(article_id), article)
        changes.write()
        if rows:
            save_note(connection, name, str(int(rows[-1][0]) + 1))
    return len(rows)


def _replace(
    archive: Archive,
    connection: ArchiveConnection,
    changes: WordChanges,
    number: int,
    article_id: str,
    article: ArticleRevision,
) -> None:
    """Store the excerpt of a revision, and take the words that are gone out of the index."""
    excerpt = excerpt_of(article)
    values = {"number": number, "article_id": article_id}
    others = [read_record(row[0]) for row in connection.rows(_OTHERS, values)]
    words = archive.words_of(excerpt)
    left = words.union(*(archive.words_of(other) for other in others))
    changes.remove(article_id, archive.words_of(article) - left)
    connection.run(_UPDATE, [{"number": number, "record": compress_record(excerpt)}])
    connection.remove_words([number])
    connection.add_words(number, words)


def _beginning(text: str) -> str:
    """Return the first words of a text, at most :data:`EXCERPT_LENGTH` characters."""
    if len(text) <= EXCERPT_LENGTH:
        return text
    start = text[: EXCERPT_LENGTH + 1]
    return (start.rsplit(None, 1)[0] if " " in start else start[:-1]).rstrip() + "…"


_NEXT = (
    "SELECT number, article_id, record FROM archive_revisions"
    " WHERE outlet = :outlet AND number >= :least AND number < :before"
    " ORDER BY number LIMIT :limit"
)
_OTHERS = (
    "SELECT record FROM archive_revisions WHERE article_id = :article_id AND number <> :number"
)
_UPDATE = "UPDATE archive_revisions SET record = :record WHERE number = :number"

"""Rebuild the archive's index from the texts that it has, a few articles at a time.

::

    begin ─▶ the next articles by id ─▶ their words into the index and the new vocabulary
                    ▲                      │ one transaction, with how far it has come
                    └──────────────────────┤
                                           ▼ no article is left
                            the new vocabulary takes the place of the old one

A process that is killed loses the step that it was in. Articles that arrive meanwhile are counted
by whoever adds them. A search finds an article by its old words until its step, then by the new
ones; new words are in the old vocabulary from then on, so that parts of words find them.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import structlog

from core.archive.archive import Archive, read_record
from core.archive.database import ArchiveConnection
from core.archive.index_version import (
    Rebuild,
    begin_rebuild,
    count_words,
    end_rebuild,
    save_rebuild,
)

log = structlog.get_logger(__name__)

STEP = 100
"""Articles of a step: well below a second, in which no other process can write."""
PAUSE = 0.01
"""Seconds between two steps, in which others write."""


def rebuild_index(
    archive: Archive,
    stop: Callable[[], bool],
    report: Callable[[int], object] = lambda _articles: None,
    pause: Callable[[float], object] = time.sleep,
    step: int = STEP,
) -> Rebuild | None:
    """Rebuild the index, or continue a rebuild that was interrupted.

    Args:
        archive: The archive.
        stop: Ends the work early, between two steps.
        report: Called after each step with the articles done so far.
        pause: Waits some seconds.
        step: Articles of a step.

    Returns:
        The finished rebuild; None where it was stopped.

    Raises:
        ArchiveError: The archive takes no writes; what was done stays.
    """
    with archive.database.write() as connection:
        rebuild: Rebuild | None = begin_rebuild(connection, archive.words_of.version)
    while not stop():
        with archive.database.write() as connection:
            done, rebuild = _step(archive, connection, step)
        report(rebuild.articles)
        if done:
            return rebuild
        pause(PAUSE)
    return None


def warn_of_other_version(archive: Archive) -> None:
    """Log that another version of the program made the index, and what to do."""
    state = archive.index_state()
    if not state.is_current:
        log.warning(
            "archive_index_outdated",
            version=state.version or None,
            wanted=state.wanted,
            mend="Run `wirewatch archive rebuild`: until then a search may miss old articles.",
        )


def _step(archive: Archive, connection: ArchiveConnection, limit: int) -> tuple[bool, Rebuild]:
    """Rebuild the next articles. Return whether that was all, and how far it has come."""
    connection.lock_index()
    rebuild = begin_rebuild(connection, archive.words_of.version)
    ids = [str(row[0]) for row in connection.rows(_NEXT, {"after": rebuild.after, "limit": limit})]
    counts: Counter[str] = Counter()
    for article_id in ids:
        counts.update(_rebuild_article(archive, connection, article_id))
    count_words(connection, "archive_vocabulary_rebuilt", counts)
    connection.run(_KNOW_WORD, [{"word": word} for word in sorted(counts)])
    if len(ids) < limit:
        rebuild = replace(rebuild, articles=rebuild.articles + len(ids))
        end_rebuild(connection, rebuild)
        return True, rebuild
    rebuild = replace(rebuild, after=ids[-1], articles=rebuild.articles + len(ids))
    save_rebuild(connection, rebuild)
    return False, rebuild


def _rebuild_article(
    archive: Archive, connection: ArchiveConnection, article_id: str
) -> frozenset[str]:
    """Write the words of an article's revisions into the index. Return all of them."""
    rows = connection.rows(_REVISIONS, {"article_id": article_id})
    words = {int(number): archive.words_of(read_record(record)) for number, record in rows}
    connection.remove_words(words)
    for number, each in words.items():
        connection.add_words(number, each)
    return frozenset[str]().union(*words.values())


_NEXT = (
    "SELECT DISTINCT article_id FROM archive_revisions WHERE article_id > :after"
    " ORDER BY article_id LIMIT :limit"
)
_REVISIONS = "SELECT number, record FROM archive_revisions WHERE article_id = :article_id"
_KNOW_WORD = (
    "INSERT INTO archive_vocabulary (word, articles) VALUES (:word, 1) ON CONFLICT DO NOTHING"
)

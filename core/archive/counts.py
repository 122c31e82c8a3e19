"""How many articles the archive has of a span of time, without reading their texts."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from core.archive.archive import SECOND_BITS, Archive, number_bounds
from core.archive.revisions import ArchiveFilter


class ArticleCounts(NamedTuple):
    """How many articles there are, and on how many days (UTC) revisions were fetched."""

    articles: int
    days: int


def count_articles(archive: Archive, since: datetime, until: datetime) -> ArticleCounts:
    """Return how many articles of a span of time there are.

    Args:
        archive: The archive.
        since: The beginning of the span, included.
        until: The end of the span, excluded.

    Raises:
        ArchiveError: The archive is unavailable or damaged.
    """
    least, after = number_bounds(ArchiveFilter(since, until))
    values = {"least": least, "after": after, "day": 86_400 << SECOND_BITS}
    with archive.database.read() as connection:
        [(articles, days)] = connection.rows(_COUNT, values)
    return ArticleCounts(int(articles), int(days))


_COUNT = (
    # The sign keeps SQLite on the index of the ids, a fiftieth of the table with the texts.
    "SELECT count(DISTINCT article_id), count(DISTINCT number / CAST(:day AS BIGINT))"
    " FROM archive_revisions WHERE +number >= :least AND +number < :after"
)

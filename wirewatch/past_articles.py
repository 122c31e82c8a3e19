"""The articles of the past: of the archive, or of the store where no archive was ever filled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from config.settings import Settings
from core.archive.fill import is_filled
from core.messages import ArticleRevision
from core.store import articles
from wirewatch.run.reading import read_archive, read_store


@contextmanager
def open_past_articles(
    settings: Settings, since: datetime, until: datetime
) -> Iterator[Iterator[ArticleRevision]]:
    """Yield the revisions that were fetched in a span of time, in that order.

    The store is read only where the archive stage has never run: the archive has everything that
    the store has, and keeps it for longer.

    Args:
        settings: Where archive and store are.
        since: The beginning of the span, included.
        until: The end of the span, excluded.

    Raises:
        ArchiveError: The archive is unavailable or damaged.
        StoreError: The store is unavailable.
    """
    with read_archive(settings, has_substitute=True) as archive:
        if is_filled(archive):
            yield (revision.article for revision in archive.articles(since, until))
            return
    with read_store(settings) as store:
        yield articles.scan(store, since, until)

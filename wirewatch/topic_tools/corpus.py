"""The articles that tools look through: those of the archive, or those of a file.

The port is an iterable of article revisions in the order in which they were fetched.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from config.catalog.models import Catalog
from config.settings import Settings
from core.messages import ArticleRevision
from wirewatch.past_articles import open_past_articles
from wirewatch.simulation import arrivals, parse_lines, simulated_catalog, stored_arrivals
from wirewatch.simulation.articles import Arrival

Corpus = Iterable[ArticleRevision]
"""Article revisions in the order in which they were fetched; can be read once."""


@contextmanager
def open_corpus(
    settings: Settings, catalog: Catalog, since: datetime, until: datetime, file: bytes | None
) -> Iterator[Corpus]:
    """Yield the articles of a file, or those that the archive has of a span of time.

    Args:
        settings: Where the archive is.
        catalog: Completes what a line leaves out, by its outlet.
        since: The beginning of the span; it does not apply to a file.
        until: The end of the span.
        file: JSON lines; None for the archive.
    """
    if file is not None:
        yield file_articles(file, "the file", settings, catalog)
        return
    with open_past_articles(settings, since, until) as revisions:
        yield revisions


@contextmanager
def open_arrivals(
    settings: Settings, catalog: Catalog, since: datetime, until: datetime, file: bytes | None
) -> Iterator[tuple[Iterator[Arrival], Catalog]]:
    """Yield the articles of a file or of the archive for a simulation, and the catalog for it.

    The catalog has the outlets of the articles, also those that sources.yaml has not.

    Raises:
        ArticleFileError: A line is not an article, or has no address or time.
    """
    if file is not None:
        lines = parse_lines(file, "the file")
        known = simulated_catalog(catalog, lines)
        yield arrivals(lines, known, settings.fetch_live_gap), known
        return
    with open_past_articles(settings, since, until) as revisions:
        yield stored_arrivals(revisions), catalog


def file_articles(
    content: bytes, name: str, settings: Settings, catalog: Catalog
) -> Iterator[ArticleRevision]:
    """Yield the articles of JSON lines, as ``alerts simulate`` reads them.

    A line may also leave out its address and its time.

    Raises:
        ArticleFileError: A line is not an article.
    """
    lines = parse_lines(_completed(content), name)
    known = simulated_catalog(catalog, lines)
    arriving: Iterable[Arrival] = arrivals(lines, known, settings.fetch_live_gap)
    return (a.revision for a in arriving if a.revision is not None and not a.revision.gone)


def _completed(content: bytes) -> bytes:
    return b"\n".join(_complete(line, n) for n, line in enumerate(content.split(b"\n"), 1))


def _complete(line: bytes, number: int) -> bytes:
    """Return a line with an address and a time; a line that is no JSON object unchanged."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return line  # parse_lines names the line and what is wrong with it
    if not isinstance(fields, dict):
        return line
    fields.setdefault("url", f"https://line.invalid/{number}")
    fields.setdefault("first_seen_at", fields.get("published_at") or "2000-01-01T00:00:00Z")
    return json.dumps(fields).encode()

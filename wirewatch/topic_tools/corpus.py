"""The articles that tools look through: those of the archive, or those of a file.

The port is an iterable of article revisions in the order in which they were fetched.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from config.catalog.models import Catalog
from config.settings import Settings
from core.archive import Archive
from core.archive.counts import ArticleCounts, count_articles
from core.archive.fill import is_filled
from core.messages import ArticleRevision
from wirewatch.past_articles import open_past_articles
from wirewatch.run.reading import read_archive
from wirewatch.simulation import arrivals, parse_lines, simulated_catalog, stored_arrivals
from wirewatch.simulation.articles import Arrival
from wirewatch.topic_tools.candidates import read_candidates
from wirewatch.topic_tools.headlines import BOM, SIGNS, labelled_fields

Corpus = Iterable[ArticleRevision]
"""Article revisions in the order in which they were fetched; can be read once."""


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time: ``since`` is included, ``until`` is not."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class Selected:
    """Those of many articles that topics can match.

    Attributes:
        articles: The revisions, in the order in which they were fetched.
        counts: How many articles and days they are selected from; None where they are all there is.
        archive: Has them; None where they are of a file or of the store.
    """

    articles: Corpus
    counts: ArticleCounts | None = None
    archive: Archive | None = None


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
def open_selected(
    settings: Settings,
    catalogs: Sequence[Catalog],
    span: Span,
    file: bytes | None,
    *,
    all_rules: bool = False,
) -> Iterator[Selected]:
    """Yield the articles in which a rule may give points; of a file and of the store all.

    Args:
        settings: Where the archive is.
        catalogs: Each with the topics to look at.
        span: Does not apply to a file.
        file: JSON lines; None for the archive.
        all_rules: Whether those count that only take points away.

    Raises:
        CatalogError: A query has an error.
        ArchiveError: The archive is unavailable or damaged.
        ArticleFileError: A line is not an article.
    """
    if file is not None:
        yield Selected(file_articles(file, "the file", settings, catalogs[0]))
        return
    with read_archive(settings, has_substitute=True) as archive:
        if is_filled(archive):
            counts = count_articles(archive, span.since, span.until)
            codes = settings.language_codes
            chosen = read_candidates(
                archive, catalogs, codes, span.since, span.until, all_rules=all_rules
            )
            yield Selected(chosen, counts, archive)
            return
    with open_past_articles(settings, span.since, span.until) as revisions:
        yield Selected(revisions)


@dataclass(frozen=True)
class Arriving:
    """Articles for a simulation.

    Attributes:
        arrivals: The articles.
        catalog: Has their outlets, also those that sources.yaml has not.
        articles: How many they are selected from; None where they are all there is.
        note: How far the archive reaches back, where the span has few of its articles; else empty.
    """

    arrivals: Iterator[Arrival]
    catalog: Catalog
    articles: int | None
    note: str = ""


@contextmanager
def open_arrivals(
    settings: Settings, catalog: Catalog, span: Span, file: bytes | None
) -> Iterator[Arriving]:
    """Yield the articles of a file, or those of the archive that a topic can match.

    Raises:
        ArticleFileError: A line is not an article, or has no address or time.
    """
    if file is not None:
        lines = parse_lines(file, "the file")
        known = simulated_catalog(catalog, lines)
        yield Arriving(arrivals(lines, known, settings.fetch_live_gap), known, None)
        return
    with open_selected(settings, [catalog], span, None) as selected:
        number = selected.counts.articles if selected.counts else None
        arriving = stored_arrivals(iter(selected.articles))
        yield Arriving(arriving, catalog, number, archive_reach(selected, span))


def archive_reach(selected: Selected, span: Span) -> str:
    """Return how far the archive reaches back, where the span has less than half of it."""
    if selected.archive is None or selected.counts is None:
        return ""
    known = count_articles(selected.archive, datetime.fromtimestamp(0, UTC), span.until)
    oldest = next(selected.archive.articles(page_size=1), None)
    if oldest is None or 2 * selected.counts.articles >= known.articles:
        return ""
    since = f"{oldest.article.fetched_at:%Y-%m-%d}"
    return (
        f"The archive has {known.articles:,} articles, the first fetched on {since}: "
        f"--since {since} reads them all."
    )


def file_articles(
    content: bytes, name: str, settings: Settings, catalog: Catalog
) -> Iterator[ArticleRevision]:
    """Yield the articles of JSON lines, as ``alerts simulate`` reads them, or labelled headlines.

    A line may also leave out its address and its time. Labels are ignored.

    Raises:
        ArticleFileError: A line is not an article.
    """
    lines = parse_lines(_completed(content, name, settings.language_codes), name)
    known = simulated_catalog(catalog, lines)
    arriving: Iterable[Arrival] = arrivals(lines, known, settings.fetch_live_gap)
    return (a.revision for a in arriving if a.revision is not None and not a.revision.gone)


def _completed(content: bytes, name: str, languages: Collection[str]) -> bytes:
    lines = enumerate(content.removeprefix(BOM).split(b"\n"), 1)
    return b"\n".join(_complete(line, name, number, languages) for number, line in lines)


def _complete(line: bytes, name: str, number: int, languages: Collection[str]) -> bytes:
    """Return a line with an address and a time, and nothing for a comment.

    A line that is neither a JSON object nor a labelled headline is unchanged.
    """
    if line.lstrip().startswith(b"#"):
        return b""
    try:
        if line.lstrip().startswith(SIGNS):
            fields = labelled_fields(line, name, number, languages)
        else:
            fields = json.loads(line)
    except (ValueError, RecursionError):
        return line  # parse_lines names the line and what is wrong with it
    if not isinstance(fields, dict):
        return line
    fields.pop("expected", None)
    fields.setdefault("url", f"https://line.invalid/{number}")
    fields.setdefault("first_seen_at", fields.get("published_at") or "2000-01-01T00:00:00Z")
    return json.dumps(fields).encode()

"""Find when an article was published.

::

    JSON-LD with offset ─ feed ─ JSON-LD ─ meta ─ microdata ─ <time> ─ words, path of the URL
                                                       ─ what htmldate finds ─▶ Publication

The first source that has a date wins; a date without a time of day takes the time of the next
source that has the same day. A time without an offset is one of the outlet's time zone. A time up
to a day in the future becomes the present, because clocks differ; a later one is the date of an
event, and is ignored. When a page was changed is not when it was published, only a bound for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from itertools import chain
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ingest.dates import WrittenDate, read_date
from ingest.extract.blocks import Block
from ingest.extract.date_elements import ArticlePlace, DatedElement, Kind, elements_with_dates
from ingest.extract.date_lines import lines_with_dates
from ingest.extract.models import PageHints
from ingest.extract.tree import ParsedPage
from ingest.time_zones import find_zone

_META = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "published",
    "published_time",
    "publication_date",
    "pub_date",
    "pub-date",
    "dateposted",
    "datepublication",
    "publicationdate",
    "parsely-pub-date",
    "sailthru.date",
    "article.published",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "bt:pubdate",
    "date",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dc:date",
    "dc.date.created",
    "dcterms.created",
    "dcterms.date",
    "article:published",
    "originalpublicationdate",
    "article_date_original",
    "date_published",
    "datecreated",
    "displaydate",
)
_MODIFIED_META = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "lastmod",
    "revised",
)
_PATH_DAY = re.compile(r"/((?:19|20)\d\d)[/-]?(\d\d)[/-]?(\d\d)(?=[/_.-]|$)")
_SAME_DAY = timedelta(hours=26)
_EVENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Publication:
    """When an article was published.

    Attributes:
        at: Aware UTC; None if it is not known.
        source: ``jsonld``, ``feed`` or ``page``.
        precision: ``time`` or ``day``.
        confidence: ``high`` if it is declared for programs, with its offset; ``medium`` if it was
            read from the text, or without an offset; ``low`` if htmldate guessed it.
        before: When the page was last changed, if that is all that is known.
    """

    at: datetime | None = None
    source: str | None = None
    precision: str | None = None
    confidence: str | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    date: WrittenDate
    source: str
    confidence: str

    def publication(self) -> Publication:
        precision = "day" if self.date.is_day else "time"
        return Publication(self.date.at, self.source, precision, self.confidence)


def publication_of(
    page: ParsedPage,
    url: str,
    hints: PageHints,
    now: datetime,
    blocks: Sequence[Block],
    title: int,
) -> Publication:
    """Return when an article was published, without guessing.

    Args:
        page: The parsed page, with everything that the zone tagger assigned to a zone.
        url: Its URL.
        hints: What the feed says, and the outlet's time zone.
        now: The present, aware.
        blocks: The blocks with their zones.
        title: Index of the headline, -1 if there is none.
    """
    reader = _Reader(now, find_zone(hints.time_zone), hints.language or page.language)
    sources = chain(
        _declared_elsewhere(page, hints, reader), _on_page(page, url, reader, blocks, title)
    )
    first = next(sources, None)
    if first is None:
        if reader.modified is not None:
            return Publication(before=reader.modified)
        return _guess(page.root, url, reader, ArticlePlace.of(blocks, title))
    if first.date.is_day and (finer := next((c for c in sources if _refines(c, first)), None)):
        first = finer
    return first.publication()


def _guess(root: HtmlElement, url: str, reader: _Reader, place: ArticlePlace) -> Publication:
    """Return the day that htmldate finds in what is left of a page without other articles."""
    from htmldate import find_date  # takes a tenth of a second, and most pages do not need it

    try:
        day = find_date(
            _own_part(root, place),
            original_date=True,
            extensive_search=False,
            url=url,
            max_date=reader.now.date().isoformat(),
        )
    except (ValueError, OverflowError):  # numbers that are no date
        day = None
    date = reader.read(day) if day and not day.endswith("-01") else None  # else often only a month
    return _Candidate(date, "page", "low").publication() if date else Publication()


def _own_part(root: HtmlElement, place: ArticlePlace) -> HtmlElement:
    """Return a copy of a page without the elements that belong to something else."""
    part = deepcopy(root)
    twins = zip(root.iter("*"), part.iter("*"), strict=True)
    for twin in [twin for element, twin in twins if place.excludes(element)]:
        if twin.getparent() is not None:
            twin.drop_tree()
    return part


class _Reader:
    """Reads dates, and notes when the page was last changed."""

    def __init__(self, now: datetime, zone: tzinfo | None, language: str | None) -> None:
        self.now, self._zone, self._language = now, zone, language
        self.modified: datetime | None = None

    def read(self, raw: str, *, on_page: bool = False) -> WrittenDate | None:
        return read_date(
            raw, now=self.now, zone=self._zone, publisher_language=self._language, on_page=on_page
        )

    def note_change(self, raw: str, *, on_page: bool = False) -> None:
        date = self.read(raw, on_page=on_page)
        if date and (self.modified is None or date.at < self.modified):
            self.modified = date.at

    def declared(self, raw: str, source: str) -> _Candidate | None:
        date = self.read(raw)
        return _Candidate(date, source, "high" if date.has_zone else "medium") if date else None

    def written(self, raw: str) -> _Candidate | None:
        date = self.read(raw, on_page=True)
        return _Candidate(date, "page", "medium") if date else None


def _declared_elsewhere(
    page: ParsedPage, hints: PageHints, reader: _Reader
) -> Iterator[_Candidate]:
    """Yield the dates of the JSON-LD and the feed."""
    linked = reader.declared(page.data.published, "jsonld")
    feed = _of_feed(hints, reader)
    exact = linked is not None and linked.date.has_zone and not linked.date.is_day
    for candidate in (linked, feed) if exact else (feed, linked):
        if candidate:
            yield candidate


def _of_feed(hints: PageHints, reader: _Reader) -> _Candidate | None:
    date = reader.read(hints.published_at.isoformat()) if hints.published_at else None
    return (
        _Candidate(replace(date, is_day=hints.published_is_day), "feed", "high") if date else None
    )


def _on_page(
    page: ParsedPage, url: str, reader: _Reader, blocks: Sequence[Block], title: int
) -> Iterator[_Candidate]:
    for name in _MODIFIED_META:
        reader.note_change(page.meta.get(name, ""))
    elements = elements_with_dates(page.root, blocks, title)
    for element in elements:
        if element.kind is Kind.MODIFIED:
            reader.note_change(element.value, on_page=True)
    lines = lines_with_dates(blocks, title)
    for line in lines:
        if line.is_change:
            reader.note_change(line.date, on_page=True)
    yield from filter(None, (reader.declared(v, "page") for v in _meta_values(page, elements)))
    found = [e for e in elements if e.kind is Kind.PUBLISHED]
    yield from filter(
        None, (reader.declared(e.value, "page") or reader.written(e.value) for e in found)
    )
    texts = [line for line in lines if not line.is_change]
    values = (
        *(e.value for e in elements if e.kind is Kind.TIME),
        *(line.date for line in texts if line.rank == 0),
        *_in_path(url),
        *(line.date for line in texts if line.rank > 0),
    )
    for candidate in filter(None, map(reader.written, values)):
        if reader.modified is None or candidate.date.at <= reader.modified + _EVENT:
            yield candidate


def _in_path(url: str) -> Iterator[str]:
    """Yield the day that begins a part of the path: ``/2026/11/28/title``, ``/20261128-title``."""
    for match in _PATH_DAY.finditer(urlsplit(url).path):
        yield "-".join(match.groups())


def _meta_values(page: ParsedPage, elements: Iterable[DatedElement]) -> Iterator[str]:
    """Yield the values of meta elements; microdata in the body is told apart by its place."""
    in_body = any(e.is_microdata for e in elements)
    for name in _META:
        if name in page.meta and not (in_body and name in ("datepublished", "datecreated")):
            yield page.meta[name]


def _refines(candidate: _Candidate, day: _Candidate) -> bool:
    """Return whether a candidate has a time of day, on a day that is known without one."""
    behind = day.date.at - candidate.date.at
    return not candidate.date.is_day and timedelta(0) <= behind <= _SAME_DAY

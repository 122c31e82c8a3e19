"""The articles of a simulation: JSON lines in, article revisions in the order of time out. Pure.

::

    {"url": "…", "first_seen_at": "…", "title": "…", …}   one line
       │ parse_lines
       ▼
    ArticleLine ──arrivals──▶ Arrival, in the order of time
                    │ the same url again is the next revision
                    │ what a line leaves out comes from its outlet in sources.yaml

Revisions that the store has arrive when they were fetched (:func:`stored_arrivals`).
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from config.catalog.models import Catalog, FilePosition, Outlet, Tier
from config.errors import ArticleFileError
from core.ids import article_id
from core.messages import ArticleRevision, Origin
from core.messages.base import Moment
from core.text import clean, clean_line
from ingest.pages.changes import COMPARED_REVISIONS, with_changes
from ingest.urls import canonical_url, shown_url

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)
"""Times that a line may have, so that the windows around them are times as well."""

_BOM = b"\xef\xbb\xbf"


def _in_range(moment: datetime) -> datetime:
    if not EARLIEST <= moment < LATEST:
        raise ValueError("a time before 1970 or after 2999")
    return moment


LineTime = Annotated[Moment, AfterValidator(_in_range)]
Line = Annotated[str, AfterValidator(clean_line)]
Text = Annotated[str, AfterValidator(clean)]
UrlText = Annotated[str, AfterValidator(str.strip), Field(min_length=1, max_length=4000)]


class ArticleLine(BaseModel):
    """A line of the file: an article as it was first seen, or as it had changed.

    Attributes:
        first_seen_at: The time of the simulated clock when the article arrives.
        country: Overrides the country of the outlet in ``sources.yaml``; ``tier`` likewise.
        gone: Whether the page has vanished instead of having a new text.
        number: Number of the line in the file, from 1.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: UrlText
    first_seen_at: LineTime
    outlet: Line = ""
    language: Line = ""
    title: Line = ""
    lead: Text = ""
    text: Text = ""
    published_at: LineTime | None = None
    country: Line | None = None
    tier: Tier | None = None
    authors: tuple[Line, ...] = ()
    agency: Line | None = None
    origin: Origin = Origin.LIVE
    gone: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A revision of an article, or news of its page.

    Attributes:
        at: The time of the simulated clock.
        revision: The article, ``gone`` where its page has vanished; None where that is said of an
            article that no earlier line has, or a second time.
    """

    at: datetime
    url: str
    revision: ArticleRevision | None


def parse_lines(content: bytes, name: str) -> list[ArticleLine]:
    """Return the articles of a file; blank lines are skipped.

    Args:
        content: JSON lines in UTF-8.
        name: What errors call the file.

    Raises:
        ArticleFileError: A line is not an article.
    """
    numbered = enumerate(content.removeprefix(_BOM).split(b"\n"), 1)
    return [_parse_line(line, name, number) for number, line in numbered if line.strip()]


def simulated_catalog(catalog: Catalog, lines: Iterable[ArticleLine]) -> Catalog:
    """Return the catalog with the outlets of the lines, and the tiers that these give.

    Where lines give different tiers of one outlet, the first one counts.
    """
    outlets = {outlet.id: outlet for outlet in catalog.outlets}
    tiers: dict[str, Tier] = {}
    for line in lines:
        outlets.setdefault(line.outlet, _unknown_outlet(line))
        if line.tier is not None:
            tiers.setdefault(line.outlet, line.tier)
    with_tiers = (replace(o, tier=tiers.get(o.id, o.tier)) for o in outlets.values())
    return replace(catalog, outlets=tuple(with_tiers))


def arrivals(
    lines: Iterable[ArticleLine], catalog: Catalog, live_gap: timedelta
) -> Iterator[Arrival]:
    """Yield the lines in the order of time; those of one moment in the order of the file.

    Args:
        lines: The articles.
        catalog: Has all their outlets.
        live_gap: After how long without an article of its outlet backfill was missed in a gap.
    """
    gaps = _Gaps(live_gap)
    outlets = {outlet.id: outlet for outlet in catalog.outlets}
    newest: dict[str, deque[ArticleRevision]] = {}
    for line in sorted(lines, key=lambda line: (line.first_seen_at, line.number)):
        key = article_id(canonical_url(line.url))
        before = newest.setdefault(key, deque(maxlen=COMPARED_REVISIONS))
        if line.gone:
            revision = _vanished(before, line.first_seen_at)
        else:
            revision = _revision(line, key, before, outlets[line.outlet])
            revision = revision.model_copy(update={"missed_since": gaps.missed_since(line)})
        if revision is not None:
            before.append(revision)
        yield Arrival(line.first_seen_at, line.url, revision)


class _Gaps:
    """Finds the gaps in which an outlet was not read: its lines tell when it was.

    Args:
        live_gap: What is longer is a gap.
    """

    def __init__(self, live_gap: timedelta) -> None:
        self._live_gap = live_gap
        self._last: dict[str, datetime] = {}
        self._began: dict[str, datetime] = {}

    def missed_since(self, line: ArticleLine) -> datetime | None:
        """Return when the outlet's last gap began, for backfill; None for the first read."""
        last = self._last.get(line.outlet, line.first_seen_at)
        if line.first_seen_at - last > self._live_gap:
            self._began[line.outlet] = last
        self._last[line.outlet] = line.first_seen_at
        return self._began.get(line.outlet) if line.origin is Origin.BACKFILL else None


def stored_arrivals(revisions: Iterable[ArticleRevision]) -> Iterator[Arrival]:
    """Yield revisions as they were fetched; they must be in that order."""
    for revision in revisions:
        yield Arrival(revision.fetched_at, revision.url, revision)


def _parse_line(line: bytes, name: str, number: int) -> ArticleLine:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, nested too deeply
        raise ArticleFileError(name, number, f"it is not JSON: {clean_line(str(error))}") from None
    if not isinstance(fields, dict):
        raise ArticleFileError(name, number, "it is not a JSON object")
    values = {key: value for key, value in fields.items() if value is not None}
    try:
        return ArticleLine.model_validate(values | {"number": number})
    except ValidationError as error:
        problems = (f"{_location(e['loc'])}: {clean_line(e['msg'], 200)}" for e in error.errors())
        raise ArticleFileError(name, number, "; ".join(problems)) from None


def _location(path: tuple[int | str, ...]) -> str:
    return ".".join(map(str, path))


def _unknown_outlet(line: ArticleLine) -> Outlet:
    position = FilePosition("sources.yaml", 1, 1)
    return Outlet(
        id=line.outlet,
        name=line.outlet,
        country="",
        language="",
        tier=Tier.B,
        feeds=(),
        position=position,
    )


def _revision(
    line: ArticleLine, key: str, before: Sequence[ArticleRevision], outlet: Outlet
) -> ArticleRevision:
    """Return a line as ingest would announce it; ``before`` has the article's last revisions."""
    published = line.published_at and min(line.published_at, line.first_seen_at)
    values: dict[str, Any] = {
        "article_id": key,
        "revision": before[-1].revision + 1 if before else 1,
        "url": _shown(line.url),
        "outlet": outlet.id,
        "feed_id": "",
        "language": line.language or outlet.language,
        "country": outlet.country if line.country is None else line.country,
        "published_at": published,
        "published_source": "page" if published else None,
        "first_seen_at": before[-1].first_seen_at if before else line.first_seen_at,
        "fetched_at": line.first_seen_at,
    }
    copied = ("title", "lead", "text", "authors", "agency", "origin")
    revision = ArticleRevision(**values, **{name: getattr(line, name) for name in copied})
    return with_changes(revision, tuple(before))


def _vanished(earlier: Sequence[ArticleRevision], at: datetime) -> ArticleRevision | None:
    """Return what ingest would announce of a page that has vanished since its last revision."""
    if not earlier or earlier[-1].gone:
        return None
    before = earlier[-1]
    return before.vanished(before.revision + 1, at)


def _shown(url: str) -> str:
    try:
        return shown_url(url)
    except ValueError:  # such as a malformed IPv6 address: the line's own text identifies it
        return url

"""Find when an article was published.

::

    JSON-LD datePublished with offset ─ feed ─ JSON-LD without offset ─ meta ─ <time> ─▶ aware UTC

A time without an offset is read as UTC. A time up to a day in the future becomes the present,
because clocks differ; a later one is the date of an event, not of the publication, and is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from lxml.html import HtmlElement

from ingest.extract.tree import ParsedPage

_META = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "date",
    "pubdate",
    "publishdate",
    "publish-date",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dc.date",
    "dcterms.created",
    "dcterms.date",
    "article.published",
    "cxenseparse:recs:publishtime",
    "last-modified",
    "article:modified_time",
)
_OFFSET = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$", re.IGNORECASE)
_SLASHED = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})$")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)


def publication_time(
    page: ParsedPage, hint: datetime | None, now: datetime, time_elements: Iterable[HtmlElement]
) -> tuple[datetime | None, str | None]:
    """Return the time of publication and its source: ``jsonld``, ``feed`` or ``page``.

    Args:
        page: The parsed page.
        hint: The time the feed names.
        now: The present, aware.
        time_elements: The ``<time>`` elements of the page, in order.
    """
    json_ld = parse_moment(page.data.published, now)
    if json_ld and (hint is None or has_offset(page.data.published)):
        return json_ld, "jsonld"
    if hint is not None:
        return min(hint, now), "feed"
    for name in _META:
        if moment := parse_moment(page.meta.get(name, ""), now):
            return moment, "page"
    for element in time_elements:
        if moment := parse_moment(element.get("datetime") or element.get("content") or "", now):
            return moment, "page"
    return None, None


def has_offset(value: str) -> bool:
    """Return whether a time is written with its offset from UTC."""
    return bool(_OFFSET.search(value.strip()))


def parse_moment(value: str, now: datetime) -> datetime | None:
    """Parse a time in ISO 8601 or RFC 2822 and return it in UTC.

    Returns:
        None for any other text, and for a time before 1990 or more than a day after ``now``.
    """
    value = value.strip()[:60]
    if len(value) < 8:
        return None
    moment = _parse(value)
    if moment is None:
        return None
    try:
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    if not _EARLIEST <= moment <= now + _AHEAD:
        return None
    return min(moment, now.astimezone(UTC))


def _parse(value: str) -> datetime | None:
    if slashed := _SLASHED.match(value):
        value = "{}-{:0>2}-{:0>2}".format(*slashed.groups())
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None

"""When an article was published, out of what a page writes.

::

    JSON-LD datePublished with offset ─ feed ─ JSON-LD without offset ─ meta ─ <time> ─▶ aware UTC

A time without an offset is read as UTC. A moment later than now is now (clocks differ); one more
than a day ahead is an event's date, not a publication, and is passed over.
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


def published(
    page: ParsedPage, hint: datetime | None, now: datetime, time_elements: Iterable[HtmlElement]
) -> tuple[datetime | None, str | None]:
    """The moment of publication and where it comes from: jsonld, feed or page."""
    linked = moment(page.data.published, now)
    if linked and (hint is None or has_offset(page.data.published)):
        return linked, "jsonld"
    if hint is not None:
        return min(hint, now), "feed"
    for name in _META:
        if found := moment(page.meta.get(name, ""), now):
            return found, "page"
    for element in time_elements:
        if found := moment(element.get("datetime") or element.get("content") or "", now):
            return found, "page"
    return None, None


def has_offset(value: str) -> bool:
    """Whether a written time names its offset from UTC."""
    return bool(_OFFSET.search(value.strip()))


def moment(value: str, now: datetime) -> datetime | None:
    """An aware UTC moment out of ISO 8601 or RFC 2822; None for what is neither or cannot be."""
    value = value.strip()[:60]
    if len(value) < 8:
        return None
    found = _parse(value)
    if found is None:
        return None
    try:
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    if not _EARLIEST <= found <= now + _AHEAD:
        return None
    return min(found, now.astimezone(UTC))


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

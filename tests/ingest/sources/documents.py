"""Builders of feeds for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from config.errors import FetchError
from ingest.sources import FeedEntry, ParsedFeed
from ingest.sources.context import ParseContext
from ingest.sources.parse import parse_feed

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
URL = "https://www.example.org/feed.xml"

NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
    'xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)


def item(**fields: Any) -> str:
    """Return an RSS item; ``raw`` is inserted unchanged, all other values are escaped."""
    raw = fields.pop("raw", "")
    inside = "".join(
        f"<{name.replace('_', ':')}>{escape(str(value))}</{name.replace('_', ':')}>"
        for name, value in fields.items()
        if value is not None
    )
    return f"<item>{inside}{raw}</item>"


def article(number: int, **changes: Any) -> str:
    """Return a typical item."""
    fields: dict[str, Any] = {
        "title": f"Meldung {number}",
        "link": f"https://www.example.org/a/{number}",
        "guid": f"id-{number}",
        "description": f"<p>Was zu Meldung {number} zu sagen ist.</p>",
        "pubDate": "Sun, 22 Nov 2026 08:00:00 +0100",
    }
    return item(**(fields | changes))


def rss(*items: str, channel: str = "", language: str = "de-DE", head: str = "") -> bytes:
    """Return an RSS 2.0 document."""
    head = head or "<?xml version='1.0' encoding='utf-8'?>"
    return (
        f'{head}<rss version="2.0" {NAMESPACES}>'
        f"<channel><title>Beispiel</title><link>https://www.example.org/</link>"
        f"<language>{language}</language>{channel}{''.join(items)}</channel></rss>"
    ).encode()


def atom(*entries: str, attributes: str = "", head: str = "") -> bytes:
    """Return an Atom 1.0 document."""
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" {attributes}>'
        f"<title>Beispiel</title><id>urn:x</id>{head}{''.join(entries)}</feed>"
    ).encode()


def parse(
    body: bytes,
    known: Mapping[str, str] | None = None,
    *,
    url: str = URL,
    content_type: str | None = None,
    limit: int = 1000,
    now: datetime = NOW,
    level: str = "id",
) -> ParsedFeed:
    """Call ``parse_feed`` with default arguments."""
    return parse_feed(
        body,
        ParseContext(
            url=url, content_type=content_type, now=now, known=known or {}, limit=limit, level=level
        ),
    )


def tried(body: bytes) -> tuple[ParsedFeed | None, str]:
    """Return the parsed feed, or the outcome with which it is refused."""
    try:
        return parse(body), "feed"
    except FetchError as error:
        return None, error.outcome


def only(body: bytes, **options: Any) -> FeedEntry:
    """Return the only entry of a feed."""
    (entry,) = parse(body, **options).entries
    return entry


def memory(*feeds: ParsedFeed) -> dict[str, str]:
    """Return the hashes by key that a store would know after reading these feeds."""
    return {entry.key: entry.content_hash for feed in feeds for entry in feed.entries}

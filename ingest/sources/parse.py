"""Parse a document of any kind; only workers import this and the parsers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, tzinfo

from ingest.dates import read_date
from ingest.sources.decode import to_utf8
from ingest.sources.entry import FeedEntry, ParsedFeed
from ingest.sources.feed import parse_xml
from ingest.sources.jsonfeed import parse_json
from ingest.sources.sitemap import parse_sitemap_xml


def parse_feed(
    body: bytes,
    *,
    url: str,
    content_type: str | None,
    now: datetime,
    known: Mapping[str, str],
    limit: int,
    zone: tzinfo | None = None,
    level: str = "id",
) -> ParsedFeed:
    """Return the new and changed entries of an RSS, Atom or JSON feed.

    Args:
        body: The document, decompressed.
        url: Where it came from; relative links are relative to it.
        content_type: The ``Content-Type``; only its charset is used.
        now: The present, aware.
        known: Digest by key of the entries seen before.
        limit: How many entries to return at most; the newest are chosen.
        zone: The time zone of dates that name none, if it is known.
        level: What identifies the entries of the feed so far
            (:class:`ingest.sources.key_level.KeyLevel`).

    Raises:
        FetchError: The document cannot be read as a feed; ``outcome`` says what it is.
    """
    document = to_utf8(body, url=url, content_type=content_type)
    parse = parse_json if document.lstrip()[:1] == b"{" else parse_xml
    return _dated(
        parse(document, url=url, now=now, known=known, limit=limit, level=level), now, zone
    )


def parse_sitemap(
    body: bytes,
    *,
    url: str,
    content_type: str | None,
    now: datetime,
    known: Mapping[str, str],
    limit: int,
    zone: tzinfo | None = None,
    level: str = "id",
) -> ParsedFeed:
    """Return the new and changed entries of a news sitemap; URLs without a news tag are skipped.

    Args:
        body: As for :func:`parse_feed`, like the other arguments.
        url: Where the document came from.
        content_type: The ``Content-Type``.
        now: The present, aware.
        known: Digest by key of the entries seen before.
        limit: How many entries to return at most.
        zone: As for :func:`parse_feed`.
        level: What identifies the entries of the feed so far.

    Raises:
        FetchError: The document cannot be read as a news sitemap.
    """
    document = to_utf8(body, url=url, content_type=content_type)
    parsed = parse_sitemap_xml(document, url=url, now=now, known=known, limit=limit, level=level)
    return _dated(parsed, now, zone)


def _dated(parsed: ParsedFeed, now: datetime, zone: tzinfo | None) -> ParsedFeed:
    """Return a document with its dates read in the zone of the publisher."""
    entries = (_with_date(entry, parsed.language, now, zone) for entry in parsed.entries)
    return replace(parsed, entries=tuple(entries))


def _with_date(
    entry: FeedEntry, feed_language: str | None, now: datetime, zone: tzinfo | None
) -> FeedEntry:
    language = entry.language or feed_language
    date = read_date(entry.published_raw, now=now, publisher_language=language, zone=zone)
    if date is None:
        return entry
    return replace(entry, published_at=date.at, published_is_day=date.is_day)

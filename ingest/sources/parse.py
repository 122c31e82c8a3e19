"""Parse a document of any kind; only workers import this and the parsers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ingest.sources.decode import to_utf8
from ingest.sources.entry import ParsedFeed
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
) -> ParsedFeed:
    """Return the new and changed entries of an RSS, Atom or JSON feed.

    Args:
        body: The document, decompressed.
        url: Where it came from; relative links are relative to it.
        content_type: The ``Content-Type``; only its charset is used.
        now: The present, aware.
        known: Digest by key of the entries seen before.
        limit: How many entries to return at most; the newest are chosen.

    Raises:
        FetchError: The document cannot be read as a feed; ``outcome`` says what it is.
    """
    document = to_utf8(body, url=url, content_type=content_type)
    parse = parse_json if document.lstrip()[:1] == b"{" else parse_xml
    return parse(document, url=url, now=now, known=known, limit=limit)


def parse_sitemap(
    body: bytes,
    *,
    url: str,
    content_type: str | None,
    now: datetime,
    known: Mapping[str, str],
    limit: int,
) -> ParsedFeed:
    """Return the new and changed entries of a news sitemap; URLs without a news tag are skipped.

    Args:
        body: As for :func:`parse_feed`, like the other arguments.
        url: Where the document came from.
        content_type: The ``Content-Type``.
        now: The present, aware.
        known: Digest by key of the entries seen before.
        limit: How many entries to return at most.

    Raises:
        FetchError: The document cannot be read as a news sitemap.
    """
    document = to_utf8(body, url=url, content_type=content_type)
    return parse_sitemap_xml(document, url=url, now=now, known=known, limit=limit)

"""Parse a document of any kind; only workers import this and the parsers."""

from __future__ import annotations

from ingest.sources.context import ParseContext
from ingest.sources.decode import to_utf8
from ingest.sources.entry import ParsedFeed
from ingest.sources.feed import parse_xml
from ingest.sources.jsonfeed import parse_json
from ingest.sources.sitemap import parse_sitemap_xml


def parse_feed(body: bytes, context: ParseContext) -> ParsedFeed:
    """Return the new and changed entries of an RSS, Atom or JSON feed.

    Args:
        body: The document, decompressed.
        context: What else is known about it.

    Raises:
        FetchError: The document cannot be read as a feed; ``outcome`` says what it is.
    """
    document = to_utf8(body, url=context.url, content_type=context.content_type)
    parse = parse_json if document.lstrip()[:1] == b"{" else parse_xml
    return parse(document, context)


def parse_sitemap(body: bytes, context: ParseContext) -> ParsedFeed:
    """Return the new and changed entries of a news sitemap; URLs without a news tag are skipped.

    Args:
        body: The document, decompressed.
        context: What else is known about it.

    Raises:
        FetchError: The document cannot be read as a news sitemap.
    """
    document = to_utf8(body, url=context.url, content_type=context.content_type)
    return parse_sitemap_xml(document, context)

"""RSS and Atom: feedparser, but only on what is new.

::

    bytes ── well-formed ── scan ── sort_out ── the new and changed ── feedparser ── Entry
       └── malformed ── feedparser on all of it ── sort_out ── Entry

feedparser takes half a millisecond and more per entry, seen or not; the scan takes a fiftieth.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import feedparser
import structlog

from config.errors import FetchError
from config.i18n import Phrase
from ingest.dates import parse_date
from ingest.sources.build import FeedContext, entry_of, field, language_code
from ingest.sources.decode import ends, is_html, not_a_feed
from ingest.sources.entry import ParsedFeed
from ingest.sources.hints import PublisherHints
from ingest.sources.identity import EntrySelection, RawEntry, select_entries
from ingest.sources.scan import FeedChannel, FeedScan, keep_only, mended, refuse_bombs, scan
from ingest.sources.text import to_line
from ingest.urls import fetchable_url

MOST_UNCLOSED = 20_000
"""More elements left open make feedparser take seconds; a large feed of loose HTML has hundreds."""

_log = structlog.get_logger(__name__)

_END = re.compile(rb"</(?:\w+:)?(?:rss|rdf|feed)\s*>", re.IGNORECASE)
_FEED = re.compile(rb"<(?:\w+:)?(?:rss|rdf|feed|channel|item|entry)\b", re.IGNORECASE)


def parse_xml(
    document: bytes, *, url: str, now: datetime, known: Mapping[str, str], limit: int
) -> ParsedFeed:
    """Read an RSS or Atom document.

    Raises:
        FetchError: It is none, or cannot be read.
    """
    if is_html(document):
        raise not_a_feed(url, document)
    refuse_bombs(url, document)
    found = scan(document)
    parsed = _parse_new(found, url, now, known, limit) if found else None
    return parsed or _parse_whole(document, url, now, known, limit)


def _parse_new(
    found: FeedScan, url: str, now: datetime, known: Mapping[str, str], limit: int
) -> ParsedFeed | None:
    """None where feedparser sees other entries than the scan did."""
    chosen = select_entries(found.raws, known, limit, _age(now))
    items: Sequence[Any] = ()
    if chosen.kept:
        result = _feedparser(keep_only(found, {position for position, _, _ in chosen.kept}))
        items = result["entries"] if result else ()
        if len(items) != len(chosen.kept):
            return None
    return _parsed(found.channel, found.is_atom, items, chosen, len(found.raws), url, now)


def _parse_whole(
    document: bytes, url: str, now: datetime, known: Mapping[str, str], limit: int
) -> ParsedFeed:
    if not _FEED.search(document[:65_536]):
        raise not_a_feed(url, document)  # feedparser takes seconds to see that
    if unclosed(document) > MOST_UNCLOSED:
        raise FetchError(url, "parse", Phrase("fetch.feed_unclosed"))
    result = _feedparser(document) or _feedparser(mended(document) or b"")
    if result is None:
        raise FetchError(url, "parse", Phrase("fetch.feed_damaged"))
    items = result["entries"]
    version = result.get("version") or ""  # missing where feedparser found nothing at all
    if not items and not version:
        raise not_a_feed(url, document)
    if not items and result["bozo"]:
        raise FetchError(url, "parse", Phrase("fetch.feed_without_entries"))
    raws = [_raw(item) for item in items]
    chosen = select_entries(raws, known, limit, _age(now))
    kept = [items[position] for position, _, _ in chosen.kept]
    is_atom = version.startswith("atom")
    found = _parsed(_channel(result["feed"]), is_atom, kept, chosen, len(items), url, now)
    return replace(found, whole=ends(document, _END))


def unclosed(document: bytes) -> int:
    """Roughly how many elements a document opens and never closes."""
    closing = 2 * document.count(b"</") + document.count(b"/>")
    return document.count(b"<") - closing - document.count(b"<!") - document.count(b"<?")


def _feedparser(document: bytes) -> Any:
    """What feedparser makes of a document; None where it fails, as it does on some damage."""
    try:
        # Bytes that look like a path would be opened as a file; a stream never is.
        return feedparser.parse(  # type: ignore[attr-defined, no-untyped-call]
            io.BytesIO(document), sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # noqa: BLE001 - KeyError, TypeError, ValueError, UnicodeError ...
        _log.debug("feedparser_failed", error=type(error).__name__)
        return None


def _parsed(
    channel: FeedChannel,
    is_atom: bool,
    items: Sequence[Any],
    chosen: EntrySelection,
    total: int,
    url: str,
    now: datetime,
) -> ParsedFeed:
    language = language_code(channel.language)
    base = url if is_atom else fetchable_url(channel.link, url) or url
    context = FeedContext(base, language, now)
    entries = tuple(
        entry_of(item, key, digest, context)
        for item, (_, key, digest) in zip(items, chosen.kept, strict=True)
    )
    return ParsedFeed(
        title=to_line(channel.title, 300),
        language=language,
        entries=entries,
        known_keys=chosen.known_keys,
        total=total,
        tossed=chosen.tossed,
        hint=channel.hints.at(now),
        self_url=fetchable_url(channel.self_url, url) if channel.self_url else None,
    )


def _raw(item: Any) -> RawEntry:
    content = next((field(c, "value") for c in dict.get(item, "content", ())), "")
    summary = field(item, "summary")
    return RawEntry(
        guid=field(item, "id"),
        link=field(item, "link"),
        title=field(item, "title"),
        summary="" if summary == content else summary,
        content=content,
        published=field(item, "published"),
    )


def _channel(feed: Any) -> FeedChannel:
    links = dict.get(feed, "links", ())
    return FeedChannel(
        title=field(feed, "title"),
        link=field(feed, "link"),
        language=field(feed, "language"),
        self_url=next((field(x, "href") for x in links if field(x, "rel") == "self"), ""),
        hints=PublisherHints.of(
            field(feed, "ttl"), field(feed, "sy_updateperiod"), field(feed, "sy_updatefrequency")
        ),
    )


def _age(now: datetime) -> Any:
    """Orders entries by age; those without a date come after those with one."""

    def age(raw: RawEntry) -> float:
        at = parse_date(raw.published, now=now)
        return (now - at).total_seconds() if at else float("inf")

    return age

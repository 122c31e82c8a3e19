"""Parse RSS and Atom with feedparser, which gets only the entries that are new or changed.

::

    bytes ── well-formed ── scan ── select_entries ── new and changed ── feedparser ── FeedEntry
       └── malformed ── feedparser on all of it ── select_entries ── FeedEntry

feedparser takes at least half a millisecond per entry, known or not; the scan takes a fiftieth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from config.errors import FetchError
from config.i18n import Phrase
from ingest.sources.bounds import BoundedDocument, bound, without_declarations
from ingest.sources.build import FeedContext, build_entry, build_feed, language_code, text_field
from ingest.sources.context import ParseContext
from ingest.sources.decode import is_complete, is_html, not_a_feed_error
from ingest.sources.entry import ParsedFeed
from ingest.sources.feedparser_reader import read_feed
from ingest.sources.hints import PublisherHints
from ingest.sources.identity import EntrySelection, RawEntry
from ingest.sources.limits import (
    MALFORMED,
    MOST_PARSED_ELEMENTS,
    WELL_FORMED,
    Budget,
    reason_for_cut,
)
from ingest.sources.publisher import with_publisher
from ingest.sources.scan import (
    FeedChannel,
    FeedScan,
    keep_only,
    repair,
    scan,
)
from ingest.urls import fetchable_url

MAX_UNCLOSED = 20_000
"""More unclosed elements take feedparser seconds; a large feed with loose HTML has hundreds."""

_END = re.compile(rb"</(?:\w+:)?(?:rss|rdf|feed)\s*>", re.IGNORECASE)
_FEED = re.compile(rb"<(?:\w+:)?(?:rss|rdf|feed|channel|item|entry)\b", re.IGNORECASE)


def parse_xml(document: bytes, context: ParseContext) -> ParsedFeed:
    """Parse an RSS or Atom document.

    Args:
        document: In UTF-8 (:func:`ingest.sources.decode.to_utf8`).
        context: What else is known about it.

    Raises:
        FetchError: It is not such a document, or cannot be read.
    """
    if is_html(document):
        raise not_a_feed_error(context.url, document)
    document = without_declarations(context.url, document)
    bounded = _bounded(document, WELL_FORMED, context)
    scanned = scan(bounded.text)
    parsed = _parse_new(scanned, context) if scanned else None
    parsed = parsed or _parse_whole(bounded.text, context)
    return _without(parsed, bounded.left_out)


def _bounded(document: bytes, budget: Budget, context: ParseContext) -> BoundedDocument:
    url = context.url
    try:
        return bound(url, document, budget, context.now)
    except FetchError:
        if not _FEED.search(document[:65_536]):
            raise not_a_feed_error(url, document) from None
        _refuse_unclosed(url, document)
        raise


def _without(parsed: ParsedFeed, left_out: int) -> ParsedFeed:
    """Return what was parsed of a document that had more entries."""
    if not left_out:
        return parsed
    return replace(
        parsed,
        total=parsed.total + left_out,
        skipped=parsed.skipped + left_out,
        cut_reason=reason_for_cut(len(parsed.entries) + len(parsed.known_keys)),
    )


def _parse_new(scanned: FeedScan, context: ParseContext) -> ParsedFeed | None:
    """Parse a scanned document; None if feedparser sees other entries than the scan."""
    selection = _affordable(scanned, context)
    items: Sequence[Any] = ()
    if selection.selected:
        positions = {position for position, _ in selection.selected}
        result = read_feed(keep_only(scanned, positions))
        items = result["entries"] if result else ()
        if len(items) != len(selection.selected):
            return None
    total = len(scanned.raws)
    parsed = _parsed(scanned.channel, items, selection, total, context, is_atom=scanned.is_atom)
    elements = (scanned.entries[position] for position, _ in selection.selected)
    entries = map(with_publisher, parsed.entries, elements)
    return replace(parsed, entries=tuple(entries))


def _affordable(scanned: FeedScan, context: ParseContext) -> EntrySelection:
    """Select the newest entries that have few enough elements to be parsed."""
    selection = context.select(scanned.raws)
    sizes = {p: sum(1 for _ in scanned.entries[p].iter()) for p, _ in selection.selected}
    if sum(sizes.values()) <= MOST_PARSED_ELEMENTS:
        return selection
    left, chosen = MOST_PARSED_ELEMENTS, []
    for one in sorted(selection.selected, key=lambda one: context.age(scanned.raws[one[0]])):
        if sizes[one[0]] <= left:
            left -= sizes[one[0]]
            chosen.append(one)
    return selection.narrowed(sorted(chosen, key=lambda one: one[0]))


def _parse_whole(document: bytes, context: ParseContext) -> ParsedFeed:
    url = context.url
    if not _FEED.search(document[:65_536]):
        raise not_a_feed_error(url, document)  # feedparser takes seconds to find out
    _refuse_unclosed(url, document)
    bounded = _bounded(document, MALFORMED, context)
    document = bounded.text
    result = read_feed(document) or read_feed(repair(document) or b"")
    if result is None:
        raise FetchError(url, "parse", Phrase("fetch.feed_damaged"))
    items = result["entries"]
    version = result.get("version") or ""  # missing if feedparser found nothing
    if not items and not version:
        raise not_a_feed_error(url, document)
    if not items and result["bozo"]:
        raise FetchError(url, "parse", Phrase("fetch.feed_without_entries"))
    selection = context.select([_raw(item) for item in items])
    selected = [items[position] for position, _ in selection.selected]
    is_atom = version.startswith("atom")
    channel = _channel(result["feed"])
    parsed = _parsed(channel, selected, selection, len(items), context, is_atom=is_atom)
    return _without(replace(parsed, whole=is_complete(document, _END)), bounded.left_out)


def _refuse_unclosed(url: str, document: bytes) -> None:
    if count_unclosed(document) > MAX_UNCLOSED:
        raise FetchError(url, "parse", Phrase("fetch.feed_unclosed"))


def count_unclosed(document: bytes) -> int:
    """Return roughly how many elements a document opens and never closes."""
    closing = 2 * document.count(b"</") + document.count(b"/>")
    return document.count(b"<") - closing - document.count(b"<!") - document.count(b"<?")


def _parsed(
    channel: FeedChannel,
    items: Sequence[Any],
    selection: EntrySelection,
    total: int,
    context: ParseContext,
    *,
    is_atom: bool,
) -> ParsedFeed:
    language, url = language_code(channel.language), context.url
    base = url if is_atom else fetchable_url(channel.link, url) or url
    feed = FeedContext(base, language, context.now, context.zone)
    entries = [
        build_entry(item, identity, feed)
        for item, (_, identity) in zip(items, selection.selected, strict=True)
    ]
    return build_feed(
        channel.title,
        language,
        entries,
        selection,
        total=total,
        hint=channel.hints.pause,
        skip_hours=tuple(sorted(channel.hints.skip_hours)),
        self_url=fetchable_url(channel.self_url, url) if channel.self_url else None,
        hub_url=fetchable_url(channel.hub_url, url) if channel.hub_url else None,
    )


def _raw(item: Any) -> RawEntry:
    content = next((text_field(c, "value") for c in dict.get(item, "content", ())), "")
    summary = text_field(item, "summary")
    return RawEntry(
        guid=text_field(item, "id"),
        link=text_field(item, "link"),
        title=text_field(item, "title"),
        summary="" if summary == content else summary,
        content=content,
        published=text_field(item, "published"),
        modified=text_field(item, "updated"),
    )


def _channel(feed: Any) -> FeedChannel:
    links = dict.get(feed, "links", ())
    return FeedChannel(
        title=text_field(feed, "title"),
        link=text_field(feed, "link"),
        language=text_field(feed, "language"),
        self_url=_linked(links, "self"),
        hub_url=_linked(links, "hub"),
        hints=PublisherHints.parse(
            text_field(feed, "ttl"),
            text_field(feed, "sy_updateperiod"),
            text_field(feed, "sy_updatefrequency"),
        ),
    )


def _linked(links: Sequence[Any], rel: str) -> str:
    """Return the target of the first link of a relation, or an empty text."""
    return next((text_field(x, "href") for x in links if text_field(x, "rel") == rel), "")

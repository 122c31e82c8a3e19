"""Parse JSON Feed 1.0 and 1.1 (jsonfeed.org), which feedparser cannot read."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from config.errors import FetchError
from config.i18n import Phrase
from ingest.sources.article_text import article_text
from ingest.sources.build import FeedContext, author_names, build_feed, language_code
from ingest.sources.context import ParseContext
from ingest.sources.entry import FeedEntry, ParsedFeed
from ingest.sources.identity import EntryIdentity, RawEntry
from ingest.sources.limits import (
    LONGEST_LINE,
    LONGEST_MARKUP,
    MOST_AUTHORS,
    MOST_TOKENS,
    WELL_FORMED,
)
from ingest.sources.text import to_line
from ingest.sources.visible_text import is_placeholder
from ingest.urls import fetchable_url

FINISHED = timedelta(days=7)
"""How long to wait for a feed that says it will never be updated again."""

MOST_HUBS = 10
"""Hubs of a feed that are looked at."""

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.?)*+(?:"|\Z)|[{}\[\],]', re.DOTALL)


def parse_json(document: bytes, context: ParseContext) -> ParsedFeed:
    """Parse a JSON Feed.

    Args:
        document: In UTF-8.
        context: What else is known about it.

    Raises:
        FetchError: ``not_a_feed`` for other JSON, ``parse`` for what is not JSON.
    """
    url = context.url
    bounded = _bounded(url, document)
    feed = _load(url, bounded)
    items = [item for item in feed["items"] if isinstance(item, dict)]
    raws = [_raw(item) for item in items]
    selection = context.select(raws)
    language = language_code(_text(feed, "language"))
    home = _text(feed, "feed_url") or _text(feed, "home_page_url")
    common = FeedContext(fetchable_url(home, url) or url, language, context.now, context.zone)
    authors = _authors(feed)
    entries = [
        _entry(items[p], raws[p], identity, common, authors) for p, identity in selection.selected
    ]
    return build_feed(
        _text(feed, "title"),
        language,
        entries,
        selection,
        total=len(feed["items"]),
        unusable=len(feed["items"]) - len(items),
        hint=FINISHED if feed.get("expired") is True else None,
        self_url=fetchable_url(_text(feed, "feed_url"), url),
        hub_url=_hub(feed, url),
        is_cut=bounded is not document,
    )


def _bounded(url: str, document: bytes) -> bytes:
    """Return the document, or its beginning if it has too many values: the first whole items.

    Raises:
        FetchError: ``parse``: there is no whole item within the limit.
    """
    signs = document.count(b"{") + document.count(b"[") + document.count(b",")
    if signs <= MOST_TOKENS and document.count(b'"') <= 2 * MOST_TOKENS:
        return document
    depth = items = end = 0
    key, in_items = b"", False
    for n, token in enumerate(_TOKEN.finditer(document)):
        sign = token[0][:1]
        if n >= MOST_TOKENS or items >= WELL_FORMED.entries:
            if not end:
                raise FetchError(url, "parse", Phrase("fetch.feed_too_complex"))
            return document[:end] + (b"]}" if in_items else b"}")
        if sign == b'"':
            key = token[0] if depth == 1 else key
        elif sign in b"{[":
            in_items = in_items or (depth == 1 and token[0] == b"[" and key == b'"items"')
            depth += 1
        elif sign in b"}]":
            depth -= 1
            if in_items and depth <= 2:
                items, end, in_items = items + 1, token.end(), depth == 2
    return document


def _load(url: str, document: bytes) -> dict[str, Any]:
    try:
        feed = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise FetchError(url, "parse", Phrase("fetch.not_json")) from error
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise FetchError(url, "not_a_feed", Phrase("fetch.not_a_json_feed"))
    return feed


def _raw(item: Mapping[str, Any]) -> RawEntry:
    return RawEntry(
        guid=_text(item, "id"),
        link=_text(item, "url"),  # external_url is a page of somebody else that the item is about
        title=_text(item, "title")[:LONGEST_LINE],
        summary=_text(item, "summary")[:LONGEST_MARKUP],
        content=_text(item, "content_html")[:LONGEST_MARKUP] or _plain(item, "content_text"),
        published=_text(item, "date_published"),
        modified=_text(item, "date_modified"),
    )


def _plain(item: Mapping[str, Any], name: str) -> str:
    """Return plain text as markup: its signs mean themselves, its lines are paragraphs."""
    text = html.escape(_text(item, name)[:LONGEST_MARKUP], quote=False)
    return text.replace("\n", "<br>") if "&" in text else text


def _entry(
    item: Mapping[str, Any],
    raw: RawEntry,
    identity: EntryIdentity,
    context: FeedContext,
    authors: Sequence[str],
) -> FeedEntry:
    language = language_code(_text(item, "language"))
    link = "" if is_placeholder(raw.link) else raw.link
    links = (link, raw.guid if raw.guid.startswith("http") else "")
    return FeedEntry(
        **identity._asdict(),
        **context.date_fields(language, raw.published or raw.modified),
        url=next((u for link in links if link and (u := fetchable_url(link, context.base))), None),
        title=to_line(raw.title),
        summary=article_text(raw.summary, context.base),
        content=article_text(raw.content, context.base),
        authors=author_names(_authors(item) or list(authors)),
        language=language,
    )


def _authors(thing: Mapping[str, Any]) -> list[str]:
    """Return the authors of an item or feed: ``authors`` (1.1) or ``author`` (1.0)."""
    listed = thing.get("authors")
    people = listed if isinstance(listed, list) else [thing.get("author")]
    return [_text(p, "name") for p in people[:MOST_AUTHORS] if isinstance(p, dict)]


def _hub(feed: Mapping[str, Any], url: str) -> str | None:
    """Return the first WebSub hub of a feed."""
    listed = feed.get("hubs")
    hubs = listed[:MOST_HUBS] if isinstance(listed, list) else []
    is_hub = (isinstance(h, dict) and _text(h, "type").lower() == "websub" for h in hubs)
    urls = (_text(hub, "url") for hub, wanted in zip(hubs, is_hub, strict=True) if wanted)
    return next((fetchable_url(hub, url) for hub in urls if hub), None)


def _text(mapping: Mapping[str, Any], name: str) -> str:
    """Return a value as text; ids may be numbers, other types become empty."""
    value = mapping.get(name)
    is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value) if is_text else ""

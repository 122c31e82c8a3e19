"""Read a page that lists articles as if it were a feed, for publishers without one.

::

    bytes ── tree ── what the operator's selector finds ── one link each ── select_entries
                                                                             └── FeedEntry

Ministries, parliaments and courts publish lists of press releases. The selector names either the
links themselves or the items around them. An entry has the title and the date of its item; the text
comes from its page, as for every entry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from config.errors import FetchError
from config.i18n import Phrase
from core.text.clean import clean_line
from ingest.sources.build import FeedContext, build_feed, language_code
from ingest.sources.context import ParseContext
from ingest.sources.entry import FeedEntry, ParsedFeed
from ingest.sources.identity import EntryIdentity, RawEntry
from ingest.sources.limits import LONGEST_LINE
from ingest.sources.page_tree import base_of, parse_page
from ingest.sources.text import to_line
from ingest.urls import fetchable_url

MOST_LINKS = 500
"""Links of a page that are read, the first ones."""

SHORTEST_TITLE = 15
"""Characters of a link's text; one such as "mehr" is no title, the heading of its item is."""

_MOST_LEVELS = 4
_LONGEST_DATE = 40
_DATE = re.compile(
    r"\d{1,2}\.\s?(?:\d{1,2}\.|\w{3,9}\s)\s?\d{2,4}"
    r"|\d{4}-\d{2}-\d{2}|\b\w{3,9} \d{1,2}, \d{4}"
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(frozen=True, slots=True)
class _Item:
    link: str
    title: str
    published: str


def parse_list_page(body: bytes, context: ParseContext, links: str) -> ParsedFeed:
    """Return the new and changed entries of a page that lists articles.

    Args:
        body: The page, decompressed.
        context: What else is known about it. If there are too many entries, the first are selected.
        links: CSS selector of the links, or of the items that have one.

    Raises:
        FetchError: There is no page, or the selector finds no link on it.
    """
    url = context.url
    root = parse_page(body, context.content_type)
    if root is None:
        raise FetchError(url, "empty", Phrase("fetch.empty"))
    etree.strip_elements(root, "script", "style", "template", with_tail=False)
    items = _items(root, url, links)
    if not items:
        raise FetchError(
            url,
            "not_a_feed",
            Phrase("fetch.list_without_links"),
            mend="Adapt `links` in sources.yaml to the page as it is now.",
        )
    items, is_cut = items[:MOST_LINKS], len(items) > MOST_LINKS
    raws = [RawEntry(link=i.link, title=i.title, published=i.published) for i in items]
    places = {id(raw): float(place) for place, raw in enumerate(raws)}
    selection = context.select(raws, lambda raw: places[id(raw)])
    language = language_code(root.get("lang") or "")
    common = FeedContext(url, language, context.now, context.zone, on_page=True)
    return build_feed(
        root.findtext(".//title") or "",
        language,
        [_entry(items[place], one, common) for place, one in selection.selected],
        selection,
        total=len(items),
        is_cut=is_cut,
    )


def _items(root: HtmlElement, url: str, links: str) -> list[_Item]:
    """Return the items that the selector finds, each address once."""
    base = base_of(root, url)
    found: dict[str, _Item] = {}
    selected = cast("list[HtmlElement]", CSSSelector(links)(root))
    anchors = [anchor for anchor in map(_anchor, selected) if anchor is not None]
    for anchor in anchors:
        address = fetchable_url(anchor.get("href", "")[:LONGEST_LINE], base)
        if address and address.partition("#")[0] != url.partition("#")[0]:
            item = _item_around(anchor, anchors)
            found.setdefault(address, _Item(address, _title(anchor, item), _published(item)))
    return [item for item in found.values() if item.title]


def _anchor(element: HtmlElement) -> HtmlElement | None:
    """Return the link of a selected element: itself, or the first that it contains."""
    return next((a for a in element.iter("a") if a.get("href")), None)


def _item_around(anchor: HtmlElement, anchors: list[HtmlElement]) -> HtmlElement:
    """Return the largest element around a link that contains no other of the links."""
    others = set(anchors) - {anchor}
    item = anchor
    for parent in list(anchor.iterancestors())[:_MOST_LEVELS]:
        if parent.tag in ("body", "html", "main") or any(a in others for a in parent.iter("a")):
            break
        item = parent
    return item


def _title(anchor: HtmlElement, item: HtmlElement) -> str:
    """Return the heading of an item, or the text of its link if it has none."""
    headings = (_text(e) for e in item.iter(*_HEADINGS))
    text = _text(anchor)
    if len(text) >= SHORTEST_TITLE and not any(True for _ in anchor.iter(*_HEADINGS)):
        return text
    named = anchor.get("title") or anchor.get("aria-label") or ""
    return next(filter(None, (*headings, text, to_line(named[:LONGEST_LINE]))), "")


def _text(element: HtmlElement) -> str:
    return clean_line(" ".join(map(str, element.itertext()))[:LONGEST_LINE], 500)


def _published(item: HtmlElement) -> str:
    """Return the date of an item as it is written: in a ``<time>``, or as a line of its own."""
    for element in item.iter("time"):
        if value := (element.get("datetime") or _text(element))[:100].strip():
            return value
    lines = (clean_line(str(text), 200).split(" | ")[0] for text in item.itertext())
    return next((line for line in lines if len(line) <= _LONGEST_DATE and _DATE.search(line)), "")


def _entry(item: _Item, identity: EntryIdentity, context: FeedContext) -> FeedEntry:
    return FeedEntry(
        **identity._asdict(),
        **context.date_fields(context.language, item.published),
        url=item.link,
        title=item.title,
        summary="",
        content="",
        authors=(),
        language=context.language,
    )

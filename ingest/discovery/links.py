"""The links of a page that may lead to feeds. Only workers import this: pages are not trusted."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from core.text.clean import clean_line, clean_markup
from ingest.discovery.feed_link import FeedLink
from ingest.extract.bounds import bound_page
from ingest.extract.decode import decode
from ingest.extract.page_head import find_refresh
from ingest.urls import fetchable_url, same_site

MOST_LINKS = 20

_FEED_TYPES = frozenset({
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/json",
    "application/rdf+xml", "application/xml", "text/xml",
})  # fmt: skip
_LOOKS_LIKE_FEED = re.compile(
    r"(?:^|[/._~-])(?:rss2?|feeds?|atom|rdf)(?:$|[/._~?=-])|\.(?:rss|rdf|atom)$|feed\.json$",
    re.IGNORECASE,
)


def find_feed_links(body: bytes, url: str, content_type: str | None) -> list[FeedLink]:
    """Return the links of a page that may lead to feeds: where it refreshes to, then declared ones.

    Args:
        body: The page; anything else has no links.
        url: Where it came from.
        content_type: The ``Content-Type``; only its charset is used.
    """
    root = _tree(body, content_type)
    if root is None:
        return []
    base = fetchable_url(next((e.get("href", "") for e in root.iter("base")), ""), url) or url
    found: dict[str, FeedLink] = {}
    for link in (*_refresh(root, url, base), *_declared(root, base), *_likely(root, base, url)):
        found.setdefault(link.url, link)
    return list(found.values())[:MOST_LINKS]


def _tree(body: bytes, content_type: str | None) -> HtmlElement | None:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    html = bound_page(decode(body, content_type)).encode("utf-8", "replace")
    try:
        return document_fromstring(clean_markup(html), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _refresh(root: HtmlElement, url: str, base: str) -> list[FeedLink]:
    target = find_refresh(root, url, base)
    return [FeedLink(target, "", declared=False, refresh=True)] if target else []


def _declared(root: HtmlElement, base: str) -> list[FeedLink]:
    return [
        FeedLink(address, clean_line(element.get("title", ""), 200), declared=True)
        for element in root.iter("link")
        if "alternate" in element.get("rel", "").lower().split()
        and element.get("type", "").partition(";")[0].strip().lower() in _FEED_TYPES
        and (address := fetchable_url(element.get("href", ""), base))
    ]


def _likely(root: HtmlElement, base: str, url: str) -> list[FeedLink]:
    return [
        FeedLink(address, clean_line(" ".join(map(str, a.itertext()))[:500], 200), declared=False)
        for a in root.iter("a")
        if _LOOKS_LIKE_FEED.search(a.get("href", "")[:500])
        and (address := fetchable_url(a.get("href", ""), base))
        and same_site(address, url)
    ]

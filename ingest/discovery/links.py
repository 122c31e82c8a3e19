"""The links of a page that may lead to feeds. Only workers import this: pages are not trusted."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from core.text.clean import clean_line
from ingest.discovery.feed_link import FeedLink
from ingest.extract.page_head import find_refresh
from ingest.sources.page_tree import base_of, parse_page
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
    root = parse_page(body, content_type)
    if root is None:
        return []
    base = base_of(root, url)
    found: dict[str, FeedLink] = {}
    for link in (*_refresh(root, url, base), *_declared(root, base), *_likely(root, base, url)):
        found.setdefault(link.url, link)
    return list(found.values())[:MOST_LINKS]


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

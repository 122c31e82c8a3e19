"""What a worker does with a request to parse."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from protego import Protego

from config.errors import FetchError
from config.i18n import Phrase
from ingest.discovery.links import find_feed_links
from ingest.parsing.messages import (
    FeedRequest,
    LinksRequest,
    RobotsAnswer,
    RobotsRequest,
    decode_request,
    encode_error,
    encode_feed,
    encode_links,
    encode_robots,
)
from ingest.sources import ParsedFeed
from ingest.sources.context import ParseContext
from ingest.sources.list_page import parse_list_page
from ingest.sources.parse import parse_feed, parse_sitemap
from ingest.time_zones import find_zone

_WARM_UP_FEED = (
    b"<rss version='2.0'><channel><title>Probe</title><item><title>Probe</title>"
    b"<link>https://www.example.com/warm-up</link><description>&lt;p&gt;Ein Absatz</description>"
    b"<pubDate>Mon, 05 Jan 2026 10:00:00 +0100</pubDate></item></channel></rss>"
)


def handle(task: bytes) -> bytes:
    """Return the answer to a request (:mod:`ingest.parsing.messages`)."""
    request = decode_request(task)
    if isinstance(request, RobotsRequest):
        return encode_robots(decide_robots(request))
    if isinstance(request, LinksRequest):
        return encode_links(find_feed_links(request.body, request.url, request.content_type))
    try:
        return encode_feed(parse(request), request.known)
    except FetchError as error:
        return encode_error(_with_feed_of(request, error))


def _with_feed_of(request: FeedRequest, error: FetchError) -> FetchError:
    """Return the error for a page that came instead of a feed with the feed that the page names."""
    if error.outcome != "html_instead":
        return error
    links = find_feed_links(request.body, request.url, request.content_type)
    url = next((link.url for link in links if link.declared and link.url != request.url), None)
    if url is None:
        return error
    return FetchError(error.url, error.outcome, Phrase("fetch.web_page_names_feed", url=url))


def parse(request: FeedRequest) -> ParsedFeed:
    """Return the new and changed entries of a document.

    Raises:
        FetchError: It cannot be read.
    """
    context = ParseContext(
        url=request.url,
        now=request.now,
        known=request.known,
        limit=request.limit,
        content_type=request.content_type,
        zone=find_zone(request.time_zone),
        level=request.level,
    )
    if request.kind == "page":
        return parse_list_page(request.body, context, request.links)
    parse_document = parse_sitemap if request.kind == "sitemap" else parse_feed
    return parse_document(request.body, context)


def decide_robots(request: RobotsRequest) -> RobotsAnswer:
    """Return what a robots.txt says about a URL."""
    rules = _rules(request.text)
    allowed = rules.can_fetch(request.url, request.agent)
    return RobotsAnswer(allowed, rules.crawl_delay(request.agent))


@lru_cache(maxsize=4)
def _rules(text: str) -> Protego:
    """Return the parsed rules; the next page of a host has the same."""
    return Protego.parse(text)


def warm_up() -> None:
    """Load everything that parsing needs before the first document arrives."""
    parse(
        FeedRequest(
            kind="feed",
            body=_WARM_UP_FEED,
            url="https://www.example.com/warm-up",
            content_type=None,
            now=datetime.now(UTC),
            known={},
            limit=1,
        )
    )

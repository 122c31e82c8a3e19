"""Request what may be a feed of a site, politely, and say what each is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from config.errors import FetchError
from config.i18n import Phrase
from config.settings import Settings
from core.clock import Clock
from core.http import Response
from core.http.client import HttpClient
from ingest.deps import DocumentParser
from ingest.discovery.feed_link import FeedLink
from ingest.hosts import HostGate
from ingest.parsing.messages import FeedRequest, LinksRequest
from ingest.polling.backoff import failure_of
from ingest.robots import Robots
from ingest.sources.entry import ParsedFeed

MOST_REQUESTS = 25
"""Candidates that are requested; a home page may link dozens of feeds."""

USUAL_PATHS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
"""Where feeds are if a site names none."""

FULL_TEXT = 600
"""Characters of an average entry from which a feed is said to have the whole text."""

HEADLINES = 5
"""Headlines of a candidate that are reported."""

_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_NEWS = re.compile(r"news|nachricht|aktuell|actu", re.IGNORECASE)
_MOST_SITEMAPS = 4
_OUTLET = "discover"


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A candidate that was requested.

    Attributes:
        url: Its address after redirects.
        kind: ``feed`` or ``sitemap``.
        title: What it calls itself, or what the page calls it.
        language: Two letters, if it names one.
        entries: How many entries it has.
        newest_at: When its newest entry was published.
        full_text: Whether its entries have whole texts.
        conditional: Whether its server lets a poll ask for changes only.
        headlines: Those of its first entries.
        problem: Why it cannot be used; None if it can.
    """

    url: str
    kind: str
    title: str = ""
    language: str | None = None
    entries: int = 0
    newest_at: datetime | None = None
    full_text: bool = False
    conditional: bool = False
    headlines: tuple[str, ...] = ()
    problem: Phrase | None = None


class SiteReader(Protocol):
    """What is needed to read a site: a part of :class:`ingest.deps.Deps`."""

    @property
    def settings(self) -> Settings:
        """Limits and times."""

    @property
    def clock(self) -> Clock:
        """The present."""

    @property
    def http(self) -> HttpClient:
        """The client."""

    @property
    def gate(self) -> HostGate:
        """Takes turns for hosts."""

    @property
    def robots(self) -> Robots:
        """Decides by robots.txt."""

    @property
    def parser(self) -> DocumentParser:
        """Parses feeds and sitemaps."""


async def discover(deps: SiteReader, address: str, *, most: int = MOST_REQUESTS) -> list[FoundFeed]:
    """Return the feeds and news sitemaps of a site, usable ones first, then what failed.

    Args:
        deps: Client, turns of hosts, robots, parser.
        address: Of a feed, or of a page of the site; without a scheme it is https.
        most: How many candidates are requested.

    Raises:
        FetchError: The address cannot be requested, or robots.txt forbids it or cannot be read.
    """
    url = address if "://" in address else f"https://{address}"
    response = await _get(deps, url)
    own, links = await _read_site(deps, response)
    refresh = next((link for link in links if link.refresh), None)
    if refresh is not None and not any(link.declared for link in links):
        response = await _get(deps, refresh.url)
        own, links = await _read_site(deps, response)
    if own.problem is None:
        return [own]
    found = await _read_all(deps, [*links, *await _sitemaps(deps, response.url)], most)
    if not any(feed.problem is None for feed in found):
        usual = [FeedLink(urljoin(response.url, path), "", declared=False) for path in USUAL_PATHS]
        found += await _read_all(deps, usual, most)
    said = {feed.url: feed for feed in reversed(found) if _is_worth_saying(feed, links)}
    return sorted(said.values(), key=lambda feed: feed.problem is not None)


async def _read_site(deps: SiteReader, response: Response) -> tuple[FoundFeed, list[FeedLink]]:
    """Return the feed that an address is of, and the links of the page that it is of instead."""
    own = await _read(deps, FeedLink(response.url, "", declared=True), response)
    if own.problem is None:
        return own, []
    request = LinksRequest(response.body, response.url, response.headers.get("Content-Type"))
    return own, await deps.parser.find_links(request)


def _is_worth_saying(feed: FoundFeed, links: Sequence[FeedLink]) -> bool:
    """Return whether a candidate works, or its site says that it is a feed."""
    return feed.problem is None or any(link.declared and link.url == feed.url for link in links)


async def _read_all(deps: SiteReader, links: Sequence[FeedLink], most: int) -> list[FoundFeed]:
    found = []
    for link in links[:most]:
        try:
            response = await _get(deps, link.url)
        except FetchError as error:
            found.append(FoundFeed(link.url, _kind(link), link.title, problem=error.reason))
        else:
            found.append(await _read(deps, link, response))
    return found


async def _sitemaps(deps: SiteReader, url: str) -> list[FeedLink]:
    """Return the sitemaps that robots.txt lists and that may have news."""
    robots = urljoin(url, "/robots.txt")
    try:
        response = await _get(deps, robots)
    except FetchError:
        return []
    listed = dict.fromkeys(_SITEMAP.findall(response.body.decode("utf-8", "replace")))
    addresses = [urljoin(robots, address) for address in listed]
    news = [a for a in addresses if _NEWS.search(urlsplit(a).path)] or addresses
    return [FeedLink(address, "", declared=False) for address in news[:_MOST_SITEMAPS]]


def _kind(link: FeedLink) -> str:
    return "sitemap" if "sitemap" in link.url.lower() else "feed"


async def _get(deps: SiteReader, url: str) -> Response:
    """Request an address as the program requests pages: robots.txt applies, hosts have turns."""
    decision = await deps.robots.allowed(url)
    if not decision.allowed and not url.endswith("/robots.txt"):
        raise FetchError(url, decision.refusal.outcome, decision.refusal.reason)
    async with deps.gate.turn(url, at_least=decision.crawl_delay or 0.0):
        response = await deps.http.get(
            url, max_bytes=deps.settings.http_max_feed_bytes, accept="*/*"
        )
    failure = failure_of(response, None)
    if failure is not None:
        raise FetchError(url, failure.outcome, failure.reason)
    return response


async def _read(deps: SiteReader, link: FeedLink, response: Response) -> FoundFeed:
    """Parse a candidate as what it seems to be, then as the other kind of document."""
    problem: Phrase | None = None
    kinds = ("sitemap", "feed") if _kind(link) == "sitemap" else ("feed", "sitemap")
    for kind in kinds:
        request = FeedRequest(
            kind=kind,
            body=response.body,
            url=response.url,
            content_type=response.headers.get("Content-Type"),
            now=deps.clock(),
            known={},
            limit=deps.settings.fetch_max_entries,
        )
        try:
            parsed = await deps.parser.parse(request, _OUTLET, slow=False)
        except FetchError as error:
            problem = problem or error.reason
        else:
            return _found(kind, link, response, parsed)
    return FoundFeed(response.url, kinds[0], link.title, problem=problem)


def _found(kind: str, link: FeedLink, response: Response, parsed: ParsedFeed) -> FoundFeed:
    texts = [max(len(e.content), len(e.summary)) for e in parsed.entries]
    dates = [e.published_at for e in parsed.entries if e.published_at]
    return FoundFeed(
        url=response.url,
        kind=kind,
        title=parsed.title or link.title,
        language=parsed.language,
        entries=parsed.total,
        newest_at=max(dates, default=None),
        full_text=bool(texts) and sum(texts) / len(texts) >= FULL_TEXT,
        conditional=bool(response.headers.get("ETag") or response.headers.get("Last-Modified")),
        headlines=tuple(entry.title for entry in parsed.entries[:HEADLINES] if entry.title),
    )

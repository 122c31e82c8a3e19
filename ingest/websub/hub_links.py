"""Find the hub that a feed names, and the URL under which the hub knows the feed.

::

    Link headers ── rel=hub, rel=self ──┐ first
    document ────── hub_url, self_url ──┴──▶ HubLink, or None
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ingest.sources.entry import ParsedFeed
from ingest.urls import fetchable_url

LONGEST_URL = 2_000
"""Characters of a URL of hub or feed; a longer one is not used."""

MOST_HEADER = 8_000
"""Characters of the ``Link`` headers that are read."""

_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HubLink:
    """Where a feed can be subscribed to.

    Attributes:
        hub: URL of the hub.
        topic: The URL that the feed names as its own.
    """

    hub: str
    topic: str


def find_hub(headers: Mapping[str, str], parsed: ParsedFeed, url: str) -> HubLink | None:
    """Return the hub of a feed; None if it names none, or no URL of its own.

    The feed's address as it was requested does not stand in for the URL that it names: it may
    contain a secret.

    Args:
        headers: Headers of the answer.
        parsed: The document.
        url: Where the document came from.
    """
    links = dict(reversed([*_links(headers)]))
    hub = _absolute(links.get("hub", ""), url) or parsed.hub_url
    topic = _absolute(links.get("self", ""), url) or parsed.self_url
    if not hub or not topic or max(len(hub), len(topic)) > LONGEST_URL:
        return None
    return HubLink(hub, topic)


def _absolute(link: str, url: str) -> str | None:
    return fetchable_url(link, url) if link else None


def _links(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield relation and target of each link of the headers."""
    for target, parameters in _LINK.findall(link_header(headers)[:MOST_HEADER]):
        if match := _REL.search(parameters):
            for rel in (match[1] or match[2] or "").lower().split():
                yield rel, target.strip()


def link_header(headers: Mapping[str, str]) -> str:
    """Return all ``Link`` headers as one; of other headers only the first counts."""
    getall = getattr(headers, "getall", None)
    values = getall("Link", []) if getall else [headers.get("Link", "")]
    return ", ".join(map(str, values))

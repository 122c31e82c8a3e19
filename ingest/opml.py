"""OPML: the list of feeds as other readers write and read it.

::

    OPML ── outlines with xmlUrl ── FeedListing …          the catalog ── outlets ── OPML

OPML has a feed's address, name and site. The outlet's id and language, and the kind and selector of
a feed, are attributes that other readers ignore. Tiers, countries and intervals are not exported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lxml import etree

from config.catalog.models import Outlet
from config.catalog.values import InvalidValue, css_selector
from config.errors import UsageError
from config.i18n import Phrase
from core.text.clean import clean_line
from ingest.urls import fetchable_url, registrable_domain

MAX_BYTES = 5_000_000
MOST_FEEDS = 10_000

VARIABLE = "${"
"""In ``sources.yaml`` this begins a variable of the environment, whose value is often a secret: no
text of the document may become one."""

_NOT_ID = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class FeedListing:
    """A feed in an OPML document.

    Attributes:
        url: Its address.
        outlet: The id of its outlet: as this program wrote it, else made of the site's domain.
        name: The outlet's name.
        language: Two letters; may be empty.
        options: The other keys of the feed in ``sources.yaml``, where this program wrote them.
    """

    url: str
    outlet: str
    name: str
    language: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


def read_opml(document: bytes, file: str) -> list[FeedListing]:
    """Return the feeds of an OPML document, each address once.

    Args:
        document: The bytes.
        file: Its name, for the error.

    Raises:
        UsageError: It is no OPML, too large, or has no feed.
    """
    if len(document) > MAX_BYTES:
        raise UsageError(Phrase("opml.large", file=file, n=MAX_BYTES))
    outlines = list(_root(document, file).iter("outline"))
    feeds = {listing.url: listing for listing in map(_listing, outlines) if listing is not None}
    if not feeds:
        raise UsageError(Phrase("opml.no_feed", file=file))
    return list(feeds.values())[:MOST_FEEDS]


def write_opml(outlets: Iterable[Outlet]) -> str:
    """Return the feeds of outlets as an OPML document, one group for each outlet."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Wirewatch"
    body = etree.SubElement(root, "body")
    for outlet in outlets:
        group = etree.SubElement(body, "outline", text=outlet.name, title=outlet.name)
        for feed in outlet.feeds:
            named = {"text": outlet.name, "type": "rss", "xmlUrl": feed.url}
            own = {"outlet": outlet.id, "language": outlet.language, "links": feed.links}
            own["kind"] = "" if feed.kind == "feed" else feed.kind
            etree.SubElement(group, "outline", {**named, **{k: v for k, v in own.items() if v}})
    etree.indent(root)
    return etree.tostring(root, encoding="unicode", doctype='<?xml version="1.0"?>') + "\n"


def outlet_id(url: str, taken: Sequence[str] = ()) -> str:
    """Return an id for the outlet of an address: its domain without the ending.

    Args:
        url: Of a feed or page.
        taken: Ids that other outlets have; the id gets a number if it is one of them.
    """
    host = urlsplit(url).hostname or ""
    domain = registrable_domain(host) or host
    name = _NOT_ID.sub("-", domain.rpartition(".")[0] or domain).strip("-") or "outlet"
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (name, *numbered) if one not in taken)


def _root(document: bytes, file: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False
    )
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or root.tag != "opml":
        raise UsageError(f"{file} is not OPML.", mend="Export the feeds as OPML.")
    return root


def _listing(outline: etree._Element) -> FeedListing | None:
    url = fetchable_url((outline.get("xmlUrl") or outline.get("xmlurl") or "").strip()[:2_048])
    if not url:
        return None
    site = fetchable_url((outline.get("htmlUrl") or "").strip()[:2_048]) or url
    host = urlsplit(site).hostname or site
    written = _NOT_ID.sub("-", (outline.get("outlet") or "")[:100].lower()).strip("-")
    name = clean_line((outline.get("title") or outline.get("text") or "")[:500], 100)
    name = name.replace(VARIABLE, "$ {")
    language = (outline.get("language") or "")[:2].lower()
    return FeedListing(
        url=url,
        outlet=written or outlet_id(site),
        name=name or registrable_domain(host) or host,
        language=language if re.fullmatch("[a-z]{2}", language) else "",
        options=_options(outline),
    )


def _options(outline: etree._Element) -> dict[str, str]:
    kind, links = outline.get("kind") or "", (outline.get("links") or "")[:500]
    if VARIABLE in links:
        return {}
    if kind == "page" and links and not isinstance(css_selector(links), InvalidValue):
        return {"kind": kind, "links": links}
    return {"kind": kind} if kind == "sitemap" else {}

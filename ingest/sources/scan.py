"""Scan a well-formed feed cheaply for the identity of its entries, before it is parsed properly.

::

    bytes ── lxml, strict, no entities, no network ── entries ── RawEntry
                                                 └── channel ── FeedChannel

A document that is not well-formed, or of an unknown kind, has no scan; feedparser then gets all
of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from ingest.sources.hints import NO_HINTS, PublisherHints
from ingest.sources.identity import LONGEST_STAMP, RawEntry
from ingest.sources.namespaces import CORE, adopt_own_namespaces, split_tag

_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_SY = "http://purl.org/rss/1.0/modules/syndication/"
_DC = "http://purl.org/dc/elements/1.1/"
_DCTERMS = "http://purl.org/dc/terms/"
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ROOTS = frozenset({"rss", "feed", "RDF", "rdf", "channel", "entry"})
_FIELDS = {
    "guid": "guid",
    "id": "guid",
    "link": "link",
    "title": "title",
    "description": "summary",
    "summary": "summary",
    "content": "content",
    "pubDate": "published",
    "published": "published",
    "issued": "published",
    "updated": "modified",
    "modified": "modified",
}


@dataclass(frozen=True, slots=True)
class FeedChannel:
    """What a feed says about itself, as the document has it."""

    title: str = ""
    link: str = ""
    language: str = ""
    self_url: str = ""
    hub_url: str = ""
    hints: PublisherHints = NO_HINTS


@dataclass(frozen=True, slots=True)
class FeedScan:
    """A well-formed feed.

    Attributes:
        root: The root element.
        entries: The elements of the entries, in the document's order.
        raws: Their fields, in the same order.
        channel: What the feed says about itself.
        is_atom: Whether relative links are relative to the feed, not to the channel's link.
    """

    root: etree._Element
    entries: list[etree._Element]
    raws: list[RawEntry]
    channel: FeedChannel
    is_atom: bool


def parse_strictly(document: bytes) -> etree._Element | None:
    """Return the root of a well-formed document without entities of its own, else None."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError:
        return None
    has_entities = (
        b"<!DOCTYPE" in document[:65_536] and next(root.iter(etree.Entity), None) is not None
    )
    return None if has_entities else root


def repair(document: bytes) -> bytes | None:
    """Return a damaged document repaired by libxml2: well-formed, but parts may be missing."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, encoding="utf-8"
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError:
        return None
    return None if root is None else etree.tostring(root, encoding="utf-8")


def scan(document: bytes) -> FeedScan | None:
    """Scan a feed; None if only feedparser may be able to read it."""
    root = parse_strictly(document)
    if root is None or split_tag(root.tag)[1] not in _ROOTS:
        return None
    adopt_own_namespaces(root)
    entries = [e for e in outermost(root, "item", "entry") if split_tag(e.tag)[0] in CORE]
    is_atom = split_tag(root.tag)[1] in ("feed", "entry")
    home = root if is_atom else next(root.iter("{*}channel"), root)
    return FeedScan(root, entries, [_raw(e) for e in entries], _channel(root, home), is_atom)


def outermost(root: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Yield the elements of these names, in any namespace, that are not inside one another."""
    last, parent = None, None
    for element in root.iter(*(f"{{*}}{name}" for name in names)):
        if element.getparent() is not parent and any(e is last for e in element.iterancestors()):
            continue
        last, parent = element, element.getparent()
        yield element


def keep_only(feed: FeedScan, positions: set[int]) -> bytes:
    """Remove all other entries and return the document."""
    for position, entry in enumerate(feed.entries):
        parent = entry.getparent()
        if position not in positions and parent is not None:
            entry.clear()  # lxml takes quadratic time to remove an element with its content
            parent.remove(entry)
    return etree.tostring(feed.root, encoding="utf-8", xml_declaration=True)


def _raw(entry: etree._Element) -> RawEntry:
    fields: dict[str, str] = {}
    links: dict[str, str] = {}
    for child in entry:
        name = _field(child.tag)
        if name is None:
            continue
        if name == "link":
            _take_link(links, child)
        elif name == "modified":
            stamp = f"{fields.get(name, '')} {_text(child)[:LONGEST_STAMP].strip()}".lstrip()
            fields[name] = stamp[:LONGEST_STAMP]
        elif not fields.get(name):
            fields[name] = _text(child)
    if not fields.get("guid"):
        fields["guid"] = entry.get(_RDF_ABOUT, "")
    return RawEntry(link=links.get("text") or links.get("href") or "", **fields)


def _take_link(links: dict[str, str], link: etree._Element) -> None:
    """Take the text of an RSS link or the address of an Atom one; RSS items may have both."""
    href = link.get("href")
    if href is None:
        links["text"] = links.get("text") or _text(link).strip()
    elif link.get("rel", "alternate") == "alternate":
        links["href"] = links.get("href") or href


def _channel(root: etree._Element, home: etree._Element) -> FeedChannel:
    fields: dict[str, str] = {}
    hints: dict[str, str] = {}
    skip: list[str] = []
    for child in home:
        namespace, name = split_tag(child.tag)
        if name == "link":
            _take_channel_link(fields, child)
        elif name == "skipHours":
            skip = [_text(hour) for hour in child]
        elif namespace == _SY or name == "ttl":
            hints[name] = _text(child)
        elif name in ("title", "language") and namespace in CORE | {_DC}:
            fields.setdefault(name, _text(child))
    return FeedChannel(
        fields.get("title", ""),
        fields.get("link", ""),
        fields.get("language") or home.get(_LANG) or root.get(_LANG) or "",
        fields.get("self", ""),
        fields.get("hub", ""),
        PublisherHints.parse(
            hints.get("ttl"), hints.get("updatePeriod"), hints.get("updateFrequency"), skip
        ),
    )


def _take_channel_link(fields: dict[str, str], link: etree._Element) -> None:
    href, rel = link.get("href"), link.get("rel", "alternate")
    if href is None:
        fields.setdefault("link", _text(link))
    elif rel in ("self", "hub"):
        fields.setdefault(rel, href)
    elif rel == "alternate":
        fields.setdefault("link", href)


def _text(element: etree._Element) -> str:
    if len(element):
        return "".join(str(piece) for piece in element.itertext())
    return element.text or ""


@lru_cache(maxsize=512)
def _field(tag: str) -> str | None:
    """Return the field of :class:`RawEntry` that an element of an entry belongs to."""
    namespace, name = split_tag(tag)
    if namespace in CORE:
        return _FIELDS.get(name)
    if (namespace, name) in ((_DCTERMS, "modified"), (_DC, "date")):
        return "modified"
    return "content" if namespace == _CONTENT and name == "encoded" else None

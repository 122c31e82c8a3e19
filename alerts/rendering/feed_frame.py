"""The frame of a feed as Atom (RFC 4287) and as JSON Feed 1.1 (https://jsonfeed.org). Pure.

What is an entry is decided by who has the feed: alerts of a receiver, or stories of a list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol
from xml.etree import ElementTree as ET

from alerts.rendering.feed_xml import ATOM_NAMESPACE, add_element, xml_text
from core.clock import rfc3339

JSON_FEED = "https://jsonfeed.org/version/1.1"
PROGRAM = "Wirewatch"


class FeedHead(Protocol):
    """What a feed says of itself."""

    @property
    def id(self) -> str:
        """A URN that no other feed has."""

    @property
    def title(self) -> str:
        """Its title; untrusted."""

    @property
    def language(self) -> str:
        """``en`` or ``de``."""

    @property
    def home(self) -> str:
        """URL of the page that shows the same."""

    @property
    def updated(self) -> datetime:
        """When it last changed."""


def render_atom(head: FeedHead, add_entries: Callable[[ET.Element], None]) -> bytes:
    """Return a feed as Atom.

    Args:
        head: What it says of itself.
        add_entries: Adds its entries to the root element.
    """
    root = ET.Element("feed", {"xmlns": ATOM_NAMESPACE, "xml:lang": head.language})
    add_element(root, "id", head.id)
    add_element(root, "title", head.title)
    add_element(root, "updated", rfc3339(head.updated))
    add_element(root, "link", rel="alternate", type="text/html", href=head.home)
    add_element(root, "generator", PROGRAM)
    add_element(add_element(root, "author"), "name", PROGRAM)
    add_entries(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def render_json_feed(head: FeedHead, items: Sequence[dict[str, Any]]) -> bytes:
    """Return a feed with these items as JSON Feed 1.1."""
    document = {
        "version": JSON_FEED,
        "title": xml_text(head.title),
        "home_page_url": head.home,
        "language": head.language,
        "authors": [{"name": PROGRAM}],
        "items": list(items),
    }
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")

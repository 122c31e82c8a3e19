"""Read from an element's class, id, role or microdata which zone of the page it is.

The words of the attributes, separated at spaces, hyphens, underscores and camel case, are matched
by one regular expression. The result is cached, because a page repeats a few attribute values
thousands of times. A label may be wrong: an opinion piece may have ``class="kommentar"``, and
Google's paywall markup puts the body of the article into ``class="paywall"``. Whether to follow it
is decided by :mod:`ingest.extract.label_families`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from lxml.html import HtmlElement

from ingest.extract.vocabulary import alternatives

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PART = re.compile(r"[\s_:.]+|(?<=\w)-+(?=\w)")


@dataclass(frozen=True, slots=True, eq=False)
class ZoneLabel:
    """One labelled element.

    Attributes:
        zone: The zone that the label names; ``chrome`` is navigation and footers, which are not
            kept.
        strong: Whether the label leaves little doubt.
        element: The element.
        token: The part of the attributes, or the tag, that names the zone.
    """

    zone: str
    strong: bool
    element: HtmlElement
    token: str


# Tried in this order, on the words of the attributes joined by "-", with "-" at both ends.
_LABELLED_ZONES = (
    "comments",
    "comments_weak",
    "paywall",
    "related",
    "author",
    "caption",
    "service",
    "advert",
    "chrome",
)
_ZONES = re.compile(
    "|".join(
        f"(?P<{zone}>-(?:{'|'.join(alternatives(f'label_{zone}'))})-)" for zone in _LABELLED_ZONES
    )
)
_COMMENT_TYPES = re.compile(r"schema\.org/(?:User)?Comments?\b", re.IGNORECASE)
_CHROME_TAGS = ("nav", "footer", "aside", "menu", "dialog", "form", "fieldset", "button")
_CHROME_ROLES = (
    "navigation", "contentinfo", "banner", "complementary", "search", "dialog", "alertdialog",
)  # fmt: skip
_TAGS = dict.fromkeys(_CHROME_TAGS, "chrome") | {"figcaption": "caption", "figure": "caption"}
_ROLES = dict.fromkeys(_CHROME_ROLES, "chrome")
_NAMING = ("data-testid", "data-test-id", "data-component", "data-module", "data-block-type")
_CONTAINERS = ("div", "section", "aside", "ul", "ol")
# Words that say that a page has comments; the labelled element is then not the comments.
_STATUS = re.compile(
    r"-(?:no|has|with|without|comments?-(?:open|closed|status)|single|page|post|hentry|type)-"
)


@lru_cache(maxsize=8192)
def _zone_named(attributes: str) -> tuple[str, bool, str] | None:
    words = "-" + _PART.sub("-", _CAMEL.sub("-", attributes)).lower().strip("-") + "-"
    match = _ZONES.search(words)
    if not match:
        return None
    zone = match.lastgroup or ""
    if zone == "comments_weak":
        return "comments", False, match[0]
    strong = not _STATUS.search(words)
    return (zone, strong, match[0]) if strong or zone != "chrome" else None


def _names(attributes: Mapping[str, str], tag: str) -> str:
    """Return all names of an element: some sites use classes, some the attributes of tests."""
    names = [attributes.get("id", ""), attributes.get("class", "")]
    if len(attributes) > 1 or not (names[0] or names[1]):
        names += [attributes[name] for name in _NAMING if name in attributes]
        if tag in _CONTAINERS and "aria-label" in attributes:
            names.append(attributes["aria-label"])
    if "-" in tag:
        names.append(tag)
    return " ".join(filter(None, names))[:300]


def read_label(element: HtmlElement) -> ZoneLabel | None:
    """Return the label of an element, or None; most elements have none."""
    tag = element.tag
    attributes = dict(element.items())  # one call; each look-up in attrib is another
    if (attributes or "-" in tag) and tag not in ("body", "html"):
        names = _names(attributes, tag)
        named = _zone_named(names) if names else None
        if named:
            return ZoneLabel(named[0], named[1], element, named[2])
        if "hidden" in attributes:
            return ZoneLabel("chrome", True, element, "hidden")
    if attributes:
        if "itemtype" in attributes and _COMMENT_TYPES.search(attributes["itemtype"]):
            return ZoneLabel("comments", True, element, "comment")
        if attributes.get("itemprop") == "comment":
            return ZoneLabel("comments", True, element, "comment")
        role = attributes.get("role")
        if role in _ROLES:
            return ZoneLabel(_ROLES[role], False, element, role)
        if role == "comment":
            return ZoneLabel("comments", True, element, "comment")
    zone = _TAGS.get(tag)
    return ZoneLabel(zone, False, element, tag) if zone else None

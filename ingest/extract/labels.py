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

from ingest.extract.vocabulary import alternatives, literal_finder

_Read = tuple[str, bool, str]
"""Zone, strength and token of a label."""

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
_LITERALS = literal_finder(
    f"-{token}-" for zone in _LABELLED_ZONES for token in alternatives(f"label_{zone}")
)
"""One of them is in all names that name a zone, and in few others."""
_COMMENT_TYPES = re.compile(r"schema\.org/(?:User)?Comments?\b", re.IGNORECASE)
_CHROME_TAGS = ("nav", "footer", "aside", "menu", "dialog", "form", "fieldset", "button")
_CHROME_ROLES = (
    "navigation", "contentinfo", "banner", "complementary", "search", "dialog", "alertdialog",
)  # fmt: skip
_TAGS = dict.fromkeys(_CHROME_TAGS, "chrome") | {"figcaption": "caption", "figure": "caption"}
_BY_TAG: dict[str, _Read] = {tag: (zone, False, tag) for tag, zone in _TAGS.items()}
_ROLES = dict.fromkeys(_CHROME_ROLES, "chrome")
_LONGEST_NAMES = 300
_NAMING = ("data-testid", "data-test-id", "data-component", "data-module", "data-block-type")
_CONTAINERS = ("div", "section", "aside", "ul", "ol")
# Words that say that a page has comments; the labelled element is then not the comments.
_STATUS = re.compile(
    r"-(?:no|has|with|without|comments?-(?:open|closed|status)|single|page|post|hentry|type)-"
)


@lru_cache(maxsize=8192)
def _zone_named(attributes: str) -> _Read | None:
    spaced = attributes if attributes.islower() else _CAMEL.sub("-", attributes)
    words = "-" + _PART.sub("-", spaced).lower().strip("-") + "-"
    match = _ZONES.search(words) if _LITERALS.find_matches_as_indexes(words) else None
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
    return " ".join(filter(None, names))[:_LONGEST_NAMES]


def read_label(element: HtmlElement) -> ZoneLabel | None:
    """Return the label of an element, or None; most elements have none."""
    tag, attributes = element.tag, element.items()
    if len(attributes) == 1:
        read = _read_one(tag, attributes[0][0], attributes[0][1][:_LONGEST_NAMES])
    elif attributes or "-" in tag:
        read = _read(tag, dict(attributes))
    else:
        read = _BY_TAG.get(tag)
    return ZoneLabel(read[0], read[1], element, read[2]) if read else None


@lru_cache(maxsize=8192)
def _read_one(tag: str, name: str, value: str) -> _Read | None:
    """Return what the only attribute of an element and its tag say: a page repeats most of them."""
    return _read(tag, {name: value})


def _read(tag: str, attributes: Mapping[str, str]) -> _Read | None:
    if tag not in ("body", "html"):
        names = _names(attributes, tag)
        named = _zone_named(names) if names else None
        if named:
            return named
        if "hidden" in attributes:
            return "chrome", True, "hidden"
    if "itemtype" in attributes and _COMMENT_TYPES.search(attributes["itemtype"]):
        return "comments", True, "comment"
    if attributes.get("itemprop") == "comment":
        return "comments", True, "comment"
    role = attributes.get("role")
    if role in _ROLES:
        return _ROLES[role], False, role
    if role == "comment":
        return "comments", True, "comment"
    return _BY_TAG.get(tag)

"""What an element's class, id, role or microdata says it is.

Tokens are words of the attributes, parted at spaces, hyphens, underscores and camel case; one
regex decides an attribute string, and the verdict is remembered because a page repeats a few
strings thousands of times. A label is a claim: :mod:`ingest.extract.zones` decides whether to
believe it (an opinion piece lives in ``class="kommentar"``, Google's own paywall markup puts the
article's body in ``class="paywall"``).
"""

from __future__ import annotations

import re
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
        zone: What it claims to be; ``chrome`` is navigation and footers, which nobody keeps.
        strong: Whether the claim leaves little doubt.
        element: The element.
    """

    zone: str
    strong: bool
    element: HtmlElement


# Tried in this order, each over the attribute's words joined by "-", with "-" at both ends.
_CLAIMS = (
    "comments",
    "comments_weak",
    "paywall",
    "related",
    "author",
    "caption",
    "service",
    "advert",
)
_ZONES = re.compile(
    "|".join(f"(?P<{zone}>-(?:{'|'.join(alternatives(f'label_{zone}'))})-)" for zone in _CLAIMS)
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
# Set on the whole page to say that there are comments, not that this is them.
_STATUS = re.compile(
    r"-(?:no|has|with|without|comments?-(?:open|closed|status)|single|page|post|hentry|type)-"
)


@lru_cache(maxsize=8192)
def _claim(attributes: str) -> tuple[str, bool] | None:
    words = "-" + _PART.sub("-", _CAMEL.sub("-", attributes)).lower().strip("-") + "-"
    found = _ZONES.search(words)
    if not found:
        return None
    zone = found.lastgroup or ""
    if zone == "comments_weak":
        return "comments", False
    return zone, not _STATUS.search(words)


def _names(element: HtmlElement, tag: str) -> str:
    """Everything a site calls the element by: some name by class, some by what tests look for."""
    attributes = element.attrib
    names = [attributes.get("id", ""), attributes.get("class", "")]
    if len(attributes) > 1 or not (names[0] or names[1]):
        names += [attributes[name] for name in _NAMING if name in attributes]
        if tag in _CONTAINERS and "aria-label" in attributes:
            names.append(attributes["aria-label"])
    if "-" in tag:
        names.append(tag)
    return " ".join(filter(None, names))[:300]


def label_of(element: HtmlElement) -> ZoneLabel | None:
    """What the element claims to be; None for most."""
    attributes = element.attrib
    tag = element.tag
    if (attributes or "-" in tag) and tag not in ("body", "html"):
        names = _names(element, tag)
        claim = _claim(names) if names else None
        if claim:
            return ZoneLabel(claim[0], claim[1], element)
        if "hidden" in attributes:
            return ZoneLabel("chrome", True, element)
    if attributes:
        if "itemtype" in attributes and _COMMENT_TYPES.search(attributes["itemtype"]):
            return ZoneLabel("comments", True, element)
        if attributes.get("itemprop") == "comment":
            return ZoneLabel("comments", True, element)
        role = attributes.get("role")
        if role in _ROLES:
            return ZoneLabel(_ROLES[role], False, element)
        if role == "comment":
            return ZoneLabel("comments", True, element)
    zone = _TAGS.get(tag)
    return ZoneLabel(zone, False, element) if zone else None

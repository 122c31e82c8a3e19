"""Find the elements of a page that have a date: microdata, RDFa and ``<time>``.

An element counts only if it belongs to the article: it is not in a box of another zone, in the
teaser of another article, or in a link to one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from ingest.extract.blocks import Block
from ingest.extract.labels import read_label
from ingest.extract.vocabulary import words_in

_ELEMENTS = etree.XPath(
    "descendant::*[@itemprop or @property or self::time or (self::abbr and @title)]"
)
_PUBLISHED_NAMES = frozenset(
    words_in("datepublished published_time issued datecreated created date")
)
_MODIFIED_NAMES = frozenset(words_in("datemodified modified_time modified"))
_PUBLISHED_CLASS = re.compile(
    r"(?:^|[\s_-])(?:dt-published|published|pubdate|pub-date|entry-date|post-date|date-published"
    r"|publish(?:ed)?-?(?:date|time|at))(?:$|[\s_-])|datePublished",
    re.IGNORECASE,
)
_MODIFIED_CLASS = re.compile(r"updated|modified|aktualisier|lastmod|last-?update", re.IGNORECASE)
_FOREIGN_TAGS = frozenset(words_in("nav aside menu dialog blockquote"))
_FOREIGN_ZONES = frozenset(words_in("comments related service advert paywall caption"))
_FOREIGN_LABELS = _FOREIGN_ZONES | {"chrome"}
_OTHERS = frozenset(words_in("comments related advert"))
_ABOVE = 3
_MOST_ELEMENTS = 300
_LONGEST_VALUE = 100


class Kind(Enum):
    """What a date says: published or modified, or a ``<time>`` that does not say which."""

    PUBLISHED = auto()
    MODIFIED = auto()
    TIME = auto()


@dataclass(frozen=True, slots=True)
class DatedElement:
    """An element of the article with a date.

    Attributes:
        value: The date as it is written.
        kind: What it says.
        is_microdata: Whether it is microdata.
    """

    value: str
    kind: Kind
    is_microdata: bool


@dataclass(frozen=True, slots=True)
class ArticlePlace:
    """Where the article is on its page.

    Attributes:
        around: The elements around the headline, from the inside out; empty if there is none.
        closed: Elements that have only blocks of other zones.
        beside: Elements of blocks beside the headline, whose labels count for less: a byline often
            shares its element with buttons to share the article.
    """

    around: tuple[HtmlElement, ...]
    closed: frozenset[HtmlElement]
    beside: frozenset[HtmlElement]

    @classmethod
    def of(cls, blocks: Sequence[Block], title: int) -> ArticlePlace:
        """Return the place of the article.

        Args:
            blocks: The blocks with their zones.
            title: Index of the headline, -1 if there is none.
        """
        around = tuple(blocks[title].container.iterancestors()) if title >= 0 else ()
        near = blocks[max(title - _ABOVE, 0) : first_prose(blocks, title) + 1] if around else ()
        beside = {b.container for b in near if b.zone not in _OTHERS}
        closed = {b.container for b in blocks if b.zone in _FOREIGN_ZONES}
        opened = {b.container for b in blocks if b.zone not in _FOREIGN_ZONES}
        return cls(around, frozenset(closed - opened - beside), frozenset(beside))

    def is_elsewhere(self, element: HtmlElement, *, is_told: bool = False) -> bool:
        """Return whether an element belongs to something else on the page than the article.

        Args:
            element: The element.
            is_told: Whether it says that it is about a publication.
        """
        if _is_in_teaser_link(element):
            return True
        labels = _OTHERS if is_told else _FOREIGN_LABELS
        for outer in (element, *element.iterancestors()):
            if outer in self.around:
                return False
            labels = _OTHERS if outer in self.beside else labels
            if outer.tag in _FOREIGN_TAGS or self._is_teaser(outer):
                return True
            if outer in self.closed and not is_told:
                return True
            label = read_label(outer)
            if label and label.zone in labels:
                return not self._closes_article(outer)
        return False

    def excludes(self, element: HtmlElement) -> bool:
        """Return whether an element, by itself, is something else on the page than the article."""
        if element in self.around:
            return False
        if element.tag in _FOREIGN_TAGS or element in self.closed:
            return True
        label = None if element in self.beside else read_label(element)
        return label is not None and label.zone in _FOREIGN_LABELS

    def distance(self, element: HtmlElement) -> int:
        """Return how many elements around the headline are not around an element, too."""
        outer = set(element.iterancestors())
        return next((i for i, e in enumerate(self.around) if e in outer), len(self.around))

    def _is_teaser(self, outer: HtmlElement) -> bool:
        if not self.around or outer.tag not in ("article", "li"):
            return False
        return outer.tag == "article" or outer.find(".//a[@href]") is not None

    def _closes_article(self, outer: HtmlElement) -> bool:
        """Return whether an element is the footer of the article, not of the page."""
        parent = outer.getparent()
        is_footer = outer.tag == "footer" and parent is not None and parent.tag == "article"
        return is_footer and parent in self.around


def first_prose(blocks: Sequence[Block], title: int) -> int:
    """Return the index of the first paragraph of the body; that of the headline if there is none.

    Args:
        blocks: The blocks with their zones.
        title: Index of the headline, -1 if there is none.
    """
    top = max(title, 0)
    return next((i for i, b in enumerate(blocks) if i > top and b.zone is None and b.prose), top)


def elements_with_dates(
    root: HtmlElement, blocks: Sequence[Block], title: int
) -> list[DatedElement]:
    """Return the elements of the article that have dates, those near the headline first.

    Args:
        root: The tree of the page.
        blocks: The blocks with their zones.
        title: Index of the headline, -1 if there is none.
    """
    place = ArticlePlace.of(blocks, title)
    found = []
    for element in cast("list[HtmlElement]", _ELEMENTS(root))[:_MOST_ELEMENTS]:
        kind = _kind(element)
        value = _value(element) if kind else ""
        if kind and value and not place.is_elsewhere(element):
            dated = DatedElement(value, kind, "itemprop" in element.attrib)
            found.append((place.distance(element), dated))
    return [dated for _, dated in sorted(found, key=lambda pair: pair[0])]


def _kind(element: HtmlElement) -> Kind | None:
    attributes = element.attrib
    names = f"{attributes.get('itemprop', '')} {attributes.get('property', '')}".lower().split()
    names = [name.rsplit(":", 1)[-1].rsplit(".", 1)[-1] for name in names]
    classes = attributes.get("class", "")
    if any(name in _MODIFIED_NAMES for name in names) or _MODIFIED_CLASS.search(classes):
        return Kind.MODIFIED
    if any(name in _PUBLISHED_NAMES for name in names) or "pubdate" in attributes:
        return Kind.PUBLISHED
    if element.tag in ("time", "abbr") and _PUBLISHED_CLASS.search(classes):
        return Kind.PUBLISHED
    return Kind.TIME if element.tag == "time" else None


def _value(element: HtmlElement) -> str:
    for name in ("content", "datetime", "title"):
        if value := (element.get(name) or "").strip():
            return value[:_LONGEST_VALUE]
    text = " ".join(element.text_content()[: 2 * _LONGEST_VALUE].split())
    return text if len(text) <= _LONGEST_VALUE else ""


def _is_in_teaser_link(element: HtmlElement) -> bool:
    """Return whether an element is in a link that has other text, too."""
    link = next((outer for outer in element.iterancestors("a")), None)
    if link is None:
        return False
    return len(link.text_content().strip()) > len(element.text_content().strip()) + 15

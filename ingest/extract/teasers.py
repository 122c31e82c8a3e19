"""Find teasers of other articles that stand between the paragraphs of an article.

::

    block ─ an arrow before a link                 ─▶ teaser
          ─ a label before a link (``Analyse: …``) ─▶ teaser
          ─ nothing but a link, between paragraphs ─▶ teaser, with the rest of its card

A teaser needs two signs: that the block is a link to another page of the outlet, and where it
stands or what is before the link. A link inside a sentence is never a teaser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from core.text.clean import clean_line
from ingest.extract import vocabulary
from ingest.extract.blocks import (
    Block,
    Location,
    body_location,
    container_among_siblings,
    has_letters,
    is_statement,
)
from ingest.urls import same_site

_LONGEST = 250
_LONGEST_LABEL = 45
_MOST_LABEL_WORDS = 6
_SHORTEST_TITLE = 12
_LEAST_WORDS = 3
_FEW = 3
_LONGEST_CARD = 500
_LONGEST_LIST = 60
_MOST_IN_CARD = 6  # blocks before and after the link
_ARROW = re.compile(r"[\s•·*|(\[–—-]*[→►▶»›➤>➜➡➔⇒▸⏵☞👉🔗+↗]+[\s→►▶»›➤>➜➡➔⇒▸⏵☞👉🔗+↗️️|-]*$")
_LABEL = re.compile(r"[\s→►▶»›➤>+•·*|(\[–—-]*([^.!?;:]{2,45}?)\s*[:–—|]\s*[\"„“«»‚]?$")
_FULL_STOP = re.compile(r"[.;,:][\"'“”«»‹›’)\]]*\s*$")
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|xlsx?|zip|mp[34]|jpe?g|png|gif)$", re.IGNORECASE)
_CELLS = frozenset({"td", "th", "dd", "dt", "figcaption", "caption"})
_WRAPPERS = frozenset({"a", "header", "hgroup", "span", "li"})


@dataclass(frozen=True, slots=True)
class _Link:
    """The only link of a block, with the text before and after it."""

    before: str
    text: str
    after: str
    href: str


def mark_teasers(blocks: Sequence[Block], title: int, url: str) -> None:
    """Assign the zone ``related`` to the teasers in the text of the article.

    Many teasers are left alone if they are a large part of the text: the article may be a list.

    Args:
        blocks: All blocks of the page; those with a zone are left alone.
        title: Index of the headline, -1 if there is none. Blocks above it are left alone.
        url: Where the page was fetched from.
    """
    opened = [b for i, b in enumerate(blocks) if b.zone is None and i > title]
    location = body_location(opened)
    text = [
        i for i, b in enumerate(opened) if (b.prose or is_statement(b)) and b.location == location
    ]
    around = _elements_around(opened[text[0]]) if text else frozenset()
    sure: set[int] = set()
    likely: set[int] = set()
    for i, block in enumerate(opened):
        link = _read_link(block)
        if link is None or i in likely:
            continue
        inside = bool(text) and text[0] < i <= text[-1] + _FEW
        if _is_marked(link):
            sure.update(_card(opened, i, location, around) if inside else (i,))
        elif (
            inside
            and _is_other_article(link, url)
            and _stands_alone(opened, i, link, location)
            and not (i > text[-1] and _has_twin(block))
        ):
            likely.update(_card(opened, i, location, around))
    size = sum(len(opened[i].text) for i in text if i not in sure and i not in likely)
    for found, few in ((sure, _FEW), (likely - sure, _FEW - 1)):
        if len(found) <= few or 3 * sum(len(opened[i].text) for i in found) < size:
            for i in found:
                opened[i].zone = "related"


def _elements_around(block: Block) -> frozenset[HtmlElement]:
    """Return the elements that contain the text of the article."""
    inner = container_among_siblings(block)
    return frozenset((inner, *inner.iterancestors()))


def _is_marked(link: _Link) -> bool:
    """Return whether an arrow or a label that is known is before the link."""
    if _ARROW.match(link.before):
        return "«" not in link.after
    label = _LABEL.match(link.before)
    return label is not None and vocabulary.TEASER_LABEL.matches_start(label[1].lower())


def _is_other_article(link: _Link, url: str) -> bool:
    return _is_title(link.text) and is_other_page(link.href, url)


def _stands_alone(opened: Sequence[Block], index: int, link: _Link, location: Location) -> bool:
    """Return whether a link, perhaps with some label, is no subheading and no item of a list."""
    block = opened[index]
    if has_letters(link.before):
        label = _LABEL.match(link.before)
        return label is not None and len(label[1].split()) <= _MOST_LABEL_WORDS
    if block.heading:
        return block.location != location
    return block.container.tag != "li" or not _introduces_list(opened, index)


def _has_twin(block: Block) -> bool:
    """Return whether a box like the one around a block follows: :mod:`ingest.extract.cards`."""
    box = container_among_siblings(block)
    following: HtmlElement | None = box.getnext() if box is not None else None
    if box is None or following is None or not box.get("class"):
        return False
    return bool(following.tag == box.tag and following.get("class") == box.get("class"))


def _read_link(block: Block) -> _Link | None:
    """Return the link of a block that consists of it; others are sentences."""
    if len(block.links) != 1 or not block.mostly_links or len(block.text) > _LONGEST:
        return None
    if block.container.tag in _CELLS:
        return None
    text = clean_line(block.links[0].text_content()[: 2 * _LONGEST])
    start = block.text.find(text)
    if start < 0:  # the link is larger than the block
        text, start = block.text, 0
    before, after = block.text[:start], block.text[start + len(text) :]
    signs = len(text) - len(text.lstrip(" →►▶»›➤>➜➡⇒▸☞👉🔗+"))
    before, text = before + text[:signs], text[signs:]
    if has_letters(after) or not has_letters(text):
        return None
    return _Link(before, text, after, block.links[0].get("href") or "")


def is_other_page(href: str, url: str) -> bool:
    """Return whether a link leads to another page of the outlet, perhaps to an article.

    Args:
        href: As the page has it.
        url: Where the page was fetched from.
    """
    href = href.strip()
    if not href or href.startswith("#"):
        return False
    try:
        target, page = urlsplit(urljoin(url, href)), urlsplit(url)
        if target.scheme not in ("http", "https") or not same_site(target.geturl(), url):
            return False
    except ValueError:
        return False
    path = target.path.rstrip("/")
    return bool(path) and path != page.path.rstrip("/") and not _DOCUMENT.search(path)


def other_article(block: Block, url: str) -> bool:
    """Return whether a block is nothing but the linked headline of another article."""
    link = _read_link(block)
    return link is not None and _is_other_article(link, url)


def _is_title(text: str) -> bool:
    """Return whether a text is a headline rather than a sentence or a word."""
    return (
        len(text) >= _SHORTEST_TITLE
        and len(text.split()) >= _LEAST_WORDS
        and not _FULL_STOP.search(text)
    )


def _introduces_list(opened: Sequence[Block], index: int) -> bool:
    """Return whether a sentence with a colon is before the list that a block is in."""
    before = (opened[i] for i in range(index - 1, max(index - _LONGEST_LIST, -1), -1))
    above = next((b for b in before if b.container.tag != "li"), None)
    return above is None or above.text.rstrip().endswith(":")


def _card(
    opened: Sequence[Block], index: int, location: Location, around: frozenset[HtmlElement]
) -> Iterator[int]:
    """Yield the indexes of the blocks of a card: a teaser with picture, topic and description."""
    yield index
    card = _card_around(opened[index], around)
    if card is None or opened[index].location == location:
        return
    first, last = max(index - _MOST_IN_CARD, 0), min(index + _MOST_IN_CARD, len(opened) - 1)
    others = [*_inside(opened, range(index - 1, first - 1, -1), card)]
    others += _inside(opened, range(index + 1, last + 1), card)
    sizes = sum(len(opened[i].text) for i in others)
    if sizes <= _LONGEST_CARD and all(opened[i].location != location for i in others):
        yield from others


def _card_around(block: Block, around: frozenset[HtmlElement]) -> HtmlElement | None:
    """Return the element that contains a teaser and what belongs to it."""
    card: HtmlElement | None = container_among_siblings(block)
    while card is not None and (card.tag in _WRAPPERS or len(card) == 1):
        parent = card.getparent()
        if parent is None or parent in around:
            break
        card = parent
    return card


def _inside(opened: Sequence[Block], indexes: range, card: HtmlElement) -> Iterator[int]:
    for i in indexes:
        container = opened[i].container
        if container is not card and not any(a is card for a in container.iterancestors()):
            return
        yield i

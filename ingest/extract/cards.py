"""Find cards: teasers with a description that stand in lists of their own and have no label.

::

    linked headline ─ a short text below it ─▶ the element that holds both, and nothing else
    elements alike beside each other, or with a time of publication ─▶ cards

A card is cut only where the article has text of its own above it. The items of a list article and
the entries of a live page look like cards too. So cards that neither have a date nor a line such as
*Most read* above them nor are outside of the ``<article>`` are cut only if their list is apart from
the paragraphs, and shorter than they.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from core.text.clean import clean_line
from ingest.extract.blocks import Block, ends_sentence
from ingest.extract.byline_patterns import byline_patterns
from ingest.extract.teasers import is_other_page, other_article
from ingest.extract.vocabulary import RELATED_HEAD, alternatives

_WITHIN = 3
"""Blocks below a linked headline among which its description is."""
_MOST_IN_CARD = 7
_DEEPEST = 5
_LONGEST_DESCRIPTION = 400
_LONGEST_LABEL = 60
_LONGEST_WORD = 30
_MOST_TEXT = 6
"""Times the article's own text that all cards alike may have, if there is a sign besides their
shape, such as *Most read* above them; if there is none, once."""
_LONGEST_HEAD = 80
_LIST_TITLE = re.compile(r"\blive\b|ticker|news-?blog|chronolog|timeline|presseschau|онлайн")
"""Headlines of pages whose entries or items are the article."""
_ENTRY = re.compile(r"\b(?:live|ticker|liveblog|update|entry|timeline|event|post)", re.IGNORECASE)
_NEVER = frozenset({"main", "body", "html"})


@dataclass(frozen=True, slots=True)
class _Card:
    """A teaser with its description.

    Attributes:
        element: The element that holds both.
        first: Index of its first block.
        last: Index of its last block.
        is_dated: Whether a time of publication is in it.
        has_text: Whether it has a description.
    """

    element: HtmlElement
    first: int
    last: int
    is_dated: bool
    has_text: bool


def find_cards(blocks: Sequence[Block], title: int, url: str) -> set[int]:
    """Return the indexes of the blocks of cards.

    Args:
        blocks: All blocks of the page; those with a zone are left alone.
        title: Index of the headline. Nothing is a card where there is none.
        url: Where the page was fetched from.
    """
    if title < 0 or _LIST_TITLE.search(blocks[title].lower):
        return set()
    cards: list[_Card] = []
    for index in range(title + 1, len(blocks)):
        if cards and index <= cards[-1].last:
            continue
        if _may_begin(blocks, index, url):
            card = _card_around(blocks, index, title)
            cards += [card] if card else []
    inside = {i for card in cards for i in range(card.first, card.last + 1)}
    opening = next((i for i in range(title + 1, len(blocks)) if _is_own(blocks, i, inside)), None)
    if opening is None:
        return set()
    size = sum(
        len(blocks[i].text) for i in range(title + 1, len(blocks)) if _is_own(blocks, i, inside)
    )
    found: set[int] = set()
    for group in _groups(cards):
        if _are_teasers(blocks, group, opening, size):
            found.update(i for card in group for i in range(card.first, card.last + 1))
    return found


def _may_begin(blocks: Sequence[Block], index: int, url: str) -> bool:
    """Return whether a block is a linked headline with a text or a date, or leads on to one.

    Most blocks are not even a link, which is found out fast.
    """
    block = blocks[index]
    if block.zone is not None or len(block.links) != 1:
        return False
    if not block.mostly_links:
        return _leads_on(block, url)
    around = (*blocks[max(index - 1, 0) : index], *blocks[index + 1 : index + 1 + _WITHIN])
    path = urlsplit(url).path.rstrip("/")
    if path and path in (block.links[0].get("href") or ""):  # an entry of this page
        return False
    may_be = any(_is_description(b, block) or _is_date(b) for b in around)
    return may_be and other_article(block, url)


def _leads_on(block: Block, url: str) -> bool:
    """Return whether a description ends with a link such as *Read more* to another page."""
    if len(block.text) > _LONGEST_DESCRIPTION or block.link_length > _LONGEST_WORD:
        return False
    link = block.links[0]
    word = clean_line(link.text_content()[:_LONGEST_LABEL]).strip(" .…»›→[]()").lower()
    return (
        block.text.rstrip(" .…»›→])").lower().endswith(word)
        and _read_on().fullmatch(word) is not None
        and is_other_page(link.get("href") or "", url)
    )


@cache
def _read_on() -> re.Pattern[str]:
    lines = (*alternatives("read_on"), *alternatives("read_more"))
    return re.compile("|".join(f"(?:{line})" for line in lines))


def _is_description(block: Block, headline: Block) -> bool:
    """Return whether a block is a short text, perhaps in the same link as its headline."""
    if block.zone is not None or len(block.text) > _LONGEST_DESCRIPTION:
        return False
    return block.sentence or (
        block is not headline
        and block.mostly_links
        and block.links == headline.links
        and ends_sentence(block.text)
    )


def _is_own(blocks: Sequence[Block], index: int, inside: set[int]) -> bool:
    """Return whether a block is a sentence of the article rather than of a card."""
    block = blocks[index]
    return block.zone is None and (block.sentence or block.prose) and index not in inside


def _card_around(blocks: Sequence[Block], index: int, title: int) -> _Card | None:
    """Return the card with a linked headline, or None if there is nothing of that kind."""
    element: HtmlElement | None = blocks[index].container
    card: _Card | None = None
    for _ in range(_DEEPEST):
        if element is None or element.tag in _NEVER:
            break
        first, last = _span(blocks, index, element)
        if last - first >= _MOST_IN_CARD or first <= title:
            break
        texts = [i for i in range(first, last + 1) if blocks[i].sentence or blocks[i].prose]
        if (
            len(texts) > 1
            or (texts and texts[0] < index)
            or _has_other_links(blocks, index, first, last)
        ):
            break
        inside = blocks[first : last + 1]
        is_dated = any(_is_date(b) for b in inside)
        has_text = any(_is_description(b, blocks[index]) for b in inside)
        if has_text or is_dated or (first < index and not blocks[index].mostly_links):
            card = _Card(element, first, last, is_dated, has_text or not blocks[index].mostly_links)
        element = element.getparent()
    return card


def _span(blocks: Sequence[Block], index: int, element: HtmlElement) -> tuple[int, int]:
    """Return the first and the last block around one that are in an element, a few at most."""
    first = last = index
    while first > 0 and index - first < _MOST_IN_CARD and _is_inside(blocks[first - 1], element):
        first -= 1
    end = len(blocks) - 1
    while last < end and last - index < _MOST_IN_CARD and _is_inside(blocks[last + 1], element):
        last += 1
    return first, last


def _is_inside(block: Block, element: HtmlElement) -> bool:
    container: HtmlElement | None = block.container
    for _ in range(_DEEPEST + 2):
        if container is element:
            return True
        container = container.getparent() if container is not None else None
    return False


def _has_other_links(blocks: Sequence[Block], index: int, first: int, last: int) -> bool:
    """Return whether there is a link to elsewhere than the headline's."""
    href = blocks[index].links[0].get("href")
    links = (link for i in range(first, last + 1) for link in blocks[i].links)
    return any(link.get("href") != href for link in links)


def _is_date(block: Block) -> bool:
    """Return whether a line has a date; a time of day alone is that of an entry of a ticker."""
    if len(block.text) > _LONGEST_LABEL or block.sentence or block.heading:
        return False
    patterns = byline_patterns()
    return (
        patterns.maybe_when.search(block.lower) is not None
        and not patterns.clock_only.match(block.lower)
        and bool(patterns.when_only.match(block.lower) or patterns.signature.match(block.lower))
    )


def _groups(cards: Sequence[_Card]) -> Iterator[list[_Card]]:
    """Yield cards with elements alike beside each other together."""
    group: list[_Card] = []
    for card in cards:
        if group and _kind(card) != _kind(group[-1]):
            yield group
            group = []
        group.append(card)
    if group:
        yield group


def _kind(card: _Card) -> tuple[str, str | None, int]:
    element = card.element
    return str(element.tag), element.get("class"), id(element.getparent())


def _are_teasers(blocks: Sequence[Block], group: Sequence[_Card], opening: int, size: int) -> bool:
    """Return whether cards below the first sentence of the article are teasers.

    Entries of a live page and the items of a list article are more text than what is above them.

    Args:
        blocks: The blocks of the page.
        group: Cards alike.
        opening: Index of the first sentence of the article.
        size: Characters of the article's text outside of cards.
    """
    if group[0].first <= opening or _ENTRY.search(group[0].element.get("class") or ""):
        return False
    above = blocks[group[0].first - 1]
    if above.zone is None and above.text.endswith(":"):  # it introduces a list
        return False
    indexes = [i for card in group for i in range(card.first, card.last + 1)]
    if any(blocks[i].location == blocks[opening].location for i in indexes):
        return False
    is_strong = (
        all(card.is_dated for card in group)
        or _is_related_head(above)
        or _is_apart(blocks, group, opening)
    )
    if not is_strong and _contains(group[0].element.getparent(), blocks[opening]):
        return False
    if sum(len(blocks[i].text) for i in indexes) > (_MOST_TEXT if is_strong else 1) * size:
        return False
    return len(group) > 1 or (is_strong and group[0].has_text)


def _is_related_head(block: Block) -> bool:
    """Return whether a line above cards says that they lead to other articles."""
    is_line = len(block.text) <= _LONGEST_HEAD and not block.sentence
    return is_line and RELATED_HEAD.matches_start(block.lower)


def _is_apart(blocks: Sequence[Block], group: Sequence[_Card], opening: int) -> bool:
    """Return whether cards are outside of the ``<article>`` that the text begins in."""
    article = next(blocks[opening].container.iterancestors("article"), None)
    return article is not None and not any(
        one is article for one in group[0].element.iterancestors("article")
    )


def _contains(element: HtmlElement | None, block: Block) -> bool:
    return any(one is element for one in block.container.iterancestors())

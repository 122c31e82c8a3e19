"""Find whole articles below the article: the page loads the next one when a reader gets there.

::

    blocks ─ headings as high as the headline ─ their elements beside the article's ─▶ blocks of
             further articles

The entries of a live page and the parts of one article are no further articles. So a heading alone
proves nothing: its element must have text of its own and rank equally with the element of the
article, or give a byline. Outside of the ``<article>`` that holds headline and text a second
``<h1>`` or a linked heading is enough.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.extract.blocks import HEADINGS, Block
from ingest.extract.byline_patterns import byline_patterns
from ingest.extract.credits import names_in_byline

_HIGHEST = ("h1", "h2")
_SHORTEST_HEADLINE = 15
_FEWEST_WORDS = 3
_SHORTEST_ARTICLE = 300
_SHORTEST_APART = 80
"""Characters of an article that is outside of the ``<article>`` with headline and text."""
_BYLINE_WITHIN = 4
_CLOCK = re.compile(r"\W*\d{1,2}[:.h]\d\d(?:\s?\w{1,5}\.?)?\W*")
_ENTRY = re.compile(r"\b(?:live|ticker|liveblog|update|entry|timeline)", re.IGNORECASE)
_PART = frozenset({"section", "article"})


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A heading that may begin another article.

    Attributes:
        index: Of the heading.
        element: The outermost element around it that does not contain the headline, or the first
            paragraph below the headline.
        own: The outermost element around that which does not contain the heading.
    """

    index: int
    element: HtmlElement
    own: HtmlElement


def find_further_articles(
    blocks: Sequence[Block], title: int, *, live: bool, stated: str
) -> list[tuple[int, int]]:
    """Return the first block of each further article, and the first one after it.

    Args:
        blocks: The blocks of the page; those of the other zones are left alone.
        title: Index of the headline, -1 if there is none.
        live: Whether the page is a live ticker, whose entries look like articles.
        stated: The body that the page's JSON-LD states; what it contains is the article.
    """
    if title < 0 or live:
        return []
    spans: list[tuple[int, int]] = []
    for index in range(title + 1, len(blocks)):
        if spans and index < spans[-1][1]:
            continue
        if not _is_headline(blocks[index], blocks[title]):
            continue
        candidate = _apart_from(blocks, index, title)
        if candidate is None:
            continue
        span = _span_of(blocks, candidate)
        if _prose(blocks[span[0] : index]):  # it holds the body: the headline is in a header
            candidate = _apart_from_body(blocks, index, title)
            if candidate is None:
                continue
            span = _span_of(blocks, candidate)
        until = spans[0][0] if spans else index
        if _is_whole_article(blocks, title, candidate, span, stated, until):
            spans.append(span)
    return spans


def _is_headline(block: Block, headline: Block) -> bool:
    """Return whether a heading is as high as the headline, or one level below it."""
    tag = block.container.tag
    return (
        (block.zone is None or (block.zone == "caption" and tag == "h1"))
        and tag in HEADINGS
        and (tag in _HIGHEST or tag == headline.container.tag)
        and len(block.text) >= _SHORTEST_HEADLINE
        and len(block.text.split()) >= _FEWEST_WORDS
        and block.lower != headline.lower
    )


def _apart_from_body(blocks: Sequence[Block], index: int, title: int) -> _Candidate | None:
    """Return the candidate whose element is apart from the first paragraph below the headline."""
    first = next((i for i in range(title + 1, index) if _prose(blocks[i : i + 1])), None)
    return _apart_from(blocks, index, first) if first is not None else None


def _apart_from(blocks: Sequence[Block], index: int, other: int) -> _Candidate | None:
    path = [*reversed(list(blocks[other].container.iterancestors())), blocks[other].container]
    around = [*reversed(list(blocks[index].container.iterancestors())), blocks[index].container]
    for own, element in zip(path, around, strict=False):
        if own is not element:
            return _Candidate(index, element, own)
    return None


def _span_of(blocks: Sequence[Block], candidate: _Candidate) -> tuple[int, int]:
    """Return the blocks of an element; of a bare heading also what follows beside it."""
    start = candidate.index
    if candidate.element is blocks[start].container:
        parent = candidate.element.getparent()
        end = start + 1
        while end < len(blocks) and _is_inside(blocks[end].container, parent):
            end += 1
        return start, end
    while start > 0 and _is_inside(blocks[start - 1].container, candidate.element):
        start -= 1
    end = candidate.index + 1
    while end < len(blocks) and _is_inside(blocks[end].container, candidate.element):
        end += 1
    return start, end


def _is_whole_article(
    blocks: Sequence[Block],
    title: int,
    candidate: _Candidate,
    span: tuple[int, int],
    stated: str,
    until: int,
) -> bool:
    own = _prose(blocks[title + 1 : span[0]])
    other = _prose(blocks[candidate.index + 1 : span[1]])
    is_apart = _is_apart(candidate, blocks[candidate.index], blocks[title:until])
    least, paragraphs = (_SHORTEST_APART, 1) if is_apart else (_SHORTEST_ARTICLE, 2)
    if not own or sum(map(len, other)) < least or len(other) < paragraphs:
        return False
    if _prose(blocks[span[0] : candidate.index]) or _is_entry(blocks, candidate, span):
        return False
    if stated and any(text[:60] in stated for text in other):
        return False
    if is_apart or _ranks_equally(candidate, blocks, title):
        return True
    return (candidate.own.tag != "header" or len(own) >= 2) and _has_byline(
        blocks, candidate, span, blocks[title].container.tag
    )


def _prose(blocks: Sequence[Block]) -> list[str]:
    return [b.text for b in blocks if b.zone is None and b.prose]


def _is_entry(blocks: Sequence[Block], candidate: _Candidate, span: tuple[int, int]) -> bool:
    """Return whether an element is an entry of a ticker: a time of day beside its heading."""
    around = blocks[max(span[0], candidate.index - 2) : candidate.index + 3]
    names = f"{candidate.element.get('class', '')} {candidate.element.get('id', '')}"
    return bool(_ENTRY.search(names)) or any(
        len(b.text) <= 20 and _CLOCK.fullmatch(b.lower) for b in around
    )


def _has_byline(
    blocks: Sequence[Block], candidate: _Candidate, span: tuple[int, int], level: str
) -> bool:
    """Return whether a heading that begins an element, or one as high as the headline, is signed.

    An author or a date stands below it, before its first paragraph.
    """
    heading, element = blocks[candidate.index].container, candidate.element
    if heading.tag != level and element.tag not in _PART and not _is_alike(candidate):
        return False
    patterns = byline_patterns()
    for block in blocks[candidate.index + 1 : min(span[1], candidate.index + 1 + _BYLINE_WITHIN)]:
        if block.prose or block.heading:
            return False
        if len(block.text) <= 100 and bool(
            patterns.when_only.match(block.lower)
            or patterns.signature.match(block.lower)
            or names_in_byline([block.text])
        ):
            return True
    return False


def _ranks_equally(candidate: _Candidate, blocks: Sequence[Block], title: int) -> bool:
    """Return whether the other element is of the kind of the article's, with a headline like it."""
    headline, heading = blocks[title].container, blocks[candidate.index].container
    own = _article_within(headline, candidate.own)
    other = _article_within(heading, candidate.element)
    same_level = headline.tag == heading.tag
    if own is None and other is not None and same_level and heading.tag == "h1":
        return True
    if own is None or other is None:
        return same_level and _is_alike(candidate) and candidate.own.tag not in _PART
    return same_level or (own.get("class") or "") == (other.get("class") or "")


def _is_apart(candidate: _Candidate, head: Block, own_blocks: Sequence[Block]) -> bool:
    """Return whether a second ``<h1>`` or a linked heading is outside of the article's element.

    Args:
        candidate: The heading and the elements around it.
        head: The block of the heading.
        own_blocks: The article's, from its headline to the first further article.
    """
    headline, heading = own_blocks[0].container, head.container
    own = _article_within(headline, candidate.own)
    if own is None or _article_within(heading, candidate.element) is not None:
        return False
    is_second = headline.tag == heading.tag == "h1"
    return (is_second or head.mostly_links) and _holds_text(own, own_blocks)


def _holds_text(article: HtmlElement, above: Sequence[Block]) -> bool:
    """Return whether the text above another heading is in an ``<article>``, all of it."""
    prose = [b for b in above if b.zone is None and b.prose]
    return bool(prose) and all(_is_inside(b.container, article) for b in prose)


def _is_alike(candidate: _Candidate) -> bool:
    """Return whether both elements have the same tag and class, and a class at all."""
    own, element = candidate.own, candidate.element
    name = own.get("class")
    return own.tag == element.tag and bool(name) and name == element.get("class")


def _article_within(element: HtmlElement, outermost: HtmlElement) -> HtmlElement | None:
    """Return the ``<article>`` around a heading, not beyond an element."""
    while element is not None:
        if element.tag == "article":
            return element
        if element is outermost:
            return None
        element = element.getparent()
    return None


def _is_inside(element: HtmlElement, container: HtmlElement) -> bool:
    return element is container or container in element.iterancestors(container.tag)

"""Extract the body from the blocks if it is plain where it is, else with trafilatura.

::

    open blocks ─ nearly all text is one run at one location ─▶ that run
                ─ else trafilatura, on the prepared tree     ─▶ its text, or if it lacks or
                                                                reorders paragraphs, the run

What the zone tagger cut is no longer in the tree, so nothing of it can come back. On most pages
what is left is one run of paragraphs at one location, and trafilatura would find the same a second
time at a third of the cost of all extraction. It is asked about the other pages. Short bodies are a
risk there: its fallbacks look for text elsewhere, reorder it or drop half of it. In that case the
blocks at the location of the body are the better result.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Sequence

import trafilatura
from lxml.html import HtmlElement

from core.text.clean import clean
from ingest.extract.blocks import (
    HEADINGS,
    Block,
    body_location,
    ends_sentence,
    has_letters,
)
from ingest.extract.inline import is_in_sentence, make_plain
from ingest.extract.zones import TaggedPage

_SHORT = 1500
_LEAVES = HEADINGS | {"p", "li", "figcaption", "dd", "dt", "td"}
_LEAST_RUN = 800
_SHARE_OF_RUN = 0.95
_MOST_LINKS = 4
_PARTS = frozenset({"blockquote", "table", "dl", "pre", "ul", "ol"})
_DEEPEST_PART = 6
_LEAST_LINE = 60  # characters that are read as a line of text although they end in no stop
_LINK_SHARE = 0.9
_LEAST_WORDS = 5  # of a sentence that is mostly links
_STOPS = tuple('.!?"”»“')
_TEXT_CONTAINERS = frozenset({"p", "div", "td"})
_KEPT_CONTAINERS = HEADINGS | {"p", "li", "td", "th", "dd", "dt", "blockquote", "pre"}
_MOST_COMPARED = 400  # each is searched in the whole text
_NON_WORD = re.compile(r"\W+")
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def extract_body(root: HtmlElement, blocks: Sequence[Block], tagged: TaggedPage) -> str:
    """Return the body as clean text, one paragraph a line.

    Args:
        root: The tree. What was cut is removed from it if trafilatura reads it.
        blocks: The blocks with their zones.
        tagged: What else the zone tagger found out.
    """
    parts = frozenset(tagged.parts)
    paragraphs = body_paragraphs(blocks, parts) if tagged.stub else []
    if paragraphs and sum(map(len, paragraphs)) < _SHORT:
        return "\n".join(paragraphs)
    if run := single_run(blocks, parts):
        return "\n".join(run)
    remove_zones(blocks, tagged)
    _show_as_paragraphs(root, blocks)
    for element in tagged.mislabelled:
        for name in ("class", "id"):
            element.attrib.pop(name, None)
    document = trafilatura.bare_extraction(root, fast=True, include_comments=False)
    raw = clean(getattr(document, "text", "") or "").split("\n") if document is not None else []
    lines = [line.strip("| ") for line in raw]  # borders of a table that lays out the page
    paragraphs = paragraphs or body_paragraphs(blocks, parts)
    unreliable = _is_unreliable(lines, paragraphs, blocks)
    return "\n".join(paragraphs if unreliable else filter(None, lines))


def remove_zones(blocks: Sequence[Block], tagged: TaggedPage) -> None:
    """Remove everything that is not body from the tree."""
    for block in blocks:
        if block.zone is not None:
            block.cut()
    for element in (
        *tagged.dropped,
        *(link for b in blocks if b.zone for link in b.links),
        *(b.container for b in blocks if b.zone and b.container.tag in _LEAVES),
    ):
        if element.getparent() is not None and not _has_text(element):
            element.drop_tree()


def _has_text(element: HtmlElement) -> bool:
    """Return whether an element has elements inside, and text in any of them."""
    return len(element) > 0 and any(not text.isspace() for text in element.itertext())


def _show_as_paragraphs(root: HtmlElement, blocks: Sequence[Block]) -> None:
    """Change elements that trafilatura drops: paragraphs in headings, times and links in sentences.

    It drops short paragraphs and list items with a link, even if they are sentences.
    """
    body = [b for b in blocks if b.zone is None]
    location = body_location(body)
    for block in body:
        is_prose = block.heading and block.sentence and not block.text.endswith("?")
        if is_prose and block.location == location:
            block.container.tag = "p"
        if block.links and not block.mostly_links and ends_sentence(block.text):
            for link in block.links:
                make_plain(link, "span")
    for element in list(root.iter("time")):
        if is_in_sentence(element):
            make_plain(element, "span")


def single_run(blocks: Sequence[Block], parts: Collection[HtmlElement] = ()) -> list[str]:
    """Return the paragraphs of the body if the page leaves no doubt about them, else an empty list.

    That is so if one run of blocks, from the first to the last paragraph at the body's location,
    has 800 characters and 95 % of the text that no zone has, and no further paragraph adjoins it.
    On three sets of annotated pages (397 pages, ``bench/extract.py``) this holds for 65 % of the
    pages, and the F1 is that of trafilatura on the same trees or better (.9635 to .9624, .9654 to
    .9631).

    Args:
        blocks: The blocks with their zones.
        parts: Elements that each hold a part of the body, wherever they are.
    """
    open_blocks = [b for b in blocks if b.zone is None and has_letters(b.text)]
    location = body_location(open_blocks)
    at_body = [b.location == location or _is_in_part(b, parts) for b in open_blocks]
    prose = [i for i, b in enumerate(open_blocks) if b.prose and at_body[i]]
    if not prose:
        return []
    outer = _containers(open_blocks, prose)
    beside = [not at and _is_beside(b, outer) for b, at in zip(open_blocks, at_body, strict=True)]
    text = [at or part for at, part in zip(at_body, beside, strict=True)]
    first = _reach(open_blocks, text, beside, range(prose[0] - 1, -1, -1), prose[0])
    last = _reach(open_blocks, text, beside, range(prose[-1] + 1, len(open_blocks)), prose[-1])
    run = open_blocks[first : last + 1]
    size = sum(map(_text_size, run))
    adjoining = (*open_blocks[max(first - 1, 0) : first], *open_blocks[last + 1 : last + 2])
    if (
        size < _LEAST_RUN
        or size < _SHARE_OF_RUN * sum(map(_text_size, open_blocks))
        or any(block.prose for block in adjoining)
    ):
        return []
    return [b.text for i, b in enumerate(run, first) if _is_in_run(b, at_body[i])]


def _is_in_part(block: Block, parts: Collection[HtmlElement]) -> bool:
    own = block.container
    return bool(parts) and (own in parts or any(a in parts for a in own.iterancestors()))


def _containers(opened: Sequence[Block], prose: Sequence[int]) -> list[HtmlElement | None]:
    """Return the elements that contain the first and the last paragraph of the body."""
    return [opened[i].container.getparent() for i in (prose[0], prose[-1])]


def _is_beside(block: Block, outer: Sequence[HtmlElement | None]) -> bool:
    """Return whether a block is in a list, table or quotation beside the paragraphs of the body."""
    element: HtmlElement | None = block.container
    for _ in range(_DEEPEST_PART):
        if element is None or block.link_length:
            return False
        parent = element.getparent()
        if element.tag in _PARTS and parent is not None:
            return parent in outer or parent.getparent() in outer
        element = parent
    return False


def _reach(
    opened: Sequence[Block],
    text: Sequence[bool],
    beside: Sequence[bool],
    indexes: range,
    start: int,
) -> int:
    """Return the index of the last block of the body in one direction.

    Short lines and subheadings between lines of text belong to the body, and a few links do not
    end it.
    """
    reached, links = start, 0
    for i in indexes:
        block = opened[i]
        in_part = (
            beside[i]
            or (block.heading and block.sentence)
            or not (block.heading or block.container.tag in _TEXT_CONTAINERS)
        )
        if text[i] and (in_part or _is_text(block)):
            reached, links = i, 0
        elif block.mostly_links and links < _MOST_LINKS:
            links += 1
        elif not text[i] or not (block.heading or block.container.tag in _TEXT_CONTAINERS):
            break
    return reached


def _is_text(block: Block) -> bool:
    """Return whether a block beside a paragraph of the body is one too, however short."""
    return (
        block.container.tag in _TEXT_CONTAINERS
        and not block.mostly_links
        and (block.text.endswith((*_STOPS, ":")) or len(block.text) >= _LEAST_LINE)
    )


def _text_size(block: Block) -> int:
    """Return the characters of a block that are text rather than a label or a link."""
    if block.mostly_links:
        return 0
    least = 25 if block.container.tag in ("p", "blockquote") else _LEAST_LINE
    size = len(block.text)
    return size if block.sentence or block.prose or size >= least else 0


def _is_in_run(block: Block, at_body: bool) -> bool:
    """Return whether a block within the run is body: no link, no label between paragraphs."""
    if block.mostly_links:
        return (
            at_body
            and block.text.endswith(_STOPS)
            and len(block.text.split()) >= _LEAST_WORDS
            and (len(block.links) > 1 or block.link_length < _LINK_SHARE * len(block.text))
        )
    return at_body or block.sentence or block.prose or block.container.tag in _KEPT_CONTAINERS


def body_paragraphs(blocks: Sequence[Block], parts: Collection[HtmlElement] = ()) -> list[str]:
    """Return the text of the blocks from the first to the last paragraph of prose in the body.

    Args:
        blocks: The blocks with their zones.
        parts: Elements that each hold a part of the body, wherever they are.
    """
    open_blocks = [b for b in blocks if b.zone is None and has_letters(b.text)]
    location = body_location(open_blocks)
    prose = [
        i
        for i, b in enumerate(open_blocks)
        if (b.prose and b.location == location) or (b.sentence and _is_in_part(b, parts))
    ]
    if not prose:
        return []
    return [b.text for b in open_blocks[prose[0] : prose[-1] + 1] if not b.mostly_links]


def _is_unreliable(
    lines: Sequence[str], paragraphs: Sequence[str], blocks: Sequence[Block]
) -> bool:
    """Return whether the extracted lines lack paragraphs of the body, or reorder them."""
    paragraphs = paragraphs[:_MOST_COMPARED]
    size = sum(map(len, paragraphs))
    if not paragraphs or not lines:
        return not lines
    if paragraphs[0] not in [b.text for b in blocks if b.zone is None and b.prose][:3]:
        return False
    text = _NON_WORD.sub("", "".join(lines)).lower()
    offsets = [text.find(_NON_WORD.sub("", p).lower()[:80]) for p in paragraphs]
    lost = sum(len(p) for p, offset in zip(paragraphs, offsets, strict=True) if offset < 0)
    present = [offset for offset in offsets if offset >= 0]
    return offsets[0] < 0 or lost * 4 > size or present != sorted(present)

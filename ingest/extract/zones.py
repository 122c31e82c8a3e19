"""The zone tagger: tell the article on a page from everything around it.

::

    blocks ─ credible labels ─ headline ─ comments ─ heads, lines, appeals ─▶ block.zone

``block.zone`` stays None for a block that may be body. Blocks of the zones in ``KEPT_ZONES`` are
cut from the body and kept with the article (:class:`core.messages.Zone`). Blocks of ``chrome``
(menus, footers, what is above the headline) and ``title`` (the headline itself) are cut and not
kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.extract import vocabulary
from ingest.extract.blocks import Block
from ingest.extract.comments import find_comments, is_comment_head
from ingest.extract.labels import ZoneLabel
from ingest.extract.zone_reader import ZoneReader, is_caption

KEPT_ZONES = ("comments", "related", "service", "advert", "author", "caption", "agency", "paywall")
_PRICE = re.compile("|".join(vocabulary.alternatives("price")), re.IGNORECASE)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class TaggedPage:
    """What the zone tagger found out besides the zones.

    Attributes:
        title: Index of the headline's block, -1 if there is none.
        stub: Whether a paywall cuts the article short.
        dropped: Elements that belong to a zone as a whole.
    """

    title: int
    stub: bool
    dropped: tuple[HtmlElement, ...] = ()


def tag_zones(blocks: Sequence[Block], titles: Sequence[str], *, live: bool) -> TaggedPage:
    """Assign a zone to every block that is not body.

    Args:
        blocks: The blocks of the page in reading order.
        titles: Candidates for the headline, best first.
        live: Whether the page is a live ticker.
    """
    title = find_title(blocks, titles)
    dropped = _apply_labels(blocks, title)
    _mark_title(blocks, title)
    span = find_comments(blocks, title, live=live)
    if span:
        _mark(blocks[span[0] : span[1]], "comments")
    if title > 0 and (span is None or span[0] > title or span[1] <= title):
        _mark_above_title(blocks, title)
    ZoneReader(blocks, title).run()
    return TaggedPage(title, any(b.zone == "paywall" for b in blocks), tuple(dropped))


def distinct_words(text: str) -> frozenset[str]:
    """Return the distinct words of a text in lower case."""
    return frozenset(_WORD.findall(text.lower()))


def find_title(blocks: Sequence[Block], titles: Sequence[str]) -> int:
    """Return the index of the headline, -1 if there is none.

    That is the heading most similar to a title, or a block equal to one.
    """
    wanted = [(t.lower(), distinct_words(t)) for t in titles if t]
    best, index = 0.0, -1
    for i, block in enumerate(blocks):
        if len(block.text) > 400 or (not block.heading and len(block.text) < 12):
            continue
        words = distinct_words(block.text)
        for lower, other in wanted:
            share = len(words & other) / max(len(words | other), 1)
            if not block.heading:
                share = 0.9 if block.lower == lower else 0.0
            elif block.container.tag == "h1":
                share += 0.2
            if share > best and share >= 0.5:
                best, index = share, i
    if index < 0:
        index = next(
            (
                i
                for i, b in enumerate(blocks)
                if b.container.tag == "h1" and len(b.text) > 15 and not b.labels
            ),
            -1,
        )
    return index


def _mark(blocks: Sequence[Block], zone: str) -> None:
    for block in blocks:
        if block.zone is None:
            block.zone = zone


def _mark_title(blocks: Sequence[Block], title: int) -> None:
    if title < 0:
        return
    headline = blocks[title].lower
    for i, block in enumerate(blocks):
        if i == title or (block.lower == headline and i < title + 12):
            block.zone = "title"


def _apply_labels(blocks: Sequence[Block], title: int) -> list[HtmlElement]:
    """Assign the zones of credible labels, the outermost first; return the labelled elements."""
    groups: dict[ZoneLabel, list[Block]] = {}
    for block in blocks:
        for label in block.labels:
            groups.setdefault(label, []).append(block)
    total = sum(len(b.text) for b in blocks if b.prose)
    siblings: dict[str, int] = {}
    for label in groups:
        siblings[label.zone] = siblings.get(label.zone, 0) + 1
    headline = blocks[title].labels if title >= 0 else ()
    elements = []
    for label, inside in groups.items():
        if label not in headline and _is_credible(label, inside, total, siblings[label.zone]):
            _mark(inside, label.zone)
            elements.append(label.element)
    return elements


def _is_credible(label: ZoneLabel, inside: Sequence[Block], total: int, siblings: int) -> bool:
    prose = sum(len(b.text) for b in inside if b.prose)
    if label.zone == "comments":
        return (
            label.strong
            or siblings > 1
            or prose * 3 < total
            or any(is_comment_head(b) for b in inside[:4])
        )
    if label.zone == "paywall":
        with_cues = sum(
            len(b.text)
            for b in inside
            if _PRICE.search(b.text) or vocabulary.PAYWALL.matches(b.lower)
        )
        return prose == 0 or with_cues * 2 > prose
    if label.zone == "caption":
        return prose < 1500 and prose * 3 < total + 1
    if label.zone == "chrome" and label.strong:  # hidden, unless it is the whole page
        return prose * 2 < total
    return prose * 3 < total or prose == 0


def _mark_above_title(blocks: Sequence[Block], title: int) -> None:
    """Assign zones to what is above the headline, unless that is the body (a slider's title)."""
    above = sum(len(b.text) for b in blocks[:title] if b.prose and b.zone is None)
    below = sum(len(b.text) for b in blocks[title:] if b.prose and b.zone is None)
    if above > below:
        return
    for block in blocks[:title]:
        if block.zone is None:
            block.zone = "caption" if is_caption(block) else "chrome"

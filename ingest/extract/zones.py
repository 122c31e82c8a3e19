"""The zone tagger: what on the page is the article, and what only stands beside it.

::

    blocks ─ labels believed or not ─ headline ─ comments ─ heads, lines, appeals ─▶ block.zone

``block.zone`` is None for what may be body. Text that is cut for good carries one of the zones of
:class:`core.messages.Zone`; ``chrome`` (menus, footers, what stands over the headline) and
``title`` (the headline again) are cut too, but nobody keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.extract import vocabulary
from ingest.extract.blocks import Block
from ingest.extract.comments import comment_span, is_head
from ingest.extract.labels import ZoneLabel
from ingest.extract.zone_reader import ZoneReader, is_credit

KEPT = ("comments", "related", "service", "advert", "author", "caption", "agency", "paywall")
_PRICE = re.compile("|".join(vocabulary.alternatives("price")), re.IGNORECASE)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class TaggedPage:
    """What the tagger learned beside the zones.

    Attributes:
        title: Index of the headline's block, -1 where it was not found.
        stub: Whether a paywall cut the article short.
        dropped: Elements of which nothing is kept.
    """

    title: int
    stub: bool
    dropped: tuple[HtmlElement, ...] = ()


def tag(blocks: Sequence[Block], titles: Sequence[str], *, live: bool) -> TaggedPage:
    """Give every block that is not body its zone.

    Args:
        blocks: The page's blocks in reading order.
        titles: What the headline may be, best first.
        live: Whether the page is a live ticker.
    """
    title = find_title(blocks, titles)
    dropped = _believe_labels(blocks, title)
    _mark_title(blocks, title)
    span = comment_span(blocks, title, live=live)
    if span:
        _mark(blocks[span[0] : span[1]], "comments")
    if title > 0 and (span is None or span[0] > title or span[1] <= title):
        _over_the_title(blocks, title)
    ZoneReader(blocks, title).run()
    return TaggedPage(title, any(b.zone == "paywall" for b in blocks), tuple(dropped))


def words_of(text: str) -> frozenset[str]:
    """The distinct words of a text, lower case."""
    return frozenset(_WORD.findall(text.lower()))


def find_title(blocks: Sequence[Block], titles: Sequence[str]) -> int:
    """Index of the block that is the headline: a heading that agrees, else any that is equal."""
    wanted = [(t.lower(), words_of(t)) for t in titles if t]
    best, index = 0.0, -1
    for i, block in enumerate(blocks):
        if len(block.text) > 400 or (not block.heading and len(block.text) < 12):
            continue
        own = words_of(block.text)
        for lower, other in wanted:
            share = len(own & other) / max(len(own | other), 1)
            if not block.heading:
                share = 0.9 if block.lower == lower else 0.0
            elif block.owner.tag == "h1":
                share += 0.2
            if share > best and share >= 0.5:
                best, index = share, i
    if index < 0:
        index = next(
            (
                i
                for i, b in enumerate(blocks)
                if b.owner.tag == "h1" and len(b.text) > 15 and not b.labels
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
    own = blocks[title].lower
    for i, block in enumerate(blocks):
        if i == title or (block.lower == own and i < title + 12):
            block.zone = "title"


def _believe_labels(blocks: Sequence[Block], title: int) -> list[HtmlElement]:
    """Turn claims into zones, the outermost believed one first; the elements believed."""
    groups: dict[ZoneLabel, list[Block]] = {}
    for block in blocks:
        for label in block.labels:
            groups.setdefault(label, []).append(block)
    total = sum(len(b.text) for b in blocks if b.prose)
    siblings: dict[str, int] = {}
    for label in groups:
        siblings[label.zone] = siblings.get(label.zone, 0) + 1
    headline = blocks[title].labels if title >= 0 else ()
    believed = []
    for label, inside in groups.items():
        if label not in headline and _believed(label, inside, total, siblings[label.zone]):
            _mark(inside, label.zone)
            believed.append(label.element)
    return believed


def _believed(label: ZoneLabel, inside: Sequence[Block], total: int, siblings: int) -> bool:
    prose = sum(len(b.text) for b in inside if b.prose)
    if label.zone == "comments":
        return (
            label.strong or siblings > 1 or prose * 3 < total or any(is_head(b) for b in inside[:4])
        )
    if label.zone == "paywall":
        cued = sum(
            len(b.text)
            for b in inside
            if _PRICE.search(b.text) or vocabulary.PAYWALL.search(b.lower)
        )
        return prose == 0 or cued * 2 > prose
    if label.zone == "caption":
        return prose < 1500 and prose * 3 < total + 1
    if label.zone == "chrome" and label.strong:  # hidden: nobody reads it, unless it is the page
        return prose * 2 < total
    return prose * 3 < total or prose == 0


def _over_the_title(blocks: Sequence[Block], title: int) -> None:
    """What stands over the headline is no body, unless the body stands there (a slider's title)."""
    over = sum(len(b.text) for b in blocks[:title] if b.prose and b.zone is None)
    under = sum(len(b.text) for b in blocks[title:] if b.prose and b.zone is None)
    if over > under:
        return
    for block in blocks[:title]:
        if block.zone is None:
            block.zone = "caption" if is_credit(block) else "chrome"

"""The zone tagger: tell the article on a page from everything around it.

::

    blocks ─ labels ─ headline ─ further articles ─ comments ─ heads, lines, appeals ─▶ zone

``block.zone`` stays None for a block that may be body. Blocks of the zones in ``KEPT_ZONES`` are
cut from the body and kept with the article (:class:`core.messages.Zone`). Blocks of ``chrome``
(menus, footers, what is above the headline) and ``title`` (the headline itself) are cut and not
kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lxml.html import HtmlElement

from ingest.extract.blocks import Block
from ingest.extract.cards import find_cards
from ingest.extract.comments import find_comments
from ingest.extract.continuations import find_continuations
from ingest.extract.further_articles import find_further_articles
from ingest.extract.label_families import LabelJudge, gather_families
from ingest.extract.teasers import mark_teasers
from ingest.extract.zone_reader import ZoneReader, is_caption

KEPT_ZONES = (
    "comments",
    "related",
    "service",
    "advert",
    "author",
    "caption",
    "agency",
    "paywall",
    "removed",
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class TaggedPage:
    """What the zone tagger found out besides the zones.

    Attributes:
        title: Index of the headline's block, -1 if there is none.
        stub: Whether a paywall cuts the article short.
        dropped: Elements that belong to a zone as a whole.
        mislabelled: Elements whose label is wrong: they hold the body.
        parts: Elements that each hold a part of the body, wherever they are: those that share a
            wrong label with two others, and those beside the element of the article.
    """

    title: int
    stub: bool
    dropped: tuple[HtmlElement, ...] = ()
    mislabelled: tuple[HtmlElement, ...] = ()
    parts: tuple[HtmlElement, ...] = ()


def tag_zones(
    blocks: Sequence[Block],
    titles: Sequence[str],
    *,
    live: bool,
    url: str,
    stated: str = "",
) -> TaggedPage:
    """Assign a zone to every block that is not body.

    Args:
        blocks: The blocks of the page in reading order.
        titles: Candidates for the headline, best first.
        live: Whether the page is a live ticker.
        url: Where the page was fetched from.
        stated: The body that the page's JSON-LD states; may be empty.
    """
    title = find_title(blocks, titles)
    labelled = _apply_labels(blocks, title, stated)
    _mark_title(blocks, title)
    if not live:
        _mark([blocks[i] for i in find_cards(blocks, title, url)], "related", outside=True)
    for start, end in find_further_articles(blocks, title, live=live, stated=stated):
        _mark(blocks[start:end], "related", outside=True)
    span = find_comments(blocks, title, live=live)
    if span:
        _mark(blocks[span[0] : span[1]], "comments")
    if title > 0 and (span is None or span[0] > title or span[1] <= title):
        _mark_above_title(blocks, title)
    mark_teasers(blocks, title, url)
    ZoneReader(blocks, title).run()
    stub = any(b.zone == "paywall" for b in blocks)
    return TaggedPage(
        title,
        stub,
        dropped=tuple(labelled.dropped),
        mislabelled=tuple(labelled.mislabelled),
        parts=(*labelled.parts, *find_continuations(blocks, title)),
    )


@lru_cache(maxsize=256)
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
        share = _likeness(block, wanted)
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


def _likeness(block: Block, wanted: Sequence[tuple[str, frozenset[str]]]) -> float:
    """Return how much a block is like the titles, given in lower case with their words."""
    if not block.heading:
        return 0.9 if any(block.lower == lower for lower, _ in wanted) else 0.0
    words = distinct_words(block.text)
    share = max((len(words & o) / max(len(words | o), 1) for _, o in wanted), default=0.0)
    return share + 0.2 if block.container.tag == "h1" else share


def _mark(blocks: Sequence[Block], zone: str, *, outside: bool = False) -> None:
    for block in blocks:
        if block.zone is None:
            block.zone, block.outside = zone, outside


def _mark_title(blocks: Sequence[Block], title: int) -> None:
    if title < 0:
        return
    headline = blocks[title].lower
    for i, block in enumerate(blocks):
        if i == title or (block.lower == headline and i < title + 12):
            block.zone = "title"


@dataclass(slots=True)
class _LabelledElements:
    """Elements with labels: followed, wrong, and wrong on each of several parts of the body."""

    dropped: list[HtmlElement] = field(default_factory=list)
    mislabelled: list[HtmlElement] = field(default_factory=list)
    parts: list[HtmlElement] = field(default_factory=list)


def _apply_labels(blocks: Sequence[Block], title: int, stated: str) -> _LabelledElements:
    """Assign the zones of the labels that are followed."""
    judge = LabelJudge(blocks, title, stated)
    found = _LabelledElements()
    for family in gather_families(blocks, title):
        verdict = judge.judge(family)
        elements = [label.element for label in family.labels]
        if verdict.followed:
            _mark([blocks[i] for i in family.indexes], family.zone, outside=verdict.outside)
            found.dropped += elements
        elif verdict.reason in ("stated_body", "opening"):
            found.mislabelled += elements
            if len(elements) >= 3 and len(family.indexes) <= 3 * len(elements):
                found.parts += elements
    return found


def _mark_above_title(blocks: Sequence[Block], title: int) -> None:
    """Assign zones to what is above the headline, unless that is the body (a slider's title)."""
    above = sum(len(b.text) for b in blocks[:title] if b.prose and b.zone is None)
    below = [b for b in blocks[title:] if b.prose and b.zone is None]
    size = sum(len(b.text) for b in below)
    if above > size and not (above <= size * 3 and _is_running_text(below)):
        return
    for block in blocks[:title]:
        if block.zone is None:
            block.zone = "caption" if is_caption(block) else "chrome"


def _is_running_text(prose: Sequence[Block]) -> bool:
    """Return whether the paragraphs right below the headline stand together, as a body does."""
    first = [b.location for b in prose[:4]]
    return len(first) == 4 and len(set(first[1:])) == 1 and prose[1].container.tag == "p"

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
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import trafilatura
from lxml.html import HtmlElement

from core.text.clean import clean
from ingest.extract.blocks import (
    HEADINGS,
    Block,
    body_location,
    ends_sentence,
)
from ingest.extract.body_run import LEAST_RUN, BodyRun, body_paragraphs, only_run
from ingest.extract.inline import is_in_sentence, make_plain
from ingest.extract.markup import drop_empty
from ingest.extract.zones import TaggedPage

_SHORT = 1500
_LEAVES = HEADINGS | {"p", "li", "figcaption", "dd", "dt", "td"}
_MOST_COMPARED = 400  # each is searched in the whole text
_KEY = 80
_NEARLY_ALL = 0.98
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
    run = BodyRun(blocks, parts)
    if only := only_run(run):
        return "\n".join(only)
    inside = [(b.text, run.needs(b)) for b in run.inside()]
    remove_zones(blocks, tagged)
    if sum(len(b.text) for b in blocks if b.zone is None) >= LEAST_RUN:
        drop_empty(root)
    _show_as_paragraphs(root, blocks)
    for element in tagged.mislabelled:
        for name in ("class", "id"):
            element.attrib.pop(name, None)
    document = trafilatura.bare_extraction(root, fast=True, include_comments=False)
    raw = clean(getattr(document, "text", "") or "").split("\n") if document is not None else []
    lines = [line.strip("| ") for line in raw]  # borders of a table that lays out the page
    paragraphs = paragraphs or body_paragraphs(blocks, parts)
    if _is_unreliable(lines, paragraphs, blocks):
        lines = paragraphs
    return "\n".join(_with_all_of(inside, [line for line in lines if line]))


def _with_all_of(inside: Sequence[tuple[str, bool]], lines: list[str]) -> Sequence[str]:
    """Return the lines that were extracted, with the paragraphs of the body that they lack.

    Args:
        inside: The blocks of the run: their text, and whether it must not be lost.
        lines: What was extracted, one paragraph a line; several where markup is unusual.
    """
    letters = [_letters(line) for line in lines]
    text = "".join(letters)
    keys = [_letters(paragraph) for paragraph, _ in inside[:_MOST_COMPARED]]
    offsets = [text.find(key[:_KEY]) for key in keys]
    lost = [i for i, offset in enumerate(offsets) if offset < 0 and inside[i][1]]
    if not lost or max(offsets) < 0 or sum(len(keys[i]) for i in lost) > max(len(text), LEAST_RUN):
        return lines
    common = sum(len(key) for key, offset in zip(keys, offsets, strict=True) if offset >= 0)
    if len(lines) * 2 < len(inside) == len(keys) and common >= _NEARLY_ALL * len(text):
        kept = (
            p
            for (p, is_text), offset in zip(inside, offsets, strict=True)
            if is_text or offset >= 0
        )
        return list(kept)
    ends = list(accumulate(map(len, letters)))
    start = next(i for i, offset in enumerate(offsets) if offset >= 0)
    first = [inside[i][0] for i in lost if i < start]
    added: dict[int, list[str]] = {}
    after = -1
    for i, offset in enumerate(offsets):
        if offset >= 0:
            after = bisect_right(ends, offset)
        elif after >= 0 and i in lost:
            added.setdefault(after, []).append(inside[i][0])
    return [*first, *(one for i, line in enumerate(lines) for one in (line, *added.get(i, ())))]


def _letters(text: str) -> str:
    return _NON_WORD.sub("", text).lower()


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
    text = _letters("".join(lines))
    offsets = [text.find(_letters(p)[:_KEY]) for p in paragraphs]
    lost = sum(len(p) for p, offset in zip(paragraphs, offsets, strict=True) if offset < 0)
    present = [offset for offset in offsets if offset >= 0]
    return offsets[0] < 0 or lost * 4 > size or present != sorted(present)

"""Extract the body: with trafilatura from the prepared tree, or from the blocks if it is unsure.

What the zone tagger cut is no longer in the tree, so nothing of it can come back. Only short bodies
are a risk: trafilatura's fallbacks then look for text elsewhere, reorder it or drop half of it. In
that case the blocks at the location of the body are the better result.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

import trafilatura
from lxml.html import HtmlElement

from core.text.clean import clean
from ingest.extract.blocks import Block, body_location, has_letters, location_of
from ingest.extract.zones import TaggedPage

_SHORT = 1500
_MOST_COMPARED = 400  # each is searched in the whole text
_NON_WORD = re.compile(r"\W+")
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def extract_body(root: HtmlElement, blocks: Sequence[Block], tagged: TaggedPage) -> str:
    """Return the body as clean text, one paragraph a line.

    Args:
        root: The tree, without what was cut.
        blocks: The blocks with their zones.
        tagged: What else the zone tagger found out.
    """
    paragraphs = body_paragraphs(blocks)
    if tagged.stub and paragraphs and sum(map(len, paragraphs)) < _SHORT:
        return "\n".join(paragraphs)
    document = trafilatura.bare_extraction(root, fast=True, include_comments=False)
    raw = clean(getattr(document, "text", "") or "").split("\n") if document is not None else []
    lines = [line.strip("| ") for line in raw]  # borders of a table that lays out the page
    unreliable = _is_unreliable(lines, paragraphs, blocks)
    return "\n".join(paragraphs if unreliable else filter(None, lines))


def body_paragraphs(blocks: Sequence[Block]) -> list[str]:
    """Return the text of the blocks from the first to the last paragraph of prose in the body."""
    open_blocks = [b for b in blocks if b.zone is None and has_letters(b.text)]
    location = body_location(open_blocks)
    prose = [i for i, b in enumerate(open_blocks) if b.prose and location_of(b) == location]
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

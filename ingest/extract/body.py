"""The body's text: trafilatura on the prepared tree, and our own paragraphs where it is unsure.

What the zone tagger cut is no longer in the tree, so nothing of it can come back. What remains to
guard against is a short body: trafilatura's rescues then look for text elsewhere, reorder it or
drop half of it. There the paragraphs of the body's own container are the better answer.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

import trafilatura
from lxml.html import HtmlElement

from core.text.clean import clean
from ingest.extract.blocks import Block, home_of, looks_like_words, place_of
from ingest.extract.zones import TaggedPage

_SHORT = 1500
_KEY = re.compile(r"\W+")
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def read_body(root: HtmlElement, blocks: Sequence[Block], tagged: TaggedPage) -> str:
    """The body as clean text, paragraphs parted by a line feed.

    Args:
        root: The tree, emptied of what was cut.
        blocks: The blocks, tagged.
        tagged: What the tagger learned.
    """
    own = own_paragraphs(blocks)
    if tagged.stub and own and sum(map(len, own)) < _SHORT:
        return clean("\n".join(own))
    found = trafilatura.bare_extraction(root, fast=True, include_comments=False)
    raw = clean(getattr(found, "text", "") or "").split("\n") if found is not None else []
    lines = [line.strip("| ") for line in raw]  # borders of a table that lays out the page
    return clean("\n".join(own if _doubtful(lines, own, blocks) else lines))


def own_paragraphs(blocks: Sequence[Block]) -> list[str]:
    """The body by our own reading: from its first to its last paragraph of prose."""
    open_blocks = [b for b in blocks if b.zone is None and looks_like_words(b.text)]
    home = home_of(open_blocks)
    prose = [i for i, b in enumerate(open_blocks) if b.prose and place_of(b) == home]
    if not prose:
        return []
    return [b.text for b in open_blocks[prose[0] : prose[-1] + 1] if not b.linky]


def _doubtful(lines: Sequence[str], own: Sequence[str], blocks: Sequence[Block]) -> bool:
    """Whether a short result lacks part of our paragraphs, or has them in another order."""
    size = sum(map(len, own))
    if not own or not lines:
        return not lines
    if own[0] not in [b.text for b in blocks if b.zone is None and b.prose][:3]:
        return False
    text = _KEY.sub("", "".join(lines)).lower()
    places = [text.find(_KEY.sub("", p).lower()[:80]) for p in own]
    lost = sum(len(p) for p, place in zip(own, places, strict=True) if place < 0)
    seen = [place for place in places if place >= 0]
    return places[0] < 0 or lost * 4 > size or seen != sorted(seen)

"""Where on the page the article's own paragraphs stand, told by the elements around them."""

from __future__ import annotations

from collections.abc import Sequence

from lxml.html import HtmlElement

from ingest.extract.blocks import Block

Place = tuple[tuple[str, str | None], ...]
_CONTAINERS = frozenset({"div", "section", "article", "main", "body", "td"})


def shelf_of(block: Block) -> HtmlElement | None:
    """The element that holds the block among its neighbours."""
    parent = block.owner.getparent()
    return block.owner if block.owner.tag in _CONTAINERS or parent is None else parent


def place_of(block: Block) -> Place:
    """The kind of place a block stands in: the tags and classes of the two elements around it."""
    shelf = shelf_of(block)
    outer = shelf.getparent() if shelf is not None else None
    return tuple((e.tag, e.get("class")) for e in (shelf, outer) if e is not None)


def home_of(blocks: Sequence[Block]) -> Place:
    """The kind of place most of the prose stands in: the article's own paragraphs."""
    held: dict[Place, int] = {}
    for block in blocks:
        if block.prose:
            place = place_of(block)
            held[place] = held.get(place, 0) + len(block.text)
    return max(held, key=held.__getitem__) if held else ()

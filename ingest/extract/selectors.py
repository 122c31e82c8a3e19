"""Follow the CSS selectors by which an operator says where the text of an outlet's pages is.

What ``remove`` selects is cut; what ``body`` selects is the text, whatever labels and phrases say.
A selector that finds no text on a page is not followed, because outlets change their markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from lxml import etree
from lxml.cssselect import CSSSelector
from lxml.html import HtmlElement

from ingest.extract.blocks import Block, has_letters

REMOVED = "removed"
"""The zone of what an operator's selector removes."""

_MOST_ELEMENTS = 5_000
_LINES = frozenset({"caption", "agency", "author", "paywall"})
"""Zones that a line of the selected body may have; longer runs of them are text."""


@dataclass(frozen=True, slots=True)
class SelectedElements:
    """The elements of a page that the selectors of its outlet find.

    Attributes:
        body: Those with the text.
        removed: Those that are not part of it.
    """

    body: frozenset[HtmlElement] = frozenset()
    removed: frozenset[HtmlElement] = frozenset()


def select_elements(root: HtmlElement, body: str, remove: str) -> SelectedElements:
    """Return what selectors find on a page; nothing for empty ones.

    Args:
        root: The tree of the page.
        body: The selector of the text.
        remove: The selector of what is not part of it.
    """
    return SelectedElements(frozenset(_select(root, body)), frozenset(_select(root, remove)))


def apply_removal(blocks: Iterable[Block], selected: SelectedElements) -> None:
    """Assign the zone of removed text to the blocks that a selector removes."""
    if selected.removed:
        for block in blocks:
            if _is_inside(block, selected.removed):
                block.zone = REMOVED


def select_body(
    blocks: Sequence[Block], selected: SelectedElements, title: int
) -> tuple[Block, ...]:
    """Return the blocks that the selector of the body finds, and clear their zones.

    In the body only captions and single lines such as that of the author are not text. Outside of
    it nothing is, but what is between headline and body may be the lead.

    Args:
        blocks: All blocks of the page, with their zones.
        selected: What the selectors find.
        title: Index of the headline, -1 if there is none.

    Returns:
        None of them if there is no text in the body, so that the selector must not be followed.
    """
    inside = {i for i, b in enumerate(blocks) if selected.body and _is_inside(b, selected.body)}
    body = [i for i in sorted(inside) if _is_body(blocks[i])]
    if not any(blocks[i].sentence for i in body):
        return ()
    chosen = set(body)
    for i, block in enumerate(blocks):
        if i in chosen:
            block.zone = None
        elif block.zone is None and not title < i < body[0]:
            block.zone = "chrome"
    return tuple(blocks[i] for i in body)


def text_of(blocks: Sequence[Block], body: Sequence[Block]) -> str:
    """Return the selected text without the lead; everything outside of it is cut.

    Args:
        blocks: All blocks of the page, after the lead was chosen.
        body: Those that the selector found.
    """
    chosen = {id(block) for block in body}
    for block in blocks:
        if block.zone is None and id(block) not in chosen:
            block.zone = "chrome"
    return "\n".join(block.text for block in body if block.zone is None)


def _is_body(block: Block) -> bool:
    if block.zone in ("title", REMOVED) or not has_letters(block.text):
        return False
    return block.zone not in _LINES or (block.prose and block.zone != "caption")


def _select(root: HtmlElement, selector: str) -> list[HtmlElement]:
    compiled = _compiled(selector) if selector else None
    if compiled is None:
        return []
    try:
        return cast("list[HtmlElement]", compiled(root))[:_MOST_ELEMENTS]
    except etree.XPathError:
        return []


@lru_cache(maxsize=512)
def _compiled(selector: str) -> CSSSelector | None:
    try:
        return CSSSelector(selector, translator="html")
    except etree.XPathError:
        return None


def _is_inside(block: Block, elements: frozenset[HtmlElement]) -> bool:
    container = block.container
    return container in elements or any(a in elements for a in container.iterancestors())

"""Find the parts of an article that stand beside its ``<article>`` element.

The entries of a live page and the parts of a long text are often siblings of the element that holds
the headline. They are told from teasers, which have links, and from what a page shows below every
article by their repetition.
"""

from __future__ import annotations

from collections.abc import Sequence

from lxml.html import HtmlElement

from ingest.extract.blocks import Block

_PARTS = frozenset({"article", "section", "div", "li"})
_LISTS = frozenset({"ul", "ol"})


def find_continuations(blocks: Sequence[Block], title: int) -> list[HtmlElement]:
    """Return the element of the article and those beside it that hold further parts of it.

    Args:
        blocks: The blocks with their zones.
        title: Index of the headline, -1 if there is none.

    Returns:
        The ``<article>`` of the headline and what follows it in ``<main>``: two or more elements
        with the same tag, each with text and without links. Empty if there are none.
    """
    if title < 0:
        return []
    article = next(blocks[title].container.iterancestors("article"), None)
    main = article.getparent() if article is not None else None
    if article is None or main is None or (main.tag != "main" and main.get("role") != "main"):
        return []
    inside: dict[HtmlElement, list[Block]] = {}
    for block in blocks[title + 1 :]:
        if (part := _part_of(block.container, main)) is not None and part is not article:
            inside.setdefault(part, []).append(block)
    parts = [part for part, own in inside.items() if _are_only_text(own)]
    if len(parts) < 2 or len({part.tag for part in parts}) > 1:
        return []
    return [article, *parts]


def _part_of(element: HtmlElement, main: HtmlElement) -> HtmlElement | None:
    """Return the child of ``<main>`` that an element is in, or the item of a list there."""
    path: list[HtmlElement] = [element, *element.iterancestors()]
    if main not in path:
        return None
    below = path[: path.index(main)]
    part = below[-1] if below else None
    if part is not None and part.tag in _LISTS and len(below) > 1:
        part = below[-2]
    return part if part is not None and part.tag in _PARTS else None


def _are_only_text(blocks: Sequence[Block]) -> bool:
    return any(b.sentence and b.zone is None for b in blocks) and not any(
        b.mostly_links or b.zone not in (None, "author") for b in blocks
    )

"""Find the run of blocks that is the body: the paragraphs at one location and what is beside them.

::

    open blocks ─ location of most prose ─ first to last paragraph there
                ─ lists, tables, quotations, bare lines beside them ─▶ BodyRun
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from lxml.html import HtmlElement

from ingest.extract.blocks import (
    HEADINGS,
    Block,
    Location,
    body_location,
    container_among_siblings,
    has_letters,
    is_statement,
)

LEAST_RUN = 800
"""Characters of a body that is long enough to be recognised by its share of the page alone."""
_SHARE_OF_RUN = 0.95
_MOST_LINKS = 4
_PARTS = frozenset({"blockquote", "table", "dl", "pre", "ul", "ol"})
_DEEPEST_PART = 6
_DEEPEST_WRAPPER = 3
_LEAST_LINE = 60  # characters that are read as a line of text although they end in no stop
_LINK_SHARE = 0.9
_LEAST_WORDS = 5  # of a sentence that is mostly links
_STOPS = tuple('.!?"”»“')
_LINE_CONTAINERS = frozenset({"div", "section", "article", "main", "td"})
_TEXT_CONTAINERS = frozenset({"p", "div", "td"})
_KEPT_CONTAINERS = HEADINGS | {"p", "li", "td", "th", "dd", "dt", "blockquote", "pre"}
_ITEMS = frozenset({"li", "td", "th", "dd", "dt"})


class BodyRun:
    """The run of blocks from the first to the last paragraph of the body, with what adjoins them.

    Attributes:
        blocks: The blocks without a zone that have letters.
        location: Where most of the prose is.
        at_body: Of each block, whether it is there.
        prose: Indexes of the paragraphs of prose that are there.
        text: Of each block, whether it is there or beside it.
        around: The element that contains all paragraphs; None if they are far apart.
        first: Index of the first block of the run.
        last: Index of its last block.
    """

    def __init__(self, blocks: Sequence[Block], parts: Collection[HtmlElement]) -> None:
        self.blocks = [b for b in blocks if b.zone is None and has_letters(b.text)]
        self.location = location = body_location(self.blocks)
        self.at_body = [b.location == location or _is_in_part(b, parts) for b in self.blocks]
        self.prose = [i for i, b in enumerate(self.blocks) if b.prose and self.at_body[i]]
        self.text: list[bool] = []
        self.first = self.last = 0
        self.around: HtmlElement | None = None
        if self.prose:
            self._reach_out()

    def _reach_out(self) -> None:
        start, end = self.prose[0], self.prose[-1]
        outer = _containers(self.blocks, self.prose)
        self.around = _element_around(outer)
        shared = _shared_container(self.blocks, self.prose)
        around = (*outer, self.around, *shared)
        beside = [
            not at and _is_beside(b, around)
            for b, at in zip(self.blocks, self.at_body, strict=True)
        ]
        self.text = [
            at or part or _is_child(b, around, self.location)
            for b, at, part in zip(self.blocks, self.at_body, beside, strict=True)
        ]
        self.first = _reach(self.blocks, self.text, beside, range(start - 1, -1, -1), start)
        self.last = _reach(self.blocks, self.text, beside, range(end + 1, len(beside)), end)

    def inside(self) -> list[Block]:
        """Return the blocks of the run, without links and labels between paragraphs."""
        inside = self.blocks[self.first : self.last + 1] if self.prose else []
        return [b for i, b in enumerate(inside, self.first) if _is_in_run(b, is_text=self.text[i])]

    def needs(self, block: Block) -> bool:
        """Return whether a block of the run is text in the body's element, not a label.

        That is a sentence, an item of a list or table, or a line of a quotation.
        """
        is_text = block.prose or block.container.tag in _ITEMS or is_statement(block)
        element: HtmlElement | None = block.container
        for _ in range(_DEEPEST_PART):
            is_text = is_text or (element is not None and element.tag == "blockquote")
            element = element.getparent() if element is not None else None
            if element is not None and element is self.around:
                return is_text
        return False

    def adjoining(self) -> tuple[Block, ...]:
        """Return the blocks right before and after the run."""
        before = self.blocks[max(self.first - 1, 0) : self.first]
        return (*before, *self.blocks[self.last + 1 : self.last + 2])


def only_run(run: BodyRun) -> list[str]:
    """Return the paragraphs of a run if the page leaves no doubt about it, else an empty list.

    That is so if it has 800 characters and 95 % of the text that no zone has, and no further
    paragraph adjoins it. On three sets of annotated pages (397 pages, ``bench/extract.py``) this
    holds for 65 % of the pages, and the F1 is that of trafilatura on the same trees or better
    (.9635 to .9624, .9654 to .9631).
    """
    if not run.prose:
        return []
    inside = run.blocks[run.first : run.last + 1]
    size = sum(map(_text_size, inside))
    if (
        size < LEAST_RUN
        or size < _SHARE_OF_RUN * sum(map(_text_size, run.blocks))
        or any(block.prose for block in run.adjoining())
    ):
        return []
    return [block.text for block in run.inside()]


def _is_in_part(block: Block, parts: Collection[HtmlElement]) -> bool:
    own = block.container
    return bool(parts) and (own in parts or any(a in parts for a in own.iterancestors()))


def _containers(opened: Sequence[Block], prose: Sequence[int]) -> list[HtmlElement | None]:
    """Return the elements that contain the first and the last paragraph of the body."""
    return [opened[i].container.getparent() for i in (prose[0], prose[-1])]


def _shared_container(opened: Sequence[Block], prose: Sequence[int]) -> list[HtmlElement]:
    """Return the element that holds all paragraphs as lines of its own text, if there is one."""
    first, last = opened[prose[0]].container, opened[prose[-1]].container
    return [first] if first is last and first.tag in _LINE_CONTAINERS else []


def _element_around(outer: Sequence[HtmlElement | None]) -> HtmlElement | None:
    """Return what contains all paragraphs, also where each has a wrapper of its own, or None."""
    first, last = outer
    for _ in range(_DEEPEST_WRAPPER):
        if first is last or first is None or last is None:
            break
        first, last = first.getparent(), last.getparent()
    return first if first is last else None


def _is_child(block: Block, around: Sequence[HtmlElement | None], location: Location) -> bool:
    """Return whether a block is among the paragraphs of the body, with less markup around it.

    It is a bare paragraph or heading, or its wrapper is like the wrappers of the paragraphs.
    """
    element = block.container
    is_bare = element.tag == "p" or element.tag in HEADINGS
    parent = element.getparent()
    if is_bare and parent is not None and parent.tag == "section" and not parent.get("class"):
        return not block.link_length and parent.getparent() in around
    if element.tag == "div":
        is_bare = not element.get("class") and not block.link_length
    if is_bare and element.getparent() in around:
        return True
    wrapper = container_among_siblings(block)
    if wrapper is None or not location[0][1] or wrapper.get("class") != location[0][1]:
        return False
    return wrapper.getparent() in around


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


def _is_in_run(block: Block, *, is_text: bool) -> bool:
    """Return whether a block within the run is body: no link, no label between paragraphs."""
    if block.mostly_links:
        return (
            is_text
            and block.text.endswith(_STOPS)
            and len(block.text.split()) >= _LEAST_WORDS
            and (len(block.links) > 1 or block.link_length < _LINK_SHARE * len(block.text))
        )
    return is_text or block.sentence or block.prose or block.container.tag in _KEPT_CONTAINERS


def body_paragraphs(blocks: Sequence[Block], parts: Collection[HtmlElement] = ()) -> list[str]:
    """Return the text of the blocks from the first to the last sentence at the body's location.

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
    end = prose[-1] + 1
    while end < len(open_blocks) and _is_last_line(open_blocks[end], location):
        end += 1
    return [b.text for b in open_blocks[prose[0] : end] if not b.mostly_links]


def _is_last_line(block: Block, location: Location) -> bool:
    """Return whether a block behind the last paragraph is a sentence of the body."""
    return block.location == location and is_statement(block)

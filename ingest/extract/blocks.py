"""Read a page as blocks of text in reading order, each of which knows its part of the tree.

A block is the text between two block-level elements (paragraphs, headings, list items) or ``<br>``.
It refers to the text nodes it was read from, so that a block is cut by emptying them and the tree
keeps its shape. Paragraphs, neutral divs and one long div with ``<br>`` look the same from here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

from core.text.clean import clean_run
from ingest.extract.labels import ZoneLabel, read_label
from ingest.extract.vocabulary import words_in

BLOCK_ELEMENTS = frozenset(
    words_in(
        "address article aside blockquote body br button caption center dd details dialog dir div "
        "dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li "
        "main menu nav ol option p pre section summary table tbody td tfoot th thead tr ul "
    )
)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SENTENCE_END = re.compile(r"[.!?…:;][\"'“”«»‹›’)\]]*\s*$")
_FULL_STOP = re.compile(r"[.!?…][\"'“”«»‹›’)\]]*\s*$")
_LEAST_WORDS = 4
_LETTER = re.compile(r"[^\W\d_]")
# Text inside these never belongs to the article, unless they are labelled as a zone that is kept.
_SKIPPED_ELEMENTS = frozenset({"nav", "aside", "menu", "dialog"})
_MAX_BLOCKS = 20_000
_MOST_LABELS = 40  # labelled elements around a block, the outermost; real pages have up to a dozen
_CONTAINERS = frozenset({"div", "section", "article", "main", "body", "td"})

Location = tuple[tuple[str, str | None], ...]
"""Tags and classes of the elements around a block; equal for all paragraphs of an article."""


@dataclass(slots=True, eq=False)
class Block:
    """The text between two block-level elements.

    Attributes:
        text: The text, clean and in one line.
        container: The block-level element that contains it.
        text_nodes: Where it was read from, as pairs (element, whether its tail or its text).
        link_length: How many characters of it are links.
        labels: Of the labelled elements around it, outermost first.
        links: The links in it that have text.
        zone: The zone it was assigned to; None while it may be body.
        outside: Whether the structure of the page shows that it is not the article: it is one of
            several teasers, or in an element beside the article.
        lower: The text in lower case.
        mostly_links: Whether more than half of it is links.
        sentence: Whether it looks like a sentence of prose.
        prose: Whether it looks like a paragraph of an article.
    """

    text: str
    container: HtmlElement
    text_nodes: list[tuple[HtmlElement, bool]]
    link_length: int
    labels: tuple[ZoneLabel, ...]
    links: tuple[HtmlElement, ...] = ()
    zone: str | None = None
    outside: bool = False
    lower: str = field(init=False)
    mostly_links: bool = field(init=False)
    sentence: bool = field(init=False)
    prose: bool = field(init=False)

    def __post_init__(self) -> None:
        size = len(self.text)
        self.lower = self.text.lower()
        self.mostly_links = self.link_length * 2 > size
        self.sentence = (
            size >= 40
            and not self.mostly_links
            and _SENTENCE_END.search(self.text[-8:]) is not None
        )
        self.prose = (size >= 80 and self.sentence) or (size >= 160 and self.link_length * 3 < size)

    @property
    def heading(self) -> bool:
        """Whether the container is a heading."""
        return self.container.tag in HEADINGS

    def cut(self) -> None:
        """Remove its text from the tree."""
        for element, is_tail in self.text_nodes:
            if is_tail:
                element.tail = " "
            else:
                element.text = None


class _Collector:
    """The state of a walk through the tree: the open block, and the links and labels around it."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._text_nodes: list[tuple[HtmlElement, bool]] = []
        self._link_length = 0
        self._open_links: list[HtmlElement] = []
        self._links: list[HtmlElement] = []
        self._containers: list[HtmlElement] = []
        self._labels: list[tuple[HtmlElement, ZoneLabel]] = []

    def add(self, text: str, element: HtmlElement, is_tail: bool) -> None:
        if not text.isspace():
            self._parts.append(text)
            self._text_nodes.append((element, is_tail))
            if self._open_links:
                self._link_length += len(text.strip())
                if not self._links or self._links[-1] is not self._open_links[-1]:
                    self._links.append(self._open_links[-1])
        elif self._parts:
            self._parts.append(" ")

    def end_block(self) -> None:
        if self._text_nodes:
            text = clean_run("".join(self._parts))
            if text and len(self.blocks) < _MAX_BLOCKS:
                labels = tuple(label for _, label in self._labels[:_MOST_LABELS])
                container, length = self._containers[-1], self._link_length
                links = tuple(self._links)
                self.blocks.append(Block(text, container, self._text_nodes, length, labels, links))
            self._text_nodes = []
            self._links = []
        self._parts = []
        self._link_length = 0

    def skip(self, element: HtmlElement) -> None:
        """Enter an element whose content is skipped."""
        self.end_block()
        self._containers.append(element)

    def start(self, element: HtmlElement) -> None:
        tag = element.tag
        is_block = tag in BLOCK_ELEMENTS
        if is_block:
            if self._parts:
                self.end_block()
            if tag != "br":
                self._containers.append(element)
        elif tag == "a":
            self._open_links.append(element)
        if (is_block or "-" in tag) and (label := read_label(element)):
            self.end_block()
            self._labels.append((element, label))
        if text := element.text:
            self.add(text, element, False)

    def end(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in BLOCK_ELEMENTS:
            if self._parts:
                self.end_block()
            if tag != "br":
                self._containers.pop()
        elif tag == "a":
            self._open_links.pop()
        if self._labels and self._labels[-1][0] is element:
            self.end_block()
            self._labels.pop()
        if tail := element.tail:
            self.add(tail, element, True)


def collect_blocks(body: HtmlElement) -> list[Block]:
    """Return the blocks of a tree in reading order.

    Navigation and asides are removed from the tree, unless broken markup put the whole page into
    one of them.
    """
    tail, body.tail = body.tail, None
    collector, skipped = _walk(body, _SKIPPED_ELEMENTS)
    if skipped and not any(b.prose for b in collector.blocks):
        collector, skipped = _walk(body, frozenset())
    body.tail = tail
    for element in skipped:
        element.drop_tree()
    return collector.blocks


def _walk(body: HtmlElement, skip: frozenset[str]) -> tuple[_Collector, list[HtmlElement]]:
    collector = _Collector()
    walk = etree.iterwalk(body, events=("start", "end"))
    skipped = []
    for event, element in walk:
        if event == "end":
            collector.end(element)
        elif element.tag in skip and (label := read_label(element)) and label.zone == "chrome":
            walk.skip_subtree()
            skipped.append(element)
            collector.skip(element)
        else:
            collector.start(element)
    collector.end_block()
    return collector, skipped


def has_letters(text: str) -> bool:
    """Return whether the text contains a letter."""
    return bool(_LETTER.search(text))


def ends_sentence(text: str) -> bool:
    """Return whether the text ends like a sentence."""
    return _FULL_STOP.search(text[-6:]) is not None


def is_statement(block: Block) -> bool:
    """Return whether a block says something in a sentence, however short, without a link."""
    return (
        block.link_length * 3 < len(block.text)
        and ends_sentence(block.text)
        and len(block.text.split()) >= _LEAST_WORDS
    )


def location_of(block: Block) -> Location:
    """Return where on the page a block is: tag and class of the two elements around it."""
    inner = container_among_siblings(block)
    outer = inner.getparent() if inner is not None else None
    return tuple((e.tag, e.get("class")) for e in (inner, outer) if e is not None)


def body_location(blocks: Sequence[Block]) -> Location:
    """Return the location that holds most of the prose: that of the article's paragraphs.

    Where no block is prose, as in a flash of two short lines, statements count.
    """
    sizes: dict[Location, int] = {}
    for block in [b for b in blocks if b.prose] or [b for b in blocks if is_statement(b)]:
        location = location_of(block)
        sizes[location] = sizes.get(location, 0) + len(block.text)
    return max(sizes, key=sizes.__getitem__) if sizes else ()


def container_among_siblings(block: Block) -> HtmlElement | None:
    """Return the element that contains the block together with its neighbours."""
    parent = block.container.getparent()
    return block.container if block.container.tag in _CONTAINERS or parent is None else parent

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
from ingest.extract.vocabulary import candidate_sections, words_in

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
_INLINE, _BLOCK, _BREAK, _LINK, _NAMED = range(5)  # _NAMED: the name says what it is, <my-box>
_KINDS = dict.fromkeys(BLOCK_ELEMENTS, _BLOCK) | {"br": _BREAK, "a": _LINK}

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
        location: Where on the page it is: tag and class of the two elements around it.
        zone: The zone it was assigned to; None while it may be body.
        outside: Whether the structure of the page shows that it is not the article: it is one of
            several teasers, or in an element beside the article.
        lower: The text in lower case.
        mostly_links: Whether more than half of it is links.
        sentence: Whether it looks like a sentence of prose.
        prose: Whether it looks like a paragraph of an article.
        sections: Which sections may have a floating phrase in it, as bits.
    """

    text: str
    container: HtmlElement
    text_nodes: list[tuple[HtmlElement, bool]]
    link_length: int
    labels: tuple[ZoneLabel, ...]
    links: tuple[HtmlElement, ...] = ()
    location: Location = ()
    zone: str | None = None
    outside: bool = False
    lower: str = field(init=False)
    mostly_links: bool = field(init=False)
    sentence: bool = field(init=False)
    prose: bool = field(init=False)
    _sections: int | None = field(init=False, default=None)

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

    @property
    def sections(self) -> int:  # noqa: D102 see Attributes
        if self._sections is None:
            self._sections = candidate_sections(self.lower)
        return self._sections

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
        self.skipped: list[HtmlElement] = []
        self._parts: list[str] = []
        self._text_nodes: list[tuple[HtmlElement, bool]] = []
        self._link_length = 0
        self._open_links: list[HtmlElement] = []
        self._links: list[HtmlElement] = []
        self._containers: list[HtmlElement] = []
        self._labels: list[tuple[HtmlElement, ZoneLabel]] = []
        self._labels_around: tuple[ZoneLabel, ...] = ()
        self._locations: dict[HtmlElement, Location] = {}

    def walk(self, body: HtmlElement, skip: frozenset[str]) -> None:
        """Read a tree, without the elements of some tags that are navigation.

        This is where extraction spends most of its own time: what happens for every element and
        every text is in the loop, and only what happens for every block is called.
        """
        walk = etree.iterwalk(body, events=("start", "end"))
        kinds: list[int] = []
        for event, element in walk:
            if event == "start":
                tag = element.tag
                kind = _KINDS.get(tag)
                if kind is None:
                    kind = _NAMED if "-" in tag else _INLINE
                kinds.append(kind)
                if kind:
                    if tag in skip and self._skips(element):
                        walk.skip_subtree()
                        continue
                    if kind == _LINK:
                        self._open_links.append(element)
                    else:
                        self._start(element, kind)
                text, is_tail = element.text, False
            else:
                if kind := kinds.pop():
                    self._end(element, kind)
                text, is_tail = element.tail, True
            if text:
                if text.isspace():
                    if self._parts:
                        self._parts.append(" ")
                else:
                    self._parts.append(text)
                    self._text_nodes.append((element, is_tail))
                    if self._open_links:
                        self._add_to_link(text)
        self._end_block()

    def _skips(self, element: HtmlElement) -> bool:
        label = read_label(element)
        if label is None or label.zone != "chrome":
            return False
        self._end_block()
        self._containers.append(element)
        self.skipped.append(element)
        return True

    def _start(self, element: HtmlElement, kind: int) -> None:
        if kind != _NAMED and self._parts:
            self._end_block()
        if kind == _BLOCK:
            self._containers.append(element)
        if label := read_label(element):
            self._end_block()
            self._labels.append((element, label))
            self._labels_around = tuple(label for _, label in self._labels[:_MOST_LABELS])

    def _end(self, element: HtmlElement, kind: int) -> None:
        if kind == _LINK:
            self._open_links.pop()
            return
        if kind != _NAMED and self._parts:
            self._end_block()
        if kind == _BLOCK:
            self._containers.pop()
        if self._labels and self._labels[-1][0] is element:
            self._end_block()
            self._labels.pop()
            self._labels_around = tuple(label for _, label in self._labels[:_MOST_LABELS])

    def _add_to_link(self, text: str) -> None:
        self._link_length += len(text.strip())
        link = self._open_links[-1]
        if not self._links or self._links[-1] is not link:
            self._links.append(link)

    def _end_block(self) -> None:
        if self._text_nodes:
            text = clean_run("".join(self._parts))
            if text and len(self.blocks) < _MAX_BLOCKS:
                self.blocks.append(self._block(text))
            self._text_nodes = []
            self._links = []
        self._parts = []
        self._link_length = 0

    def _block(self, text: str) -> Block:
        container = self._containers[-1]
        return Block(
            text,
            container,
            self._text_nodes,
            self._link_length,
            self._labels_around,
            tuple(self._links),
            self._location_in(_container_of_siblings(container)),
        )

    def _location_in(self, inner: HtmlElement) -> Location:
        location = self._locations.get(inner)
        if location is None:
            outer = inner.getparent()
            location = tuple((e.tag, e.get("class")) for e in (inner, outer) if e is not None)
            self._locations[inner] = location
        return location


def collect_blocks(body: HtmlElement) -> list[Block]:
    """Return the blocks of a tree in reading order.

    Navigation and asides are removed from the tree, unless broken markup put the whole page into
    one of them.
    """
    tail, body.tail = body.tail, None
    collector = _Collector()
    collector.walk(body, _SKIPPED_ELEMENTS)
    if collector.skipped and not any(b.prose for b in collector.blocks):
        collector = _Collector()
        collector.walk(body, frozenset())
    body.tail = tail
    for element in collector.skipped:
        element.drop_tree()
    return collector.blocks


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


def body_location(blocks: Sequence[Block]) -> Location:
    """Return the location that holds most of the prose: that of the article's paragraphs.

    Where no block is prose, as in a flash of two short lines, statements count.
    """
    sizes: dict[Location, int] = {}
    for block in [b for b in blocks if b.prose] or [b for b in blocks if is_statement(b)]:
        sizes[block.location] = sizes.get(block.location, 0) + len(block.text)
    return max(sizes, key=sizes.__getitem__) if sizes else ()


def container_among_siblings(block: Block) -> HtmlElement:
    """Return the element that contains the block together with its neighbours."""
    return _container_of_siblings(block.container)


def _container_of_siblings(container: HtmlElement) -> HtmlElement:
    parent = container.getparent()
    return container if parent is None or container.tag in _CONTAINERS else parent

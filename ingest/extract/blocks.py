"""The page as a run of blocks in reading order, each knowing where its text stands in the tree.

A block is the text between two borders (paragraphs, headings, list items, ``<br>``). It holds the
slots of the tree (an element's text or tail) it was read from, so cutting it is emptying them:
the tree keeps its shape, whatever the page is built of. Paragraphs, neutral divs and one long
div parted by ``<br>`` look the same from here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

from ingest.extract.labels import ZoneLabel, label_of
from ingest.extract.vocabulary import words_in

BORDERS = frozenset(
    words_in(
        "address article aside blockquote body br button caption center dd details dialog dir div "
        "dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li "
        "main menu nav ol option p pre section summary table tbody td tfoot th thead tr ul "
    )
)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_END = re.compile(r"[.!?…:;][\"'“”«»‹›’)\]]*\s*$")
_LETTER = re.compile(r"[^\W\d_]")
# Nothing inside of these is ever article text, unless they are labelled as something we keep.
_SKIPPED = frozenset({"nav", "aside", "menu", "dialog"})
_MAX_BLOCKS = 20_000
_CONTAINERS = frozenset({"div", "section", "article", "main", "body", "td"})

Place = tuple[tuple[str, str | None], ...]


@dataclass(slots=True, eq=False)
class Block:
    """One run of text.

    Attributes:
        text: Its text, white space collapsed.
        owner: The border element it stands in.
        slots: The (element, is tail) pairs it was read from.
        linked: Characters of it that are links.
        labels: The labelled elements around it, outermost first.
        zone: What it is, once decided; None while it may be body.
        lower: The text in lower case.
        linky: Whether it is mostly links.
        sentence: Whether it reads like a sentence of prose.
        prose: Whether it reads like a paragraph of an article.
    """

    text: str
    owner: HtmlElement
    slots: list[tuple[HtmlElement, bool]]
    linked: int
    labels: tuple[ZoneLabel, ...]
    zone: str | None = None
    lower: str = field(init=False)
    linky: bool = field(init=False)
    sentence: bool = field(init=False)
    prose: bool = field(init=False)

    def __post_init__(self) -> None:
        size = len(self.text)
        self.lower = self.text.lower()
        self.linky = self.linked * 2 > size
        self.sentence = size >= 40 and not self.linky and bool(_END.search(self.text[-8:]))
        self.prose = (size >= 80 and self.sentence) or (size >= 160 and self.linked * 3 < size)

    @property
    def heading(self) -> bool:
        """Whether it stands in a heading element."""
        return self.owner.tag in HEADINGS

    def cut(self) -> None:
        """Empty its slots in the tree."""
        for element, is_tail in self.slots:
            if is_tail:
                element.tail = " "
            else:
                element.text = None


class _Collector:
    """State of one walk: the open block, the links and labels around the present position."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.times: list[HtmlElement] = []
        self._parts: list[str] = []
        self._slots: list[tuple[HtmlElement, bool]] = []
        self._linked = 0
        self._in_link = 0
        self._owners: list[HtmlElement] = []
        self._labels: list[tuple[HtmlElement, ZoneLabel]] = []

    def add(self, text: str | None, element: HtmlElement, is_tail: bool) -> None:
        if text and not text.isspace():
            self._parts.append(text)
            self._slots.append((element, is_tail))
            if self._in_link:
                self._linked += len(text.strip())
        elif text and self._parts:
            self._parts.append(" ")

    def flush(self) -> None:
        if self._slots:
            text = " ".join("".join(self._parts).split())
            if text and len(self.blocks) < _MAX_BLOCKS:
                labels = tuple(label for _, label in self._labels)
                self.blocks.append(Block(text, self._owners[-1], self._slots, self._linked, labels))
            self._slots = []
        self._parts = []
        self._linked = 0

    def enter(self, element: HtmlElement) -> None:
        """Pass an element whose inside nobody looks at."""
        self.flush()
        self._owners.append(element)

    def start(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in BORDERS:
            if self._parts:
                self.flush()
            if tag != "br":
                self._owners.append(element)
        elif tag == "a":
            self._in_link += 1
        elif tag == "time":
            self.times.append(element)
        if tag in BORDERS or "-" in tag:
            label = label_of(element)
            if label:
                self.flush()
                self._labels.append((element, label))
        self.add(element.text, element, False)

    def end(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in BORDERS:
            if self._parts:
                self.flush()
            if tag != "br":
                self._owners.pop()
        elif tag == "a":
            self._in_link -= 1
        if self._labels and self._labels[-1][0] is element:
            self.flush()
            self._labels.pop()
        self.add(element.tail, element, True)


def collect(body: HtmlElement) -> tuple[list[Block], list[HtmlElement]]:
    """The blocks of a tree in reading order, and its ``<time>`` elements.

    Navigation and asides leave the tree, unless broken markup has put everything into one.
    """
    tail, body.tail = body.tail, None
    collector, skipped = _walk(body, _SKIPPED)
    if skipped and not any(b.prose for b in collector.blocks):
        collector, skipped = _walk(body, frozenset())
    body.tail = tail
    for element in skipped:
        element.drop_tree()
    return collector.blocks, collector.times


def _walk(body: HtmlElement, skip: frozenset[str]) -> tuple[_Collector, list[HtmlElement]]:
    collector = _Collector()
    walk = etree.iterwalk(body, events=("start", "end"))
    skipped = []
    for event, element in walk:
        if event == "end":
            collector.end(element)
        elif element.tag in skip and (label := label_of(element)) and label.zone == "chrome":
            walk.skip_subtree()
            skipped.append(element)
            collector.enter(element)
        else:
            collector.start(element)
    collector.flush()
    return collector, skipped


def looks_like_words(text: str) -> bool:
    """Whether there is any letter in it."""
    return bool(_LETTER.search(text))


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

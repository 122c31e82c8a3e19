"""The zone tagger: what on the page is the article, and what only stands beside it.

::

    blocks ─ labels believed or not ─ headline ─ comments ─ heads, lines, appeals ─▶ block.zone

``block.zone`` is None for what may be body. Text that is cut for good carries one of the zones of
:class:`core.messages.Zone`; ``chrome`` (menus, footers, what stands over the headline) and
``title`` (the headline again) are cut too, but nobody keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.extract import vocabulary as words
from ingest.extract.blocks import Block
from ingest.extract.comments import comment_span, is_head
from ingest.extract.credits import byline, is_agency_mark
from ingest.extract.labels import Label
from ingest.extract.moments import SIGNATURE, WHEN_ONLY

KEPT = ("comments", "related", "service", "advert", "author", "caption", "agency", "paywall")
_PRICE = re.compile(
    r"\d+[.,]\d\d ?€|€ ?\d|[$£]\d|abo\b|\bsubscri|abonn|login|anmelden|sign in|подпис"
    r"|передплат|kündbar",
    re.IGNORECASE,
)
_CONTAINERS = frozenset({"div", "section", "article", "main", "body", "td"})
Place = tuple[tuple[str, str | None], ...]
_WORD = re.compile(r"\w+")
_AFTER_PHRASE = re.compile(r"[^:–—|„“«\"]{3,45}?(?::|\s[–—|-])\s*\S")


@dataclass(frozen=True, slots=True)
class Tagged:
    """What the tagger learned beside the zones.

    Attributes:
        title: Index of the headline's block, -1 where it was not found.
        stub: Whether a paywall cut the article short.
        dropped: Elements of which nothing is kept.
    """

    title: int
    stub: bool
    dropped: tuple[HtmlElement, ...] = ()


def tag(blocks: Sequence[Block], titles: Sequence[str], *, live: bool) -> Tagged:
    """Give every block that is not body its zone.

    Args:
        blocks: The page's blocks in reading order.
        titles: What the headline may be, best first.
        live: Whether the page is a live ticker.
    """
    title = find_title(blocks, titles)
    dropped = _believe_labels(blocks, title)
    _mark_title(blocks, title)
    span = comment_span(blocks, title, live=live)
    if span:
        _mark(blocks[span[0] : span[1]], "comments")
    if title > 0 and (span is None or span[0] > title or span[1] <= title):
        _over_the_title(blocks, title)
    _Reader(blocks, title).run()
    return Tagged(title, any(b.zone == "paywall" for b in blocks), tuple(dropped))


def words_of(text: str) -> frozenset[str]:
    """The distinct words of a text, lower case."""
    return frozenset(_WORD.findall(text.lower()))


def find_title(blocks: Sequence[Block], titles: Sequence[str]) -> int:
    """Index of the block that is the headline: a heading that agrees, else any that is equal."""
    wanted = [(t.lower(), words_of(t)) for t in titles if t]
    best, index = 0.0, -1
    for i, block in enumerate(blocks):
        if len(block.text) > 400 or (not block.heading and len(block.text) < 12):
            continue
        own = words_of(block.text)
        for lower, other in wanted:
            share = len(own & other) / max(len(own | other), 1)
            if not block.heading:
                share = 0.9 if block.lower == lower else 0.0
            elif block.owner.tag == "h1":
                share += 0.2
            if share > best and share >= 0.5:
                best, index = share, i
    if index < 0:
        index = next(
            (
                i
                for i, b in enumerate(blocks)
                if b.owner.tag == "h1" and len(b.text) > 15 and not b.labels
            ),
            -1,
        )
    return index


def _mark(blocks: Sequence[Block], zone: str) -> None:
    for block in blocks:
        if block.zone is None:
            block.zone = zone


def _mark_title(blocks: Sequence[Block], title: int) -> None:
    if title < 0:
        return
    own = blocks[title].lower
    for i, block in enumerate(blocks):
        if i == title or (block.lower == own and i < title + 12):
            block.zone = "title"


def _believe_labels(blocks: Sequence[Block], title: int) -> list[HtmlElement]:
    """Turn claims into zones, the outermost believed one first; the elements believed."""
    groups: dict[Label, list[Block]] = {}
    for block in blocks:
        for label in block.labels:
            groups.setdefault(label, []).append(block)
    total = sum(len(b.text) for b in blocks if b.prose)
    siblings: dict[str, int] = {}
    for label in groups:
        siblings[label.zone] = siblings.get(label.zone, 0) + 1
    headline = blocks[title].labels if title >= 0 else ()
    believed = []
    for label, inside in groups.items():
        if label not in headline and _believed(label, inside, total, siblings[label.zone]):
            _mark(inside, label.zone)
            believed.append(label.element)
    return believed


def _believed(label: Label, inside: Sequence[Block], total: int, siblings: int) -> bool:
    prose = sum(len(b.text) for b in inside if b.prose)
    if label.zone == "comments":
        return (
            label.strong or siblings > 1 or prose * 3 < total or any(is_head(b) for b in inside[:4])
        )
    if label.zone == "paywall":
        cued = sum(
            len(b.text) for b in inside if _PRICE.search(b.text) or words.PAYWALL.search(b.lower)
        )
        return prose == 0 or cued * 2 > prose
    if label.zone == "caption":
        return prose < 1500 and prose * 3 < total + 1
    return prose * 3 < total or prose == 0


def _over_the_title(blocks: Sequence[Block], title: int) -> None:
    """What stands over the headline is no body, unless the body stands there (a slider's title)."""
    over = sum(len(b.text) for b in blocks[:title] if b.prose and b.zone is None)
    under = sum(len(b.text) for b in blocks[title:] if b.prose and b.zone is None)
    if over > under:
        return
    for block in blocks[:title]:
        if block.zone is None:
            block.zone = "caption" if is_credit(block) else "chrome"


def is_credit(block: Block, seen: int | None = None) -> bool:
    """Whether it is a caption with its credit, or the credit alone."""
    size = len(block.text)
    return (
        size <= 400
        and (size <= 160 or not block.sentence)
        and words.CREDIT.search(block.lower, seen)
    )


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


def is_byline(block: Block) -> bool:
    """Whether a line over the body says only who wrote it, and when."""
    if block.sentence or block.heading:
        return False
    return bool(
        byline([block.text]) or WHEN_ONLY.match(block.lower) or SIGNATURE.match(block.lower)
    )


class _Reader:
    """Reads the open blocks in order; a head opens a zone, the body's own prose closes it."""

    def __init__(self, blocks: Sequence[Block], title: int) -> None:
        self._open = [b for i, b in enumerate(blocks) if b.zone is None and i > title]
        self._home = home_of(self._open)
        self._head_at_home = False
        self._left = [0] * (len(self._open) + 1)
        for i in range(len(self._open) - 1, -1, -1):
            self._left[i] = self._left[i + 1] + (
                len(self._open[i].text) if self._open[i].prose else 0
            )
        self._zone: str | None = None
        self._opened = 0
        self._linked = False
        self._prose_in_zone = 0
        self._seen = 0

    def run(self) -> None:
        for index, block in enumerate(self._open):
            block.zone = self._next(index, block)
            if block.zone is None and block.prose:
                self._seen += len(block.text)

    def _next(self, index: int, block: Block) -> str | None:
        line, head = self._kind(index, block)
        if head == "author" == self._zone:
            return head
        if head:
            self._zone, self._opened, self._linked, self._prose_in_zone = head, index, False, 0
            self._head_at_home = place_of(block) == self._home
            return head
        if line:
            return line
        if self._zone is None:
            return None
        if self._resumes(index, block):
            self._zone = None
            return None
        self._linked = self._linked or block.linky
        self._prose_in_zone += block.prose
        return self._zone

    def _kind(self, index: int, block: Block) -> tuple[str | None, str | None]:
        """(zone of this block alone, zone it opens)."""
        size = len(block.text)
        lower = words.BULLET.sub("", block.lower)
        seen = words.hints(lower) if size <= 400 else 0
        if size <= 160:
            if is_agency_mark(lower):
                return "agency", None
            if is_head(block) and not block.sentence:
                return "service", None
            if not self._seen and size <= 100 and is_byline(block):
                return "author", None
            if head := self._head(block, lower, size, seen):
                return None, head
        if size <= 300 and words.RELATED_HEAD.begins(lower):
            if block.linky or _AFTER_PHRASE.match(lower) or (size <= 160 and not block.sentence):
                return "related", None
        if size <= 400 and self._is_paywall(index, block, lower, seen):
            return None, "paywall"
        if size <= 300 and self._is_service(index, block, lower, seen):
            return "service", None
        if size <= 200 and is_credit(block, seen):
            return "caption", None
        if self._is_appeal(index, block):
            return "service", None
        return None, None

    def _is_paywall(self, index: int, block: Block, lower: str, seen: int) -> bool:
        if len(lower) > 160 and self._zone != "paywall":
            return False
        if block.sentence and self._zone is None and self._left[index + 1] > 200:
            return self._left[index + 1] <= self._seen and words.PAYWALL.begins(lower)
        return words.PAYWALL.search(lower, seen)

    def _is_service(self, index: int, block: Block, lower: str, seen: int) -> bool:
        """A sentence in the middle of the body may name a newsletter; a line beside offers one."""
        if block.sentence and self._zone is None and self._left[index + 1]:
            return len(lower) <= 120 and words.SERVICE.begins(lower)
        return (len(lower) <= 120 or not block.prose or bool(self._zone)) and words.SERVICE.search(
            lower, seen
        )

    def _head(self, block: Block, lower: str, size: int, seen: int) -> str | None:
        short = size <= 80
        if short and words.AUTHOR_HEAD.begins(lower):
            return "author"
        if short and words.TAG_HEAD.begins(lower):
            return "service"
        if short and words.RELATED_HEAD.begins(lower):
            if block.heading or lower.endswith(":") or not _AFTER_PHRASE.match(lower):
                return "related"
        if size <= 120 and words.ADVERT_HEAD.search(lower, 0 if block.prose else seen):
            return "advert"
        if self._seen and words.SOURCE_HEAD.begins(lower):
            return "service"
        return None

    def _is_appeal(self, index: int, block: Block) -> bool:
        if len(block.text) < 60:
            return False
        seen = words.hints(block.lower)
        if sum(bool(seen & cue.bit) for cue in words.APPEAL_CUES) < 2:
            return False
        cues = sum(cue.search(block.lower, seen) for cue in words.APPEAL_CUES)
        late = self._seen > 0 and self._left[index + 1] * 4 <= self._seen
        return cues >= (2 if late and self._zone else 3) or (
            cues >= 2 and late and len(block.text) <= 400
        )

    def _resumes(self, index: int, block: Block) -> bool:
        """Whether the article goes on with this block."""
        if not block.prose and not (self._linked and block.sentence):
            return False
        if self._zone == "author":
            return self._prose_in_zone >= 1
        following = self._open[index + 1] if index + 1 < len(self._open) else None
        strong = len(block.text) >= 120 and (
            len(block.text) >= 300 or (following is not None and following.prose)
        )
        left = self._left[index]
        if block.prose and not self._head_at_home and place_of(block) == self._home:
            return self._zone != "paywall" or left >= 600
        if self._zone == "paywall":
            return strong and left >= 600
        if (
            self._linked
            and self._zone == "related"
            and block.owner.tag == "p"
            and block.linked == 0
        ):
            return left >= 200 or strong
        if self._zone == "service" and self._seen and left * 3 < self._seen:
            return False
        return strong

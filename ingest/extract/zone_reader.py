"""Reads the blocks that are still open in order: a head opens a zone, the body's prose closes it.

::

    open block ─▶ line of its own (caption, agency, appeal) ─▶ that zone, for this block alone
               ─▶ head (related, paywall, advert, author)   ─▶ that zone, until the body goes on
               ─▶ anything else                             ─▶ the zone that is open, or body
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.extract import vocabulary
from ingest.extract.blocks import Block, home_of, place_of
from ingest.extract.byline_patterns import byline_patterns
from ingest.extract.comments import is_head
from ingest.extract.credits import byline, is_agency_mark

_AFTER_PHRASE = re.compile(r"[^:–—|„“«\"]{3,45}?(?::|\s[–—|-])\s*\S")


def is_credit(block: Block, seen: int | None = None) -> bool:
    """Whether it is a caption with its credit, or the credit alone."""
    size = len(block.text)
    return (
        size <= 400
        and (size <= 160 or not block.sentence)
        and vocabulary.CREDIT.search(block.lower, seen)
    )


def _stands_over(block: Block, lower: str) -> bool:
    """Whether a related phrase is a head, and not a line with its own link."""
    return block.heading or lower.endswith(":") or not _AFTER_PHRASE.match(lower)


def _is_related_line(block: Block, lower: str) -> bool:
    if not vocabulary.RELATED_HEAD.begins(lower):
        return False
    told = block.linky or bool(_AFTER_PHRASE.match(lower))
    return told or (len(lower) <= 160 and not block.sentence)


def is_byline(block: Block) -> bool:
    """Whether a line over the body says only who wrote it, and when."""
    if block.sentence or block.heading:
        return False
    patterns = byline_patterns()
    return bool(
        byline([block.text])
        or patterns.when_only.match(block.lower)
        or patterns.signature.match(block.lower)
    )


class ZoneReader:
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
        """Give every open block its zone."""
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
        lower = vocabulary.BULLET.sub("", block.lower)
        seen = vocabulary.hints(lower) if size <= 400 else 0
        if size <= 160:
            if is_agency_mark(lower):
                return "agency", None
            if is_head(block) and not block.sentence:
                return "service", None
            if not self._seen and size <= 100 and is_byline(block):
                return "author", None
            if head := self._head(block, lower, size, seen):
                return None, head
        if size <= 300 and _is_related_line(block, lower):
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
            return self._left[index + 1] <= self._seen and vocabulary.PAYWALL.begins(lower)
        return vocabulary.PAYWALL.search(lower, seen)

    def _is_service(self, index: int, block: Block, lower: str, seen: int) -> bool:
        """A sentence in the middle of the body may name a newsletter; a line beside offers one."""
        if block.sentence and self._zone is None and self._left[index + 1]:
            return len(lower) <= 120 and vocabulary.SERVICE.begins(lower)
        return (
            len(lower) <= 120 or not block.prose or bool(self._zone)
        ) and vocabulary.SERVICE.search(lower, seen)

    def _head(self, block: Block, lower: str, size: int, seen: int) -> str | None:
        short = size <= 80
        if short and vocabulary.AUTHOR_HEAD.begins(lower):
            return "author"
        if short and vocabulary.TAG_HEAD.begins(lower):
            return "service"
        if short and vocabulary.RELATED_HEAD.begins(lower) and _stands_over(block, lower):
            return "related"
        if size <= 120 and vocabulary.ADVERT_HEAD.search(lower, 0 if block.prose else seen):
            return "advert"
        if self._seen and vocabulary.SOURCE_HEAD.begins(lower):
            return "service"
        return None

    def _is_appeal(self, index: int, block: Block) -> bool:
        if len(block.text) < 60:
            return False
        seen = vocabulary.hints(block.lower)
        if sum(bool(seen & cue.bit) for cue in vocabulary.APPEAL_CUES) < 2:
            return False
        cues = sum(cue.search(block.lower, seen) for cue in vocabulary.APPEAL_CUES)
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

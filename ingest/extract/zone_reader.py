"""Assign zones to the blocks that have none: a head opens a zone, prose of the body closes it.

::

    block ─▶ a line such as a caption, agency mark, appeal ─▶ that zone, for this block only
          ─▶ a head (related, paywall, advert, author)     ─▶ that zone, until the body resumes
          ─▶ anything else                                 ─▶ the open zone, or body
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from ingest.extract import vocabulary
from ingest.extract.blocks import (
    Block,
    Location,
    body_location,
    container_among_siblings,
    ends_sentence,
    is_statement,
)
from ingest.extract.byline_patterns import byline_patterns
from ingest.extract.comments import is_comment_head
from ingest.extract.credits import is_agency_mark, names_in_byline

_MOST_AFTER_HEAD = 2  # words: "More on this: the harbour" is a head, a longer text a line
_AFTER_PHRASE = re.compile(r"[^:–—|„“«\"]{3,45}?(?::|\s[–—|-])\s*\S")


def is_caption(block: Block) -> bool:
    """Return whether a block is a caption with a credit, or a credit alone."""
    size = len(block.text)
    return (
        size <= 400
        and (size <= 160 or not block.sentence)
        and vocabulary.CREDIT.matches(block.lower, block.sections)
    )


def _is_related_head(block: Block, lower: str) -> bool:
    """Return whether a phrase such as *See also* is a head, and not a line with a link."""
    rest = len(lower[vocabulary.RELATED_HEAD.end_of_start(lower) :].split())
    if is_statement(block) and rest > _MOST_AFTER_HEAD:
        return False
    if block.heading or lower.endswith(":"):
        return True
    return not _AFTER_PHRASE.match(lower) and (not block.links or rest <= _MOST_AFTER_HEAD)


def _is_related_line(block: Block, lower: str) -> bool:
    """Return whether a line, which is no sentence, invites to read another article."""
    if not vocabulary.RELATED_HEAD.matches_start(lower):
        return False
    if block.mostly_links:
        return True
    if is_statement(block):
        return False
    return len(lower) <= 160 or bool(_AFTER_PHRASE.match(lower))


def is_byline(block: Block) -> bool:
    """Return whether a line above the body says only who wrote the article, and when."""
    if block.sentence or block.heading:
        return False
    patterns = byline_patterns()
    return bool(
        names_in_byline([block.text])
        or patterns.when_only.match(block.lower)
        or patterns.signature.match(block.lower)
    )


class ZoneReader:
    """Assigns zones to the open blocks in order: a head opens a zone, prose of the body closes it.

    Args:
        blocks: All blocks of the page; those with a zone are left alone.
        title: Index of the headline, -1 if there is none. Blocks above it are left alone.
    """

    def __init__(self, blocks: Sequence[Block], title: int) -> None:
        self._open, self._links_before = _open_blocks(blocks, title)
        self._body_location = body_location(self._open)
        self._prose_from = _prose_from(self._open)
        self._zone: str | None = None
        self._head_in_body = False
        self._texts: list[Block] = []
        self._text_location: Location = ()
        self._apart = self._in_body = self._described = False
        self._last_link: Block | None = None
        self._prose_in_zone = 0
        self._body_size = 0
        self._service_box: HtmlElement | None = None

    def run(self) -> None:
        """Assign a zone to every open block."""
        for index, block in enumerate(self._open):
            block.zone = self._zone_of(index, block)
            if block.zone is None and (block.prose or block.sentence):
                self._texts.append(block)
                self._body_size += len(block.text) if block.prose else 0

    def _zone_of(self, index: int, block: Block) -> str | None:
        line, head = self._classify(index, block)
        if head == "author" == self._zone:
            return head
        if head:
            self._open_zone(head, block)
            return head
        if line:
            return line
        if self._zone is None:
            return None
        if teaser := self._links_before.get(index):
            self._last_link = teaser
            self._note_location(teaser)
        if self._body_resumes(index, block):
            self._zone = None
            return None
        if block.mostly_links:
            self._last_link = block
        self._described |= is_statement(block)
        self._prose_in_zone += block.prose
        self._note_location(block)
        return self._zone

    def _open_zone(self, zone: str, head: Block) -> None:
        self._zone, self._last_link, self._prose_in_zone = zone, None, 0
        self._head_in_body = head.location == self._body_location
        self._text_location = body_location(self._texts)
        self._apart = head.location != self._text_location
        self._in_body = self._described = False

    def _note_location(self, block: Block) -> None:
        """Remember whether the sentences of the open zone are elsewhere than those of the body."""
        if self._in_body or (self._apart and block.mostly_links):
            return
        if block.location != self._text_location:
            self._apart = True
        elif block.prose or is_statement(block):
            self._in_body = True

    def _classify(self, index: int, block: Block) -> tuple[str | None, str | None]:
        """Return the zone of this block alone, and the zone that it opens."""
        size = len(block.text)
        lower = vocabulary.BULLET.sub("", block.lower)
        candidates = block.sections if size <= 400 else 0
        if size <= 160:
            if is_agency_mark(lower):
                return "agency", None
            if is_comment_head(block) and not block.sentence:
                return "service", None
            if not self._body_size and size <= 100 and is_byline(block):
                return "author", None
            if head := self._zone_of_head(block, lower, size, candidates):
                return None, head
        if size <= 160 and block.mostly_links and vocabulary.ADVERT_HEAD.matches(lower, candidates):
            return "advert", None
        if size <= 300 and _is_related_line(block, lower):
            return "related", None
        if size <= 400 and self._is_paywall(index, block, lower, candidates):
            return None, "paywall"
        if size <= 300 and self._is_service(index, block, lower, candidates):
            self._service_box = container_among_siblings(block) if block.heading else None
            return "service", None
        if size <= 200 and is_caption(block):
            return "caption", None
        if self._is_appeal(index, block):
            return "service", None
        return None, None

    def _is_paywall(self, index: int, block: Block, lower: str, candidates: int) -> bool:
        if len(lower) > 160 and self._zone != "paywall":
            return False
        following = self._prose_from[index + 1]
        if block.sentence and self._zone is None and following > 200:
            return following <= self._body_size and vocabulary.PAYWALL.matches_start(lower)
        return vocabulary.PAYWALL.matches(lower, candidates)

    def _is_service(self, index: int, block: Block, lower: str, candidates: int) -> bool:
        """Return whether a line offers a service; the body may mention one in a sentence."""
        if vocabulary.PROMO.matches_start(lower):
            return True
        if is_statement(block) and self._zone is None:
            return self._is_in_service_box(block) or self._is_notice(index, lower, candidates)
        return (len(lower) <= 120 or not block.prose or bool(self._zone)) and (
            vocabulary.SERVICE.matches(lower, candidates)
            or vocabulary.NOTICE.matches(lower, candidates)
        )

    def _is_in_service_box(self, block: Block) -> bool:
        """Return whether a sentence below the head of a box offers something to readers."""
        cues = (*vocabulary.ADDRESS_CUES, vocabulary.SERVICE, vocabulary.NOTICE)
        return (
            self._service_box is not None
            and container_among_siblings(block) is self._service_box
            and block.location != self._body_location
            and any(cue.matches(block.lower, block.sections) for cue in cues)
        )

    def _is_notice(self, index: int, lower: str, candidates: int) -> bool:
        """Return whether a sentence offers a service: by its words, and by whom it addresses."""
        if len(lower) > 120 and self._prose_from[index + 1]:
            return False
        if vocabulary.NOTICE.matches(lower, candidates):
            return True
        addresses = any(cue.matches(lower, candidates) for cue in vocabulary.ADDRESS_CUES)
        if self._prose_from[index + 1]:
            return addresses and vocabulary.SERVICE.matches_start(lower)
        return addresses and vocabulary.SERVICE.matches(lower, candidates)

    def _zone_of_head(self, block: Block, lower: str, size: int, candidates: int) -> str | None:
        """Return the zone that a short block opens."""
        if size <= 80:
            if vocabulary.AUTHOR_HEAD.matches_start(lower):
                return "author"
            if vocabulary.TAG_HEAD.matches_start(lower):
                return "service"
            if vocabulary.RELATED_HEAD.matches_start(lower) and _is_related_head(block, lower):
                return "related"
        if size <= 120 and self._is_advert_head(block, lower, candidates):
            return "advert"
        if self._body_size and vocabulary.SOURCE_HEAD.matches_start(lower):
            return "service"
        return None

    def _is_advert_head(self, block: Block, lower: str, candidates: int) -> bool:
        """Return whether an advert begins: not at a button, nor at a statement of the body."""
        if block.mostly_links and " " in lower:
            return False
        if vocabulary.ADVERT_HEAD.matches_start(lower):
            return True
        in_body = self._zone is None and block.location == self._body_location
        if block.prose or (in_body and self._body_size and is_statement(block)):
            return False
        return vocabulary.ADVERT_HEAD.matches(lower, candidates)

    def _is_appeal(self, index: int, block: Block) -> bool:
        """Return whether a block asks readers for something, by several cues."""
        if len(block.text) < 60:
            return False
        candidates = block.sections
        if sum(bool(candidates & cue.bit) for cue in vocabulary.APPEAL_CUES) < 2:
            return False
        matched = [cue.matches(block.lower, candidates) for cue in vocabulary.APPEAL_CUES]
        if not any(matched[:2]):  # neither "our …" nor anything to do
            return False
        cues = sum(matched)
        late = self._body_size > 0 and self._prose_from[index + 1] * 4 <= self._body_size
        return cues >= (2 if late and self._zone else 3) or (
            cues >= 2 and late and len(block.text) <= 400
        )

    def _body_resumes(self, index: int, block: Block) -> bool:
        """Return whether the body continues with this block."""
        if self._apart and not self._in_body and self._is_text_of_body(block):
            return True
        has_links = self._last_link is not None
        if has_links and self._zone == "related" and self._is_behind_list(index, block):
            return True
        if not block.prose and not (has_links and block.sentence):
            return False
        if self._zone == "author":
            return self._prose_in_zone >= 1
        following = self._open[index + 1] if index + 1 < len(self._open) else None
        strong = len(block.text) >= 120 and (
            len(block.text) >= 300 or (following is not None and following.prose)
        )
        rest = self._prose_from[index]
        in_body = block.location == self._body_location
        if block.prose and not self._head_in_body and in_body:
            return self._zone != "paywall" or rest >= 600
        if self._zone == "paywall":
            return strong and rest >= 600
        if (
            has_links
            and self._zone == "related"
            and block.container.tag == "p"
            and block.link_length == 0
        ):
            return rest >= 200 or strong
        if self._zone == "service" and self._body_size and rest * 3 < self._body_size:
            return False
        return strong

    def _is_text_of_body(self, block: Block) -> bool:
        """Return whether a block without links is a sentence where the body's paragraphs are."""
        is_text = block.link_length == 0 and (block.prose or is_statement(block))
        return is_text and bool(self._texts) and block.location == self._text_location

    def _is_behind_list(self, index: int, block: Block) -> bool:
        """Return whether a block without links is where paragraphs are, behind a list of links."""
        links = self._last_link
        following = self._open[index + 1 : index + 3]
        if links is None or block.link_length or any(b.mostly_links for b in following):
            return False
        if block.container.tag == "li":
            own = block.container.getparent()
            return own is not links.container.getparent() and ends_sentence(block.text)
        if block.location != self._body_location:
            return False
        if self._described and self._head_in_body and links.container.tag == block.container.tag:
            return False
        if block.heading:
            return any(ends_sentence(b.text) and not b.link_length for b in following[:1])
        return ends_sentence(block.text)


def _open_blocks(blocks: Sequence[Block], title: int) -> tuple[list[Block], dict[int, Block]]:
    """Return the blocks without a zone, and by their index the teaser before some of them."""
    opened: list[Block] = []
    teasers: dict[int, Block] = {}
    for block in blocks[title + 1 :]:
        if block.zone is None:
            opened.append(block)
        elif block.zone == "related" and block.links:
            teasers[len(opened)] = block
    return opened, teasers


def _prose_from(blocks: Sequence[Block]) -> list[int]:
    """Return the characters of prose from each block on, and 0 after the last."""
    sizes = [0] * (len(blocks) + 1)
    for i in range(len(blocks) - 1, -1, -1):
        sizes[i] = sizes[i + 1] + (len(blocks[i].text) if blocks[i].prose else 0)
    return sizes

"""Decide which labels of a page to follow: weigh what a label takes away against what it leaves.

A class token may be wrong for a whole page: Adobe Experience Manager writes ``cmp-text`` on every
paragraph, where *cmp* elsewhere means a consent platform. So a token is judged for all elements
that carry it together (a *family*), and each verdict has a reason. Size alone decides nothing: a
flash of three sentences stands beside teasers that are longer than itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from lxml.html import HtmlElement

from ingest.extract import vocabulary
from ingest.extract.blocks import Block
from ingest.extract.comments import is_comment_head
from ingest.extract.labels import ZoneLabel

_MOST_LINKS = 2_000
_PRICE = re.compile("|".join(vocabulary.alternatives("price")), re.IGNORECASE)
_LETTERS = re.compile(r"\W+")
_WORDS = re.compile(r"\w+")
_LONG_WORD = 4
_RUN = 3
"""Paragraphs in a row, with no link and no heading between them, that read like an article."""
_MOST_OF_A_BOX = 800
"""Characters of prose; a longer author box or form is doubted unless it is apart."""
_MOST_OF_A_CAPTION = 1500


@dataclass(slots=True, eq=False)
class Family:
    """All elements of a page that carry the same token for the same zone.

    Attributes:
        zone: The zone that the token names.
        labels: The labelled elements, outermost first, without those that hold the headline.
        indexes: Of the blocks inside any of them, in order.
    """

    zone: str
    labels: list[ZoneLabel] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LabelVerdict:
    """Whether to follow the labels of a family.

    Attributes:
        followed: Whether the blocks inside are not the article.
        reason: Why: ``small``, ``teasers``, ``headlines``, ``apart``, ``cues``, ``comments``,
            ``no_prose`` and ``caption`` are reasons to follow; ``stated_body``, ``opening``,
            ``main_run`` and ``no_cues`` are reasons not to.
    """

    followed: bool
    reason: str

    @property
    def outside(self) -> bool:
        """Whether the structure of the page shows that the blocks are not the article."""
        return self.reason in ("teasers", "apart", "headlines")


def weight_of(block: Block) -> int:
    """Return how much of an article a block may be: its characters if it reads like one."""
    if block.prose:
        return len(block.text)
    return len(block.text) // 2 if block.sentence else 0


def gather_families(blocks: Sequence[Block], title: int) -> list[Family]:
    """Return the families of all labels, in the order in which they begin.

    Args:
        blocks: The blocks of the page.
        title: Index of the headline, -1 if there is none. An element that holds the headline is
            the article's, whatever it is called, and is left out.
    """
    headline = blocks[title].labels if title >= 0 else ()
    families: dict[tuple[str, str], Family] = {}
    around: tuple[ZoneLabel, ...] = ()
    current: dict[tuple[str, str], Family] = {}
    for index, block in enumerate(blocks):
        if block.labels is not around:  # blocks side by side have the same labels
            around, current = block.labels, {}
            for label in around:
                if label not in headline:
                    key = label.zone, label.token
                    family = current[key] = families.setdefault(key, Family(label.zone))
                    if label not in family.labels[-8:]:
                        family.labels.append(label)
        for family in current.values():
            family.indexes.append(index)
    return list(families.values())


class LabelJudge:
    """Judges the families of one page.

    Args:
        blocks: The blocks of the page; a block with a zone is spoken for.
        title: Index of the headline, -1 if there is none.
        stated: The body that the page's JSON-LD states; may be empty.
    """

    def __init__(self, blocks: Sequence[Block], title: int, stated: str) -> None:
        self._blocks = blocks
        self._title = title
        self._weights = [weight_of(b) for b in blocks]
        self._below = [i for i, w in enumerate(self._weights) if w and i > title]
        self._stated = _letters(stated)
        self._article = _article_around(blocks[title].container) if title >= 0 else None

    def judge(self, family: Family) -> LabelVerdict:
        """Return whether to follow the labels of a family."""
        inside = [i for i in family.indexes if self._blocks[i].zone is None]
        taken = sum(self._weights[i] for i in inside)
        if family.zone != "caption" and self._is_stated(inside, taken):
            return LabelVerdict(False, "stated_body")
        if not _may_be_a_thread(family) and self._holds_opening(inside):
            return LabelVerdict(False, "opening")
        if family.zone == "paywall":
            return self._judge_offer(inside)
        members = frozenset(inside)
        opening = self._opening_outside(members)
        left = sum(
            self._weights[i]
            for i in self._below
            if i not in members and self._blocks[i].zone is None
        )
        if not taken:
            return self._judge_small_lines(family, inside, members, left)
        below = next((i for i in inside if i > self._title and self._weights[i]), None)
        if below is not None and not (opening is not None and opening < below) and left <= taken:
            return self._judge_only_text(family, inside)
        if family.zone == "comments":
            return self._judge_comments(family, inside, taken, left)
        if family.zone == "caption":
            return self._judge_caption(family, inside, taken, left)
        return self._judge_box(family, inside, taken, left)

    def _is_stated(self, inside: Sequence[int], taken: int) -> bool:
        """Return whether half of what is inside is in the body that the JSON-LD states."""
        if not self._stated or not taken:
            return False
        stated = sum(
            self._weights[i]
            for i in inside
            if self._weights[i] and _letters(self._blocks[i].text)[:80] in self._stated
        )
        return stated * 2 > taken

    def _holds_opening(self, inside: Sequence[int]) -> bool:
        """Return whether the first paragraph below the headline is inside and speaks of the same.

        It has no link and shares two words with the headline.
        """
        first = self._opening_outside(frozenset())
        if first is None or first not in inside or self._title < 0:
            return False
        block, headline = self._blocks[first], self._blocks[self._title]
        return not block.link_length and len(_long_words(block) & _long_words(headline)) >= 2

    def _opening_outside(self, members: frozenset[int]) -> int | None:
        """Return the index of the first sentence below the headline that is not in the family."""
        return next(
            (i for i in self._below if i not in members and self._blocks[i].zone is None),
            None,
        )

    def _judge_offer(self, inside: Sequence[int]) -> LabelVerdict:
        """Judge a paywall: around an offer it is one, around the paid part of the article not."""
        prose = [self._blocks[i] for i in inside if self._blocks[i].prose]
        cues = [
            b
            for b in prose
            if _PRICE.search(b.text) or vocabulary.PAYWALL.matches(b.lower, b.sections)
        ]
        if sum(len(b.text) for b in cues) * 2 > sum(len(b.text) for b in prose) or not prose:
            return LabelVerdict(True, "cues")
        return LabelVerdict(False, "no_cues")

    def _judge_small_lines(
        self, family: Family, inside: Sequence[int], members: frozenset[int], left: int
    ) -> LabelVerdict:
        """Judge what holds no sentence: it is no body, unless the page has nothing else."""
        if left:
            is_list = family.zone in ("related", "chrome") and _count_links(family) >= 2
            return LabelVerdict(True, "headlines" if is_list else "no_prose")
        size = sum(len(self._blocks[i].text) for i in inside if not self._blocks[i].mostly_links)
        rest = sum(
            len(b.text)
            for i, b in enumerate(self._blocks)
            if i > self._title and i not in members and b.zone is None and not b.mostly_links
        )
        return LabelVerdict(size <= rest, "no_prose" if size <= rest else "main_run")

    def _judge_only_text(self, family: Family, inside: Sequence[int]) -> LabelVerdict:
        """Judge what holds the first paragraph below the headline, and most of the text."""
        if family.zone == "comments" and any(is_comment_head(self._blocks[i]) for i in inside):
            return LabelVerdict(True, "comments")
        return LabelVerdict(False, "opening")

    def _judge_comments(
        self, family: Family, inside: Sequence[int], taken: int, left: int
    ) -> LabelVerdict:
        first = family.labels[0]
        if (
            first.strong
            or len(family.labels) > 1
            or taken * 2 < left
            or any(is_comment_head(self._blocks[i]) for i in inside[:4])
        ):
            return LabelVerdict(True, "comments")
        return LabelVerdict(False, "main_run")

    def _judge_caption(
        self, family: Family, inside: Sequence[int], taken: int, left: int
    ) -> LabelVerdict:
        largest = max(self._weights[i] for i in inside)
        is_caption = all(label.element.tag != "figure" for label in family.labels)
        if taken < _MOST_OF_A_CAPTION * len(family.labels) and (
            taken * 2 < left + 1 or (is_caption and largest <= 400 and len(inside) <= 3)
        ):
            return LabelVerdict(True, "caption")
        return LabelVerdict(False, "main_run")

    def _judge_box(
        self, family: Family, inside: Sequence[int], taken: int, left: int
    ) -> LabelVerdict:
        """Judge a box that leaves the article its first paragraph."""
        hidden = "hidden" in family.labels[0].element.attrib
        in_column = family.zone == "chrome" and not hidden and family.labels[0].strong
        if taken * (1 if hidden else 2) < left and not in_column:
            return LabelVerdict(True, "small")
        if self._are_teasers(family, inside):
            return LabelVerdict(True, "teasers")
        if self._is_apart(family) and not (self._runs_on(inside) and taken > left):
            return LabelVerdict(True, "apart")
        if not self._runs_on(inside) and self._has_cues(family, inside, taken):
            return LabelVerdict(True, "cues")
        return LabelVerdict(False, "main_run")

    def _are_teasers(self, family: Family, inside: Sequence[int]) -> bool:
        """Return whether most paragraphs are those of teasers: each below a linked headline."""
        under_links = under_heads = total = 0
        previous: Block | None = None
        for i in inside:
            block = self._blocks[i]
            if self._weights[i]:
                total += self._weights[i]
                if previous is not None and previous.mostly_links:
                    under_links += self._weights[i]
                if previous is not None and (previous.heading or previous.mostly_links):
                    under_heads += self._weights[i]
            previous = block
        if under_links * 2 > total:
            return True
        texts = sum(bool(self._weights[i]) for i in inside)
        return under_heads * 2 > total and _count_links(family) >= texts

    def _is_apart(self, family: Family) -> bool:
        """Return whether the family is outside the ``<article>`` with the headline and text."""
        article = self._article
        if article is None or not any(
            w and self._blocks[i].zone is None and _is_inside(self._blocks[i].container, article)
            for i, w in enumerate(self._weights)
            if i > self._title
        ):
            return False
        return not any(_is_inside(label.element, article) for label in family.labels)

    def _runs_on(self, inside: Sequence[int]) -> bool:
        """Return whether paragraphs follow each other with no link or heading between them."""
        run = 0
        for i in inside:
            block = self._blocks[i]
            run = run + 1 if block.prose else 0 if block.heading or block.mostly_links else run
            if run >= _RUN:
                return True
        return False

    def _has_cues(self, family: Family, inside: Sequence[int], taken: int) -> bool:
        """Return whether the text says what the label says; a large box says it in most lines."""
        short = taken <= _MOST_OF_A_BOX
        if short and (family.zone == "author" or _has_form(family)):
            return True
        matchers = _CUES.get(family.zone, ())
        texts = ((i, self._blocks[i]) for i in inside)
        cues = [i for i, b in texts if any(one.matches(b.lower, b.sections) for one in matchers)]
        return bool(cues) and (short or sum(self._weights[i] for i in cues) * 2 > taken)


_CUES: Mapping[str, tuple[vocabulary.SectionMatcher, ...]] = {
    "service": (vocabulary.SERVICE, vocabulary.CONSENT, vocabulary.PAYWALL),
    "advert": (vocabulary.ADVERT_HEAD, vocabulary.SERVICE),
    "related": (vocabulary.RELATED_HEAD,),
    "chrome": (vocabulary.RELATED_HEAD, vocabulary.SERVICE, vocabulary.ADVERT_HEAD),
}


def _long_words(block: Block) -> set[str]:
    return {word for word in _WORDS.findall(block.lower) if len(word) >= _LONG_WORD}


def _letters(text: str) -> str:
    return _LETTERS.sub("", text.lower())


def _article_around(element: HtmlElement) -> HtmlElement | None:
    return next((a for a in element.iterancestors("article")), None)


def _is_inside(element: HtmlElement, container: HtmlElement) -> bool:
    return element is container or container in element.iterancestors(container.tag)


def _may_be_a_thread(family: Family) -> bool:
    """Return whether a family speaks of the headline without being the article's body."""
    if family.zone == "comments":
        return family.labels[0].strong or len(family.labels) > 1
    return family.zone == "caption"


def _has_form(family: Family) -> bool:
    return any(label.element.find(".//form") is not None for label in family.labels)


def _count_links(family: Family) -> int:
    """Return how many links to other pages are in the elements of a family, of the first 2,000."""
    links = (link for label in family.labels for link in label.element.iter("a"))
    return sum(not (a.get("href") or "#").startswith("#") for a in islice(links, _MOST_LINKS))

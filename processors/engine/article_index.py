"""The index of one article: tokenised once, searched once; positions are computed on demand.

Positions number the words of title, lead and text in one sequence, with a mark between the fields.
The words of the other fields follow in a second sequence (``FieldGroup.base``). So a position
determines its field. A span reaches from one field into another only where a query joins title and
lead.

Behind the words of title, lead and text are other readings of some of them
(:mod:`processors.engine.readings`). They are searched like the rest; ``FieldGroup.origin`` gives
the words of the text that a hit in them is a hit of.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from core.messages import Field
from processors.engine.field_group import FieldGroup, FieldSpan
from processors.engine.literals import OTHER, LiteralSet
from processors.query.nodes import HEAD, OTHER_FIELDS, SENTENCE

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

Span = tuple[int, int, tuple[tuple[int, int], ...] | None]
"""First and last position; for a NEAR, the (first, last) of each operand, else None."""

Excerpt = tuple[Field, int, int, str, str]
"""Of a span: its field, first code point, one past the last, its text and its sentence."""

FEW_LOOKUPS = 16
"""Up to this many literals are always looked for in the text."""
OCCURRENCES_PER_LOOKUP = 8
"""Occurrences that are sorted in the time in which one literal is looked for."""
FEW_DEFERRED = 48
"""Up to this many deferred literals are looked for one by one; then all at once."""

_NO_LITERALS = LiteralSet((), (), ())


class ArticleIndex:
    """The index of one article, for one evaluation.

    Args:
        texts: Names and texts of title, lead and text.
        others: Those of the other fields (url, authors, outlet, language, country); empty where
            no rule uses them.
        language: Code of its language, which decides about the forms of words; empty where
            unknown.

    Attributes:
        present: Numbers of the literals that occur in title, lead and text, of those that occur in
            the other fields (plus ``OTHER``), and of the entities mentioned. Common and deferred
            literals are missing until one of the methods has looked for them.
        entities: The spans at which each entity is mentioned.
        spans: The hits of each program evaluated so far, by its number.
        excerpts: The excerpts made so far, by position; rules share spans.
    """

    def __init__(
        self,
        texts: Sequence[tuple[str, str]],
        others: Sequence[tuple[str, str]] = (),
        language: str = "",
    ) -> None:
        self.language = language
        self.main = FieldGroup(texts, language=language)
        self.other = FieldGroup(others, len(self.main.tokens) + 1) if others else None
        self.entities: dict[str, list[Span]] = {}
        self.spans: dict[int, list[Span]] = {}
        self.excerpts: dict[tuple[int, int], Excerpt] = {}
        self.present: set[int] = set()
        self._absent: set[int] = set()
        self._literals = _NO_LITERALS
        self._unsearched: frozenset[int] = frozenset()
        self._lookups = self._deferred_lookups = 0

    def search(self, literals: LiteralSet) -> None:
        """Find the occurrences of the literals that every article is searched for."""
        self._literals = literals
        self._unsearched = literals.unsearched
        self._search(literals.automaton)

    def _search(self, automaton: BytesAhoCorasick) -> None:
        self.present |= self.main.search(automaton)
        if self.other:
            self.present.update(number + OTHER for number in self.other.search(automaton))

    def _search_deferred(self) -> None:
        self._search(self._literals.deferred)
        self._unsearched = self._literals.common
        self.__dict__.pop("_literal_starts", None)

    def has(self, number: int) -> bool:
        """Return whether a literal or an entity occurs."""
        if number in self.present:
            return True
        if number not in self._unsearched or number in self._absent:
            return False
        if number not in self._literals.common:
            self._deferred_lookups += 1
            if self._deferred_lookups > FEW_DEFERRED:
                self._search_deferred()
                return number in self.present
        group = self.main if number < OTHER else self.other
        is_present = group is not None and self._literals.texts[number % OTHER] in group.buffer
        (self.present if is_present else self._absent).add(number)
        return is_present

    def has_any(self, numbers: frozenset[int]) -> bool:
        """Return whether one of several literals or entities occurs."""
        if not numbers.isdisjoint(self.present):
            return True
        unsearched = self._unsearched
        return not numbers.isdisjoint(unsearched) and any(map(self.has, numbers & unsearched))

    def present_of(self, numbers: frozenset[int]) -> frozenset[int]:
        """Return which of several literals and entities occur."""
        if numbers.isdisjoint(self._unsearched):
            return numbers & self.present
        return frozenset(filter(self.has, numbers))

    def starts_of(self, number: int) -> Sequence[int]:
        """Return the bytes of its group's buffer at which a literal begins, ascending.

        For most articles few programs need positions: then the text is searched for the literal,
        which is faster than going through the occurrences. With more of them, the occurrences are
        sorted by number.
        """
        if not self.has(number):
            return ()
        self._lookups += 1
        if number not in self._unsearched and self._are_many(self._lookups):
            return self._literal_starts[number]
        if number < OTHER:
            return self.main.starts_of(self._literals.texts[number])
        assert self.other is not None  # noqa: S101  # the number is present
        return self.other.starts_of(self._literals.texts[number - OTHER])

    def _are_many(self, lookups: int) -> bool:
        """Return whether sorting all occurrences takes less time than so many lookups."""
        return lookups > max(FEW_LOOKUPS, len(self.main.occurrences) // OCCURRENCES_PER_LOOKUP)

    def first_position_of(self, number: int) -> int:
        """Return the first position of a literal in title, lead and text; -1 where it is absent."""
        if not self.has(number):
            return -1
        return self.main.position_at(self.main.buffer.find(self._literals.texts[number]))

    @cached_property
    def _literal_starts(self) -> dict[int, list[int]]:
        starts = _by_number(self.main.occurrences, 0)
        if self.other:
            starts |= _by_number(self.other.occurrences, OTHER)
        return starts

    def group(self, scope: str | None) -> FieldGroup | None:
        """Return the group in which a query restricted to ``scope`` is searched."""
        return self.other if scope in OTHER_FIELDS else self.main

    @cached_property
    def fields(self) -> tuple[FieldSpan, ...]:
        """Every field by position. There is one for each author."""
        return self.main.make_fields() + (self.other.make_fields() if self.other else ())

    @cached_property
    def _field_starts(self) -> list[int]:
        return [field.first for field in self.fields]

    def field_at(self, position: int) -> FieldSpan:
        """Return the field that a position is in."""
        return self.fields[bisect_right(self._field_starts, position) - 1]

    def are_near(self, last: int, first: int) -> bool:
        """Return whether two positions, in order, are in one paragraph, list item or cell."""
        base = self._base(last)
        return base == self._base(first) and self._of(last).are_near(last - base, first - base)

    def block_at(self, position: int) -> tuple[int, int]:
        """Return the first position of the paragraph around a position, and one past its last.

        Items of lists and cells of tables count as paragraphs.
        """
        base = self._base(position)
        first, after = self._of(position).block_at(position - base)
        return first + base, after + base

    def head_at(self, position: int) -> tuple[int, int]:
        """Return the first position of title and lead together, and one past their last.

        Without a position between them where ``position`` is in neither.
        """
        ends = [field.after for field in self.fields if field.field in ("title", "lead")]
        after = max(ends, default=0)
        return (0, after) if position < after else (position, position)

    def unit_at(self, position: int, distance: int) -> tuple[int, int]:
        """Return the text around a position in which the operands of NEAR and ALL must lie.

        Args:
            position: In the article.
            distance: ``SENTENCE``, ``HEAD``, or words, which may be apart within a paragraph.
        """
        if distance == SENTENCE:
            return self.sentence_at(position)
        return self.head_at(position) if distance == HEAD else self.block_at(position)

    def _of(self, position: int) -> FieldGroup:
        return self.other if self.other and position >= self.other.base else self.main

    def _base(self, position: int) -> int:
        return self._of(position).base

    def sentence_at(self, position: int) -> tuple[int, int]:
        """Return the first position of the sentence around a position, and one past its last."""
        field = self.field_at(position)
        start, _ = field.code_points(position, position)
        begin, after = field.sentences.around(start, start + 1)
        if after == len(field.text):
            return field.position_at(begin), field.after
        return field.position_at(begin), field.position_at(after)


def _by_number(occurrences: Sequence[tuple[int, int, int]], base: int) -> dict[int, list[int]]:
    starts: dict[int, list[int]] = {}
    for number, start, _ in occurrences:  # faster than a defaultdict: most literals occur once
        if number in starts:
            starts[number].append(start)
        else:
            starts[number] = [start]
    return {number + base: where for number, where in starts.items()} if base else starts

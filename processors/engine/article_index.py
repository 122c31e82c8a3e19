"""The index of one article: tokenised once, searched once; positions are computed on demand.

Positions number the words of title, lead and text in one sequence, with a mark between the fields.
The words of the other fields follow in a second sequence (``FieldGroup.base``). So a position
determines its field, and no span can reach from one field into another.

Behind the words of title, lead and text are other readings of some of them
(:mod:`processors.engine.readings`). They are searched like the rest; ``FieldGroup.origin`` gives
the words of the text that a hit in them is a hit of.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.messages import Field
from core.text.characters import FIELD_MARK, SPACE
from core.text.sentences import Sentences
from core.text.tokens import Tokens, tokenise
from core.text.units import are_joined, has_separator, separators
from processors.engine.literals import OTHER, LiteralSet
from processors.engine.readings import with_readings
from processors.query.nodes import OTHER_FIELDS

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

Span = tuple[int, int, tuple[tuple[int, int], ...] | None]
"""First and last position; for a NEAR, the (first, last) of each operand, else None."""

Excerpt = tuple[Field, int, int, str, str]
"""Of a span: its field, first code point, one past the last, its text and its sentence."""

FEW_LOOKUPS = 16
"""Up to this many literals are looked for in the text; sorting the occurrences takes as long."""

_JOIN = f" {FIELD_MARK} "
_NO_LITERALS = LiteralSet(())


@dataclass(frozen=True)
class FieldSpan:
    """The positions of one field.

    Attributes:
        group: The group that the field is part of.
        field: Name of the field.
        text: The text of the field.
        offset: Code point of the group's text at which it begins.
        first: Its first position.
        after: One past its last position.
    """

    group: FieldGroup
    field: str
    text: str
    offset: int
    first: int
    after: int

    def code_points(self, first: int, last: int) -> tuple[int, int]:
        """Return the code points of the field from one position to another, both included."""
        base = self.group.base
        start, end = self.group.tokens.span(first - base, last - base)
        return start - self.offset, end - self.offset

    def position_at(self, code_point: int) -> int:
        """Return the first position at or after a code point of the field."""
        return self.group.first_at(code_point + self.offset) + self.group.base

    @property
    def folded(self) -> str:
        """The folded words of the field with spaces between them."""
        return self.group.folded(self.first - self.group.base, self.after - self.group.base)

    @cached_property
    def sentences(self) -> Sentences:
        """The sentences of the field; only lead and text have more than one."""
        return Sentences(self.text, one=self.field not in ("lead", "text"))


class FieldGroup:
    """Fields that are tokenised together.

    Args:
        texts: Names and texts of the fields, in order.
        base: The first position.
        language: Code of the language whose compounds are read in full; None for fields that are
            no prose, in which addresses are searched by their words.

    Attributes:
        tokens: The words, with other readings behind those of the texts.
        size: Positions of the texts themselves.
        buffer: The folded words, as bytes: what the automaton searches.
        occurrences: Number, start and end in ``buffer`` of each literal that occurs.
    """

    def __init__(
        self, texts: Sequence[tuple[str, str]], base: int = 0, language: str | None = None
    ) -> None:
        self.base = base
        self.texts = texts
        joined = _JOIN.join(text for _, text in texts)
        self.tokens: Tokens = tokenise(joined, joining=language is not None)
        self.size = len(self.tokens)
        self._origins: Sequence[tuple[int, int]] = ()
        if self.tokens.clues and language is not None:
            self.tokens, self._origins = with_readings(self.tokens, language)
        self.occurrences: list[tuple[int, int, int]] = []
        self.buffer = self.tokens.folded.encode("utf-8", "replace")

    def search(self, automaton: BytesAhoCorasick) -> None:
        """Find the occurrences of all literals."""
        self.occurrences = automaton.find_matches_as_indexes(self.buffer, overlapping=True)

    def make_fields(self) -> tuple[FieldSpan, ...]:
        """Return the fields by position.

        The group does not remember them: they refer to it, and a cycle would be freed long after
        the article.
        """
        fields: list[FieldSpan] = []
        offset = first = 0
        for name, text in self.texts:
            after = self.first_at(offset + len(text))
            fields.append(FieldSpan(self, name, text, offset, first + self.base, after + self.base))
            offset += len(text) + len(_JOIN)
            first = after + 1
        return tuple(fields)

    def first_at(self, code_point: int) -> int:
        """Return the first position at or after a code point of the texts; no base is added."""
        return int(np.searchsorted(self.tokens.starts[: self.size], code_point))

    def origin(self, first: int, last: int) -> tuple[int, int]:
        """Return the positions of the texts that positions of a reading are read from."""
        if first < self.size:
            return first, last
        return self._origins[first - self.size][0], self._origins[last - self.size][1]

    def are_joined(self, first: int, last: int) -> bool:
        """Return whether a phrase may reach from one position to another; readings always may."""
        return first >= self.size or are_joined(self.tokens, first, last)

    @cached_property
    def _headline(self) -> int:
        return len(self.texts[0][1]) if self.texts[0][0] == "title" else 0

    def are_near(self, last: int, first: int) -> bool:
        """Return whether a position and a later one are in one paragraph, list item or cell."""
        end, begin = int(self.tokens.ends[last]), int(self.tokens.starts[first])
        return not has_separator(self.tokens.text, end, begin, self._headline)

    @cached_property
    def _block_starts(self) -> list[int]:
        text = self.tokens.text[: int(self.tokens.ends[self.size - 1])] if self.size else ""
        return [0, *map(self.first_at, separators(text, self._headline))]

    def block_at(self, position: int) -> tuple[int, int]:
        """Return the first position of the paragraph around a position, and one past its last."""
        at = bisect_right(self._block_starts, position)
        after = self._block_starts[at] if at < len(self._block_starts) else self.size
        return self._block_starts[at - 1], after

    @cached_property
    def _spaces(self) -> memoryview:
        spaces: memoryview = (np.frombuffer(self.buffer, np.uint8) == SPACE).nonzero()[0].data
        return spaces

    def position_at(self, start: int) -> int:
        """Return the position of the word that a byte of the buffer is in or is the space before.

        ``base`` is not added.
        """
        return bisect_right(self._spaces, start) - 1

    def starts_of(self, literal: bytes) -> list[int]:
        """Return the bytes of the buffer at which a literal begins, ascending."""
        find = self.buffer.find
        starts = []
        start = find(literal)
        while start >= 0:
            starts.append(start)
            start = find(literal, start + 1)
        return starts

    def positions_at(self, starts: Sequence[int]) -> list[int]:
        """Return the positions of the words that several bytes of the buffer are in."""
        after = np.asarray(self._spaces).searchsorted(starts, "right")
        positions: list[int] = (after - 1).tolist()
        return positions

    @cached_property
    def chains(self) -> dict[int, tuple[int, int]]:
        """The hyphen chains by the positions of their parts."""
        return {at: chain for chain in self.tokens.chains for at in range(chain[0], chain[1] + 1)}

    def word(self, first: int, last: int) -> str:
        """Return the folded word at a position, or the chain over several."""
        return self.tokens.words[first] if first == last else self.tokens.whole((first, last))

    def word_at(self, position: int) -> str:
        """Return the folded word at one position, without splitting the text into words."""
        return self.buffer[self._spaces[position] + 1 : self._spaces[position + 1]].decode()

    def folded(self, first: int, after: int) -> str:
        """Return the folded words from one position to before another, with spaces between."""
        return self.buffer[self._spaces[first] + 1 : self._spaces[after]].decode()

    def exact(self, first: int, last: int) -> str:
        """Return the word or chain with case, accents and ß."""
        return self.tokens.exact(first, last)


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
            the other fields (plus ``OTHER``), and of the entities mentioned. Common literals are
            missing until one of the methods has looked for them.
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
        self._lookups = 0

    def search(self, literals: LiteralSet) -> None:
        """Find the occurrences of all literals but the common ones in every field."""
        self._literals = literals
        self.main.search(literals.automaton)
        self.present = {occurrence[0] for occurrence in self.main.occurrences}
        if self.other:
            self.other.search(literals.automaton)
            self.present.update(o[0] + OTHER for o in self.other.occurrences)

    def has(self, number: int) -> bool:
        """Return whether a literal or an entity occurs."""
        if number in self.present:
            return True
        if number not in self._literals.common or number in self._absent:
            return False
        group = self.main if number < OTHER else self.other
        is_present = group is not None and self._literals.texts[number % OTHER] in group.buffer
        (self.present if is_present else self._absent).add(number)
        return is_present

    def has_any(self, numbers: frozenset[int]) -> bool:
        """Return whether one of several literals or entities occurs."""
        if not numbers.isdisjoint(self.present):
            return True
        common = self._literals.common
        return not numbers.isdisjoint(common) and any(map(self.has, numbers & common))

    def present_of(self, numbers: frozenset[int]) -> frozenset[int]:
        """Return which of several literals and entities occur."""
        common = self._literals.common
        if numbers.isdisjoint(common):
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
        if self._lookups > FEW_LOOKUPS and number not in self._literals.common:
            return self._literal_starts[number]
        if number < OTHER:
            return self.main.starts_of(self._literals.texts[number])
        assert self.other is not None  # noqa: S101  # the number is present
        return self.other.starts_of(self._literals.texts[number - OTHER])

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

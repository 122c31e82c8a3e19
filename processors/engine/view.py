"""An article as rules see it: tokenised once, searched once, positions worked out on demand.

Positions count the words of title, lead and text in one row, with a mark between the fields; those
of the other fields follow in a row of their own (``Section.base``), so that a position names a
field and no span can reach from one field into another.
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
from processors.query.nodes import OTHER_FIELDS

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

Span = tuple[int, int, tuple[tuple[int, int], ...] | None]
"""First position, last position, and for a NEAR the (first, last) of what it is made of."""

Told = tuple[Field, int, int, str, str]
"""Field, first code point, one past the last, surface and sentence of a span."""

OTHER = 1 << 40
"""Added to the number of a literal that stands in one of the other fields."""

_MARK = FIELD_MARK.encode()
_JOIN = f" {FIELD_MARK} "


@dataclass(frozen=True)
class FieldSpan:
    """One field's stretch of a section.

    Attributes:
        section: Where its words are.
        field: Name of the field.
        text: The field's own text.
        offset: Code point of the section's text it begins at.
        first: Its first position.
        after: One past its last position.
    """

    section: FieldGroup
    field: str
    text: str
    offset: int
    first: int
    after: int

    def code_points(self, first: int, last: int) -> tuple[int, int]:
        """Where two positions of the zone begin and end in the field's own text."""
        base = self.section.base
        start, end = self.section.tokens.span(first - base, last - base)
        return start - self.offset, end - self.offset

    def position(self, code_point: int) -> int:
        """The first position at or after a code point of the field."""
        starts = self.section.tokens.starts
        return int(np.searchsorted(starts, code_point + self.offset)) + self.section.base

    @cached_property
    def sentences(self) -> Sentences:
        """Its sentences; only lead and text have several."""
        return Sentences(self.text, one=self.field not in ("lead", "text"))


class FieldGroup:
    """Fields tokenised together.

    Args:
        fields: Names and texts, in order.
        base: The first position.
    """

    def __init__(self, fields: Sequence[tuple[str, str]], base: int = 0) -> None:
        self.base = base
        self.fields = fields
        self.tokens: Tokens = tokenise(_JOIN.join(text for _, text in fields))
        self.found: list[tuple[int, int, int]] = []
        self.buffer = self.tokens.folded.encode("utf-8", "replace")

    def search(self, automaton: BytesAhoCorasick) -> None:
        """Find every literal: its number, where in ``buffer`` it begins and ends."""
        self.found = automaton.find_matches_as_indexes(self.buffer, overlapping=True)

    @cached_property
    def zones(self) -> tuple[FieldSpan, ...]:
        """The fields and where they lie."""
        zones: list[FieldSpan] = []
        offset = first = 0
        for name, text in self.fields:
            after = int(np.searchsorted(self.tokens.starts, offset + len(text)))
            zones.append(FieldSpan(self, name, text, offset, first + self.base, after + self.base))
            offset += len(text) + len(_JOIN)
            first = after + 1
        return tuple(zones)

    @cached_property
    def _spaces(self) -> np.ndarray:
        spaces: np.ndarray = (np.frombuffer(self.buffer, np.uint8) == SPACE).cumsum()
        return spaces

    def position_at(self, start: int) -> int:
        """Position, without base, of the word that byte ``start`` is in or is the space before."""
        return int(self._spaces[start]) - 1

    @cached_property
    def chains(self) -> dict[int, tuple[int, int]]:
        """The hyphen chain each part belongs to."""
        return {at: chain for chain in self.tokens.chains for at in range(chain[0], chain[1] + 1)}

    def word(self, first: int, last: int) -> str:
        """The folded word at a position, or the chain over several."""
        return self.tokens.words[first] if first == last else self.tokens.whole((first, last))

    def exact(self, first: int, last: int) -> str:
        """The same with case, accents and ß kept."""
        return self.tokens.exact(first, last)


class View:
    """One article, for one evaluation.

    Args:
        fields: title, lead and text.
        others: The other fields (url, authors, outlet, language, country) and their texts; left
            out where no rule asks for them.

    Attributes:
        present: Numbers of the literals that stand in title, lead and text, those that stand in
            the other fields (plus ``OTHER``), and of the entities named.
        entities: Where each entity is named.
        memo: Hits of each program asked so far.
        told: What evidence says of each place told so far; rules share places.
    """

    def __init__(
        self, fields: Sequence[tuple[str, str]], others: Sequence[tuple[str, str]] = ()
    ) -> None:
        self.main = FieldGroup(fields)
        self.other = FieldGroup(others, len(self.main.tokens) + 1) if others else None
        self.entities: dict[str, list[Span]] = {}
        self.memo: dict[int, list[Span]] = {}
        self.told: dict[tuple[int, int], Told] = {}
        self.present: set[int] = set()

    def search(self, automaton: BytesAhoCorasick) -> None:
        """Find every literal in every field."""
        self.main.search(automaton)
        self.present = {found[0] for found in self.main.found}
        if self.other:
            self.other.search(automaton)
            self.present.update(found[0] + OTHER for found in self.other.found)

    @cached_property
    def hits(self) -> dict[int, list[int]]:
        """By the number of a literal: the bytes of its section's buffer it begins at.

        Made when the first program asks for positions; for most articles none does.
        """
        hits = _by_number(self.main.found, 0)
        if self.other:
            hits |= _by_number(self.other.found, OTHER)
        return hits

    def section(self, scope: str | None) -> FieldGroup | None:
        """The section a leaf of that scope is looked for in."""
        return self.other if scope in OTHER_FIELDS else self.main

    @cached_property
    def zones(self) -> tuple[FieldSpan, ...]:
        """Every field, by position; a field may occur more than once (authors)."""
        return self.main.zones + (self.other.zones if self.other else ())

    @cached_property
    def _zone_starts(self) -> list[int]:
        return [zone.first for zone in self.zones]

    def zone(self, position: int) -> FieldSpan:
        """The field a position lies in."""
        return self.zones[bisect_right(self._zone_starts, position) - 1]

    def together(self, first: int, other: int) -> bool:
        """Whether two positions of title, lead and text lie in one field."""
        marks = self._marks
        return bisect_right(marks, first) == bisect_right(marks, other)

    @cached_property
    def _marks(self) -> list[int]:
        """Positions of the marks between title, lead and text; cheaper than the zones."""
        buffer, marks = self.main.buffer, []
        at = buffer.find(_MARK)
        while at >= 0:
            marks.append(self.main.position_at(at))
            at = buffer.find(_MARK, at + 1)
        return marks

    def sentence(self, position: int) -> tuple[int, int]:
        """First position of the sentence around a position, and one past its last."""
        zone = self.zone(position)
        start, _ = zone.code_points(position, position)
        begin, after = zone.sentences.around(start, start + 1)
        if after == len(zone.text):
            return zone.position(begin), zone.after
        return zone.position(begin), zone.position(after)


def _by_number(found: Sequence[tuple[int, int, int]], base: int) -> dict[int, list[int]]:
    hits: dict[int, list[int]] = {}
    for number, start, _ in found:  # faster than a defaultdict: most literals occur once
        if number in hits:
            hits[number].append(start)
        else:
            hits[number] = [start]
    return {number + base: starts for number, starts in hits.items()} if base else hits

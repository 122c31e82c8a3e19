"""Fields that are tokenised together, and the positions of their words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from core.text.characters import FIELD_MARK, SPACE
from core.text.sentences import Sentences
from core.text.tokens import Tokens, tokenise
from core.text.units import are_joined, has_separator, separators
from processors.engine.readings import with_readings

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

_JOIN = f" {FIELD_MARK} "


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
        occurrences: Number, start and end in ``buffer`` of each literal that was found.
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

    def search(self, automaton: BytesAhoCorasick) -> set[int]:
        """Find all occurrences of the literals of an automaton, and return their numbers."""
        occurrences = automaton.find_matches_as_indexes(self.buffer, overlapping=True)
        self.occurrences += occurrences
        return {occurrence[0] for occurrence in occurrences}

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
        return int(self.tokens.starts[: self.size].searchsorted(code_point))

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

    def positions_of(self, literal: bytes, first: int, after: int) -> Iterator[int]:
        """Yield the positions of a word, from one position to before another.

        Args:
            literal: The folded word with the spaces around it.
            first: The first position.
            after: One past the last position.
        """
        last = min(after, len(self._spaces) - 1)
        if first >= last:
            return
        at, end = self._spaces[first], self._spaces[last] + 1
        while (at := self.buffer.find(literal, at, end)) >= 0:
            yield self.position_at(at)
            at += 1

    def ends_clause(self, position: int) -> bool:
        """Return whether a mark or a conjunction follows the word at a position, or nothing."""
        is_last = position + 1 >= len(self.tokens)
        return self.tokens.ends_clause(position, "" if is_last else self.word_at(position + 1))

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

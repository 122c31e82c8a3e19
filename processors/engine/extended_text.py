"""A tokenised text with other readings of some of its words behind it.

Each reading stands between the words around it, so that phrases are found in it as in the text. A
mark keeps readings apart. Each word that is added has an *origin*: the positions of the text that
it is read from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.text.characters import FIELD_MARK, SPACE
from core.text.tokens import Tokens, fold_word
from core.text.units import PLAIN_GAPS, are_joined

CONTEXT = 6
"""Words on each side that a reading is put between: phrases are seldom longer."""

Origin = tuple[int, int]


@dataclass(frozen=True, slots=True)
class WordReading:
    """Another reading of some words of a text.

    Attributes:
        first: First position that is read otherwise.
        last: Last position.
        text: What they are read as.
        origins: The positions that each word of ``text`` is read from; empty where all are read
            from all.
    """

    first: int
    last: int
    text: str
    origins: tuple[Origin, ...] = ()


def extend(text: PositionedText, readings: Iterable[WordReading]) -> tuple[Tokens, list[Origin]]:
    """Return a text with readings behind it, and the origins of the words that were added."""
    extension = _Extension(text)
    for layer in _layers(readings):
        extension.add(layer)
    return extension.tokens()


class PositionedText:
    """A tokenised text for access by position."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.text = tokens.text
        # Views: lists of all numbers, or all words split, would take longer.
        self.starts = tokens.starts.data
        self.ends = tokens.ends.data
        self._buffer = tokens.folded.encode("utf-8", "replace")
        self._spaces = (np.frombuffer(self._buffer, np.uint8) == SPACE).nonzero()[0].data

    def __len__(self) -> int:
        return len(self.starts)

    def word(self, at: int) -> str:
        """Return the folded word at a position."""
        return self._buffer[self._spaces[at] + 1 : self._spaces[at + 1]].decode()

    def words(self, first: int, after: int) -> list[str]:
        """Return the folded words from one position to before another."""
        if first >= after:
            return []
        return self._buffer[self._spaces[first] + 1 : self._spaces[after]].decode().split(" ")

    def is_joined(self, at: int) -> bool:
        """Return whether a phrase may reach from a position to the next."""
        if FIELD_MARK in (self.text[self.starts[at]], self.text[self.starts[at + 1]]):
            return False
        gap = self.text[self.ends[at] : self.starts[at + 1]]
        return gap in PLAIN_GAPS or are_joined(self.tokens, at, at + 1)

    def reach(self, at: int, step: int) -> int:
        """Return the furthest position that a phrase with a word may reach, up to ``CONTEXT``."""
        for _ in range(CONTEXT):
            following = at + step
            if not 0 <= following < len(self) or not self.is_joined(min(at, following)):
                break
            at = following
        return at


class _Extension:
    """Appends readings to a tokenised text."""

    def __init__(self, text: PositionedText) -> None:
        self._of = text
        self._words: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._origins: list[Origin] = []
        self._chains: list[tuple[int, int]] = []
        self._texts: list[str] = []
        self._length = len(text.text)

    def add(self, layer: Sequence[WordReading]) -> None:
        """Append readings that do not overlap, in text order, with the words around them."""
        at = -1  # the next word of the text that may be copied
        for number, reading in enumerate(layer):
            begin = self._of.reach(reading.first, -1)
            if at < 0 or begin > at or (begin == at and not self._of.is_joined(at - 1)):
                self._add_word(FIELD_MARK, self._length, self._length, (-1, -1))
                at = begin
            self._copy(at, reading.first)
            self._add_reading(reading)
            end = self._of.reach(reading.last, 1) + 1
            following = layer[number + 1].first if number + 1 < len(layer) else end
            at = max(min(end, following), reading.last + 1)
            self._copy(reading.last + 1, at)

    def tokens(self) -> tuple[Tokens, list[Origin]]:
        """Return the extended text, and the origins of the words that were added."""
        return self._of.tokens.extended(
            text="".join(self._texts),
            words=self._words,
            starts=self._starts,
            ends=self._ends,
            chains=self._chains,
        ), self._origins

    def _copy(self, first: int, after: int) -> None:
        of = self._of
        self._words += of.words(first, after)
        self._starts += of.starts[first:after]
        self._ends += of.ends[first:after]
        self._origins += [(at, at) for at in range(first, after)]

    def _add_reading(self, reading: WordReading) -> None:
        parts = reading.text.split("-")
        offset = len(self._of) + len(self._words)
        if len(parts) > 1:
            self._chains.append((offset, offset + len(parts) - 1))
        origins = reading.origins
        if len(origins) != len(parts):
            origins = ((reading.first, reading.last),) * len(parts)
        start = self._length + 1
        for part, origin in zip(parts, origins, strict=True):
            self._add_word(fold_word(part), start, start + len(part), origin)
            start += len(part) + 1
        text = f" {reading.text}"
        self._texts.append(text)
        self._length += len(text)

    def _add_word(self, word: str, start: int, end: int, origin: Origin) -> None:
        self._words.append(word)
        self._starts.append(start)
        self._ends.append(end)
        self._origins.append(origin)


def _layers(readings: Iterable[WordReading]) -> list[list[WordReading]]:
    """Return readings in layers; those of a layer do not overlap."""
    layers: list[list[WordReading]] = []
    for reading in sorted(readings, key=lambda r: (r.first, r.last)):
        for layer in layers:
            if layer[-1].last < reading.first:
                layer.append(reading)
                break
        else:
            layers.append([reading])
    return layers

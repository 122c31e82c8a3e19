"""The tokeniser: raw NFC text to folded words, with the code points each one stands on.

::

    "NATO-Beitritt: Kiew"          kinds of characters (core.text.characters)
            │                        apostrophes: inside a word, genitive, or elision
            ▼
    folded  " nato beitritt kiew "  one space around every word: what an automaton searches
    starts  0    5        15        where each word begins and ends in the raw text
    chains  (0, 1)                  words joined by hyphens

Every word has a *position*, its place in the text. The parts of a hyphen chain stand at
successive positions; the chain as a whole is one more token at the position of its first part.
Soft hyphens and zero-width characters live inside words and are compared as nothing. An
apostrophe stays inside its word, but a genitive ``'s`` belongs to no word, and a French elision
(l', d', qu' ...) is a word of its own.

All of it is array work, about 60 µs for an article of 3,000 characters, and it is done once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from core.text.characters import (
    APOSTROPHE,
    APOSTROPHES,
    FOLD,
    HYPHEN,
    HYPHENS,
    INVISIBLE,
    KIND,
    MULTI,
    SPACE,
    WORD,
    fold_multi,
)

_ELISIONS = frozenset(
    ("l", "d", "j", "m", "t", "s", "c", "n", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu")
)
_PLAIN = {ord(c): "'" for c in APOSTROPHES} | {ord(c): "-" for c in HYPHENS}
_LONGEST_ELISION = max(map(len, _ELISIONS))

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a part of a hyphen chain, or such a chain as a whole.

    Attributes:
        start: First code point in the raw text.
        end: One past the last code point.
        first: Position of the token; of its first part for a chain.
        last: Position of its last part; equal to ``first`` but for a chain.
        folded: What it is compared as.
        exact: The same with case, accents and ß kept.
    """

    start: int
    end: int
    first: int
    last: int
    folded: str
    exact: str


@dataclass(frozen=True)
class Tokens:
    """A tokenised text.

    Attributes:
        text: The raw text.
        folded: Every folded word with a space before and after it; a single space if no word.
        starts: First code point of the word at each position.
        ends: One past its last code point.
        chains: First and last position of each hyphen chain, in order.
    """

    text: str
    folded: str
    starts: Positions
    ends: Positions
    chains: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        """How many positions there are."""
        return len(self.starts)

    @cached_property
    def words(self) -> list[str]:
        """The folded words, by position."""
        return self.folded.split(" ")[1:-1]  # split() would lose the field mark

    def whole(self, chain: tuple[int, int]) -> str:
        """The folded form of a chain, its parts joined by ``-``."""
        return "-".join(self.words[chain[0] : chain[1] + 1])

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The code points from one position to another, both included."""
        return int(self.starts[first]), int(self.ends[last])

    def exact(self, first: int, last: int) -> str:
        """The word or chain from one position to another, with case, accents and ß kept."""
        start, end = self.span(first, last)
        return exact_form(self.text[start:end])

    def __iter__(self) -> Iterator[Token]:
        """Every token by position, a chain before its first part."""
        wholes = dict(self.chains)
        for at, word in enumerate(self.words):
            if at in wholes:
                yield self._token(at, wholes[at], self.whole((at, wholes[at])))
            yield self._token(at, at, word)

    def _token(self, first: int, last: int, folded: str) -> Token:
        return Token(*self.span(first, last), first, last, folded, self.exact(first, last))


def exact_form(surface: str) -> str:
    """A piece of raw text without invisible characters, its hyphens and apostrophes plain."""
    if surface.isascii() and "`" not in surface:
        return surface
    return "".join(
        _PLAIN.get(ord(c), c) for c in surface if KIND[min(ord(c), len(KIND) - 1)] != INVISIBLE
    )


def tokenise(text: str) -> Tokens:
    """Cut a text into words. Linear in its length; any string will do."""
    codes = np.frombuffer(f" {text} ".encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = KIND.take(codes, mode="clip")
    raw: Positions | None = None
    if (invisible := kinds == INVISIBLE).any():
        raw = np.flatnonzero(~invisible)
        codes, kinds = codes[raw], kinds[raw]
    word = (kinds == WORD) | (kinds == MULTI)
    folds = FOLD.take(codes, mode="clip")
    if int(codes.max()) >= len(FOLD):
        folds = np.where(codes < len(FOLD), folds, codes)
    _resolve_apostrophes(kinds, word, folds)
    edges = np.flatnonzero(word[1:] != word[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    chains = _chains(kinds, word, ends)
    folded = _spaced(word, folds, kinds)
    if raw is None:
        return Tokens(text, folded, starts - 1, ends - 1, chains)
    return Tokens(text, folded, raw[starts] - 1, raw[ends - 1], chains)


def folded_words(text: str) -> list[str]:
    """The folded words of a text in order, chains as their parts."""
    return tokenise(text).words


def _spaced(
    word: npt.NDArray[np.bool_], folds: npt.NDArray[np.uint32], kinds: npt.NDArray[np.uint8]
) -> str:
    folds[~word] = SPACE
    kept = word.copy()
    kept[1:] |= word[:-1]  # of what parts two words, the first character stays as a space
    folded = " " + folds[kept].tobytes().decode("utf-32-le", "replace")
    multi = (kinds == MULTI) & word
    return fold_multi(folded, folds[multi]) if multi.any() else folded


def _resolve_apostrophes(
    kinds: npt.NDArray[np.uint8], word: npt.NDArray[np.bool_], folds: npt.NDArray[np.uint32]
) -> None:
    """Decide for each apostrophe between letters: inside the word, genitive, or elision."""
    marks = kinds == APOSTROPHE
    if not marks.any():
        return
    marks[1:-1] &= word[:-2] & word[2:]
    for at in np.flatnonzero(marks[1:-1]) + 1:
        if folds[at + 1] == ord("s") and not word[at + 2] and not marks[at + 2]:
            word[at + 1] = False
        elif not _elides(word, folds, int(at)):
            word[at] = True
            folds[at] = ord("'")


def _elides(word: npt.NDArray[np.bool_], folds: npt.NDArray[np.uint32], at: int) -> bool:
    start = at
    while start > 0 and word[start - 1] and at - start <= _LONGEST_ELISION:
        start -= 1
    return "".join(map(chr, folds[start:at])) in _ELISIONS


def _chains(
    kinds: npt.NDArray[np.uint8], word: npt.NDArray[np.bool_], ends: Positions
) -> tuple[tuple[int, int], ...]:
    joints = kinds == HYPHEN
    joints[1:-1] &= word[:-2] & word[2:]
    joints[0] = joints[-1] = False
    if not joints.any():
        return ()
    chains: list[tuple[int, int]] = []
    for left in np.searchsorted(ends, np.flatnonzero(joints)).tolist():
        if chains and chains[-1][1] == left:
            chains[-1] = (chains[-1][0], left + 1)
        else:
            chains.append((left, left + 1))
    return tuple(chains)

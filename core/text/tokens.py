"""The tokeniser: from raw NFC text to folded words and the code points of each.

::

    "NATO-Beitritt: Kiew"          kinds of characters (core.text.characters)
            │                        apostrophes: inside a word, genitive, or elision
            ▼
    folded  " nato beitritt kiew "  one space around every word: what an automaton searches
    starts  0    5        15        where each word begins and ends in the raw text
    chains  (0, 1)                  words joined by hyphens
    clues                           where a word may be read in another way (none here)

Words are numbered by *position*. The parts of a hyphen chain have successive positions; the chain
as a whole is another token at the position of its first part. Soft hyphens and zero-width
characters may be inside a word and are ignored when words are compared. An apostrophe is part of
its word, except that a clitic such as the genitive ``'s`` belongs to no word and an elision such
as the French ``l'`` is a word of its own (:mod:`core.text.languages`). A figure, an address and a
gendered form are one word each (:mod:`core.text.joiners`).

A text is tokenised once, by array operations that take about 60 µs for 3,000 characters.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt

from core.text.characters import (
    APOSTROPHE,
    APOSTROPHES,
    DIGIT,
    FIELD_MARK,
    FOLD,
    GROUPER,
    HYPHEN,
    HYPHENS,
    INVISIBLE,
    JOINER,
    KIND,
    MULTI,
    RARE,
    SHARP_S,
    WORD,
    fold_character,
    fold_multi,
)
from core.text.joiners import NOTHING_JOINED, Joined, inner_capitals, join_words
from core.text.languages import Language, languages

_PLAIN = {ord(c): "'" for c in APOSTROPHES} | {ord(c): "-" for c in HYPHENS}

_GROUPED = bytes((DIGIT, GROUPER, DIGIT))

Positions = npt.NDArray[np.intp]
Kinds = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a part of a hyphen chain, or a whole chain.

    Attributes:
        start: First code point in the raw text.
        end: One past the last code point.
        first: Position of the token, or of the first part of a chain.
        last: Position of the last part of a chain; otherwise equal to ``first``.
        folded: The form that is compared.
        exact: The form with case, accents and ß.
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
        folded: The folded words with one space around each; one space where there is no word.
        starts: First code point of the word at each position.
        ends: One past the last code point of the word at each position.
        chains: First and last position of each hyphen chain, in order.
        clues: Code points of what suggests another reading of a word: a hyphen that ends or
            begins it (*Ost- und Südukraine*), the mark or inner capital of a gendered form, a digit
            that is glued to its letters (*Ukraine1*). Ascending.
    """

    text: str
    folded: str
    starts: Positions
    ends: Positions
    chains: tuple[tuple[int, int], ...]
    clues: tuple[int, ...] = ()

    def __len__(self) -> int:
        """Return the number of positions."""
        return len(self.starts)

    @cached_property
    def words(self) -> list[str]:
        """The folded words by position."""
        return self.folded.split(" ")[1:-1]  # split() without a separator drops the field mark

    def extended(
        self,
        *,
        text: str,
        words: list[str],
        starts: list[int],
        ends: list[int],
        chains: list[tuple[int, int]],
    ) -> Tokens:
        """Return the same text with more words behind its own.

        Args:
            text: What is put behind the text.
            words: The folded words.
            starts: First code point of each, in either text.
            ends: One past the last code point of each.
            chains: First and last position of each chain.
        """
        return Tokens(
            self.text + text,
            f"{self.folded}{' '.join(words)} ",
            np.concatenate((self.starts, starts)).astype(np.intp, copy=False),
            np.concatenate((self.ends, ends)).astype(np.intp, copy=False),
            (*self.chains, *chains),
            self.clues,
        )

    def is_capitalised(self, position: int) -> bool:
        """Return whether the word at a position begins with a capital."""
        return self.text[self.starts.item(position)].isupper()

    def ends_clause(self, position: int, following: str) -> bool:
        """Return whether a mark, a line's end or a conjunction follows a word, or nothing.

        Args:
            position: Of the word.
            following: The next folded word; not read at the end of the text.
        """
        if position + 1 >= len(self.starts):
            return True
        between = self.text[self.ends.item(position) : self.starts.item(position + 1)]
        ends = following == FIELD_MARK or following in _clause_starters(languages())
        return ends or not between.isspace() or "\n" in between

    def whole(self, chain: tuple[int, int]) -> str:
        """Return the folded form of a chain, its parts joined by ``-``."""
        return "-".join(self.words[chain[0] : chain[1] + 1])

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the code points from one position to another, both included."""
        return self.starts.item(first), self.ends.item(last)

    def exact(self, first: int, last: int) -> str:
        """Return a word or chain with case, accents and ß."""
        start, end = self.span(first, last)
        return exact_form(self.text[start:end])

    def __iter__(self) -> Iterator[Token]:
        """Yield every token by position, a chain before its first part."""
        wholes = dict(self.chains)
        for at, word in enumerate(self.words):
            if at in wholes:
                yield self._token(at, wholes[at], self.whole((at, wholes[at])))
            yield self._token(at, at, word)

    def _token(self, first: int, last: int, folded: str) -> Token:
        return Token(*self.span(first, last), first, last, folded, self.exact(first, last))


@cache
def _clause_starters(known: tuple[Language, ...]) -> frozenset[str]:
    return frozenset[str]().union(*(one.clause_starters for one in known))


def exact_form(surface: str) -> str:
    """Return raw text without invisible characters and with plain hyphens and apostrophes."""
    if surface.isascii() and "`" not in surface:
        return surface
    return "".join(
        _PLAIN.get(ord(c), c) for c in surface if KIND[min(ord(c), len(KIND) - 1)] != INVISIBLE
    )


def tokenise(text: str, *, joining: bool = True) -> Tokens:
    """Split a text into words, in time linear in its length. Accepts any string.

    Args:
        text: The text.
        joining: Whether addresses, figures and gendered forms are one word; not so for a URL that
            is searched by its words.
    """
    padded = f" {text} "
    codes = np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = KIND.take(codes, mode="clip")
    special, of = _specials(kinds)
    raw: Positions | None = None
    if INVISIBLE in of.tobytes():
        raw = np.flatnonzero(kinds != INVISIBLE)
        codes, kinds = codes[raw], kinds[raw]
        special, of = _specials(kinds)
        padded = codes.tobytes().decode("utf-32-le", "replace")
    word = kinds >= DIGIT
    folds = FOLD.take(codes, mode="clip")
    present = of.tobytes()
    if RARE in present:
        folds = np.where(codes < len(FOLD), folds, codes)
    if APOSTROPHE in present:
        _resolve_apostrophes(special[of == APOSTROPHE], word, folds)
    joined = NOTHING_JOINED
    if joining and (JOINER in present or _GROUPED in present):
        joined = _join(padded, special, present, kinds, word, folds)
    edges = (word[1:] ^ word[:-1]).nonzero()[0] + 1
    starts, ends = edges[::2], edges[1::2]
    chains: tuple[tuple[int, int], ...] = ()
    clues = joined.gendered + inner_capitals(padded)
    if HYPHEN in present:
        chains, loose = _chains(special[of == HYPHEN], kinds, word, ends)
        clues = clues + loose
    if DIGIT in present:
        clues = clues + _footnotes(special[of == DIGIT], kinds)
    folded = _spaced(word, folds, ends, joined.dropped)
    if SHARP_S in present:
        folded = folded.replace("ß", "ss")
    if MULTI in present:
        folded = fold_multi(folded, folds[special[of == MULTI]])
    if raw is None:
        return Tokens(text, folded, starts - 1, ends - 1, chains, _less_one(clues))
    clues = raw[clues].tolist() if clues else clues
    return Tokens(text, folded, raw[starts] - 1, raw[ends - 1], chains, _less_one(clues))


def _specials(kinds: Kinds) -> tuple[Positions, Kinds]:
    """Return where the special characters are, and their kinds."""
    special = (kinds - 1 < WORD - 1).nonzero()[0]  # SEPARATOR - 1 is 255
    return special, kinds[special]


def _less_one(clues: list[int]) -> tuple[int, ...]:
    """Return code points without the space that precedes the text."""
    return tuple(sorted(at - 1 for at in clues)) if clues else ()


def folded_words(text: str) -> list[str]:
    """Return the folded words of a text in order, chains as their parts."""
    return tokenise(text).words


def fold_word(word: str) -> str:
    """Return a single word as it is compared."""
    return "".join(map(fold_character, word))


def _spaced(word: Flags, folds: Codes, ends: Positions, dropped: list[int]) -> str:
    kept = word.copy()
    kept[ends] = True  # the first character between two words remains, as a space
    if dropped:
        kept[dropped] = False
    return " " + folds.compress(kept).tobytes().decode("utf-32-le", "replace")


def _join(
    padded: str, special: Positions, of: bytes, kinds: Kinds, word: Flags, folds: Codes
) -> Joined:
    """Join what is one word, by the marks that have a part of a word on both sides."""
    is_word = word.tobytes()  # as bytes: reading arrays element by element takes longer
    marks = special[np.frombuffer(of, np.uint8) == JOINER].tolist()
    between = [at for at in marks if is_word[at + 1] and is_word[at - 1]]
    start = of.find(_GROUPED)
    while start >= 0:
        at = int(special[start + 1])
        if is_word[at + 1] and is_word[at - 1]:
            insort(between, at)
        start = of.find(_GROUPED, start + 2)
    return join_words(padded, between, kinds, word, folds) if between else NOTHING_JOINED


def _footnotes(digits: Positions, kinds: Kinds) -> list[int]:
    """Return the digits that follow a letter."""
    before = kinds.tobytes()
    return [at for at in digits.tolist() if before[at - 1] == WORD]


def _resolve_apostrophes(marks: Positions, word: Flags, folds: Codes) -> None:
    """Decide what each apostrophe between letters is: part of a word, of a clitic or an elision."""
    between = marks[word[marks - 1] & word[marks + 1]].tolist()
    if not between:
        return
    others = set(between)
    joined = _joined_words(languages())
    for at in between:
        # As bytes: reading arrays element by element would take most of the time.
        length = word[at + 1 : at + 2 + joined.longest_clitic].tobytes().find(0)
        end = at + 1 + length
        if length > 0 and folds[at + 1 : end].tobytes() in joined.clitics and end not in others:
            word[at + 1 : end] = False
            continue
        before = word[max(0, at - 1 - joined.longest_elision) : at].tobytes()
        start = at - len(before) + before.rfind(0) + 1
        if folds[start:at].tobytes() not in joined.elisions:
            word[at] = True
            folds[at] = ord("'")


@dataclass(frozen=True, slots=True)
class _JoinedWords:
    """What apostrophes join to words in all languages, as the bytes of folded code points."""

    elisions: frozenset[bytes]
    longest_elision: int
    clitics: frozenset[bytes]
    longest_clitic: int


@cache
def _joined_words(known: tuple[Language, ...]) -> _JoinedWords:
    elisions = frozenset[str]().union(*(one.elisions for one in known))
    clitics = frozenset[str]().union(*(one.clitics for one in known))
    return _JoinedWords(
        frozenset(word.encode("utf-32-le") for word in elisions),
        max(map(len, elisions), default=0),
        frozenset(word.encode("utf-32-le") for word in clitics),
        max(map(len, clitics), default=0),
    )


def _chains(
    hyphens: Positions, kinds: Kinds, word: Flags, ends: Positions
) -> tuple[tuple[tuple[int, int], ...], list[int]]:
    """Return the chains, and the hyphens that have a word on one side only."""
    is_word, of = word.tobytes(), kinds.tobytes()
    joints, loose = [], []
    for at in hyphens.tolist():
        if is_word[at - 1] != is_word[at + 1]:
            loose.append(at)
        elif is_word[at - 1] and of[at] == HYPHEN:  # not in an address
            joints.append(at)
    chains: list[tuple[int, int]] = []
    for left in np.searchsorted(ends, joints).tolist() if joints else ():
        if chains and chains[-1][1] == left:
            chains[-1] = (chains[-1][0], left + 1)
        else:
            chains.append((left, left + 1))
    return tuple(chains), loose

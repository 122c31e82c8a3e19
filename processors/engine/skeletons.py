"""Skeletons of Slavic names: what the transliterations of one name have in common.

::

    Lawrow, Lavrov, Lavroff, Ławrow, Лавров  ─▶  lavrov
    Chruschtschow, Khrushchev, Хрущев        ─▶  hruSov, SruSov

A transliteration may be read in several ways (*ch* is the *ch* of *Charkiw* and of *Chmyhal*), so
that a word has a few skeletons; two words may be the same name if they share one. German has one
spelling for what others tell apart (*sch*, *s*), so the skeleton does not tell it apart either.

Skeletons are too slow for every word of every article. :func:`fragments` returns what the
automaton searches instead: a piece of the skeleton in all its spellings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import groupby, product
from math import prod

from core.text.languages import words
from core.text.languages.east_slavic import nominatives
from core.text.tokens import fold_word
from core.text.word_frequencies import word_shares

MIN_LENGTH = 5
"""Symbols of a skeleton; shorter ones are shared by other words: *Kiew*, *Kiwi*."""
MAX_SKELETONS = 8
"""Readings of one word that are compared."""
MAX_LETTERS = 30
"""Longer words are no names."""
MAX_FRAGMENTS = 60
"""Spellings of a fragment in one script."""
MIN_FRAGMENT = 3
"""Symbols of a fragment; shorter ones occur in most articles."""
COMMON_WORD = 5.5
"""Zipf frequency of the German words that a fragment is to be no part of, such as *Menschen*: each
of them is in every seventh article or more."""

_VOWELS = "aeouAEOU"
_LATIN: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(words("schtsch chtch tsch shch szcz šč tch sch cz sh sz zh dsch dž"), ("S",)),
    **dict.fromkeys("žżščć", ("S",)),
    **dict.fromkeys(words("w v ff ph"), ("v",)),
    **dict.fromkeys(words("ts tz ss s z c ź ś"), ("s",)),
    **dict.fromkeys(words("ou oe"), ("u",)),
    **dict.fromkeys("iyïýí", ("i",)),
    "ch": ("S", "h"),
    "gue": ("ge",),
    "gui": ("gi",),
    "j": ("i", "S"),
    "kh": ("h",),
    "ł": ("l",),
    "x": ("ks",),
    "q": ("k",),
}
_CYRILLIC: dict[str, tuple[str, ...]] = {
    **dict(zip("абвґдезиійклмнопрстуф", map(tuple, "abvgdesiiiklmnoprstuv"), strict=True)),
    **dict.fromkeys("жшчщ", ("S",)),
    **dict.fromkeys("ьъ'’", ("",)),
    "г": ("g", "h"),
    "ё": ("e",),
    "є": ("e",),
    "э": ("e",),
    "ы": ("i",),
    "ї": ("i",),
    "х": ("h",),
    "ц": ("s",),
    "ю": ("u",),
    "я": ("a",),
    "ў": ("v",),
}
_READINGS = _LATIN | _CYRILLIC
_PIECE = re.compile("|".join(sorted(map(re.escape, _READINGS), key=len, reverse=True)) + "|.")
_GLIDES = re.compile(f"i+(?=[{_VOWELS}])")
_BEFORE_E = re.compile(f"[^{_VOWELS}i]e")
_ENDINGS = ((re.compile("ev$"), "ov"), (re.compile("(?<=in)e$"), ""), (re.compile("i$"), ""))

_SPELLINGS = {symbol: (symbol,) for symbol in "abdegklmnoprt"} | {
    "h": ("h", "ch"),
    "i": ("i", "y", "j"),
    "u": ("u", "ou", "oe"),
    "v": ("v", "w", "ff"),
    "s": ("s", "z", "c"),
    "S": ("sch", "sh", "ch", "zh", "cz", "sz", "s", "z", "j", "c"),
}
"""Of folded words, so that *š* is *s*."""
_CYRILLIC_SPELLINGS = {
    **dict(zip("bdgkmnoprt", map(tuple, "бдгкмнопрт"), strict=True)),
    "h": ("х", "г"),
    "i": ("и", "і", "ї", "й", "ы"),
    "S": ("ж", "ш", "ч", "щ"),
    "a": ("а", "я"),
    "e": ("е", "э", "є"),
    "l": ("л", "ль"),
    "u": ("у", "ю"),
    "v": ("в", "ф"),
    "s": ("с", "з", "ц", "сь"),
}


def skeletons(word: str) -> frozenset[str]:
    """Return the skeletons of a name that are long enough to be compared.

    Args:
        word: One word with its accents, in the nominative.
    """
    if len(word) > MAX_LETTERS:
        return frozenset()
    pieces = [_READINGS.get(piece, (fold_word(piece),)) for piece in _PIECE.findall(word.lower())]
    while prod(map(len, pieces)) > MAX_SKELETONS:
        last = max(at for at, readings in enumerate(pieces) if len(readings) > 1)
        pieces[last] = pieces[last][:1]
    readings = (_skeleton("".join(reading)) for reading in product(*pieces))
    return frozenset(reading for reading in readings if len(reading) >= MIN_LENGTH)


@lru_cache(maxsize=20_000)
def skeletons_in_text(word: str) -> frozenset[str]:
    """Return the skeletons of what a word of a text may be a form of.

    Args:
        word: With its accents, as the text has it.
    """
    nominative = {word, *nominatives(word.lower())}
    if word.endswith("s"):
        nominative.add(word[:-1])
    return frozenset[str]().union(*map(skeletons, nominative))


def fragments(skeleton: str) -> frozenset[str]:
    """Return folded pieces, one of which is in nearly every spelling of a name.

    Pieces of no common word are preferred, and of these the ones without a consonant before an *e*:
    many spellings have a glide there, as *Pieskow*.

    Args:
        skeleton: Of the name.

    Returns:
        The rarest piece in Latin and in Cyrillic letters; empty where the name has none.
    """
    pieces = (
        skeleton[start:end]
        for start in range(len(skeleton))
        for end in range(start + MIN_FRAGMENT, len(skeleton.removesuffix("ov")) + 1)
    )
    usable = [p for p in pieces if _spelled(p, _SPELLINGS) and _spelled(p, _CYRILLIC_SPELLINGS)]
    if not usable:
        return frozenset()
    best = min(usable, key=lambda p: (_is_common(p), bool(_BEFORE_E.search(p)), _frequency(p)))
    return frozenset(
        fold_word(literal)
        for spellings in (_SPELLINGS, _CYRILLIC_SPELLINGS)
        for literal in _spelled(best, spellings)
    )


def _skeleton(reading: str) -> str:
    reading = _GLIDES.sub("", reading)
    reading = "".join(symbol for symbol, _ in groupby(reading))
    for ending, other in _ENDINGS:
        reading = ending.sub(other, reading)
    return reading


def _spelled(piece: str, spellings: Mapping[str, Sequence[str]]) -> list[str]:
    options = [spellings.get(symbol, ()) for symbol in piece]
    if not all(options) or prod(map(len, options)) > MAX_FRAGMENTS:
        return []
    return ["".join(letters) for letters in product(*options)]


def _is_common(piece: str) -> bool:
    """Return whether a spelling is part of a common word."""
    words = _common_words()
    return any(literal in words for literal in _spelled(piece, _SPELLINGS))


@cache
def _common_words() -> str:
    return " ".join(word_shares("de", COMMON_WORD))


def _frequency(piece: str) -> float:
    """Return how often a piece is expected: an eighth as often with each letter."""
    return sum(0.125 ** len(literal) for literal in _spelled(piece, _SPELLINGS))

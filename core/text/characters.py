"""What each character means to the tokeniser: two tables over code points, built at import.

``KIND`` says what a character does: it is part of a word, an apostrophe, a hyphen, invisible, may
join what is around it (the full stop in ``2.500``), or separates words. ``FOLD`` gives the
character it is compared as, a space for one that is part of no word. Folding removes case,
compatibility forms and the accents of Latin letters, so that Erdoğan equals Erdogan. Letters that
a language counts as its own keep their accent, such as ä, ö and ü in German. Latin letters that
Unicode does not decompose are compared as what keyboards without them have: ø as o, ð as d, þ as
th. Where folding gives several characters, the kind is ``MULTI`` and :func:`fold_multi` completes
the folding; ß, which is ss, is so frequent that it has a kind of its own.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import numpy as np

from core.text.languages import languages

SEPARATOR, INVISIBLE, APOSTROPHE, HYPHEN, JOINER, GROUPER = range(6)
DIGIT, SHARP_S, MULTI, RARE, WORD = range(6, 11)
"""Kinds of characters. From ``DIGIT`` on they are part of a word; those between ``SEPARATOR`` and
``WORD`` are special: few enough that each can be looked at."""

SPACE = 0x20
FIELD_MARK = "\x1f"
"""Separates fields. It is a word of its own, so that no phrase matches across it."""

APOSTROPHES = "'’‘ʼʻ´`＇"
HYPHENS = "-‐‑‒–−－"
JOINERS = ".:/@*_·("
"""Characters that are part of a word in an address, a figure or a gendered form."""
GROUPERS = ",\u00a0\u2009\u202f"
"""Characters that are part of a figure only."""
DIGITS = "0123456789¹²³⁰⁴⁵⁶⁷⁸⁹"
"""Figures and what is set for footnotes, but no subscripts: those belong to their word."""

_WITH_SIGN = re.compile("LATIN SMALL LETTER ([A-Z]) WITH ")
"""Unicode's names of letters such as ø, ł and ħ, which it does not decompose."""
_SIZE = 0x20000
"""Higher code points are rare ideographs without case; the last entry serves for all of them."""
_LATIN = (*range(0xA0, 0x2B0), *range(0x2C60, 0x2C80), *range(0xA720, 0xA800))
"""Code points among which the Latin letters are that have no decomposition."""
_INVISIBLE = {0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0x0300, 0x0370)}
_INVISIBLE |= {0x02B9, 0x02BA, 0x02BE, 0x02BF}  # of transliterations: Qurʾān, ʿAbbās
_OWN_LETTERS = frozenset().union(*(one.own_letters for one in languages()))
_NOT_DECOMPOSED = {
    "i̇": "i", "ı": "i", "ȷ": "j", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ŋ": "n", "ĸ": "k",
    "ə": "a", "ǝ": "e", "ɛ": "e", "ɔ": "o", "ɪ": "i", "ʊ": "u", "ʃ": "s", "ʒ": "z",
}  # fmt: skip
"""Letters that Unicode does not decompose into a base letter and marks."""
for _language in languages():
    _NOT_DECOMPOSED.update(_language.folded_letters)


@lru_cache(maxsize=256)
def fold_character(character: str) -> str:
    """Return what a character is compared as: one character or several."""
    plain = unicodedata.normalize("NFKC", character)
    folded = unicodedata.normalize("NFC", (plain if plain.isalnum() else character).casefold())
    if folded in _NOT_DECOMPOSED:
        return _NOT_DECOMPOSED[folded]
    if folded in _OWN_LETTERS:
        return folded
    decomposed = unicodedata.normalize("NFD", folded)
    base, marks = decomposed[:1], decomposed[1:]
    if marks and all(0x0300 <= ord(m) < 0x0370 for m in marks):
        latin = fold_character(base)  # ǿ is ø with an acute
        return latin if latin.isascii() else folded
    with_sign = _WITH_SIGN.match(unicodedata.name(base, ""))
    return with_sign[1].lower() if with_sign else folded


def _tables() -> tuple[np.ndarray, np.ndarray]:
    characters = list(map(chr, range(_SIZE)))
    categories = "".join(name[0] for name in map(unicodedata.category, characters))
    letters = np.frombuffer(categories.encode(), np.uint8)
    kind = np.where(np.isin(letters, [ord(c) for c in "LNM"]), WORD, SEPARATOR).astype(np.uint8)
    fold = np.arange(_SIZE, dtype=np.uint32)
    kind[sorted(map(ord, APOSTROPHES))] = APOSTROPHE
    kind[sorted(map(ord, HYPHENS))] = HYPHEN
    kind[sorted(map(ord, JOINERS))] = JOINER
    kind[sorted(map(ord, GROUPERS))] = GROUPER
    kind[sorted(map(ord, DIGITS))] = DIGIT
    kind[ord(FIELD_MARK)] = WORD
    kind[sorted(_INVISIBLE)] = INVISIBLE
    for code in _foldable(characters):
        if kind[code] >= DIGIT and (folded := fold_character(chr(code))) != chr(code):
            if len(folded) == 1:
                fold[code] = ord(folded)
            else:
                kind[code] = MULTI
    kind[0xD800:0xE000] = SEPARATOR  # lone surrogates cannot be encoded
    kind[ord("ß")] = SHARP_S
    kind[-1] = RARE
    fold[kind < DIGIT] = SPACE
    return kind, fold


def _foldable(characters: list[str]) -> list[int]:
    """Return the code points with another case or a decomposition; folding changes no others."""
    decomposed = map(unicodedata.decomposition, characters)
    cased = map(str.casefold, characters)
    known = map(ord, filter(lambda c: len(c) == 1, _NOT_DECOMPOSED))
    signed = (n for n in _LATIN if _WITH_SIGN.match(unicodedata.name(chr(n), "")))
    rows = enumerate(zip(characters, cased, decomposed, strict=True))
    return [*known, *signed, *(n for n, (plain, folded, parts) in rows if parts or folded != plain)]


KIND, FOLD = _tables()


def fold_multi(text: str, codes: np.ndarray) -> str:
    """Return a text with the characters of ``codes``, of kind ``MULTI``, replaced."""
    for character in set(map(chr, codes.tolist())):  # np.unique is slower for a few
        text = text.replace(character, fold_character(character))
    return text

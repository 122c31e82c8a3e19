"""What each character means to the tokeniser: two tables over code points, built at import.

``KIND`` says what a character does: it is part of a word, an apostrophe, a hyphen, invisible, or
it separates words. ``FOLD`` gives the character it is compared as. Folding removes case,
compatibility forms and the accents of Latin letters, so that Erdoğan equals Erdogan. Letters that
a language counts as its own keep their accent, such as ä, ö and ü in German. Where folding gives
several characters (ß is ss), the kind is ``MULTI`` and :func:`fold_multi` completes the folding.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np

from core.text.languages import languages

SEPARATOR, WORD, APOSTROPHE, HYPHEN, INVISIBLE, MULTI = range(6)

SPACE = 0x20
FIELD_MARK = "\x1f"
"""Separates fields. It is a word of its own, so that no phrase matches across it."""

APOSTROPHES = "'’‘ʼ´`＇"
HYPHENS = "-‐‑‒–−－"

_SIZE = 0x20000
"""Higher code points are rare ideographs without case; the last entry serves for all of them."""
_INVISIBLE = {0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0x0300, 0x0370)}
_OWN_LETTERS = frozenset().union(*(one.own_letters for one in languages()))
_NOT_DECOMPOSED = {"ı": "i", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "i̇": "i"}
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
    if base.isascii() and marks and all(0x0300 <= ord(m) < 0x0370 for m in marks):
        return base
    return folded


def _tables() -> tuple[np.ndarray, np.ndarray]:
    characters = list(map(chr, range(_SIZE)))
    categories = "".join(name[0] for name in map(unicodedata.category, characters))
    letters = np.frombuffer(categories.encode(), np.uint8)
    kind = np.where(np.isin(letters, [ord(c) for c in "LNM"]), WORD, SEPARATOR).astype(np.uint8)
    fold = np.arange(_SIZE, dtype=np.uint32)
    kind[sorted(map(ord, APOSTROPHES))] = APOSTROPHE
    kind[sorted(map(ord, HYPHENS))] = HYPHEN
    kind[ord(FIELD_MARK)] = WORD
    kind[sorted(_INVISIBLE)] = INVISIBLE
    for code in _foldable(characters):
        if kind[code] == WORD and (folded := fold_character(chr(code))) != chr(code):
            if len(folded) == 1:
                fold[code] = ord(folded)
            else:
                kind[code] = MULTI
    kind[0xD800:0xE000] = SEPARATOR  # lone surrogates cannot be encoded
    kind[-1] = WORD
    return kind, fold


def _foldable(characters: list[str]) -> list[int]:
    """Return the code points with another case or a decomposition; folding changes no others."""
    decomposed = map(unicodedata.decomposition, characters)
    cased = map(str.casefold, characters)
    known = map(ord, filter(lambda c: len(c) == 1, _NOT_DECOMPOSED))
    rows = enumerate(zip(characters, cased, decomposed, strict=True))
    return [*known, *(n for n, (plain, folded, parts) in rows if parts or folded != plain)]


KIND, FOLD = _tables()


def fold_multi(text: str, codes: np.ndarray) -> str:
    """Return a text with the characters of ``codes``, of kind ``MULTI``, replaced."""
    for character in set(map(chr, codes.tolist())):  # np.unique is slower for a few
        text = text.replace(character, fold_character(character))
    return text

"""What each character is to the tokeniser: two tables over the code points, made at import.

``KIND`` says what a character does (part of a word, apostrophe, hyphen, invisible, anything else
parts words); ``FOLD`` gives what it is compared as. Folding drops case and compatibility forms,
and the accents of Latin letters, so that Erdoğan is Erdogan; ä, ö and ü keep theirs, they are
letters of their own in German. Where folding makes more than one character (ß is ss) the kind is
``MULTI`` and :func:`fold_multi` finishes the work.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np

SEPARATOR, WORD, APOSTROPHE, HYPHEN, INVISIBLE, MULTI = range(6)

SPACE = 0x20
FIELD_MARK = "\x1f"
"""Stands between fields as a word of its own, so that nothing matches across."""

APOSTROPHES = "'’‘ʼ´`＇"
HYPHENS = "-‐‑‒–−－"

_SIZE = 0x20000
"""Beyond lie rare ideographs, which have no case: the last entry stands for all of them."""
_INVISIBLE = {0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0x0300, 0x0370)}
_LETTERS_OF_THEIR_OWN = frozenset("äöü")
_UNDECOMPOSED = {"ı": "i", "ł": "l", "đ": "d", "ё": "е", "æ": "ae", "œ": "oe", "i̇": "i"}


@lru_cache(maxsize=256)
def fold_character(character: str) -> str:
    """What one character is compared as; may be several characters, never none."""
    plain = unicodedata.normalize("NFKC", character)
    folded = unicodedata.normalize("NFC", (plain if plain.isalnum() else character).casefold())
    if folded in _UNDECOMPOSED:
        return _UNDECOMPOSED[folded]
    if folded in _LETTERS_OF_THEIR_OWN:
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
    kind[0xD800:0xE000] = SEPARATOR  # lone surrogates can be neither encoded nor shown
    kind[-1] = WORD
    return kind, fold


def _foldable(characters: list[str]) -> list[int]:
    """Those with another case or a decomposition; no other is changed by folding."""
    decomposed = map(unicodedata.decomposition, characters)
    cased = map(str.casefold, characters)
    known = map(ord, filter(lambda c: len(c) == 1, _UNDECOMPOSED))
    rows = enumerate(zip(characters, cased, decomposed, strict=True))
    return [*known, *(n for n, (plain, folded, parts) in rows if parts or folded != plain)]


KIND, FOLD = _tables()


def fold_multi(text: str, codes: np.ndarray) -> str:
    """Replace each character of ``codes`` (kind ``MULTI``) in a folded text."""
    for character in set(map(chr, codes.tolist())):  # np.unique takes longer for a few
        text = text.replace(character, fold_character(character))
    return text

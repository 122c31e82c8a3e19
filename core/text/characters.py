"""What each character is to the tokeniser: two tables over the code points, made at import.

``KIND`` says what a character does (part of a word, apostrophe, hyphen, invisible, anything else
parts words); ``FOLD`` gives what it is compared as. Folding drops case and compatibility forms,
and the accents of Latin letters, so that Erdoğan is Erdogan; ä, ö and ü keep theirs, they are
letters of their own in German. Where folding makes more than one character (ß is ss) the kind is
``MULTI`` and :func:`fold_multi` finishes the work.
"""

from __future__ import annotations

import unicodedata

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


def _kind(code: int, character: str) -> int:
    if code in _INVISIBLE:
        return INVISIBLE
    if character in APOSTROPHES:
        return APOSTROPHE
    if character in HYPHENS:
        return HYPHEN
    if character == FIELD_MARK or unicodedata.category(character)[0] in "LNM":
        return WORD
    return SEPARATOR


def _tables() -> tuple[np.ndarray, np.ndarray]:
    kind = np.zeros(_SIZE, np.uint8)
    fold = np.arange(_SIZE, dtype=np.uint32)
    for code in range(_SIZE):
        character = chr(code)
        kind[code] = what = _kind(code, character)
        if what == WORD and (folded := fold_character(character)) != character:
            if len(folded) == 1:
                fold[code] = ord(folded)
            else:
                kind[code] = MULTI
    kind[0xD800:0xE000] = SEPARATOR  # lone surrogates can be neither encoded nor shown
    kind[-1] = WORD
    return kind, fold


KIND, FOLD = _tables()


def fold_multi(text: str, codes: np.ndarray) -> str:
    """Replace each character of ``codes`` (kind ``MULTI``) in a folded text."""
    for code in np.unique(codes).tolist():
        text = text.replace(chr(code), fold_character(chr(code)))
    return text

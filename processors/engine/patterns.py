"""Literals for the automaton, and the check of what a literal alone cannot decide.

A phrase is written out as the tokeniser writes a text: ``" eu beitritt"`` for ``"EU Beitritt*"``.
Its longest piece without a wildcard goes into the automaton. Where that piece is all there is, an
occurrence is a hit; else the words are compared one by one. Comparing is linear: wildcards are
matched greedily, never by a regular expression made from what somebody wrote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from processors.query.nodes import MANY, ONE

_WILD = re.compile(f"[{MANY}{ONE}]")
_SPELLED = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
_UMLAUTS = str.maketrans(_SPELLED)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What the automaton looks for on behalf of one spelling of a phrase.

    Attributes:
        literal: Goes into the automaton.
        word: Which word of the phrase the literal begins in.
        words: The whole phrase, for the comparison.
        plain: An occurrence of the literal is a hit; nothing to compare.
        chains: A hyphen chain as a whole may be a hit, so it has to be compared too.
    """

    literal: str
    word: int
    words: tuple[str, ...]
    plain: bool
    chains: bool


def spellings(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The phrase, and with ae, oe, ue for umlauts where it has some."""
    spelled = tuple(word.translate(_UMLAUTS) for word in words)
    return [words] if spelled == words else [words, spelled]


def pattern(folded: tuple[str, ...], compared: tuple[str, ...] | None = None) -> Pattern:
    """The automaton's pattern of a phrase.

    Args:
        folded: The phrase in folded words.
        compared: Exact words to be compared as well, where the phrase is exact.
    """
    words = compared or folded
    parts = [word.replace("-", " ") for word in folded]  # the text has chains in parts
    written = re.sub(f"{MANY}+", MANY, f" {' '.join(parts)} ")
    start = 2 if written.startswith(f" {MANY}") else 0
    end = len(written) - 2 if written.endswith(f"{MANY} ") else len(written)
    core = written[start:end]
    pieces = _WILD.split(core)
    longest = max(pieces, key=lambda p: (len(p.strip()), len(p)))
    at = start + core.index(longest)
    word = max(0, written[: at + 1].count(" ") - 1)
    whole = len(words) == 1 and "-" in words[0]
    plain = len(pieces) == 1 and compared is None and not whole
    chains = len(words) == 1 and (whole or has_wildcard(words[0]))
    return Pattern(longest, word, words, plain, chains)


def glob(word: str, pattern: str) -> bool:
    """Whether a word matches a pattern of ``MANY`` and ``ONE``; time is their product at most."""
    w = p = 0
    star, resume = -1, 0
    while w < len(word):
        if p < len(pattern) and (pattern[p] == ONE or pattern[p] == word[w]):
            w, p = w + 1, p + 1
        elif p < len(pattern) and pattern[p] == MANY:
            star, resume, p = p, w, p + 1
        elif star >= 0:
            resume += 1
            w, p = resume, star + 1
        else:
            return False
    return all(c == MANY for c in pattern[p:])


def has_wildcard(word: str) -> bool:
    """Whether the pattern of a word is more than the word itself."""
    return _WILD.search(word) is not None

"""Patterns: the literal of a phrase for the automaton, and the comparison of its words.

A phrase is written as the tokeniser writes a text: ``" eu beitritt"`` for ``"EU Beitritt*"``. Its
longest piece without a wildcard goes into the automaton. Where that piece is the whole phrase, an
occurrence is a hit; otherwise the words are compared one by one. The comparison matches wildcards
greedily, in bounded time; it compiles no regular expression from what an operator wrote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from core.text.languages import Language, languages
from core.text.tokens import tokenise
from processors.query.nodes import MANY, ONE

_WILD = re.compile(f"[{MANY}{ONE}]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One spelling of a phrase.

    Attributes:
        literal: What the automaton searches for.
        word: Index of the word that the literal begins in.
        words: The words that are compared.
        plain: Whether an occurrence of the literal is a hit without a comparison.
        chains: Whether a whole hyphen chain may be a hit and is compared too.
    """

    literal: str
    word: int
    words: tuple[str, ...]
    plain: bool
    chains: bool


def patterns_of(words: tuple[str, ...], *, exact: bool) -> list[Pattern]:
    """Return the patterns of a phrase: one for each spelling, or one for exact words.

    Args:
        words: Folded words, or exact ones where ``exact``.
        exact: Whether case, accents and spelling must be the same.
    """
    if exact:
        return [pattern(tuple(map(_folded, words)), words)]
    return [pattern(spelled) for spelled in spellings(words)]


def spellings(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return a phrase, and its spelling without the letters that some keyboards lack."""
    table = _spelling_table(languages())
    spelled = tuple(word.translate(table) for word in words)
    return [words] if spelled == words else [words, spelled]


def spellings_of(word: str) -> tuple[str, ...]:
    """Return a folded word, and its spelling without the letters that some keyboards lack."""
    if word.isascii():  # every keyboard has its letters
        return (word,)
    return tuple(words[0] for words in spellings((word,)))


@cache
def _spelling_table(known: tuple[Language, ...]) -> dict[int, str]:
    return {ord(letter): text for one in known for letter, text in one.spellings.items()}


def pattern(folded: tuple[str, ...], compared: tuple[str, ...] | None = None) -> Pattern:
    """Return the pattern of a phrase.

    Args:
        folded: Its words, folded.
        compared: Its exact words, where the phrase is exact.
    """
    words = compared or folded
    parts = [word.replace("-", " ") for word in folded]  # the tokeniser splits chains
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
    """Return whether a word matches a pattern with ``MANY`` and ``ONE``.

    Takes time proportional to the product of their lengths at most.
    """
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
    """Return whether the pattern of a word has a wildcard."""
    return _WILD.search(word) is not None


def _folded(exact: str) -> str:
    tokens = tokenise(exact)
    return tokens.whole((0, len(tokens) - 1)) if tokens.chains else tokens.words[0]

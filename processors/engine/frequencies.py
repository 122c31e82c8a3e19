"""In how many articles a literal is expected to occur, from how common words are in a language.

The estimates decide which literals of a rule are looked for first, and nothing else: a wrong one
costs time.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from functools import cache
from itertools import accumulate

from core.text.word_frequencies import word_shares

LEAST = 4.0
"""Zipf frequency of the rarest words that are told apart: one in 100,000 words of a text."""
WORDS = 470
"""Words of an article: the mean of 5,000 German ones."""

# Fitted to random words and pairs of words of the same articles.
_UNLISTED = 4e-6
"""Share of the words of a text that is a long word of a rule which no list has."""
_LETTERS = 8
"""Letters of a long word. With each letter less, an unlisted word is twice as common."""
_TOGETHER = 0.1
"""Of the articles with two words, those in which one follows the other."""
_PHRASE = 0.002
"""Share of articles with a phrase of rare words: a query has words that belong together."""
_LAST = "\U0010ffff"


class WordFrequencies:
    """How common words are, and words that begin or end with some letters.

    Args:
        shares: The share of each word in the words of a text.
    """

    def __init__(self, shares: Mapping[str, float]) -> None:
        self._shares = shares
        self._beginnings = _Beginnings(shares)
        self._endings = _Beginnings({word[::-1]: share for word, share in shares.items()})

    def articles(self, literal: str) -> float:
        """Return the expected share of articles in which a literal occurs.

        Args:
            literal: As the tokeniser writes texts; at an end without a space is a piece of a word.
        """
        words = literal.split()
        last = len(words) - 1
        share = 1.0
        for at, word in enumerate(words):
            begins = at > 0 or literal.startswith(" ")
            ends = at < last or literal.endswith(" ")
            unlisted = _UNLISTED * 2.0 ** max(0, _LETTERS - len(word))
            of_words = unlisted + self._share(word, begins=begins, ends=ends)
            share *= 1 - math.exp(-WORDS * of_words)
        return share * _TOGETHER**last + _PHRASE if last else share

    def _share(self, piece: str, *, begins: bool, ends: bool) -> float:
        """Return the share of the words that a piece is, begins or ends.

        Args:
            piece: Of a word.
            begins: Whether a word begins with it.
            ends: Whether a word ends with it.
        """
        whole = self._shares.get(piece, 0.0)
        if begins and ends:
            return whole
        if begins:
            return self._beginnings.share(piece)
        if ends:
            return self._endings.share(piece[::-1])
        return self._beginnings.share(piece) + self._endings.share(piece[::-1]) - whole


class _Beginnings:
    """Words in alphabetical order, with the sum of the shares before each."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self._words = sorted(shares)
        sums = accumulate(map(shares.__getitem__, self._words), initial=0.0)
        self._sums = array("d", sums)

    def share(self, beginning: str) -> float:
        """Return the share of all words that begin with some letters."""
        first = bisect_left(self._words, beginning)
        return self._sums[bisect_left(self._words, beginning + _LAST, first)] - self._sums[first]


@cache
def word_frequencies(languages: tuple[str, ...]) -> WordFrequencies:
    """Return how common words are in articles of the language in which each is most common.

    Args:
        languages: ISO 639-1.
    """
    shares: dict[str, float] = {}
    for language in languages:
        for word, share in word_shares(language, LEAST).items():
            shares[word] = max(share, shares.get(word, 0.0))
    return WordFrequencies(shares)

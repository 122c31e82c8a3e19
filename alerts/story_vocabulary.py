"""What a word says about an event before anything is known about other articles.

Function words say nothing, rare words of the language say more than common ones, and names and
figures as much as any. These weights need no statistics of the topic, so its second article is
judged like its thousandth.

The words of each language are in its file of :mod:`core.text.languages`.
"""

from __future__ import annotations

from functools import cache

from core.text.joiners import is_figure
from core.text.languages import Language, Words, languages
from core.text.languages import language as language_of
from core.text.word_frequencies import LOWEST, zipf_frequencies

_MIN_PREFIX = 5
"""Shorter stems match the whole word, give or take one letter: ``rom`` is not Roman."""


COMMON = 7.0
"""Zipf frequency from which on a word says least. Measured with 6, 6.5 and 7: B-cubed F1 of
:mod:`alerts.stories` .77, .78 and .79."""
LEAST = 0.05


def rarity_weight(word: str, language: str) -> float:
    """Return how much a folded word says about an event by how rare it is in its language.

    0 for a function word of any language, up to 1 for a word that is used less than once in a
    million words; in a language without a list of frequencies, :func:`word_weight`.
    """
    weight = word_weight(word)
    frequencies = zipf_frequencies(language)
    if not weight or not frequencies or is_figure(word):
        return weight
    rarity = (COMMON - frequencies.get(word, LOWEST)) / (COMMON - LOWEST)
    return min(1.0, max(LEAST, rarity))


def word_weight(word: str) -> float:
    """Return how much a folded word says about an event by its length.

    0 for a function word of any language (a text's language may be mislabelled), up to 1 for a
    word of seven letters or more or a long figure.
    """
    if word in _function_words(languages()):
        return 0.0
    if is_figure(word):
        return 0.7 if len(word) < 3 else 1.0
    return min(1.0, 0.3 + 0.1 * len(word))


def english_stem(word: str, language: str) -> str | None:
    """Return the beginning of a folded word's English counterpart; None where none is known.

    The longest known beginning of the word decides.
    """
    stems = language_of(language).english_stems
    for length in _stem_lengths(language_of(language)):
        stem = stems.get(word[:length])
        if stem is not None and (length >= _MIN_PREFIX or len(word) <= length + 1):
            return stem
    return None


@cache
def _function_words(known: tuple[Language, ...]) -> Words:
    return frozenset().union(*(language.function_words for language in known))


@cache
def _stem_lengths(language: Language) -> tuple[int, ...]:
    """Return the lengths of a language's stems, longest first."""
    return tuple(sorted({len(stem) for stem in language.english_stems}, reverse=True))

"""What a word says about an event before anything is known about other articles.

Function words say nothing, long words say more than short ones, and names and figures as much as
any. Fixed weights need no statistics, so the second article of a topic is judged like its
thousandth: on labelled pairs they group articles as well as TF-IDF over all of them
(:mod:`alerts.stories`).

The words of each language are in its file of :mod:`core.text.languages`.
"""

from __future__ import annotations

from functools import cache

from core.text.languages import Language, Words, languages
from core.text.languages import language as language_of

_MIN_PREFIX = 5
"""Shorter stems match the whole word, give or take one letter: ``rom`` is not Roman."""


def word_weight(word: str) -> float:
    """Return how much a folded word says about an event.

    0 for a function word of any language (a text's language may be mislabelled), up to 1 for a
    word of seven letters or more or a long figure.
    """
    if word in _function_words(languages()):
        return 0.0
    if word.isdigit():
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

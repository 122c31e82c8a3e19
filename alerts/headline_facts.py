"""What a headline says in figures and in words for an outcome: tolls, deaths, amounts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, pairwise

from core.text.joiners import is_figure, plain_figure
from core.text.languages import Language, languages

TOLL_DISTANCE = 8
"""Words from a figure to what it counts: *Zahl der Toten im Hafen von Oslo steigt auf 41*."""

_DEAD = "dead"
"""What words for the dead count, in every language."""

_YEAR = re.compile(r"(?:19|20)\d\d")


def find_figures(words: Sequence[str]) -> frozenset[str]:
    """Return the figures that say how much or how many, without separators of thousands."""
    return frozenset(
        plain_figure(word)
        for at, word in enumerate(words)
        if is_figure(word) and not _YEAR.fullmatch(word) and not _is_age_or_time(words, at)
    )


def find_tolls(words: Sequence[str]) -> frozenset[str]:
    """Return each figure with what it counts: what is nearest to it, first what follows it."""
    kinds, figures = _toll_words(languages()), _number_words(languages())
    people = [(at, kinds[term]) for at, term in _terms(words) if term in kinds]
    tolls = set()
    for at, word in enumerate(words):
        if _is_age_or_time(words, at):
            continue
        near = [(abs(p - at), p < at, kind) for p, kind in people if abs(p - at) <= TOLL_DISTANCE]
        if near and (is_figure(word) or word in figures):
            tolls.add(f"{figures.get(word, plain_figure(word))} {min(near)[2]}")
    return frozenset(tolls)


def find_outcomes(words: Sequence[str]) -> frozenset[str]:
    """Return the words and phrases for an outcome, words for deaths as one."""
    outcomes, kinds = _outcome_terms(languages()), _outcome_kinds(languages())
    return frozenset(kinds.get(term, term) for _, term in _terms(words) if term in outcomes)


def find_deaths(words: Sequence[str]) -> frozenset[str]:
    """Return what words for the dead tell of: that somebody died."""
    kinds = _outcome_kinds(languages())
    return frozenset({_DEAD}.intersection(kinds.get(term, "") for _, term in _terms(words)))


def _terms(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Return each word and each two words in a row, with the index of the first."""
    return chain(enumerate(words), enumerate(map(" ".join, pairwise(words))))


def _is_age_or_time(words: Sequence[str], at: int) -> bool:
    return at + 1 < len(words) and words[at + 1] in _age_words(languages())


@cache
def _outcome_terms(known: tuple[Language, ...]) -> frozenset[str]:
    return frozenset().union(*(one.outcome_words | one.outcome_phrases for one in known))


@cache
def _toll_words(known: tuple[Language, ...]) -> dict[str, str]:
    return {word: kind for one in known for word, kind in one.toll_words.items()}


@cache
def _age_words(known: tuple[Language, ...]) -> frozenset[str]:
    return frozenset().union(*(one.age_words for one in known))


@cache
def _outcome_kinds(known: tuple[Language, ...]) -> dict[str, str]:
    deaths = dict.fromkeys((word for one in known for word in one.death_words), _DEAD)
    return _toll_words(known) | deaths


@cache
def _number_words(known: tuple[Language, ...]) -> dict[str, str]:
    return {word: figure for one in known for word, figure in one.number_words.items()}

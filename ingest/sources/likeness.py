"""Compare headlines: are they of the same story, as far as a feed tells?

A headline is edited while its story runs: words are added, others stay. Two headlines whose numbers
differ ("Tag 1001", "Tag 1002") are of a series.
"""

from __future__ import annotations

import re

ENOUGH = 0.5
"""Share of the words of the shorter headline that the other one has too."""

LONG_WORD = 4
"""Letters of the words that are compared; articles and prepositions are shorter."""

LONG_HEADLINE = 20
"""Letters from which a headline is hardly that of two stories."""

_WORD = re.compile(r"\w+")


def title_key(title: str) -> str:
    """Return a headline without case, blanks and punctuation, so that equal ones are equal."""
    return "".join(_WORD.findall(title.casefold()))


def are_equal(one: str, other: str) -> bool:
    """Return whether two keys of headlines are equal, or one has a kicker before the other.

    Args:
        one: A headline as :func:`title_key` returns it.
        other: Another one.
    """
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) >= LONG_HEADLINE and long.endswith(short))


def are_alike(one: str, other: str) -> bool:
    """Return whether two headlines may be versions of the same one; never if one is empty."""
    words, others = _words(one), _words(other)
    if not words or not others:
        return False
    return len(words & others) >= ENOUGH * min(len(words), len(others))


def have_same_numbers(one: str, other: str) -> bool:
    """Return whether two headlines have the same numbers, or none."""
    return _numbers(one) == _numbers(other)


def _words(title: str) -> set[str]:
    words = _WORD.findall(title.casefold())
    return {word for word in words if len(word) >= LONG_WORD} or set(words)


def _numbers(title: str) -> set[str]:
    return set(re.findall(r"\d+", title))

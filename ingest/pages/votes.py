"""Compare titles and texts by their words. Pure.

A title may be shortened, extended by a kicker, or rewritten: that two titles have words in common
proves little, and that they have none proves little too. The caller weighs the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

_WORD = re.compile(r"\w+")


class Vote(StrEnum):
    """What one piece of evidence says."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def vote_of_headline(title: str, titles: Sequence[str]) -> Vote:
    """Return whether a page has the title of an entry, which may be shortened or extended."""
    wanted = _weighty(title)
    if title and any(_letters(title) == _letters(other) for other in titles):
        return Vote.YES
    if len(title.strip()) < 4 or not titles or not wanted:
        return Vote.UNKNOWN
    shares = [containment(wanted, _weighty(other)) for other in titles if other]
    if max(shares, default=0.0) >= 0.5:
        return Vote.YES
    plain = _letters(title)
    if any(plain in _letters(other) for other in titles):
        return Vote.YES
    is_unknown = max(shares, default=0.0) > 0 or is_unspaced(title)
    return Vote.UNKNOWN if is_unknown else Vote.NO


def containment(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the share of the words of the smaller set that the larger has too."""
    smaller, larger = sorted((a, b), key=len)
    if len(smaller) < 2 <= len(larger) and len(larger) > 3:
        return 0.1 if smaller & larger else 0.0
    return len(smaller & larger) / len(smaller) if smaller else 0.0


def _weighty(text: str) -> frozenset[str]:
    """Return the words of a title that are more than articles and prepositions."""
    words = words_of(text)
    return frozenset(w for w in words if len(w) >= 4 or w.isdigit()) or words


def words_of(text: str) -> frozenset[str]:
    """Return the distinct words of a text in lower case."""
    return frozenset(_WORD.findall(text.lower()))


def _letters(text: str) -> str:
    return "".join(_WORD.findall(text.lower()))


def is_unspaced(text: str) -> bool:
    """Return whether a text is of a script without spaces, whose words cannot be told apart."""
    return any("\u3040" <= c <= "\u9fff" or "\u0e00" <= c <= "\u0e7f" for c in text)

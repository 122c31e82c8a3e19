"""Names of authors as fields and lines give them: *Von Jane Doe*, *Jane Doe and John Roe*."""

from __future__ import annotations

import re
from functools import cache

from core.text.languages import Language, languages


def without_opener(name: str) -> str:
    """Return a name without the word for *by* before it."""
    return _opener(languages()).sub("", name)


def separated(names: str) -> list[str]:
    """Return the names that a text lists, separated by commas, signs and words for *and*."""
    return _separator(languages()).split(names)


@cache
def _opener(known: tuple[Language, ...]) -> re.Pattern[str]:
    """Match the words before the name in a field that holds an author."""
    openers = {word for one in known for word in (*one.bylines.openers, *one.bylines.prefixes)}
    return re.compile(rf"^(?:{'|'.join(sorted(openers))})\s*:?\s+(?=\S)", re.IGNORECASE)


@cache
def _separator(known: tuple[Language, ...]) -> re.Pattern[str]:
    words = sorted(word for one in known for word in one.bylines.conjunctions)
    alternatives = "|".join([r"[,;&]", *(rf"\b{word}\b" for word in words)])
    return re.compile(rf"\s*(?:{alternatives})\s*")

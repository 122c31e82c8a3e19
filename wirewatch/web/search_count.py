"""How many hits a search has, as exactly as its first page knows. Pure."""

from __future__ import annotations

from config.i18n import Translator
from processors.archive import SearchPage, Stopped

COUNTED = 1_001
"""Candidates that are counted for an estimate: more than a thousand need no exact number."""

DIGITS = 2
"""Digits of an estimate that mean something."""


def search_count(found: SearchPage, t: Translator) -> str:
    """Return how many hits a search has, given its first page; empty where it has none.

    Exact where everything was read. Where the page is full, the share of hits among the candidates
    that were read is taken for that among all candidates.
    """
    hits = len(found.hits)
    if not hits:
        return ""
    if found.stopped in (Stopped.READ, Stopped.TIME):
        return t.plural("search.count_so_far", hits)
    if found.stopped == Stopped.NO or found.candidates == found.read:
        return t.plural("search.count", hits)
    if found.candidates is None:
        return t.plural("search.count_least", hits)
    number = max(hits, _rounded(found.candidates * hits / found.read))
    if found.candidates >= COUNTED:
        return t.plural("search.count_about_or_more", number)
    return t.plural("search.count_about", number)


def _rounded(number: float) -> int:
    whole = round(number)
    return round(whole, DIGITS - len(str(whole))) if whole >= 10**DIGITS else whole

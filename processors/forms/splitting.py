"""The two parts of a closed compound: *Süd-ukraine*, *Landes-minister*."""

from __future__ import annotations

from functools import cached_property, lru_cache

from core.text.languages import Language
from processors.forms.compounds import Compounds, compounds_of

MAX_SPLITS = 3
"""Ways to read a compound: *Fach-kräftemangel*, *Fachkräfte-mangel*."""
MIN_PART = 4
"""Letters of the last part."""
MAX_FIRST = 36
"""Longest first part of a very long word."""


@lru_cache(maxsize=20_000)
def split_compound(known: Language, word: str, head: str = "") -> list[tuple[str, str]]:
    """Return the ways in which a word is a first and a last part; see :class:`_Parts`."""
    return _Parts(known).splits(word, head)


def is_made_of_words(known: Language, text: str) -> bool:
    """Return whether a folded text is one or several words of a language with their joints."""
    compounds = compounds_of(known)
    return compounds is not None and compounds.is_made_of_words(text)


class _Parts:
    """Splits closed compounds in two."""

    def __init__(self, known: Language) -> None:
        self._language = known
        self._compounds: Compounds | None = compounds_of(known)

    def splits(self, word: str, head: str = "") -> list[tuple[str, str]]:
        """Return the ways in which a word is a first and a last part, the likeliest first.

        Args:
            word: The folded word.
            head: The folded first part of the other compound, where it is known. If that is a
                prefix, the word has one too: *Vor- und Nach-teile*.
        """
        pairs = [(word[:at], word[at:]) for at in range(2, len(word) - MIN_PART + 1)]
        prefixed = [pair for pair in pairs if pair[0] in self._prefixes]
        is_prefix = head in self._prefixes
        one = [(a, b) for a, b in pairs if self._is_one(a) and self._is_one(b)]
        words = [(a, b) for a, b in pairs if self._is_word(a) and self._is_word(b)]
        for found in (
            [(a, b) for a, b in prefixed if is_prefix and self._is_word(b)],
            one,
            [pair for pair in words if self._is_one(pair[0])][:1]
            + [pair for pair in words if self._is_one(pair[1])][:1],
            words[:1],
            prefixed[-1:] if is_prefix else [],
            [(a, b) for a, b in pairs if len(a) >= MIN_PART < len(b) and self._is_word(b)][:1],
        ):
            if found:
                long = [(a, b) for a, b in found if len(b) > MIN_PART]  # rather than *mini-ster*
                return list(dict.fromkeys(long or found))[:MAX_SPLITS]
        return []

    @cached_property
    def _prefixes(self) -> frozenset[str]:
        known = self._language
        return known.compound_prefixes | known.verb_particles | known.verb_prefixes

    def _is_one(self, text: str) -> bool:
        if text in self._language.compound_prefixes:
            return True
        return self._compounds is not None and self._compounds.is_word(text)

    def _is_word(self, text: str) -> bool:
        if text in self._language.compound_prefixes:
            return True
        return self._compounds is not None and self._compounds.is_made_of_words(text)

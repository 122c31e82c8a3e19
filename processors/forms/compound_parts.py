"""The parts that a long word can be read as, and which of two readings is the better one.

::

    Weiterentwicklung   weiter │ entwicklung          two parts: so the word is read
                        weite │ rent │ wicklung       three: *Rente* is not in it
    Videomaterial       video │ material              two
                        video │ mate │ rial           three: *Rial* is not in it

The reading in fewer parts is better: its parts are longer, and less often there by chance. A part
that contains the word in question is no objection, since a lexicon has many compounds as words
(*Sicherheitsrat*, *Erdgas*). It is one where the language says that it only looks like a compound
(*Trans-port*), or where the word in question is unknown and little is beside it.

Of two readings in as many parts, that with a noun that a particle begins is the better one:
*Gast-auf-tritt* rather than *Gas-tauf-tritt*. A noun with a particle is another noun than without.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache

from core.text.languages import Language

MAX_CRUMB = 4
"""Letters beside a word the lexicon lacks that make no compound: *Mate-rial*, but *Nato-beitritt*.
"""
LONG = 6
"""Letters up to which a noun that the lexicon lacks may be one that is rare: *Wider-stand*."""
MIN_PART = 2
"""Letters of a part at least."""
_NONE = 1_000

Part = tuple[int, int]


class Parts:
    """Reads words as sequences of parts.

    Args:
        language: Its prefixes, and its words that only look like compounds.
        is_joined: Whether a text is a word with a joint or without one.
        is_made_of_words: Whether a text is one or several words with their joints.
        is_noun: Whether the dictionary has a noun.
    """

    def __init__(
        self,
        language: Language,
        is_joined: Callable[[str], bool],
        is_made_of_words: Callable[[str], bool],
        is_noun: Callable[[str], bool],
    ) -> None:
        self._language = language
        self._is_joined = is_joined
        self._is_made_of_words = is_made_of_words
        self._is_noun = is_noun
        self._first = language.compound_prefixes | language.verb_particles
        self._verbal = (
            language.verb_particles | language.verb_prefixes
        ) - language.compound_prefixes
        self._parts = lru_cache(maxsize=20_000)(self._find)

    def reads_better_without(self, token: str, stems: Collection[str]) -> bool:
        """Return whether a word reads in fewer parts than with one of some stems among them.

        Args:
            token: The folded word.
            stems: What a word has in compounds.
        """
        crumb = 0 if any(map(self._is_made_of_words, stems)) else MAX_CRUMB
        if pair := self._pair(token, stems):  # of most words, and cheaper than all their parts
            return self._is_joined(token) and self._objects(token, pair, crumb)
        places = [(stem, at) for stem in stems for at in _places(token, stem)]
        readings = [(self._count_with(token, stem, at), stem, at) for stem, at in places]
        count, stem, at = min(readings, default=(_NONE, "", 0))
        if count == _NONE:
            return False
        others = (
            (first, end)
            for first, end in self._parts(token)
            if first > at or end < at + len(stem) or self._objects(token[first:end], stem, crumb)
        )
        return _fewest(others, 0, len(token)) < count or self._is_verbal(token, stem, at, count)

    def _pair(self, token: str, stems: Iterable[str]) -> str:
        """Return a stem that makes a word with one other part; empty where none does."""
        for stem in stems:
            if token.startswith(stem) and self._is_whole(token[len(stem) :]):
                return stem
            before = token.removesuffix(stem)
            if before != token and (before in self._first or self._is_whole(before)):
                return stem
        return ""

    def _is_whole(self, text: str) -> bool:
        """Return whether a text is one word, of the lexicon or a longer one: *Unternehmen*."""
        return self._is_joined(text) or (len(text) > LONG and self._is_noun(text))

    def _is_verbal(self, token: str, stem: str, at: int, count: int) -> bool:
        """Return whether a stem is the end of a noun that a particle begins."""
        return any(
            token[first:at] in self._verbal
            and self._is_noun(token[first : at + len(stem)])
            and self._count_with(token, token[first : at + len(stem)], first) < count
            for first in range(MIN_PART, at - MIN_PART + 1)
        )

    def _count_with(self, token: str, stem: str, at: int) -> int:
        parts, end = self._parts(token), at + len(stem)
        return min(_NONE, _fewest(parts, 0, at) + 1 + _fewest(parts, end, len(token)))

    def _objects(self, text: str, stem: str, crumb: int) -> bool:
        """Return whether a part that contains a stem is no compound with it."""
        beside = len(text) - len(stem)
        return beside > 0 and (beside <= crumb or self._is_simple(text))

    def _is_simple(self, text: str) -> bool:
        """Return whether a text only looks like a compound."""
        words = self._language.simple_words
        return text in words or any(text.removesuffix(j) in words for j in self._language.joints)

    def _find(self, token: str) -> tuple[Part, ...]:
        """Return all parts of a word, by where they begin and end."""
        size = len(token)
        return tuple(
            (first, end)
            for first in range(size - MIN_PART + 1)
            for end in range(first + MIN_PART, size + 1)
            if self._is_joined(token[first:end]) or (end < size and token[first:end] in self._first)
        )


def _places(token: str, stem: str) -> Iterator[int]:
    """Yield where a stem begins in a word."""
    at = token.find(stem)
    while at >= 0:
        yield at
        at = token.find(stem, at + 1)


def _fewest(parts: Iterable[Part], first: int, end: int) -> int:
    """Return the least number of parts that cover a stretch of a word.

    Args:
        parts: By where they begin.
        first: Where the stretch begins.
        end: Where it ends.
    """
    fewest = {first: 0}
    for start, stop in parts:
        if start in fewest and stop <= end:
            fewest[stop] = min(fewest.get(stop, _NONE), fewest[start] + 1)
    return fewest.get(end, _NONE)

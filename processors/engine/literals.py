"""The literals of a rule set: those that every article is searched for, and the others.

A rule is worth a look where literals of its two rarest groups occur. The automaton that searches
every article has these literals only: each occurrence costs time, and so does the size of the
automaton. The others are *deferred*: they are looked for one by one in the articles in which a rule
depends on them, and all at once, by a second automaton, where many are needed.

A literal that occurs in every third article or more tells little about which rules can fire, but
such *common* literals make up nearly half of all occurrences in a text. No automaton has them; they
are looked for in the articles in which a rule depends on them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ahocorasick_rs import BytesAhoCorasick

COMMON = 0.3
"""Expected share of articles from which on a literal is common."""

OTHER = 1 << 40
"""Added to the number of a literal that occurs in one of the other fields."""

ENTITY_NUMBERS = 1 << 41
"""The first number of an entity, so that one set can hold literals and entities."""

_NO_TEXT = b"\xff"
"""No text in UTF-8 has this byte."""


class LiteralSet:
    """All literals of a rule set. Immutable.

    Args:
        literals: By number.
        common: Numbers of the common ones.
        searched: Numbers of those that every article is searched for, unless they are common.

    Attributes:
        texts: The literals by number, as bytes.
        common: Numbers of the common ones, in title, lead and text and in the other fields.
        unsearched: Numbers of the common and the deferred ones, likewise.
        automaton: Finds those that every article is searched for, under their numbers.
        deferred: Finds the deferred ones, under their numbers.
    """

    def __init__(
        self, literals: Sequence[str], common: Collection[int], searched: Collection[int]
    ) -> None:
        self.texts = tuple(literal.encode() for literal in literals)
        first = frozenset(searched).difference(common)
        later = frozenset(range(len(self.texts))).difference(first, common)
        self.common = _in_all_fields(common)
        self.unsearched = self.common | _in_all_fields(later)
        self.automaton = self._automaton(first)
        self.deferred = self._automaton(later)

    def _automaton(self, numbers: frozenset[int]) -> BytesAhoCorasick:
        return BytesAhoCorasick(
            [text if n in numbers else _found_nowhere(n) for n, text in enumerate(self.texts)]
        )


def _found_nowhere(number: int) -> bytes:
    """Return what takes the place of a literal that an automaton does not have.

    It differs from literal to literal: the time to build an automaton grows with the square of how
    often it has the same one, to 0.8 s for 33,000.
    """
    return _NO_TEXT + number.to_bytes(4, "big")


def _in_all_fields(numbers: Collection[int]) -> frozenset[int]:
    """Return the numbers of literals in title, lead and text and in the other fields."""
    return frozenset((*numbers, *(number + OTHER for number in numbers)))

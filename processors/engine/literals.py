"""The literals of a rule set: one automaton over those that tell articles apart, and common ones.

A literal that occurs in every third article or more tells little about which rules can fire, but
such literals make up nearly half of all occurrences in a text, and each occurrence costs time. They
are left out of the automaton and looked for in the articles in which a rule depends on them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ahocorasick_rs import BytesAhoCorasick

COMMON = 0.3
"""Expected share of articles from which on a literal is common."""

OTHER = 1 << 40
"""Added to the number of a literal that occurs in one of the other fields."""

_NOWHERE = b"\xff"
"""No text in UTF-8 has this byte."""


class LiteralSet:
    """All literals of a rule set. Immutable.

    Args:
        literals: By number.
        common: Numbers of those that the automaton does not find.

    Attributes:
        texts: The literals by number, as bytes.
        common: Numbers of the common ones, in title, lead and text and in the other fields.
        automaton: Finds all others, under their numbers.
    """

    def __init__(self, literals: Sequence[str], common: Collection[int] = ()) -> None:
        self.texts = tuple(literal.encode() for literal in literals)
        self.common = frozenset((*common, *(number + OTHER for number in common)))
        self.automaton = BytesAhoCorasick(
            [_NOWHERE if n in self.common else text for n, text in enumerate(self.texts)]
        )

"""What the index is searched for: words of which a revision must contain some.

A proposal is a conjunction of groups, a group a disjunction of alternatives, and an alternative a
conjunction of words or beginnings of words. Both databases have a syntax for that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

LONGEST_WORD = 100
"""Code points of a word that the index holds; longer ones are addresses and the like."""


@dataclass(frozen=True, slots=True, order=True)
class IndexTerm:
    """A word of the index.

    Attributes:
        word: Folded.
        is_prefix: Whether any word that begins with it will do.
    """

    word: str
    is_prefix: bool = False

    @classmethod
    def of(cls, word: str, *, is_prefix: bool = False) -> IndexTerm:
        """Return the term for a word, of which the index holds the beginning if it is long."""
        return cls(word[:LONGEST_WORD], is_prefix or len(word) > LONGEST_WORD)


Alternative = tuple[IndexTerm, ...]
Group = tuple[Alternative, ...]
Proposal = tuple[Group, ...]


def render(proposal: Proposal, term: Callable[[IndexTerm], str], both: str, either: str) -> str:
    """Return a proposal in the syntax of a database.

    Args:
        proposal: With at least one group; no group and no alternative is empty.
        term: Returns a term in that syntax.
        both: The operator between two terms that are both required.
        either: The operator between two alternatives.
    """
    groups = []
    for group in proposal:
        alternatives = (both.join(map(term, alternative)) for alternative in group)
        groups.append("(" + either.join(f"({one})" for one in alternatives) + ")")
    return both.join(groups)

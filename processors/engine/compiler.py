"""From closed nodes to programs: equal nodes become one program, equal literals one number."""

from __future__ import annotations

from core.text.tokens import tokenise
from processors.engine.leaves import EntityProgram, LabelProgram, PhraseProgram
from processors.engine.operators import (
    AndProgram,
    CountProgram,
    ExceptProgram,
    NearProgram,
    OrProgram,
)
from processors.engine.patterns import pattern, spellings
from processors.engine.programs import Needs, QueryProgram
from processors.engine.view import OTHER
from processors.query.nodes import (
    TEXT_FIELDS,
    And,
    Count,
    EntityNode,
    Except,
    LabelNode,
    Near,
    Node,
    Not,
    Or,
    Phrase,
)

ENTITY_NUMBERS = 1 << 41
"""Entities are numbered from here, so that one set can hold literals and entities."""


class Compiler:
    """Gathers the literals and programs of one rule set.

    Attributes:
        names: The literals by number, as they are given to the automaton.
        entity_numbers: Number of each entity some rule asks for.
        other_fields: Whether some rule asks for a field beside title, lead and text.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.names: list[str] = []
        self.entity_numbers: dict[str, int] = {}
        self.other_fields = False
        self._programs: dict[Node, QueryProgram] = {}

    def literal(self, text: str) -> int:
        """The number of a literal."""
        number = self._numbers.setdefault(text, len(self.names))
        if number == len(self.names):
            self.names.append(text)
        return number

    def program(self, node: Node) -> QueryProgram:
        """The program of a closed node.

        Raises:
            TypeError: The node is not closed: a ``$name`` was left in.
        """
        known = self._programs.get(node)
        if known is None:
            known = self._make(node)
            known.key = len(self._programs)
            self._programs[node] = known
        return known

    def _make(self, node: Node) -> QueryProgram:
        match node:
            case Phrase():
                return self._words(node)
            case EntityNode(id=entity, scope=scope):
                number = ENTITY_NUMBERS + len(self.entity_numbers)
                number = self.entity_numbers.setdefault(entity, number)
                return EntityProgram(0, number, entity, scope)
            case LabelNode(field=field, pattern=wanted):
                self.other_fields = True
                return LabelProgram(0, field, wanted)
            case And(children=children):
                wanted_ones = [self.program(c) for c in children if not isinstance(c, Not)]
                unwanted = [self.program(c.child) for c in children if isinstance(c, Not)]
                return AndProgram(0, wanted_ones, unwanted)
            case Or(children=children):
                programs = [self.program(c) for c in children]
                return OrProgram(0, programs, self._either(programs))
            case Near(left=left, right=right, distance=distance, ordered=ordered):
                pair = self.program(left), self.program(right)
                return NearProgram(0, *pair, distance=distance, ordered=ordered)
            case Except(left=left, right=right):
                return ExceptProgram(0, self.program(left), self.program(right))
            case Count(child=child, least=least):
                return CountProgram(0, self.program(child), least)
        raise TypeError(f"{type(node).__name__} cannot be compiled")

    def _words(self, node: Phrase) -> QueryProgram:
        self.other_fields |= node.scope not in (None, *TEXT_FIELDS)
        if node.exact:
            folded = tuple(_folded(word) for word in node.words)
            patterns = [pattern(folded, node.words)]
        else:
            patterns = [pattern(words) for words in spellings(node.words)]
        numbered = [(self.literal(p.literal), p) for p in patterns]
        return PhraseProgram(0, numbered, exact=node.exact, scope=node.scope)

    def _either(self, programs: list[QueryProgram]) -> Needs:
        """One group that an OR needs: of each branch its rarest."""
        if not all(p.needs for p in programs):
            return ()
        return (frozenset().union(*(rarest(p.needs, self.names) for p in programs)),)


def rarest(needs: Needs, literals: list[str]) -> frozenset[int]:
    """The group of literals that is expected to stand in the fewest articles."""
    return min(needs, key=lambda group: (sum(_frequency(n, literals) for n in group), min(group)))


def _frequency(number: int, literals: list[str]) -> float:
    """Expected share of articles with a literal: long ones and phrases are rare, parts are not.

    Halved for every letter, as word frequencies in German and English news roughly are.
    """
    if number >= ENTITY_NUMBERS:
        return 0.01
    literal = literals[number % OTHER]
    words = literal.split()
    open_ends = (literal[:1] != " ") + (literal[-1:] != " ")
    alone = min(min(1.0, 2.0 ** (4 - len(word))) for word in words)
    return float(alone * 0.2 ** (len(words) - 1) * 2**open_ends)


def _folded(exact: str) -> str:
    tokens = tokenise(exact)
    return tokens.whole((0, len(tokens) - 1)) if tokens.chains else tokens.words[0]

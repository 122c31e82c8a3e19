"""From parsed nodes to closed ones: ``$names`` filled in, fields moved into the leaves, checked.

A term is resolved once, however often it is used. Deny words of a term become
``(term) EXCEPT (denied words)``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from processors.query.build import Builder
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
    Ref,
    Scoped,
    children,
    is_positional,
)
from processors.query.parser import parse
from processors.query.problems import QueryProblem

MAX_NODES = 20_000
"""Most nodes of a query with all its terms filled in."""
MAX_LEVELS = 120
"""Deepest a tree may be: walking one needs a few frames of Python's stack per level."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A query ready to be compiled.

    Attributes:
        node: The closed tree; None where there is an error.
        size: Number of its nodes.
        problems: Errors and warnings, by offset.
    """

    node: Node | None
    size: int
    problems: tuple[QueryProblem, ...]


def resolve(text: str, terms: Mapping[str, Resolved | None], entities: Collection[str]) -> Resolved:
    """Read one query and fill in its terms.

    Args:
        text: The query.
        terms: Terms already resolved, by name; None for one that holds an error of its own, which
            is told where it stands and not again here.
        entities: Ids of the catalog's entities.
    """
    parsed = parse(text)
    if parsed.node is None:
        return Resolved(None, 0, parsed.problems)
    filler = _Filler(terms, entities)
    if too_deep := _too_deep(parsed.node):
        return Resolved(None, 0, (*parsed.problems, too_deep))
    node = filler.fill(parsed.node, None)
    if node is not None and not filler.problems:
        if too_deep := _too_deep(node):
            filler.problems.append(too_deep)
        else:
            filler.check(node)
    problems = sorted([*parsed.problems, *filler.problems], key=lambda p: p.offset)
    broken = node is None or any(p.code.startswith("E") for p in problems)
    return Resolved(None if broken else node, filler.size, tuple(problems))


def _too_deep(node: Node) -> QueryProblem | None:
    waiting = [(node, 1)]
    while waiting:
        current, level = waiting.pop()
        if level > MAX_LEVELS:
            said = f"The query is nested, or chained by NEAR and EXCEPT, over {MAX_LEVELS} levels."
            return QueryProblem("E012", node.at, said, "Split it into several rules.")
        waiting.extend((child, level + 1) for child in children(current))
    return None


def references(text: str) -> list[Ref]:
    """Every ``$name`` a query uses, in order; none where it cannot be read."""
    node = parse(text).node
    found: list[Ref] = []
    waiting = [node] if node else []
    while waiting:
        current = waiting.pop(0)
        if isinstance(current, Ref):
            found.append(current)
        waiting.extend(children(current))
    return found


def denying(node: Node, words: Iterable[str]) -> Node:
    """A term without the hits that overlap one of ``words``."""
    builder = Builder()
    denied = tuple(builder.phrase(word) for word in words)
    return Except(node, denied[0] if len(denied) == 1 else Or(denied)) if denied else node


class _Filler:
    """One walk over one query; gathers problems and counts nodes."""

    def __init__(self, terms: Mapping[str, Resolved | None], entities: Collection[str]) -> None:
        self.problems: list[QueryProblem] = []
        self.size = 0
        self._terms = terms
        self._entities = entities

    def fill(self, node: Node, scope: str | None) -> Node | None:
        """The closed form of a node; None where a term it uses is broken or unknown."""
        self.size += 1
        match node:
            case Ref():
                return self._term(node, scope)
            case Scoped():
                return self._scoped(node, scope)
            case EntityNode():
                self._known_entity(node)
                return self._in_field(node, scope)
            case Phrase() | LabelNode():
                return self._in_field(node, scope)
            case And() | Or():
                filled = [self.fill(child, scope) for child in node.children]
                whole = tuple(f for f in filled if f is not None)
                return replace(node, children=whole) if len(whole) == len(filled) else None
            case Not() | Count():
                child = self.fill(node.child, scope)
                return replace(node, child=child) if child is not None else None
            case Near() | Except():
                left, right = self.fill(node.left, scope), self.fill(node.right, scope)
                if left is None or right is None:
                    return None
                return replace(node, left=left, right=right)

    def check(self, node: Node) -> None:
        """Report what may not stand where it stands; each place once."""
        self._check_negation(node, inside=None)
        self._check_operands(node)

    def _term(self, node: Ref, scope: str | None) -> Node | None:
        if node.name not in self._terms:
            known = ", ".join(sorted(self._terms)) or "none"
            said = f"There is no term `${node.name}`."
            self._say("E007", node.at, said, f"Define it under terms: (defined: {known}).")
            return None
        term = self._terms[node.name]
        if term is None or term.node is None:
            return None
        self.size += term.size
        if self.size > MAX_NODES:
            said = f"With its terms filled in the query has more than {MAX_NODES} parts."
            self._say("E012", node.at, said, "Split it into several rules.")
            return None
        return _placed(_scoped_copy(term.node, scope) if scope else term.node, node.at)

    def _scoped(self, node: Scoped, scope: str | None) -> Node | None:
        if scope is not None:
            self._say("E006", node.at, "A field stands inside a field.", "Keep one of the two.")
            return None
        return self.fill(node.child, node.scope)

    def _in_field(self, node: Phrase | EntityNode | LabelNode, scope: str | None) -> Node | None:
        if scope is None:
            return node
        if isinstance(node, LabelNode) or (
            isinstance(node, EntityNode) and scope not in TEXT_FIELDS
        ):
            said = f"`{scope}:` cannot hold this field."
            self._say("E006", node.at, said, "Write them side by side with AND.")
            return None
        return replace(node, scope=scope)

    def _known_entity(self, node: EntityNode) -> None:
        if node.id not in self._entities:
            said = f"There is no entity `{node.id}`."
            self._say("E007", node.at, said, "Define it under entities/.")

    def _check_negation(self, node: Node, inside: str | None) -> None:
        if isinstance(node, Not) and inside != "and":
            said = f"NOT stands {f'inside {inside}' if inside else 'alone'}."
            self._say("E004", node.at, said, "Write `a AND NOT b`.")
            return
        if isinstance(node, And) and all(isinstance(c, Not) for c in node.children):
            mend = "Add a term that must be there."
            self._say("E004", node.at, "The query excludes but never asks for anything.", mend)
            return
        name = {And: "and", Or: "OR", Not: "NOT"}.get(type(node), "an operand")
        for child in children(node):
            self._check_negation(child, name)

    def _check_operands(self, node: Node) -> None:
        operands = children(node) if isinstance(node, (Near, Except, Count)) else ()
        for operand in operands:
            if not is_positional(operand) and not isinstance(operand, Not):
                said = "AND, NOT, count() and labels have no place in the text to compare."
                mend = "Use words, phrases, entities, OR groups, NEAR and EXCEPT here."
                self._say("E006", operand.at, said, mend)
                return
        for child in children(node):
            self._check_operands(child)

    def _say(self, code: str, at: int, message: str, mend: str) -> None:
        self.problems.append(QueryProblem(code, at, message, mend))


def _map_leaves(node: Node, change: Callable[[Node], Node]) -> Node:
    match node:
        case And() | Or():
            return replace(node, children=tuple(_map_leaves(c, change) for c in node.children))
        case Not() | Count():
            return replace(node, child=_map_leaves(node.child, change))
        case Near() | Except():
            return replace(
                node, left=_map_leaves(node.left, change), right=_map_leaves(node.right, change)
            )
    return change(node)


def _scoped_copy(node: Node, scope: str) -> Node:
    """A term's node with a field put on the leaves that have none."""

    def scoped(leaf: Node) -> Node:
        if isinstance(leaf, (Phrase, EntityNode)) and leaf.scope is None:
            return replace(leaf, scope=scope)
        return leaf

    return _map_leaves(node, scoped)


def _placed(node: Node, at: int) -> Node:
    """The node, its problems told at the place of use."""
    return replace(node, at=at)

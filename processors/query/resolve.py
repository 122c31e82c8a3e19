"""From parsed to resolved trees: fills in terms, moves fields into leaves, checks operands.

A term is resolved once, however often it is used. Denied words of a term become
``(term) EXCEPT (denied words)``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from config.catalog import codes
from config.catalog.values import nearest
from processors.query.nodes import (
    MANY,
    ONE,
    And,
    EntityNode,
    Except,
    LabelNode,
    Node,
    Not,
    Or,
    Scoped,
    TermRef,
    walk,
)
from processors.query.parser import listed_nodes, parse
from processors.query.problems import QueryProblem

MAX_NODES = 20_000
"""Most nodes of a query with all its terms filled in."""
MAX_LEVELS = 120
"""Deepest tree: walking one takes a few frames of Python's stack per level."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A query that can be compiled.

    Attributes:
        node: The tree, without terms; None where there is an error.
        size: Number of its nodes.
        problems: Errors and warnings, by offset.
    """

    node: Node | None
    size: int
    problems: tuple[QueryProblem, ...]


def resolve(
    text: str,
    terms: Mapping[str, Resolved | None],
    entities: Collection[str],
    *,
    is_list: bool = False,
) -> Resolved:
    """Parse a query and fill in its terms.

    Args:
        text: The query.
        terms: The resolved terms and concepts by name; None for one with an error of its own,
            which is reported there and not again here.
        entities: Ids of the catalog's entities.
        is_list: Whether the query is a list of words from a file.
    """
    parsed = parse(text, is_list=is_list)
    if parsed.node is None:
        return Resolved(None, 0, parsed.problems)
    if too_deep := _too_deep(parsed.node):
        return Resolved(None, 0, (*parsed.problems, too_deep))
    resolver = _Resolver(terms, entities)
    node = resolver.resolve(parsed.node, None)
    if node is not None and not resolver.problems:
        if too_deep := _too_deep(node):
            resolver.problems.append(too_deep)
        else:
            resolver.check(node)
    problems = sorted([*parsed.problems, *resolver.problems], key=lambda p: p.offset)
    has_errors = node is None or any(p.is_error for p in problems)
    return Resolved(None if has_errors else node, resolver.size, tuple(problems))


@lru_cache(maxsize=2_000)
def term_references(text: str) -> tuple[TermRef, ...]:
    """Return every ``$name`` of a query, in order; none where it cannot be parsed."""
    node = parse(text).node if "$" in text else None
    return tuple(one for one in walk(node) if isinstance(one, TermRef)) if node else ()


def denying(node: Node, words: Iterable[str]) -> Node:
    """Return a term without the hits that overlap one of ``words``, in any of their forms."""
    denied = tuple(node for word in words for node in listed_nodes(word))
    return Except(node, denied[0] if len(denied) == 1 else Or(denied)) if denied else node


def _too_deep(node: Node) -> QueryProblem | None:
    waiting = [(node, 1)]
    while waiting:
        current, level = waiting.pop()
        if level > MAX_LEVELS:
            message = (
                f"The query is nested, or chained by NEAR and EXCEPT, over {MAX_LEVELS} levels."
            )
            return QueryProblem("E012", node.at, message, "Split it into several rules.")
        waiting.extend((child, level + 1) for child in current.children)
    return None


KNOWN_LABELS = {
    "language": codes.LANGUAGES,
    "country": frozenset(map(str.casefold, codes.COUNTRIES)),
}
"""Values that labels may have, folded; those of ``outlet`` are in another file."""


class _Resolver:
    """Resolves one query; collects its problems and counts its nodes."""

    def __init__(self, terms: Mapping[str, Resolved | None], entities: Collection[str]) -> None:
        self.problems: list[QueryProblem] = []
        self.size = 0
        self._terms = terms
        self._entities = entities

    def resolve(self, node: Node, scope: str | None) -> Node | None:
        """Return a node without terms; None where one of its terms is broken or unknown.

        Args:
            node: The parsed node.
            scope: The field around it.
        """
        self.size += 1
        match node:
            case TermRef():
                return self._term(node, scope)
            case Scoped():
                return self._scoped(node, scope)
            case EntityNode():
                self._check_entity(node)
            case LabelNode():
                self._check_label(node)
        if not node.children:
            return self._leaf(node, scope)
        children = [self.resolve(child, scope) for child in node.children]
        resolved = [child for child in children if child is not None]
        return node.with_children(resolved) if len(resolved) == len(children) else None

    def check(self, node: Node) -> None:
        """Report operators whose operands are not allowed."""
        self._check_negation(node, parent=None)
        self._check_operands(node)

    def _term(self, node: TermRef, scope: str | None) -> Node | None:
        if node.name not in self._terms:
            message = f"There is no term or concept `${node.name}`."
            self._problem("E007", node.at, message, nearest(node.name, self._terms))
            return None
        term = self._terms[node.name]
        if term is None or term.node is None:
            return None
        self.size += term.size
        if self.size > MAX_NODES:
            message = f"With its terms filled in the query has more than {MAX_NODES} parts."
            self._problem("E012", node.at, message, "Split it into several rules.")
            return None
        # Problems of the term's node are reported where the term is used.
        return replace(term.node.in_field(scope) if scope else term.node, at=node.at)

    def _scoped(self, node: Scoped, scope: str | None) -> Node | None:
        if scope is not None:
            message = "A field is inside another field."
            self._problem("E006", node.at, message, "Keep one of them.")
            return None
        return self.resolve(node.operand, node.scope)

    def _leaf(self, node: Node, scope: str | None) -> Node | None:
        if scope is None:
            return node
        if scope not in node.scopes:
            message = f"`{scope}:` cannot contain this field."
            self._problem("E006", node.at, message, "Write them side by side with AND.")
            return None
        return node.in_field(scope)

    def _check_entity(self, node: EntityNode) -> None:
        if node.id not in self._entities:
            message = f"There is no entity `{node.id}`."
            self._problem("E007", node.at, message, "Define it under entities/.")

    def _check_label(self, node: LabelNode) -> None:
        known = KNOWN_LABELS.get(node.field)
        if known and node.pattern not in known and not {MANY, ONE} & set(node.pattern):
            message = f"There is no {node.field} `{node.pattern}`."
            self._problem("E007", node.at, message, nearest(node.pattern, known))

    def _check_negation(self, node: Node, parent: str | None) -> None:
        if isinstance(node, Not) and parent != "AND":
            message = f"NOT is {f'inside {parent}' if parent else 'alone'}."
            self._problem("E004", node.at, message, "Write `a AND NOT b`.")
            return
        if isinstance(node, And) and all(isinstance(c, Not) for c in node.children):
            message = "The query only excludes."
            self._problem("E004", node.at, message, "Add a term that is required.")
            return
        name = {And: "AND", Or: "OR", Not: "NOT"}.get(type(node), "an operand")
        for child in node.children:
            self._check_negation(child, name)

    def _check_operands(self, node: Node) -> None:
        for operand in node.children if node.operands_are_positional else ():
            if not operand.positional and not isinstance(operand, Not):
                message = "AND, NOT, count() and labels have no position in the text."
                mend = "Use words, phrases, entities, OR groups, NEAR, ALL and EXCEPT here."
                self._problem("E006", operand.at, message, mend)
                return
        for child in node.children:
            self._check_operands(child)

    def _problem(self, code: str, at: int, message: str, mend: str) -> None:
        self.problems.append(QueryProblem(code, at, message, mend))

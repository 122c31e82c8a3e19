"""Warnings for NEAR and ALL whose operands can hardly be apart, or are always one in another.

A query is compared with its resolved form, so that words of terms count and a warning has the
position at which the operator, or the term with it, is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations

from processors.query.nodes import (
    All,
    EntityNode,
    Except,
    Near,
    Node,
    Or,
    Phrase,
    Scoped,
    TermRef,
    Word,
    walk,
)
from processors.query.problems import QueryProblem
from processors.query.writing import write, write_distance


def nearness_warnings(
    parsed: Node,
    resolved: Node,
    parts: Callable[[Word], bool],
    texts: Callable[[Node], frozenset[str]],
    terms: Mapping[str, Node],
) -> Iterator[QueryProblem]:
    """Yield a warning for each NEAR and ALL that finds more, or less, than it seems to.

    W113: the same word is in two operands, or a name of an entity in the other one. W114: an
    operand of NEAR/n may be inside the other, where it is not found: between the operands of a
    NEAR, a verb and its particle, or in a phrase.

    Args:
        parsed: The query as it is written, with its terms by name.
        resolved: The same query with its terms filled in.
        parts: Returns whether a word is a verb that its particle parts from.
        texts: Returns what a leaf finds, folded.
        terms: The terms of the topic as they are written, by name.
    """
    for written, node, at in _operators(parsed, resolved):
        operands = [_alternatives(child) for child in node.children]
        for (one, leaves), (other, others) in combinations(enumerate(operands), 2):
            if shared := _in_both(leaves, others, texts):
                sources = [
                    _source(written.children[number], node.children[number], leaf, terms)
                    for number, leaf in zip((one, other), shared, strict=True)
                    if len(written.children) == len(node.children)
                ]
                yield _shared(node, shared, sources, at)
                break
        if isinstance(node, Near) and node.distance >= 0:
            yield from _inside(node, at, parts)


def _operators(parsed: Node, resolved: Node) -> Iterator[tuple[Node, Near | All, int]]:
    """Yield each NEAR and ALL: as written, resolved, and its offset in the query.

    What is in a term is written there: the term stands for it.
    """
    waiting = [(parsed, resolved)]
    while waiting:
        node, same = waiting.pop()
        if isinstance(node, Scoped):
            waiting.append((node.operand, same))
        elif isinstance(node, TermRef):
            yield from ((node, n, node.at) for n in walk(same) if isinstance(n, Near | All))
        else:
            if isinstance(same, Near | All):
                yield node, same, node.at
            waiting.extend(zip(node.children, same.children, strict=False))


def _alternatives(node: Node) -> dict[Node, None]:
    """Return the words, phrases and entities each of which is a hit of an operand on its own."""
    if isinstance(node, Or):
        return {leaf: None for child in node.operands for leaf in _alternatives(child)}
    if isinstance(node, Except):
        return _alternatives(node.left)
    return {node: None} if isinstance(node, Word | Phrase | EntityNode) else {}


def _in_both(
    leaves: dict[Node, None], others: dict[Node, None], texts: Callable[[Node], frozenset[str]]
) -> tuple[Node, Node] | None:
    """Return a leaf of each operand that the same words of a text are hits of, if there are any."""
    if same := next((leaf for leaf in leaves if leaf in others), None):
        return same, same
    pairs = ((a, b) for a in leaves for b in others if EntityNode in (type(a), type(b)))
    overlapping = (pair for pair in pairs if not texts(pair[0]).isdisjoint(texts(pair[1])))
    return next((pair for pair in overlapping if _can_meet(*pair)), None)


def _can_meet(one: Node, other: Node) -> bool:
    """Return whether two leaves may be found in the same field of the same article."""
    return all(
        None in values or values[0] == values[1]
        for values in (
            (getattr(one, name, None), getattr(other, name, None)) for name in ("language", "scope")
        )
    )


def _source(parsed: Node, resolved: Node, leaf: Node, terms: Mapping[str, Node]) -> str:
    """Return the term or concept that a leaf of an operand is from; empty where it is written."""
    match parsed:
        case TermRef() if parsed.name in terms:
            outer = {name: term for name, term in terms.items() if name != parsed.name}
            inner = _source(terms[parsed.name], resolved, leaf, outer)
            name = f"`${parsed.name}`"
            return f"{inner} in {name}" if inner not in ("", name) else name
        case TermRef():
            return f"`${parsed.name}`"
        case Or() | Except():
            pairs = zip(parsed.children, resolved.children, strict=False)
            for child, same in pairs:
                if leaf in _alternatives(same):
                    return _source(child, same, leaf, terms)
    return ""


def _shared(
    node: Near | All, leaves: tuple[Node, Node], sources: list[str], at: int
) -> QueryProblem:
    one, other = map(write, leaves)
    word = other if isinstance(leaves[0], EntityNode) else one
    can_overlap = isinstance(node, All) or node.distance < 0
    enough = f"one `{word}`" if can_overlap else f"`{word}` twice"
    both = f"`{one}` is" if one == other else f"`{one}` and `{other}` are"
    named = " and ".join(dict.fromkeys(filter(None, sources)))
    where = f" ({named})" if named else ""
    message = f"{both} in two operands of {_name(node)}{where}: {enough} satisfies both."
    return QueryProblem("W113", at, message, "Take it out of one of them.")


def _inside(node: Near, at: int, parts: Callable[[Word], bool]) -> Iterator[QueryProblem]:
    """Yield a warning where the right operand may be inside the span of the left."""
    left, right = _alternatives(node.left), _alternatives(node.right)
    inner = node.left
    if node.chained and isinstance(inner, Near) and inner.distance and not inner.ordered:
        message = f"{_name(node)} does not find its operand between those of {_name(inner)}."
        mend = f"Write ALL/{max(node.distance, 1)}(a, b, c) for all in any order."
        yield QueryProblem("W114", at, message, mend)
        return
    for one, other in ((left, right), (right, left)):
        verb = next((leaf for leaf in one if isinstance(leaf, Word) and parts(leaf)), None)
        if verb and other:
            message = f"{_name(node)} does not find what is between `{verb.word}` and its particle."
            yield QueryProblem("W114", at, message, f"Write {_all(node)}, where hits may overlap.")
            return
        if phrase := _phrase_around(one, other):
            message = f"{_name(node)} never finds its operand inside {phrase}: hits must be apart."
            yield QueryProblem("W114", at, message, f"Write {_all(node)}, or leave one out.")
            return


def _phrase_around(phrases: dict[Node, None], leaves: dict[Node, None]) -> str:
    """Return the only phrase of an operand where it contains the only word of the other."""
    if len(phrases) != 1 or len(leaves) != 1:
        return ""
    (phrase,), (leaf,) = phrases, leaves
    words = leaf.words if isinstance(leaf, Phrase) else ()
    words = (leaf.folded,) if isinstance(leaf, Word) else words
    if not isinstance(phrase, Phrase) or len(phrase.words) < 2 or len(words) != 1:
        return ""
    return write(phrase) if words[0] in phrase.words else ""


def _all(node: Near) -> str:
    return f"NEAR/S, or ALL/{node.distance}(a, b)"


def _name(node: Near | All) -> str:
    distance = write_distance(node.distance)
    return f"{'ALL' if isinstance(node, All) else 'O' * node.ordered + 'NEAR'}/{distance}"

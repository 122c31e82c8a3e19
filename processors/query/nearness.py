"""Warnings for NEAR and ALL whose operands can hardly be apart, or are always one in another.

A query is compared with its resolved form, so that words of terms count and a warning has the
position at which the operator, or the term with it, is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
    parsed: Node, resolved: Node, parts: Callable[[Word], bool]
) -> Iterator[QueryProblem]:
    """Yield a warning for each NEAR and ALL that finds more, or less, than it seems to.

    W113: the same word is in two operands. W114: an operand of NEAR/n may be inside the other,
    where it is not found: between the operands of a NEAR, a verb and its particle, or in a phrase.

    Args:
        parsed: The query as it is written, with its terms by name.
        resolved: The same query with its terms filled in.
        parts: Returns whether a word is a verb that its particle parts from.
    """
    for node, at in _operators(parsed, resolved):
        operands = [_alternatives(child) for child in node.children]
        for one, other in combinations(operands, 2):
            if shared := [write(leaf) for leaf in one if leaf in other]:
                yield _shared(node, shared[0], at)
                break
        if isinstance(node, Near) and node.distance >= 0:
            yield from _inside(node, at, parts)


def _operators(parsed: Node, resolved: Node) -> Iterator[tuple[Near | All, int]]:
    """Yield each NEAR and ALL of a resolved query with its offset in the query as written."""
    waiting = [(parsed, resolved)]
    while waiting:
        node, same = waiting.pop()
        if isinstance(node, Scoped):
            waiting.append((node.operand, same))
        elif isinstance(node, TermRef):
            yield from ((n, node.at) for n in walk(same) if isinstance(n, Near | All))
        else:
            if isinstance(same, Near | All):
                yield same, node.at
            waiting.extend(zip(node.children, same.children, strict=False))


def _alternatives(node: Node) -> dict[Node, None]:
    """Return the words, phrases and entities each of which is a hit of an operand on its own."""
    if isinstance(node, Or):
        return {leaf: None for child in node.operands for leaf in _alternatives(child)}
    if isinstance(node, Except):
        return _alternatives(node.left)
    return {node: None} if isinstance(node, Word | Phrase | EntityNode) else {}


def _shared(node: Near | All, word: str, at: int) -> QueryProblem:
    can_overlap = isinstance(node, All) or node.distance < 0
    enough = f"one `{word}`" if can_overlap else f"`{word}` twice"
    message = f"`{word}` is in two operands of {_name(node)}: {enough} satisfies both."
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

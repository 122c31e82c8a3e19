"""From the syntax tree of a query back to its text, shortened for people."""

from __future__ import annotations

from collections.abc import Iterable

from processors.query.nodes import (
    MANY,
    ONE,
    UNITS,
    All,
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
    Scoped,
    TermRef,
    Word,
)

MOST_OPERANDS = 4
"""Of a longer list the first ones are written, and how many follow."""


def write(node: Node) -> str:
    """Return a node as a query has it; of a long AND or OR only the first operands."""
    match node:
        case Word():
            return _in_field(node.scope, node.word)
        case Phrase():
            return _in_field(node.scope, _phrase(node))
        case EntityNode():
            return f"entity:{node.id}"
        case LabelNode():
            return f"{node.field}:{_plain(node.pattern)}"
        case TermRef():
            return f"${node.name}"
        case Scoped():
            return f"{node.scope}:{_operand(node.operand)}"
        case Count():
            return f"count({write(node.operand)})>={node.least}"
        case All():
            return f"ALL/{write_distance(node.distance)}({_list(', ', map(write, node.operands))})"
    return _operator(node)


def _operator(node: Node) -> str:
    match node:
        case And():
            return _list(" AND ", map(_operand, node.operands))
        case Or():
            return _list(" OR ", map(_operand, node.operands))
        case Not():
            return f"NOT {_operand(node.operand)}"
        case Near():
            name = "ONEAR" if node.ordered else "NEAR"
            sign = f"{name}/{write_distance(node.distance)}"
            return f"{_operand(node.left)} {sign} {_operand(node.right)}"
        case Except():
            return f"{_operand(node.left)} EXCEPT {_operand(node.right)}"
    return f"{type(node).__name__.upper()}({_list(', ', map(write, node.children))})"


def _operand(node: Node) -> str:
    needs_parentheses = isinstance(node, And | Or | Near | Except)
    return f"({write(node)})" if needs_parentheses else write(node)


def _list(separator: str, texts: Iterable[str]) -> str:
    written = list(texts)
    if len(written) > MOST_OPERANDS + 1:
        written[MOST_OPERANDS:] = [f"… {len(written) - MOST_OPERANDS} more"]
    return separator.join(written)


def _phrase(node: Phrase) -> str:
    words = _plain(" ".join(node.words))
    is_pattern = len(node.words) == 1 and words != node.words[0]
    quoted = words if is_pattern or (node.exact and len(node.words) == 1) else f'"{words}"'
    return f"={quoted}" if node.exact else quoted


def _in_field(scope: str | None, text: str) -> str:
    return f"{scope}:{text}" if scope else text


def _plain(pattern: str) -> str:
    return pattern.replace(MANY, "*").replace(ONE, "?")


def write_distance(distance: int) -> str:
    """Return what follows the slash of NEAR and ALL."""
    letters = (letter for letter, unit in UNITS.items() if unit == distance)
    return next(letters, str(distance))

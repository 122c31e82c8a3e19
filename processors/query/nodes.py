"""The tree of a query. Frozen and hashable: equal subtrees are evaluated once per article.

A node is *positional* when it has hits, places in the text: a phrase, an entity, an OR of such,
NEAR and EXCEPT. The others are only true or false.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as about

MANY = "\U000f0000"
"""Stands for ``*`` in a pattern: any number of characters. Private, so no text holds it."""
ONE = "\U000f0001"
"""Stands for ``?`` in a pattern: exactly one character."""

SENTENCE = -1
"""Distance of NEAR/S."""

TEXT_FIELDS = ("title", "lead", "text")
OTHER_FIELDS = ("url", "author")
LABEL_FIELDS = ("outlet", "language", "country")
FIELDS = (*TEXT_FIELDS, *OTHER_FIELDS, *LABEL_FIELDS, "entity")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words at successive positions; a single word is a phrase of one.

    Attributes:
        words: Patterns over folded words; over exact ones where ``exact``.
        scope: The one field it is looked for in; None: title, lead and text.
    """

    words: tuple[str, ...]
    exact: bool = False
    scope: str | None = None
    at: int = about(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class EntityNode:
    """Mentions of an entity of the catalog."""

    id: str
    scope: str | None = None
    at: int = about(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class LabelNode:
    """A field that is one word: outlet, language, country. ``pattern`` is folded."""

    field: str
    pattern: str
    at: int = about(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    children: tuple[Node, ...]
    at: int = about(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them."""

    children: tuple[Node, ...]
    at: int = about(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The child is false."""

    child: Node
    at: int = about(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Near:
    """Hits of both with at most ``distance`` words between them, in one field.

    Attributes:
        distance: Words in between, or ``SENTENCE``.
        ordered: Left before right.
    """

    left: Node
    right: Node
    distance: int
    ordered: bool
    at: int = about(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Except:
    """Hits of ``left`` that overlap no hit of ``right``."""

    left: Node
    right: Node
    at: int = about(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Count:
    """At least ``least`` hits that do not overlap."""

    child: Node
    least: int
    at: int = about(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Ref:
    """``$name``, or a field around a node that holds one; gone once resolved."""

    name: str
    at: int = about(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Scoped:
    """``field:node``; gone once resolved, when the field has moved into the leaves."""

    scope: str
    child: Node
    at: int = about(default=0, compare=False)


Node = Phrase | EntityNode | LabelNode | And | Or | Not | Near | Except | Count | Ref | Scoped


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below."""
    match node:
        case And() | Or():
            return node.children
        case Near() | Except():
            return node.left, node.right
        case Not() | Count() | Scoped():
            return (node.child,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, each before what is below it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(children(current)))


def is_positional(node: Node) -> bool:
    """Whether the node has hits, and so may stand beside NEAR and EXCEPT and in count()."""
    match node:
        case Phrase() | EntityNode() | Near() | Except():
            return True
        case Or():
            return all(is_positional(child) for child in node.children)
    return False

"""The syntax tree of a query. Nodes are frozen and hashable: equal subtrees are evaluated once.

A new operator takes three places:

1. :mod:`processors.query.parser`: a rule of the grammar, and a handler in ``TreeBuilder`` that has
   the name of the rule;
2. here: a subclass of :class:`Node` with its ``children`` and :meth:`~Node.with_children`;
3. :mod:`processors.engine.operators`: a subclass of ``QueryProgram``, and the function that makes
   one from the node, decorated with ``@compiles``.

Terms, fields, faults, the linter and the compiler go through ``children`` and need no change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from core.text.tokens import tokenise

MANY = "\U000f0000"
"""Stands for ``*`` in a pattern: any number of characters. A private code point: texts have none.
"""
ONE = "\U000f0001"
"""Stands for ``?`` in a pattern: exactly one character."""

SENTENCE = -1
"""Distance of NEAR/S and ALL/S: all operands in one sentence."""
HEAD = -2
"""Distance of NEAR/H and ALL/H: all operands in the head, which is title and lead together."""
UNITS = {"S": SENTENCE, "H": HEAD}
"""The distances that are no number of words, by the letter that stands for them."""

TEXT_FIELDS = ("title", "lead", "text")
OTHER_FIELDS = ("url", "author")
LABEL_FIELDS = ("outlet", "language", "country")
FIELDS = (*TEXT_FIELDS, *OTHER_FIELDS, *LABEL_FIELDS, "entity")


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a query.

    Attributes:
        at: Code point of the query at which it begins; ignored when nodes are compared.
        scopes: The fields that a leaf can be restricted to.
        operands_are_positional: Whether its operands must be positional.
    """

    at: int = field(default=0, compare=False, kw_only=True)

    scopes: ClassVar[tuple[str, ...]] = ()
    operands_are_positional: ClassVar[bool] = False

    @property
    def children(self) -> tuple[Node, ...]:
        """The operands, in order; none for a leaf."""
        return ()

    def with_children(self, children: Sequence[Node]) -> Self:
        """Return the same node with other operands.

        Args:
            children: As many as ``children`` has; one or more for AND and OR.
        """
        del children
        return self

    @property
    def positional(self) -> bool:
        """Whether it has hits: positions in the text. Other nodes are only true or false.

        Only positional nodes may be operands of NEAR, ALL, EXCEPT and count().
        """
        return False

    def in_field(self, name: str) -> Node:
        """Return the node with every leaf that has no field of its own restricted to one."""
        return self.with_children([child.in_field(name) for child in self.children])

    def in_language(self, code: str) -> Node:
        """Return the node with every leaf restricted to articles in one language.

        Labels are about the article, not about its words, and stay as they are.
        """
        return self.with_children([child.in_language(code) for child in self.children])


@dataclass(frozen=True, slots=True)
class Phrase(Node):
    """Words at successive positions. A single word is a phrase of one.

    Attributes:
        words: Patterns of folded words, or of exact words where ``exact``.
        scope: The field it is searched in; None for title, lead and text.
        language: Code of the only language in whose articles it is found; None for all.
    """

    words: tuple[str, ...]
    exact: bool = False
    scope: str | None = None
    language: str | None = None

    scopes: ClassVar[tuple[str, ...]] = (*TEXT_FIELDS, *OTHER_FIELDS)

    @property
    def positional(self) -> bool:
        """Always true."""
        return True

    def in_field(self, name: str) -> Phrase:
        """Return the phrase restricted to a field, unless it is already.

        Addresses are one word in prose; in URLs and names of authors they are split.
        """
        if self.scope is None and name in OTHER_FIELDS and not self.exact:
            parts = (tokenise(word, joining=False).words or [word] for word in self.words)
            words = tuple(part for split in parts for part in split)
            return replace(self, words=self.words if self._is_chain else words, scope=name)
        return replace(self, scope=self.scope or name)

    def in_language(self, code: str) -> Phrase:
        """Return the phrase restricted to articles in a language."""
        return replace(self, language=code)

    @property
    def _is_chain(self) -> bool:
        return len(self.words) == 1 and "-" in self.words[0]


@dataclass(frozen=True, slots=True)
class Word(Node):
    """A word in all the forms that a language gives it (:mod:`processors.forms`).

    Attributes:
        word: As it was written: capitals tell nouns and acronyms.
        folded: As texts are compared.
        scope: The field it is searched in; None for title, lead and text.
        language: Code of the only language in whose articles it is found; None for all.
    """

    word: str
    folded: str
    scope: str | None = None
    language: str | None = None

    scopes: ClassVar[tuple[str, ...]] = (*TEXT_FIELDS, *OTHER_FIELDS)

    @property
    def positional(self) -> bool:
        """Always true."""
        return True

    def in_field(self, name: str) -> Word | Phrase:
        """Return the word restricted to a field, unless it is already.

        URLs and names of authors are no prose: there it is found as it is written.
        """
        if self.scope is None and name in OTHER_FIELDS:
            return Phrase((self.folded,), language=self.language, at=self.at).in_field(name)
        return replace(self, scope=self.scope or name)

    def in_language(self, code: str) -> Word:
        """Return the word restricted to articles in a language, and to its forms there."""
        return replace(self, language=code)


@dataclass(frozen=True, slots=True)
class EntityNode(Node):
    """Mentions of an entity of the catalog.

    Attributes:
        id: Of the entity.
        scope: The field it is searched in; None for title, lead and text.
        language: Code of the only language in whose articles it is found; None for all.
    """

    id: str
    scope: str | None = None
    language: str | None = None

    scopes: ClassVar[tuple[str, ...]] = TEXT_FIELDS

    @property
    def positional(self) -> bool:
        """Always true."""
        return True

    def in_field(self, name: str) -> EntityNode:
        """Return the entity restricted to a field, unless it is already."""
        return replace(self, scope=self.scope or name)

    def in_language(self, code: str) -> EntityNode:
        """Return the entity restricted to articles in a language."""
        return replace(self, language=code)


@dataclass(frozen=True, slots=True)
class LabelNode(Node):
    """A field with one value: outlet, language or country.

    Attributes:
        field: Name of the field.
        pattern: Folded.
    """

    field: str
    pattern: str


@dataclass(frozen=True, slots=True)
class _Several(Node):
    """A node with any number of operands."""

    operands: tuple[Node, ...]

    @property
    def children(self) -> tuple[Node, ...]:
        """The operands."""
        return self.operands

    def with_children(self, children: Sequence[Node]) -> Self:
        """Return the same node with other operands."""
        return replace(self, operands=tuple(children))


@dataclass(frozen=True, slots=True)
class _Pair(Node):
    """A node with two operands that have hits, and with hits of its own."""

    left: Node
    right: Node

    operands_are_positional: ClassVar[bool] = True

    @property
    def children(self) -> tuple[Node, ...]:
        """Left and right."""
        return self.left, self.right

    def with_children(self, children: Sequence[Node]) -> Self:
        """Return the same node with two other operands."""
        left, right = children
        return replace(self, left=left, right=right)

    @property
    def positional(self) -> bool:
        """Always true."""
        return True


@dataclass(frozen=True, slots=True)
class _Single(Node):
    """A node with one operand."""

    operand: Node

    @property
    def children(self) -> tuple[Node, ...]:
        """The operand."""
        return (self.operand,)

    def with_children(self, children: Sequence[Node]) -> Self:
        """Return the same node with another operand."""
        (operand,) = children
        return replace(self, operand=operand)


@dataclass(frozen=True, slots=True)
class And(_Several):
    """True where all operands are."""


@dataclass(frozen=True, slots=True)
class Or(_Several):
    """True where at least one operand is."""

    @property
    def positional(self) -> bool:
        """Whether all operands are."""
        return all(child.positional for child in self.operands)


@dataclass(frozen=True, slots=True)
class Not(_Single):
    """True where the operand is false."""


@dataclass(frozen=True, slots=True)
class Near(_Pair):
    """Hits of both operands, with at most ``distance`` words between them.

    Attributes:
        distance: In words, or ``SENTENCE`` or ``HEAD``.
        ordered: Whether the left operand must come first.
        chained: Whether the left operand is written before it without parentheses; ignored when
            nodes are compared.
    """

    distance: int
    ordered: bool
    chained: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class All(_Several):
    """Hits of every operand within a sentence, the head or a number of words, in any order.

    Attributes:
        distance: Words from the first to the last word of the hits, or ``SENTENCE`` or ``HEAD``.
    """

    distance: int

    operands_are_positional: ClassVar[bool] = True

    @property
    def positional(self) -> bool:
        """Always true."""
        return True


@dataclass(frozen=True, slots=True)
class Except(_Pair):
    """Hits of ``left`` that overlap no hit of ``right``."""


@dataclass(frozen=True, slots=True)
class Count(_Single):
    """True where the operand has at least ``least`` hits that do not overlap."""

    least: int

    operands_are_positional: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class TermRef(Node):
    """``$name``: a term of the topic or a concept. A resolved query has none."""

    name: str


@dataclass(frozen=True, slots=True)
class Scoped(_Single):
    """``field:operand``. A resolved query has none: the field is in the leaves.

    Attributes:
        scope: Name of the field.
    """

    scope: str


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything below it, each node before its children."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(current.children))

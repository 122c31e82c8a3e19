"""From the parse tree to nodes: words are cut by the tokeniser of the text, fields are named."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from lark import Token, Tree

from core.text.tokens import Tokens, tokenise
from processors.query.nodes import (
    FIELDS,
    LABEL_FIELDS,
    MANY,
    ONE,
    SENTENCE,
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
)
from processors.query.problems import QueryProblem

MAX_DISTANCE = 50
"""Largest n of NEAR/n; further apart, words have nothing to do with each other."""
MIN_LITERALS = 4
"""Letters a wildcard needs beside it; fewer match half the dictionary."""

_NEAR = re.compile(r"(O?)NEAR/(?:(\d{1,4})|(S))")
_FOREIGN = "-+!~^"
_NOTHING = Phrase(("",))

_Tree = Tree[Any]


class Builder:
    """Builds nodes and gathers problems; goes on after one, so that all are told at once."""

    def __init__(self) -> None:
        self.problems: list[QueryProblem] = []

    def build(self, item: _Tree | Token) -> Node:
        """The node of a subtree; after a problem some node of the right kind."""
        assert isinstance(item, Tree)  # noqa: S101  # every alternative of the grammar is named
        handler: Callable[[_Tree], Node] = getattr(self, f"_{item.data}".rstrip("_"))
        return handler(item)

    def phrase(self, text: str) -> Node:
        """A word given outside of a query, as a query reads it."""
        return self._leaf(text, 0, quoted=False)

    def _and(self, tree: _Tree) -> Node:
        return And(tuple(map(self.build, tree.children)), at=_at(tree))

    def _or(self, tree: _Tree) -> Node:
        return Or(tuple(map(self.build, tree.children)), at=_at(tree))

    def _not(self, tree: _Tree) -> Node:
        return Not(self.build(tree.children[1]), at=_at(tree))

    def _prox(self, tree: _Tree) -> Node:
        node = self.build(tree.children[0])
        for operator, right in zip(tree.children[1::2], tree.children[2::2], strict=True):
            sign = operator.children[0]
            assert isinstance(sign, Token)  # noqa: S101  # the grammar has nothing else there
            node = self._join(node, sign, self.build(right))
        return node

    def _join(self, left: Node, operator: Token, right: Node) -> Node:
        at = operator.start_pos or 0
        if operator.type == "EXCEPT":
            return Except(left, right, at=at)
        read = _NEAR.fullmatch(operator)
        if read is None or (read[1] and read[3]) or int(read[2] or 0) > MAX_DISTANCE:
            said = f"`{operator}` has no distance from 0 to {MAX_DISTANCE}."
            self._problem("E006", at, said, "Write NEAR/5, ONEAR/5, or NEAR/S for one sentence.")
            return Near(left, right, 0, ordered=False, at=at)
        distance = SENTENCE if read[3] else int(read[2])
        return Near(left, right, distance, ordered=bool(read[1]), at=at)

    def _count(self, tree: _Tree) -> Node:
        least = int(str(tree.children[3])[:9])
        at = _at(tree)
        if least < 1:
            self._problem("E006", at, "count() is compared with less than 1.", "Write >=1 or more.")
        return Count(self.build(tree.children[1]), max(1, least), at=at)

    def _term(self, tree: _Tree) -> Node:
        return Ref(str(tree.children[0])[1:], at=_at(tree))

    def _word(self, tree: _Tree) -> Node:
        return self._leaf(str(tree.children[0]), _at(tree), quoted=False)

    def _quoted(self, tree: _Tree) -> Node:
        return self._leaf(str(tree.children[0]), _at(tree), quoted=True)

    def _field(self, tree: _Tree) -> Node:
        name, at = str(tree.children[0])[:-1].strip(), _at(tree)
        inner = tree.children[1]
        if name not in FIELDS:
            self._problem(
                "E007",
                at,
                f"There is no field `{name}`.",
                f"Fields are {', '.join(FIELDS)}; quote the word if it is one.",
            )
            return _NOTHING
        if name in LABEL_FIELDS or name == "entity":
            return self._labels(name, inner, at)
        return Scoped(name, self.build(inner), at=at)

    def _labels(self, name: str, inner: _Tree, at: int) -> Node:
        """``outlet:a``, ``outlet:(a OR b)``, ``entity:x``: values, not words of a text."""
        if inner.data == "or_":
            return Or(tuple(self._labels(name, child, at) for child in inner.children), at=at)
        if inner.data not in {"word", "quoted"}:
            mend = f"Write {name}:value, or {name}:(one OR other)."
            self._problem("E006", _at(inner), f"`{name}:` takes values only.", mend)
            return _NOTHING
        where = _at(inner)
        value = str(inner.children[0]).lstrip("=").strip('"').strip()
        if name == "entity":
            return EntityNode(value, at=where)
        return LabelNode(name, _patterned(value).casefold(), at=where)

    def _leaf(self, raw: str, at: int, *, quoted: bool) -> Node:
        exact = raw.startswith("=")
        plain = raw.removeprefix("=").strip('"')
        if not quoted and raw[0] in _FOREIGN and len(raw) > 1:
            said = f"`{raw[0]}` before a word has no meaning here."
            self._problem("E001", at, said, "Write AND NOT, or leave it out.")
        tokens = tokenise(_patterned(plain))
        words = _words(tokens, exact=exact, quoted=quoted)
        if not words:
            self._problem("E001", at, f"`{raw}` holds no word.", "Name a word.")
            return _NOTHING
        if any(MANY in w or ONE in w for w in words):
            self._check_wildcard(raw, words, at)
        return Phrase(words, exact=exact, at=at)

    def _check_wildcard(self, raw: str, words: tuple[str, ...], at: int) -> None:
        literals = sum(c not in (MANY, ONE) for word in words for c in word)
        if literals < MIN_LITERALS:
            said = f"`{raw}` has {literals} letters beside its wildcard."
            mend = f"Give at least {MIN_LITERALS}, or list the words with OR."
            self._problem("E005", at, said, mend)

    def _problem(self, code: str, at: int, message: str, mend: str) -> None:
        self.problems.append(QueryProblem(code, at, message, mend))


def _words(tokens: Tokens, *, exact: bool, quoted: bool) -> tuple[str, ...]:
    """The patterns of a word or phrase; an unquoted hyphen chain is one word."""
    last = len(tokens) - 1
    if not quoted and tokens.chains == ((0, last),):
        return (tokens.exact(0, last) if exact else tokens.whole((0, last)),)
    if exact:
        return tuple(tokens.exact(i, i) for i in range(len(tokens)))
    return tuple(tokens.words)


def _patterned(text: str) -> str:
    return text.replace("*", MANY).replace("?", ONE)


def _at(tree: _Tree) -> int:
    """Offset of the first character of a subtree."""
    for item in tree.children:
        if isinstance(item, Token):
            return item.start_pos or 0
        return _at(item)
    return 0

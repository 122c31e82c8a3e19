"""From the text of a query to its syntax tree; every problem has the offset it begins at.

Keywords are recognised in capitals only. The parser is LALR, takes time linear in the query and
does not recurse. Building the tree recurses as deep as parentheses nest, so that the length and
the nesting of a query are limited before it is parsed. Words are split by the tokeniser that
splits the texts they are searched in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from core.text.tokens import Tokens, fold_word, tokenise
from processors.query.alternatives import phrases_of
from processors.query.foreign import foreign_syntax
from processors.query.gendered import marked, spelt_out
from processors.query.mistakes import (
    MAX_LENGTH,
    MAX_LIST_LENGTH,
    bad_character,
    empty,
    too_large,
    unclosed,
    unexpected,
    warnings,
)
from processors.query.nodes import (
    FIELDS,
    LABEL_FIELDS,
    MANY,
    ONE,
    SENTENCE,
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
    walk,
)
from processors.query.problems import QueryProblem

MAX_DISTANCE = 50
"""Largest n of NEAR/n; words further apart have nothing to do with each other."""
MAX_OPERANDS = 20
"""Most operands of ALL."""
MIN_LITERALS = 4
"""Letters that a word with a wildcard needs; with fewer it matches half the dictionary."""

GRAMMAR = r"""
?start: query
?query: unary
      | unary (_AND unary)+    -> and_
      | unary (_OR unary)+     -> or_
?unary: prox
      | NOT prox               -> not_
?prox: primary (operator primary)*
operator: NEAR | EXCEPT
?primary: "(" query ")"
      | FIELD primary          -> field
      | COUNT query ")" AT_LEAST INT -> count
      | ALL query ("," query)* ")" -> all_
      | WORD                   -> word
      | QUOTED                 -> quoted
      | TERM                   -> term

NOT.3: /NOT(?![^\s()"])/
_AND.3: /AND(?![^\s()"])/
_OR.3: /OR(?![^\s()"])/
EXCEPT.3: /EXCEPT(?![^\s()"])/
NEAR.3: /O?NEAR(\/[^\s()"]*)?(?![^\s()"])/
COUNT.3: /count\s*\(/
ALL.3: /ALL(\/[^\s()",]*)?\s*\(/
AT_LEAST.3: />=\s*/
INT.2: /[0-9]+(?![^\s()"])/
FIELD.2: /[A-Za-z_]+:/
TERM.2: /\$[^\s()",]*/
QUOTED.2: /=?"[^"]*"/
WORD: /(?!(AND|OR|NOT|EXCEPT|O?NEAR(\/[^\s()"]*)?)(?![^\s()"]))=?[^\s()"<>$,]/ _LETTERS?
_LETTERS: /([^\s()"<>,]|(?<=\d),(?=\d))+/
%ignore /\s+/
"""

_PLAIN_WORDS = re.compile("[A-Za-zÄÖÜäöüß]+(?: [A-Za-zÄÖÜäöüß]+)*")
"""A phrase that is split at its spaces, which takes a tenth of the time of the tokeniser."""
_ALL = re.compile(r"ALL/(?:(\d{1,4})|([SH]))\s*\(")
_NEAR = re.compile(r"(O?)NEAR/(?:(\d{1,4})|([SH]))")
_SIGNS_OF_OTHER_LANGUAGES = "-+!~^"
_SIGNS_OF_NAMES = re.compile(r"[@#]\w")
"""Begin a hashtag, which is a word, or a handle, which has no other forms."""
_TYPOGRAPHIC_QUOTES = dict.fromkeys(map(ord, "“”„‟«»＂"), '"')
_PLACEHOLDER = Phrase(("",))
"""The node built for a part that holds a problem."""

_Tree = Tree[Any]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed query.

    Attributes:
        node: The tree, with ``$names`` unresolved; None where there is an error.
        problems: Errors and warnings, by offset.
    """

    node: Node | None
    problems: tuple[QueryProblem, ...]


@lru_cache(maxsize=50_000)
def parse(text: str, *, is_list: bool = False) -> Parsed:
    """Parse a query. Results are cached, so that a reload parses only what changed.

    Args:
        text: The query.
        is_list: Whether it is a list of words from a file, which may be longer.
    """
    plain = marked(text.translate(_TYPOGRAPHIC_QUOTES))
    problems = warnings(text, plain)
    longest = MAX_LIST_LENGTH if is_list else MAX_LENGTH
    refusal = too_large(plain, longest) or unclosed(plain) or foreign_syntax(plain, _is_query)
    return Parsed(None, (*problems, refusal)) if refusal else _parsed(plain, problems)


@lru_cache(maxsize=1_000)
def _is_query(text: str) -> bool:
    """Return whether a text that a fault suggests is a query without errors."""
    if too_large(text) or unclosed(text) or foreign_syntax(text, lambda _: False):
        return False
    builder = TreeBuilder()
    try:
        node = builder.build(_parser().parse(text))
    except UnexpectedInput:
        return False
    has_errors = any(problem.is_error for problem in builder.problems)
    return not (has_errors or isinstance(node, Not) or _negates(node))


def _negates(node: Node) -> bool:
    """Return whether NOT is somewhere else than in an AND."""
    return any(
        isinstance(child, Not) and not isinstance(parent, And)
        for parent in walk(node)
        for child in parent.children
    )


def _parsed(plain: str, problems: list[QueryProblem]) -> Parsed:
    try:
        tree = _parser().parse(plain)
    except UnexpectedCharacters as error:
        offset: Any = error.pos_in_stream
        return Parsed(None, (*problems, bad_character(plain, offset)))
    except UnexpectedToken as error:
        return Parsed(None, (*problems, unexpected(plain, error, _is_query)))
    except UnexpectedEOF:
        return Parsed(None, (*problems, empty(0)))
    builder = TreeBuilder()
    node = builder.build(tree)
    problems = [*problems, *builder.problems]
    has_errors = any(p.is_error for p in problems)
    return Parsed(None if has_errors else node, tuple(sorted(problems, key=lambda p: p.offset)))


def listed_nodes(text: str) -> tuple[Node, ...]:
    """Return the nodes that find a word given outside of a query, as a query finds it.

    A bare word is found in all its forms, and as it is written whatever the language; ``=word`` is
    found in this spelling, and a phrase or a word in quotes without other forms.
    """
    quoted = text.removeprefix("=").startswith('"')
    node = TreeBuilder().leaf(text, 0, quoted=quoted)
    return (Phrase((node.folded,)), node) if isinstance(node, Word) else (node,)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=False)


class TreeBuilder:
    """Builds the nodes of a parse tree and collects all problems on the way."""

    def __init__(self) -> None:
        self.problems: list[QueryProblem] = []

    def build(self, item: _Tree | Token) -> Node:
        """Return the node of a subtree; where it holds a problem, some node of the right kind."""
        assert isinstance(item, Tree)  # noqa: S101  # every alternative of the grammar has a name
        handler: Callable[[_Tree], Node] = getattr(self, f"_{item.data}".rstrip("_"))
        return handler(item)

    def leaf(self, raw: str, at: int, *, quoted: bool) -> Node:
        """Return the node of a word or of a phrase in quotes.

        Args:
            raw: As it was written.
            at: Code point of the query at which it begins.
            quoted: Whether it is in quotes.
        """
        if not quoted and (both := spelt_out(raw)):
            return Or(tuple(self.leaf(word, at, quoted=False) for word in both), at=at)
        if _SIGNS_OF_NAMES.match(raw):
            return self.leaf(raw[1:], at, quoted=quoted or raw[0] == "@")
        exact = raw.startswith("=")
        plain = raw.removeprefix("=").strip('"')
        if not quoted and raw[0] in _SIGNS_OF_OTHER_LANGUAGES and len(raw) > 1:
            message = f"`{raw[0]}` before a word has no meaning here."
            self._problem("E001", at, message, "Write AND NOT, or leave it out.")
        if quoted and not exact and _PLAIN_WORDS.fullmatch(plain):
            return Phrase(tuple(map(fold_word, plain.split(" "))), at=at)
        tokens = tokenise(_with_wildcards(plain))
        words = _words(tokens, exact=exact, quoted=quoted)
        if not words:
            self._problem("E001", at, f"`{raw}` contains no word.", "Name a word.")
            return _PLACEHOLDER
        if any(MANY in w or ONE in w for w in words):
            self._check_wildcard(raw, words, at)
        elif not (quoted or exact or len(words) > 1):
            return _in_all_forms(tokens, at)
        return Phrase(words, exact=exact, at=at)

    def _and(self, tree: _Tree) -> Node:
        return And(tuple(map(self.build, tree.children)), at=_offset(tree))

    def _or(self, tree: _Tree) -> Node:
        return Or(tuple(map(self.build, tree.children)), at=_offset(tree))

    def _not(self, tree: _Tree) -> Node:
        return Not(self.build(tree.children[1]), at=_offset(tree))

    def _prox(self, tree: _Tree) -> Node:
        node = first = self.build(tree.children[0])
        for operator, right in zip(tree.children[1::2], tree.children[2::2], strict=True):
            sign = operator.children[0]
            assert isinstance(sign, Token)  # noqa: S101  # the grammar has nothing else there
            joined = self._join(node, sign, self.build(right))
            if isinstance(joined, Near) and node is not first:
                joined = replace(joined, chained=True)
            node = joined
        return node

    def _join(self, left: Node, operator: Token, right: Node) -> Node:
        at = operator.start_pos or 0
        if operator.type == "EXCEPT":
            return Except(left, right, at=at)
        parts = _NEAR.fullmatch(operator)
        if parts is None or (parts[1] and parts[3]) or int(parts[2] or 0) > MAX_DISTANCE:
            message = f"`{operator}` has no distance from 0 to {MAX_DISTANCE}."
            self._problem("E006", at, message, "Write NEAR/5, ONEAR/5, NEAR/S or NEAR/H.")
            return Near(left, right, 0, ordered=False, at=at)
        distance = UNITS[parts[3]] if parts[3] else int(parts[2])
        return Near(left, right, distance, ordered=bool(parts[1]), at=at)

    def _all(self, tree: _Tree) -> Node:
        opening, *operands = tree.children
        assert isinstance(opening, Token)  # noqa: S101  # the grammar has nothing else there
        at = opening.start_pos or 0
        parts = _ALL.fullmatch(opening)
        if parts is None or int(parts[1] or 0) > MAX_DISTANCE:
            message = f"`{opening[:-1].strip()}` has no distance from 0 to {MAX_DISTANCE}."
            mend = "Write ALL/S(a, b, c) for one sentence, ALL/H(…) for the head, or ALL/9(…)."
            self._problem("E006", at, message, mend)
        if not 2 <= len(operands) <= MAX_OPERANDS:
            message = f"ALL has {len(operands)} operands; 2 to {MAX_OPERANDS} are possible."
            self._problem("E006", at, message, "Put a comma and a space between them: ALL/S(a, b).")
        distance = SENTENCE
        if parts:
            distance = UNITS[parts[2]] if parts[2] else int(parts[1])
        return All(tuple(self.build(one) for one in operands), distance, at=at)

    def _count(self, tree: _Tree) -> Node:
        least = int(str(tree.children[3])[:9])
        at = _offset(tree)
        if least < 1:
            self._problem("E006", at, "count() is compared with less than 1.", "Write >=1 or more.")
        return Count(self.build(tree.children[1]), max(1, least), at=at)

    def _term(self, tree: _Tree) -> Node:
        return TermRef(str(tree.children[0])[1:], at=_offset(tree))

    def _word(self, tree: _Tree) -> Node:
        return self.leaf(str(tree.children[0]), _offset(tree), quoted=False)

    def _quoted(self, tree: _Tree) -> Node:
        at = _offset(tree)
        phrases = phrases_of(str(tree.children[0]), at)
        if isinstance(phrases, QueryProblem):
            self.problems.append(phrases)
            return _PLACEHOLDER
        nodes = tuple(dict.fromkeys(self.leaf(one, at, quoted=True) for one in phrases))
        return nodes[0] if len(nodes) == 1 else Or(nodes, at=at)

    def _field(self, tree: _Tree) -> Node:
        name, at = str(tree.children[0])[:-1].strip(), _offset(tree)
        inner = tree.children[1]
        if name not in FIELDS:
            mend = f"Fields are {', '.join(FIELDS)}; quote the word if it is one."
            self._problem("E007", at, f"There is no field `{name}`.", mend)
            return _PLACEHOLDER
        if name in LABEL_FIELDS or name == "entity":
            return self._values(name, inner, at)
        return Scoped(self.build(inner), name, at=at)

    def _values(self, name: str, inner: _Tree, at: int) -> Node:
        """Return the node of ``outlet:a``, ``outlet:(a OR b)`` or ``entity:x``."""
        if inner.data == "or_":
            return Or(tuple(self._values(name, child, at) for child in inner.children), at=at)
        if inner.data not in {"word", "quoted"}:
            mend = f"Write {name}:value, or {name}:(one OR other)."
            self._problem("E006", _offset(inner), f"`{name}:` takes values only.", mend)
            return _PLACEHOLDER
        value = str(inner.children[0]).lstrip("=").strip('"').strip()
        if name == "entity":
            return EntityNode(value, at=_offset(inner))
        return LabelNode(name, _with_wildcards(value).casefold(), at=_offset(inner))

    def _check_wildcard(self, raw: str, words: tuple[str, ...], at: int) -> None:
        literals = sum(c not in (MANY, ONE) for word in words for c in word)
        if literals < MIN_LITERALS:
            message = f"`{raw}` has {literals} letters beside its wildcard."
            stem = raw.strip('="*?')
            mend = f"Give at least {MIN_LITERALS}, or list the words with OR."
            if stem.isalpha():
                mend = f"Write `{stem}`: a bare word finds its forms and compounds. {mend}"
            self._problem("E005", at, message, mend)

    def _problem(self, code: str, at: int, message: str, mend: str) -> None:
        self.problems.append(QueryProblem(code, at, message, mend))


def _words(tokens: Tokens, *, exact: bool, quoted: bool) -> tuple[str, ...]:
    """Return the patterns of a word or phrase; a hyphen chain without quotes is one word."""
    last = len(tokens) - 1
    if not quoted and tokens.chains == ((0, last),):
        return (tokens.exact(0, last) if exact else tokens.whole((0, last)),)
    if exact:
        return tuple(tokens.exact(i, i) for i in range(len(tokens)))
    return tuple(tokens.words)


def _in_all_forms(tokens: Tokens, at: int) -> Node:
    """Return the node of a bare word; of a hyphen chain, the last part has its forms.

    A number at the end has the plural of a name: *F-16s*. The chain is also found as it is written
    where its parts are apart: *NATO- oder EU-Beitritt*.
    """
    last = len(tokens) - 1
    word: Node = Word(tokens.exact(last, last), tokens.words[last], at=at)
    if last == 0:
        return word
    if tokens.words[last].isdigit():
        word = Or((word, Phrase((f"{tokens.words[last]}s",), at=at)), at=at)
    first = Phrase(tuple(tokens.words[:last]), at=at)
    chain = Phrase((tokens.whole((0, last)),), at=at)
    return Or((chain, Near(first, word, 0, ordered=True, at=at)), at=at)


def _with_wildcards(text: str) -> str:
    return text.replace("*", MANY).replace("?", ONE)


def _offset(tree: _Tree) -> int:
    """Return the offset of the first character of a subtree."""
    for item in tree.children:
        return item.start_pos or 0 if isinstance(item, Token) else _offset(item)
    return 0

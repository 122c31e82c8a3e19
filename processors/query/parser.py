"""From a query's text to nodes, by a grammar; every problem with the offset it begins at.

The lexer takes keywords only in capitals. The parser is LALR: linear in the query, with no
recursion of its own; building the tree recurses as deep as parentheses nest, so both the length
and the nesting of a query are limited before it is parsed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

from processors.query.build import Builder
from processors.query.nodes import Node
from processors.query.problems import QueryProblem

MAX_LENGTH = 20_000
"""Longest query in characters."""
MAX_DEPTH = 40
"""Deepest nesting of parentheses and fields."""

_GRAMMAR = r"""
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
      | WORD                   -> word
      | QUOTED                 -> quoted
      | TERM                   -> term

NOT.3: /NOT(?![^\s()"])/
_AND.3: /AND(?![^\s()"])/
_OR.3: /OR(?![^\s()"])/
EXCEPT.3: /EXCEPT(?![^\s()"])/
NEAR.3: /O?NEAR(\/[^\s()"]*)?(?![^\s()"])/
COUNT.3: /count\s*\(/
AT_LEAST.3: />=\s*/
INT.2: /[0-9]+(?![^\s()"])/
FIELD.2: /[A-Za-z_]+:/
TERM.2: /\$[^\s()"]*/
QUOTED.2: /=?"[^"]*"/
WORD: /(?!(AND|OR|NOT|EXCEPT|O?NEAR(\/[^\s()"]*)?)(?![^\s()"]))=?[^\s()"<>$][^\s()"<>]*/
%ignore /\s+/
"""

_OPERANDS = frozenset({"WORD", "QUOTED", "TERM", "FIELD", "COUNT", "LPAR", "INT", "NOT"})
_NAMES = {"RPAR": "`)`", "$END": "the end of the query", "AT_LEAST": "`>=`"}
_SMART = dict.fromkeys(map(ord, "“”„‟«»＂"), '"')
_SMALL = re.compile(r"(?<![^\s()])(and|or|not|und|oder|nicht|near)(?![^\s()])")
_QUOTED = re.compile(r'"[^"]*"')
_STACKED = re.compile(r"[()]|[A-Za-z_]+:")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a query's text says.

    Attributes:
        node: The tree, ``$names`` unresolved; None where there is an error.
        problems: Errors and warnings, by offset.
    """

    node: Node | None
    problems: tuple[QueryProblem, ...]


@lru_cache(maxsize=50_000)
def parse(text: str) -> Parsed:
    """Read one query. Cached, so that a reload reads only what changed."""
    plain = text.translate(_SMART)
    problems = _warnings(text, plain)
    if refusal := _too_large(plain) or _unclosed(plain):
        return Parsed(None, (*problems, refusal))
    try:
        tree = _parser().parse(plain)
    except UnexpectedCharacters as error:
        position: Any = error.pos_in_stream
        return Parsed(None, (*problems, _bad_character(plain, position)))
    except UnexpectedToken as error:
        return Parsed(None, (*problems, _unexpected(plain, error)))
    except UnexpectedEOF:
        return Parsed(None, (*problems, _empty(0)))
    builder = Builder()
    node = builder.build(tree)
    problems = [*problems, *builder.problems]
    broken = any(p.code.startswith("E") for p in problems)
    return Parsed(None if broken else node, tuple(sorted(problems, key=lambda p: p.offset)))


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=False)


def _warnings(text: str, plain: str) -> list[QueryProblem]:
    found = []
    if text != plain:
        at = next(i for i, c in enumerate(text) if c != plain[i])
        found.append(
            QueryProblem("W109", at, "Typographic quotes are read as plain ones.", 'Write ".')
        )
    outside = _QUOTED.sub(lambda m: " " * len(m.group()), plain)
    for small in _SMALL.finditer(outside):
        word = small.group()
        mend = f'Write {word.upper()} for the operator, or "{word}" for the word.'
        found.append(QueryProblem("W109", small.start(), f"`{word}` is read as a word.", mend))
    return found


def _too_large(text: str) -> QueryProblem | None:
    if len(text) > MAX_LENGTH:
        said = f"The query has {len(text)} characters; {MAX_LENGTH} are allowed."
        return QueryProblem("E012", MAX_LENGTH, said, "Split it into several rules or terms.")
    outside = _QUOTED.sub(lambda m: " " * len(m.group()), text)
    depth = fields = 0
    for mark in _STACKED.finditer(outside):
        depth += {"(": 1, ")": -1}.get(mark.group(), 0)
        fields = fields + 1 if mark.group()[-1] == ":" and text[mark.end() :][:1] != " " else 0
        if depth + fields > MAX_DEPTH:
            said = f"The query nests deeper than {MAX_DEPTH}."
            return QueryProblem("E012", mark.start(), said, "Name its parts under terms:.")
    return None


def _unclosed(text: str) -> QueryProblem | None:
    if text.count('"') % 2:
        return QueryProblem("E001", text.rindex('"'), "A quote is not closed.", 'Add the second ".')
    if not text.strip():
        return _empty(0)
    return None


def _empty(at: int) -> QueryProblem:
    return QueryProblem("E001", at, "The query ends where a word is expected.", "Finish it.")


def _bad_character(text: str, at: int) -> QueryProblem:
    if text[at] == '"':
        return QueryProblem("E001", at, "A quote stands inside a word.", "Put a space before it.")
    return QueryProblem("E001", at, f"`{text[at]}` has no meaning here.", "Remove or quote it.")


def _unexpected(text: str, error: UnexpectedToken) -> QueryProblem:
    token: Token = error.token
    at = len(text.rstrip()) if token.type == "$END" else (token.start_pos or 0)
    expected: set[str] = error.expected
    if token.type == "$END":
        if "RPAR" in expected:
            return QueryProblem("E001", at - 1, "A parenthesis is not closed.", "Add `)`.")
        if "AT_LEAST" in expected:
            return QueryProblem(
                "E006", at - 1, "count() is compared with nothing.", "Write count(x)>=2."
            )
        return _empty(max(0, at - 1))
    after_term = bool(expected & {"_AND", "_OR", "NEAR", "$END"})
    if token.type == "RPAR" and after_term:
        said = "A parenthesis is closed that was never opened."
        return QueryProblem("E001", at, said, "Remove it, or add `(` before.")
    if token.type in {"_AND", "_OR"} and after_term:
        said = "AND and OR are mixed without parentheses."
        return QueryProblem("E003", at, said, "Write (a AND b) OR c, or a AND (b OR c).")
    if token.type in _OPERANDS and after_term:
        return _two_terms(token, at)
    if token.type in {"_AND", "_OR", "NEAR", "EXCEPT", "NOT", "RPAR", "AT_LEAST"}:
        said = f"`{token.value.strip()}` stands where a word or phrase is expected."
        return QueryProblem("E001", at, said, "Put a word, a phrase or a parenthesis before it.")
    wanted = ", ".join(sorted(_NAMES.get(name, name) for name in expected)[:4])
    return QueryProblem("E001", at, f"`{token.value}` is not expected here.", f"Expected {wanted}.")


def _two_terms(token: Token, at: int) -> QueryProblem:
    if token.type == "NOT":
        return QueryProblem("E002", at, "NOT follows a word without AND.", "Write `a AND NOT b`.")
    said = f"`{token.value}` follows another term without an operator between them."
    mend = 'Put both in quotes ("a b") for the phrase, or AND or OR between them.'
    return QueryProblem("E002", at, said, mend)

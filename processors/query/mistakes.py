"""What is wrong in the text of a query, and where: before it is parsed, and where parsing stops."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from lark import Token
from lark.exceptions import UnexpectedToken

from core.text.languages import Language, languages
from processors.query.foreign import MAX_SHOWN, grouped, without_operator
from processors.query.problems import QueryProblem

MAX_LENGTH = 20_000
"""Longest query in code points."""
MAX_LIST_LENGTH = 500_000
"""Longest list of words from a file in code points."""
MAX_DEPTH = 40
"""Deepest nesting of parentheses and fields."""

_BETWEEN_OPERANDS = frozenset({"_AND", "_OR", "NEAR", "EXCEPT", "RPAR", "AT_LEAST"})
_TOKEN_NAMES = {"RPAR": "`)`", "$END": "the end of the query", "AT_LEAST": "`>=`"}
_QUOTED = re.compile(r'"[^"]*"')
_NESTING = re.compile(r"(?<![A-Za-z_])(?:[A-Za-z_]+:\s*)+\(?|[()]")

IsQuery = Callable[[str], bool]
"""Returns whether a text is a query without errors."""


def warnings(text: str, plain: str) -> list[QueryProblem]:
    """Return warnings for typographic quotes and for operators in lower case.

    Args:
        text: The query as it was written.
        plain: The query with plain quotes.
    """
    problems = []
    if text != plain:
        at = next(i for i, c in enumerate(text) if c != plain[i])
        message = "Typographic quotes are read as plain ones."
        problems.append(QueryProblem("W109", at, message, 'Write ".'))
    operators, pattern = _operator_words(languages())
    for small in pattern.finditer(_without_quoted(plain)):
        word = small.group()
        mend = f'Write {operators[word]} for the operator, or "{word}" for the word.'
        problems.append(QueryProblem("W109", small.start(), f"`{word}` is read as a word.", mend))
    return problems


@cache
def _operator_words(known: tuple[Language, ...]) -> tuple[dict[str, str], re.Pattern[str]]:
    """Return the operators by the words that are mistaken for them, and what finds such a word."""
    operators = {word: sign for one in known for word, sign in one.operator_words.items()}
    return operators, re.compile(rf"(?<![^\s()])(?:{'|'.join(operators)})(?![^\s()])")


def _without_quoted(text: str) -> str:
    """Return a text with blanks for what is in quotes."""
    return _QUOTED.sub(lambda m: " " * len(m.group()), text)


def too_large(text: str, longest: int = MAX_LENGTH) -> QueryProblem | None:
    """Return the problem of a query that is too long or nests too deeply; else None."""
    if len(text) > longest:
        message = f"The query has {len(text)} characters; {longest} are allowed."
        return QueryProblem("E012", longest, message, "Split it into several rules or terms.")
    levels = [0]
    for mark in _NESTING.finditer(_without_quoted(text)):
        if mark.group() == ")":
            levels = levels[:-1] or [0]
            continue
        level = levels[-1] + mark.group().count(":") + mark.group().count("(")
        if level > MAX_DEPTH:
            message = f"The query nests deeper than {MAX_DEPTH}."
            return QueryProblem("E012", mark.start(), message, "Name its parts under terms:.")
        if mark.group().endswith("("):
            levels.append(level)
    return None


def unclosed(text: str) -> QueryProblem | None:
    """Return the problem of a query that is empty or does not close a quote; else None."""
    if text.count('"') % 2:
        return QueryProblem("E001", text.rindex('"'), "A quote is not closed.", 'Add the second ".')
    return None if text.strip() else empty(0)


def empty(at: int) -> QueryProblem:
    """Return the problem of a query that ends where a word is expected."""
    return QueryProblem("E001", at, "The query ends where a word is expected.", "Finish it.")


def bad_character(text: str, at: int) -> QueryProblem:
    """Return the problem of a character that begins no token."""
    if text[at] == '"':
        return QueryProblem("E001", at, "A quote is inside a word.", "Put a space before it.")
    return QueryProblem("E001", at, f"`{text[at]}` has no meaning here.", "Remove or quote it.")


def unexpected(text: str, error: UnexpectedToken, is_query: IsQuery) -> QueryProblem:
    """Return the problem of a token at which the grammar does not go on."""
    token: Token = error.token
    expected: set[str] = error.expected
    if token.type == "$END":
        return _unexpected_end(len(text.rstrip()), expected)
    at = token.start_pos or 0
    is_after_operand = bool(expected & {"_AND", "_OR", "NEAR", "$END"})
    if is_after_operand and token.type not in {"NEAR", "EXCEPT", "AT_LEAST"}:
        return _unexpected_after_operand(text, token, at, is_query)
    if token.type in _BETWEEN_OPERANDS or token.type == "NOT":
        message = f"`{token.value.strip()}` is where a word or phrase is expected."
        return QueryProblem("E001", at, message, "Put a word, a phrase or a parenthesis before it.")
    return _not_expected(token, at, expected)


def _unexpected_end(end: int, expected: set[str]) -> QueryProblem:
    if "RPAR" in expected:
        return QueryProblem("E001", end - 1, "A parenthesis is not closed.", "Add `)`.")
    if "AT_LEAST" in expected:
        message = "count() is compared with nothing."
        return QueryProblem("E006", end - 1, message, "Write count(x)>=2.")
    return empty(max(0, end - 1))


def _unexpected_after_operand(text: str, token: Token, at: int, is_query: IsQuery) -> QueryProblem:
    if token.type == "RPAR":
        message = "A parenthesis is closed that was never opened."
        return QueryProblem("E001", at, message, "Remove it, or add `(` before.")
    if token.type in {"_AND", "_OR"}:
        message = "AND and OR are mixed without parentheses."
        mend = "Write (a AND b) OR c, or a AND (b OR c)."
        if len(text) <= MAX_SHOWN and is_query(better := grouped(text)):
            mend = f"Write `{better}`, or put the parentheses around the OR."
        return QueryProblem("E003", at, message, mend)
    if token.type == "NOT":
        return QueryProblem("E002", at, "NOT follows a word without AND.", "Write `a AND NOT b`.")
    message = f"`{token.value}` follows another term without an operator between them."
    return QueryProblem("E002", at, message, without_operator(text, at, is_query))


def _not_expected(token: Token, at: int, expected: set[str]) -> QueryProblem:
    wanted = ", ".join(sorted(_TOKEN_NAMES.get(name, name) for name in expected)[:4])
    return QueryProblem("E001", at, f"`{token.value}` is not expected here.", f"Expected {wanted}.")

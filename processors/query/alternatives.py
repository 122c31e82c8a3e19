"""Alternatives inside a phrase: ``"NATO (accession|membership) talks"`` stands for two phrases."""

from __future__ import annotations

import re
from itertools import product
from math import prod

from processors.query.problems import QueryProblem

MAX_PHRASES = 64
"""Most phrases that one phrase with alternatives may stand for."""

_GROUP = re.compile(r"\(([^()]*\|[^()]*)\)")
_WORD = re.compile(r"[\w*?]")


def phrases_of(quoted: str, at: int) -> list[str] | QueryProblem:
    """Return every phrase that a phrase in quotes stands for, each in quotes.

    An alternative may have several words, a wildcard, or none: ``"the (former|) president"``.

    Args:
        quoted: The phrase with its quotes, perhaps with ``=`` before them.
        at: Code point of the query at which it begins.
    """
    if "|" not in quoted:
        return [quoted]
    pieces = _GROUP.split(quoted)
    outside = "".join(pieces[::2])
    if "|" in outside:
        return _not_grouped(quoted, at)
    if problem := _without_word(quoted, at):
        return problem
    groups = [piece.split("|") for piece in pieces[1::2]]
    count = prod(map(len, groups))
    if count > MAX_PHRASES:
        message = f"The phrase stands for {count} phrases; {MAX_PHRASES} are allowed."
        mend = "Write fewer alternatives, or several phrases with OR."
        return QueryProblem("E012", at, message, mend)
    between = [[piece] for piece in pieces[::2]]
    parts = [*(part for pair in zip(between, groups, strict=False) for part in pair), between[-1]]
    return list(dict.fromkeys(map("".join, product(*parts))))


def _without_word(quoted: str, at: int) -> QueryProblem | None:
    """Return what is wrong with the first alternative of mere punctuation, if there is one."""
    for group in _GROUP.finditer(quoted):
        for alternative in re.finditer(r"[^|]+", group[1]):
            if alternative[0].strip() and not _WORD.search(alternative[0]):
                offset = at + group.start(1) + alternative.start()
                message = f"The alternative `{alternative[0]}` has no word: it stands for nothing."
                return QueryProblem("E001", offset, message, "Leave it out.")
    return None


def _not_grouped(quoted: str, at: int) -> QueryProblem:
    offset = at + quoted.index("|")
    message = "`|` separates alternatives only inside the parentheses of a phrase."
    if "(" in quoted or ")" in quoted:
        mend = 'Write "NATO (accession|membership) talks": parentheses, none inside another.'
        return QueryProblem("E014", offset, message, mend)
    start = quoted.index('"') + 1
    mend = f'Write `{quoted[:start]}({quoted[start:-1]})"`.'
    return QueryProblem("E014", offset, message, mend)

r"""The syntax of other products: recognised, and rewritten to a query that means the same here.

::

    NATO|EU AND title.exact:Veto^2 ──marks──▶ pieces to replace ──▶ (NATO OR EU) AND title:=Veto
                                                                       │ parsed: is it a query?
                                              QueryProblem with it ◀───┘

Lucene and Elasticsearch, search engines, press databases and word lists have operators that would
otherwise be read as words or ignored, so that a query would silently never match.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from core.text.languages import Language, languages
from processors.query.nodes import FIELDS
from processors.query.problems import QueryProblem

MAX_SHOWN = 300
"""Longest query that a fault repeats in full; of a longer one it shows the part to replace."""
_LONGEST_RANGE = 30
_MAX_WORDS = 50

_QUOTED = re.compile(r'"[^"]*"')
_INSIDE = "\ue000"
"""Replaces each character of a phrase in quotes while the rest is searched."""

_SIGNS = r'\s()"<>~^;,+/|&!\\\[\]{}#'
_OPERAND = rf'(?>(?:[A-Za-z_]+:)?+=?+(?:"{_INSIDE}*+"|[^{_SIGNS}]++))'
_MARKS = re.compile(
    rf"""
      (?P<proximity>(?<![^\s()])(?:(?:[wW]|[pP]re|PRE|o?near|adj|ADJ)?/|(?:adj|ADJ|near|NEAR)(?=\d))
          (?P<words>\d{{1,4}}|[sSpP])(?![^\s()]))
    | (?P<around>(?<!\S)AROUND\s*\((?P<around_words>\d{{1,4}})\))
    | (?P<regex>(?<![^\s()])/(?=\S)[^\s()/]+/(?![^\s()]))
    | (?P<suffix>(?P<base>(?<![^{_SIGNS}:=]){_OPERAND}|\))(?P<sign>[~^])(?P<number>[\d.]*))
    | (?P<range>[\[{{]\s*(?P<low>[^\s\[\]{{}}"()]+)\s+TO\s+(?P<high>[^\s\[\]{{}}"()]+)\s*[\]}}])
    | (?P<subfield>\b(?P<field>[A-Za-z_]+)\.(?P<sub>[A-Za-z_]+):(?=\S))
    | (?P<escape>\\[bB]|\\.)
    | (?P<joined>(?<![^\s()]){_OPERAND}
          (?>(?:[;+/|&]++|(?<!\d),(?!\s)|,(?![\s\d])){_OPERAND})++(?![^\s(),;]))
    | (?P<renamed>(?<![^\s(])(?P<other>[A-Za-z_]+)(?::|=(?!=))(?=[\w"(=*]))
    | (?P<url>(?<![^\s()])url:/[^\s()"]*)
    | (?P<or>\s*(?:\|+|;|(?<=[\s"()])/(?=[\s"(]))+\s*)
    | (?P<and>\s*(?:&&?|(?<=\s)\+(?=\s))\s*)
    | (?P<comma>\s*(?:(?<!\d),|,(?!\d))\s*)
    | (?P<plus>(?<![^\s(])\+(?=[\w"(=*]))
    | (?P<not>(?<![^\s(])(?:!|-)(?=[\w"(=*]))
    | (?P<truncation>(?<=[^\W\d])[!$%](?![^\s()]))
    | (?P<opening>[\[{{])
    | (?P<closing>[\]}}])
    """,
    re.VERBOSE,
)
_OWN = re.compile(r"(?<![^\s(:,])(?:O?NEAR/[^\s()\"]*|ALL/[^\s()\",]*(?=\s*\())")
_OWN_SLASH = "\ue001"
_BARE = re.compile(r"[~^;,+/|&\\#{}\[\]!%@$]|[A-Za-z_][:=]|\d|/[sSpP]\b|(?<!\S)-\S")
_LISTS = re.compile(rf"ALL(?:{_OWN_SLASH}[^\s()]*)?\s*\(|[()]|,")
_PARTS = re.compile(rf"{_OPERAND}|[;,+/|&]+")
_GLUE = re.compile(rf'(?<=[\w")*?])\s+(?=(?:NOT\s+)?(?:{_OPERAND}|\())')
_KEYWORDS = re.compile(rf"(?:AND|OR|NOT|EXCEPT|O?NEAR[/{_OWN_SLASH}]\w+)\Z")
_WORD = rf"(?!(?:AND|OR|NOT|EXCEPT|O?NEAR[/{_OWN_SLASH}]\w+)\b)\w[\w.'’*?-]*+(?!:)"
_WORD_RUN = rf"{_WORD}(?:[ \t\n]+{_WORD})+"
FIELD_NAMES = {"headline": "title", "hl": "title", "intitle": "title", "allintitle": "title"}
FIELD_NAMES |= {"body": "text", "content": "text", "intext": "text", "inurl": "url"}
FIELD_NAMES |= {"site": "outlet", "source": "outlet", "lang": "language", "byline": "author"}
"""Names of fields in other products, and those of the same fields here."""


@dataclass(frozen=True, slots=True)
class _Edit:
    """A piece of a query to replace, and what it is replaced by."""

    start: int
    end: int
    sign: str
    text: str


def foreign_syntax(text: str, is_query: Callable[[str], bool]) -> QueryProblem | None:
    """Return the first mark of another product's syntax as a problem; None if there is none.

    Args:
        text: The query.
        is_query: Returns whether a text is a query without errors.
    """
    masked = _masked(text)
    if not _BARE.search(masked):
        return None
    edits = list(_edits(text, masked))
    if not edits:
        return None
    message = f"`{edits[0].sign}` is the syntax of another product."
    return QueryProblem("E014", edits[0].start, message, _mend(text, edits, is_query))


def without_operator(text: str, at: int, is_query: Callable[[str], bool]) -> str:
    """Return advice for two terms without an operator between them.

    ``NATO oder EU`` and ``NATO ODER EU`` become ``NATO OR EU``, ``Nord Stream`` a phrase.

    Args:
        text: The query.
        at: Where the second term begins.
        is_query: Returns whether a text is a query without errors.
    """
    if rewritten := _with_operators(text, is_query):
        return f"Write `{rewritten}`."
    if len(text) <= MAX_SHOWN:
        runs = re.finditer(r"(?<![^\s(])" + _WORD_RUN, _masked(text))
        for run in (run for run in runs if run.start() < at < run.end()):
            start, end = run.span()
            phrase = f'{text[:start]}"{text[start:end]}"{text[end:]}'
            if is_query(phrase):
                return f"Write `{phrase}` for the phrase, or AND or OR between the words."
        if is_query(glued := _glued(text)):
            return f"Write `{glued}`, or OR instead of AND."
    return 'Put both in quotes ("a b") for the phrase, or AND or OR between them.'


def _with_operators(text: str, is_query: Callable[[str], bool]) -> str | None:
    """Return a query with the operators that were written as words of a language; else None."""
    words = _operator_words(languages())
    masked = _masked(text)
    edits = [
        _Edit(m.start(), m.end(), m.group(), words[m.group().casefold()])
        for m in re.finditer(r"(?<![^\s()])[^\W\d_]+(?![^\s()])", masked)
        if m.group() not in ("AND", "OR", "NOT") and m.group().casefold() in words
    ]
    if not edits:
        return None
    rewritten = _applied(text, edits)
    rewritten = re.sub(r"(?<!AND)(?<!OR)(?<!\()(?<!^)\s+NOT\s", " AND NOT ", rewritten)
    if len(rewritten) > MAX_SHOWN:
        return None
    return next(filter(is_query, (rewritten, grouped(rewritten))), None)


def grouped(query: str) -> str:
    """Return ``a OR b AND c`` as ``a OR (b AND c)``, as most languages read it."""
    if "(" in _masked(query):
        return query
    alternatives = query.split(" OR ")
    return " OR ".join(f"({one})" if " AND " in one else one for one in alternatives)


@cache
def _operator_words(known: tuple[Language, ...]) -> dict[str, str]:
    """Return the operators by the words of all languages that are mistaken for them."""
    return {word: sign for one in known for word, sign in one.operator_words.items()}


def _masked(text: str) -> str:
    """Return a query in which phrases and the slashes of operators are no signs of any kind."""
    masked = _QUOTED.sub(lambda m: f'"{_INSIDE * (len(m.group()) - 2)}"', text)
    return _OWN.sub(lambda m: m.group().replace("/", _OWN_SLASH), masked)


def _edits(text: str, masked: str) -> Iterator[_Edit]:
    commas = _commas_of_lists(masked)
    for mark in _MARKS.finditer(masked):
        kind = mark.lastgroup or ""
        if kind == "comma" and masked.index(",", mark.start()) in commas:
            continue
        if kind == "joined" and any(mark.start() <= at < mark.end() for at in commas):
            continue
        kinds = [name for name, value in mark.groupdict().items() if value is not None]
        start, end = mark.span()
        replaced = _REWRITES[kinds[0]](text[start:end], mark)
        if replaced != text[start:end]:
            yield _Edit(start, end, _sign(text[start:end], kinds[0], mark), replaced)


def _commas_of_lists(masked: str) -> set[int]:
    """Return where the commas between the operands of ALL are."""
    lists, commas = [False], set()
    for mark in _LISTS.finditer(masked):
        if mark.group().endswith("("):
            lists.append(mark.group() != "(")
        elif mark.group() == ")":
            lists = lists[:-1] or [False]
        elif lists[-1]:
            commas.add(mark.start())
    return commas


def _sign(piece: str, kind: str, mark: re.Match[str]) -> str:
    if kind == "suffix":
        return str(mark["sign"]) + str(mark["number"])
    return piece.strip()


def _proximity(_: str, mark: re.Match[str]) -> str:
    words = mark["words"].upper()
    if words in ("S", "P"):
        return "NEAR/S"
    sign = "ONEAR" if mark.group().casefold().startswith(("pre", "onear")) else "NEAR"
    return f"{sign}/{min(int(words), _MAX_WORDS)}"


def _around(_: str, mark: re.Match[str]) -> str:
    return f"NEAR/{min(int(mark['around_words']), _MAX_WORDS)}"


def _suffix(piece: str, mark: re.Match[str]) -> str:
    """Return a term without ``~2`` or ``^3``; a phrase with ``~5`` as words that are near."""
    base = piece[: len(mark["base"])]
    words = base.strip('"').split()
    if mark["sign"] == "^" or not base.startswith('"') or len(words) < 2:
        return base
    slop = min(int(float(f"0{mark['number']}".rstrip("."))) if mark["number"] else 0, _MAX_WORDS)
    if len(words) == 2:
        return f'("{words[0]}" NEAR/{slop} "{words[1]}")'
    between = min(slop + len(words) - 2, _MAX_WORDS)
    return f"ALL/{between}({', '.join(f'{chr(34)}{word}{chr(34)}' for word in words)})"


def _range(_: str, mark: re.Match[str]) -> str:
    low, high = mark["low"], mark["high"]
    if low.isdecimal() and high.isdecimal() and 0 < int(high) - int(low) < _LONGEST_RANGE:
        return f"({' OR '.join(map(str, range(int(low), int(high) + 1)))})"
    return f"({low} OR {high})"


def _subfield(_: str, mark: re.Match[str]) -> str:
    name = FIELD_NAMES.get(mark["field"].casefold(), mark["field"].casefold())
    is_exact = mark["sub"] in ("exact", "raw", "keyword", "strict")
    return f"{name}:{'=' if is_exact and name in ('title', 'lead', 'text') else ''}"


def _renamed(piece: str, mark: re.Match[str]) -> str:
    name = mark["other"].casefold()
    name = FIELD_NAMES.get(name, name)
    return f"{name}:" if name in FIELDS else piece


def _joined(piece: str, _: re.Match[str]) -> str:
    """Return ``a|b`` as ``(a OR b)``; numbers, addresses and short names as a phrase."""
    field = re.match(r"[A-Za-z_]+:", piece)
    name = field.group()[:-1].casefold() if field else ""
    prefix = f"{FIELD_NAMES.get(name, name)}:" if name else ""
    rest = piece[field.end() :] if field else piece
    if prefix == "url:" or re.fullmatch(r"[\d.]+(/[\d.]+)+|\w{1,2}&\w{1,2}", rest):
        return f'{prefix}"{rest}"'
    alternatives: list[list[str]] = [[]]
    for part in _PARTS.finditer(rest):
        if part.group().strip(";,/|") == "":
            alternatives.append([])
        elif part.group().strip("+&"):
            alternatives[-1].append(part.group())
    groups = [" AND ".join(words) for words in alternatives if words]
    if len(groups) > 1:
        groups = [f"({g})" if " AND " in g else g for g in groups]
    return f"{prefix}({' OR '.join(groups)})"


def _truncation(_: str, mark: re.Match[str]) -> str:
    """Return the wildcard for ``sanction!``, or nothing behind a short word."""
    return "*" if mark.string[max(0, mark.start() - 4) : mark.start()].isalpha() else ""


def _regex(piece: str, _: re.Match[str]) -> str:
    return piece[1:-1].replace(".*", "*").replace(".", "?")


_REWRITES: dict[str, Callable[[str, re.Match[str]], str]] = {
    "proximity": _proximity,
    "around": _around,
    "suffix": _suffix,
    "regex": _regex,
    "range": _range,
    "subfield": _subfield,
    "renamed": _renamed,
    "escape": lambda piece, _: "" if piece[1] in "bB" else piece[1],
    "joined": _joined,
    "url": lambda piece, _: f'url:"{piece[4:]}"',
    "or": lambda *_: " OR ",
    "and": lambda *_: " AND ",
    "comma": lambda *_: " OR ",
    "plus": lambda *_: "",
    "not": lambda *_: "NOT ",
    "truncation": _truncation,
    "opening": lambda *_: "(",
    "closing": lambda *_: ")",
}


def _applied(text: str, edits: list[_Edit]) -> str:
    pieces, at = [], 0
    for edit in edits:
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    rewritten = "".join([*pieces, text[at:]]).strip()
    rewritten = re.sub(r"\(\(([^()]*)\)\)", r"(\1)", rewritten)
    return re.sub(r"^(?:OR|AND)\s+|\s+(?:OR|AND)$", "", rewritten)


def _mend(text: str, edits: list[_Edit], is_query: Callable[[str], bool]) -> str:
    """Return advice with a query that was parsed, or without one where none was found."""
    first = edits[0]
    old = text[first.start : first.end].strip()
    rewritten = _applied(text, edits)
    has_signs = any(edit.sign in ("+", "-", "!") for edit in edits)
    for candidate in _candidates(rewritten, phrases=not has_signs):
        if is_query(candidate):
            is_short = len(candidate) <= MAX_SHOWN
            return f"Write `{candidate if is_short else first.text.strip()}`" + (
                "." if is_short else f" instead of `{old}`."
            )
    excluded = rewritten.removeprefix("NOT ")
    if excluded != rewritten and is_query(excluded):
        return f"Say first what is wanted: `wanted AND NOT {excluded}`."
    return f"Write AND, OR, AND NOT or NEAR/5 instead of `{old}`, or put it in quotes."


def _candidates(rewritten: str, *, phrases: bool) -> Iterator[str]:
    """Yield a rewritten query, without outer parentheses, and with what is missing in between.

    Args:
        rewritten: The query.
        phrases: Whether words side by side are a phrase, as in a list; else AND is missing.
    """
    if re.fullmatch(r"\([^()]*\)", rewritten):
        yield rewritten[1:-1]
    yield rewritten
    if len(rewritten) > MAX_SHOWN:
        return
    yield grouped(rewritten)
    if phrases:
        yield re.sub(r"(?<![^\s(])" + _WORD_RUN + r"(?![^\s),])", r'"\g<0>"', rewritten)
    yield _glued(rewritten)


def _glued(query: str) -> str:
    """Return a query with AND between terms that have no operator between them."""
    masked, pieces, at = _masked(query), [], 0
    for gap in _GLUE.finditer(masked):
        before = masked[: gap.start()].rsplit(maxsplit=1)[-1]
        after = masked[gap.end() :].split(maxsplit=1)[0]
        operators = _KEYWORDS.fullmatch(before) or (after != "NOT" and _KEYWORDS.fullmatch(after))
        pieces += [query[at : gap.start()], " " if operators else " AND "]
        at = gap.end()
    return "".join([*pieces, query[at:]])

"""Queries that plain YAML cannot hold, read as their author meant them.

::

    query: "NATO Beitritt*" OR x      YAML: a quoted text, and behind it what does not belong there
        │
        └──▶ query: '"NATO Beitritt*" OR x'      with the places where a quote was inserted

Only values of ``query``, ``terms`` and ``forms`` are changed, and only where YAML cannot read them
or takes their beginning for an alias, a tag or an anchor.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

_LINE = re.compile(
    r"^(?P<before>(?P<indent> *(?:- +)?)(?P<key>[A-Za-z_][\w-]*): +)(?P<value>\S.*)?$"
)
_BLOCK = re.compile(r"[|>][-+0-9]*(?:\s+#.*)?$")
_PARENT = re.compile(r"^( *(?:- +)?)(terms|forms):\s*(?:#.*)?$")
_PHRASE_AND_MORE = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*(?!\s|#|$)""")
_REFERENCE = re.compile(r"([*&])([^\s,\[\]{}]+)")
_ANCHORED = re.compile(r"^ *(?:- +)?[A-Za-z_][\w-]*: +&", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A text in which queries were put in quotes.

    Attributes:
        text: The text that YAML can read.
        inserted: Ascending offsets in ``text`` of the characters that the file does not have.
    """

    text: str
    inserted: tuple[int, ...]


def may_hide_a_query(text: str) -> bool:
    """Return whether YAML may take the beginning of a query for an anchor, without a fault."""
    return _ANCHORED.search(text) is not None


def quote_queries(text: str) -> Quoted | None:
    """Return the text with quotes around queries that plain YAML cannot hold; None if it has none.

    Args:
        text: The text of an operator's file.
    """
    pieces: list[str] = []
    inserted: list[int] = []
    at = size = 0
    for start, end in _trapped(text):
        pieces.append(text[at:start])
        size += len(pieces[-1])
        value = text[start:end].replace("'", "''")
        quotes = [m.start() + 1 for m in re.finditer("''", value)]
        inserted += [size, *(size + 1 + offset for offset in quotes), size + 1 + len(value)]
        pieces.append(f"'{value}'")
        size += len(pieces[-1])
        at = end
    return Quoted("".join([*pieces, text[at:]]), tuple(inserted)) if pieces else None


def _trapped(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each query begins and ends that YAML would misread."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    references = {match.group() for match in _REFERENCE.finditer(text)}
    number, parent = 0, -1
    while number < len(lines):
        line = lines[number].rstrip("\r\n")
        if line.strip() and parent >= _indent(line):
            parent = -1
        if found := _PARENT.match(line):
            parent = len(found[1])
        mark, following = _LINE.match(line), number + 1
        if mark:
            column = len(mark["indent"])
            while following < len(lines) and _continues(lines[following], column):
                following += 1
            value = mark["value"] or ""
            is_query = mark["key"] == "query" or parent >= 0
            if is_query and not _BLOCK.match(value) and _is_misread(value, references):
                begin = starts[number] + len(mark["before"])
                if end := _end(lines, number, following, len(mark["before"])):
                    yield begin, starts[number] + end
                    number = following
                    continue
            if _BLOCK.match(value):
                number = following
                continue
        number += 1


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _continues(line: str, column: int) -> bool:
    """Return whether a line belongs to the value of a key in the line before."""
    return not line.strip() or _indent(line) > column


def _is_misread(value: str, references: Collection[str]) -> bool:
    if value[:1] in "\"'":
        return _PHRASE_AND_MORE.match(value) is not None
    if reference := _REFERENCE.match(value):
        return {"*": "&", "&": "*"}[reference[1]] + reference[2] not in references
    has_colon = ": " in re.sub(r'"[^"]*"', "", value)
    return value[:1] in "*&!%@`" or (has_colon and value[:1] not in "{[")


def _end(lines: list[str], first: int, after: int, begin: int) -> int:
    """Return where a value ends, from the beginning of its first line; 0 where a comment splits it.

    Args:
        lines: Of the file.
        first: The line that it begins in.
        after: One past the last line that may belong to it.
        begin: Where it begins in the first line.
    """
    while after > first + 1 and not lines[after - 1].strip():
        after -= 1
    size = 0
    for number in range(first, after):
        line = lines[number].rstrip("\r\n")
        hidden = re.sub(r'"[^"]*"', lambda m: "x" * len(m.group()), line)
        comment = re.compile(r"\s+#").search(hidden, begin if number == first else 0)
        if comment and number < after - 1:
            return 0
        if number == after - 1:
            return size + (comment.start() if comment else len(line.rstrip()))
        size += len(lines[number])
    return 0

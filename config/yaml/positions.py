"""Map each character of a YAML value to its line and column in the file.

::

    raw text of the scalar ──▶ runs: (offset in value, offset in file) ──▶ SourceText.lines

YAML folds lines, doubles quotes and escapes characters, so an offset in a value is not an offset
in the file. A value is cut into runs within which both advance together, so that a parser of the
value (the query parser) can report the exact column of a fault.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from config.catalog.models import FilePosition, SourceText

_BREAK = r"(?:\r\n|[\r\n])"
_FOLD = rf"(?P<fold>[ \t]*{_BREAK}(?:[ \t]*{_BREAK})*[ \t]*)"
_PLAIN_RUN = re.compile(rf"{_FOLD}|(?P<text>[ \t]+|[^ \t\r\n]+)")
_SINGLE_RUN = re.compile(rf"{_FOLD}|(?P<one>'')|(?P<text>[ \t]+|[^' \t\r\n]+)")
_DOUBLE_RUN = re.compile(
    rf"(?P<join>\\{_BREAK}(?:[ \t]*{_BREAK})*[ \t]*)|{_FOLD}"
    r"|(?P<one>\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\.)"
    r"|(?P<text>[ \t]+|[^\\ \t\r\n]+)"
)
_BREAKS = re.compile(_BREAK)

Run = tuple[int, int]
"""Offset in the value, offset in the raw text."""


class LineIndex:
    """The line and column of every character of a file, counted as editors count them.

    Args:
        file: Path of the file, for the positions.
        text: The whole file, as YAML reads it.
        inserted: Ascending offsets in ``text`` of characters that the file does not have.
    """

    def __init__(self, file: str, text: str, inserted: Sequence[int] = ()) -> None:
        self.file = file
        self.text = text
        self._inserted = inserted
        breaks = (match.end() for match in _BREAKS.finditer(text))
        self._starts = [0, *(end - bisect_left(inserted, end) for end in breaks)]

    def position(self, index: int) -> FilePosition:
        """Return the position in the file of the character at ``index`` of ``text``."""
        index -= bisect_left(self._inserted, index)
        line = bisect_right(self._starts, index)
        return FilePosition(self.file, line, index - self._starts[line - 1] + 1)

    def source(self, start: int, end: int, style: str | None, value: str) -> SourceText:
        """Return a scalar's value with the positions of its characters.

        Args:
            start: Where the scalar starts in the file, including its quote or block mark.
            end: Where it ends.
            style: ``'``, ``"``, ``|``, ``>`` or None for a plain scalar.
            value: The value that the YAML parser returned.
        """
        pieces: list[tuple[int, int, int]] = []
        for offset, raw in _runs(self.text[start:end], style, value):
            here = self.position(start + raw)
            if not pieces or not _continues(pieces[-1], (offset, here.line, here.column)):
                pieces.append((offset, here.line, here.column))
        if not pieces:
            return SourceText(value, self.position(start))
        first = FilePosition(self.file, pieces[0][1], pieces[0][2])
        return SourceText(value, first, tuple(pieces) if len(pieces) > 1 else ())


def _continues(a: tuple[int, int, int], b: tuple[int, int, int]) -> bool:
    return a[1] == b[1] and b[2] - a[2] == b[0] - a[0]


def _runs(raw: str, style: str | None, value: str) -> list[Run]:
    if style in ("|", ">"):
        return _block_runs(raw, value)
    if style is None:
        return _flow_runs(raw, _PLAIN_RUN, 0, len(raw))
    pattern = _SINGLE_RUN if style == "'" else _DOUBLE_RUN
    return _flow_runs(raw, pattern, 1, len(raw) - 1)


def _flow_runs(raw: str, pattern: re.Pattern[str], begin: int, end: int) -> list[Run]:
    runs: list[Run] = []
    offset = 0
    for match in pattern.finditer(raw, begin, end):
        kind, text = match.lastgroup, match.group()
        breaks = len(_BREAKS.findall(text)) if kind in ("fold", "join") else 0
        if kind in ("text", "one"):
            runs.append((offset, match.start()))
        if kind == "text":
            offset += len(text)
        elif kind == "one":
            offset += 1
        elif kind == "join":  # a backslash removes its own line break, not the empty lines after it
            offset += breaks - 1
        else:  # one break folds to a space, more of them to one less
            offset += max(1, breaks - 1)
    return runs


def _block_runs(raw: str, value: str) -> list[Run]:
    """Return the runs of a block: folding changes only the white space between its lines."""
    header = _BREAKS.search(raw)
    runs: list[Run] = []
    offset, begin = 0, header.end() if header else len(raw)
    while begin < len(raw):
        line_break = _BREAKS.search(raw, begin)
        end = line_break.start() if line_break else len(raw)
        text = raw[begin:end].strip(" \t")
        if text:
            offset += len(value[offset:]) - len(value[offset:].lstrip(" \t\n"))
            if not value.startswith(text, offset):  # a comment behind the block
                break
            runs.append((offset, begin + raw[begin:end].index(text)))
            offset += len(text)
        begin = line_break.end() if line_break else len(raw)
    return runs

"""What commands print: JSON for programs, words for people; logs go to stderr elsewhere.

Every list command prints one JSON array with ``--json``. Untrusted text is cleaned before it
reaches a terminal: in words, what moves the cursor or reorders text is taken out; in JSON it is
escaped, and so is all that some reader may take for the end of a line.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from core.text import clean, clean_line

_UNFIT = re.compile(
    "[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""What JSON leaves as it is and a terminal or ``str.splitlines`` does not."""


def print_json(value: object) -> None:
    """One JSON document on stdout, indented on a terminal, else on one line."""
    write(_json(value, indent=2 if sys.stdout.isatty() else None))


def print_line(value: object) -> None:
    """One JSON document on one line, at once: for streams of them."""
    write(_json(value, indent=None), flush=True)


def say(text: str, *, indent: str = "") -> None:
    """A line, or several, of untrusted text for people."""
    write("\n".join(indent + line for line in clean(text).split("\n")))


def print_rows(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, empty: str
) -> None:
    """Rows as a JSON array, or as a table; the words of ``empty`` where there are none."""
    if as_json:
        print_json(list(rows))
    elif not rows:
        write(empty)
    else:
        write(_table(rows, columns))


def write(text: str, *, flush: bool = False) -> None:
    """A line as it is. A reader that has seen enough (``| head -1``) ends the command with 0."""
    try:
        print(text, flush=flush)
    except OSError as error:
        raise SystemExit(_unwritten(error)) from None


def finish() -> int:
    """Write out what is buffered; the exit code where that does not work, else 0."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError as error:
        return _unwritten(error)
    return 0


def _unwritten(error: OSError) -> int:
    """Nothing more is written; the exit code that says why."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return 0
    sys.stderr.write(f"wirewatch: The output cannot be written: {error.strerror}.\n")
    return 3


def _json(value: object, *, indent: int | None) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return _UNFIT.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    page = StringIO()  # what is written out, is written in one place: by write()
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 1000  # a pipe: for grep
    Console(file=page, width=width).print(table)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list | tuple):
        return ", ".join(clean_line(str(v), 120) for v in value)
    return clean_line(str(value), 120)

"""Print the output of commands: JSON for programs, text for people. Logs go to stderr.

Every list command prints one JSON array with ``--json``. Untrusted text is made safe for a
terminal: characters that move the cursor or reorder text are removed from text and escaped in JSON,
as is everything that a reader may take for the end of a line.
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

_UNSAFE = re.compile(
    "[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Characters that JSON may contain but a terminal or ``str.splitlines`` acts on."""


def print_json(value: object) -> None:
    """Print a JSON document, indented on a terminal, otherwise on one line."""
    write(_json(value, indent=2 if sys.stdout.isatty() else None))


def print_line(value: object) -> None:
    """Print a JSON document on one line, without buffering: for JSON lines."""
    write(_json(value, indent=None), flush=True)


def say(text: str, *, indent: str = "") -> None:
    """Print untrusted text for people, on one line or several."""
    write("\n".join(indent + line for line in clean(text).split("\n")))


def print_rows(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, empty: str
) -> None:
    """Print rows as a JSON array or as a table; print ``empty`` where there are none."""
    if as_json:
        print_json(list(rows))
    elif not rows:
        write(empty)
    else:
        write(_table(rows, columns))


def counted(n: int, noun: str, plural: str = "") -> str:
    """Return a number with what it counts: ``1 error``, ``2,400 errors``.

    Args:
        n: The number.
        noun: The word for one.
        plural: The word for several, where it is not ``noun`` with an s.
    """
    return f"{n:,} {noun if n == 1 else plural or f'{noun}s'}"


def write(text: str, *, flush: bool = False) -> None:
    """Print a line unchanged. Exit with 0 where the reader is gone (``| head -1``)."""
    try:
        print(text, flush=flush)
    except OSError as error:
        raise SystemExit(_discard_output(error)) from None


def flush() -> int:
    """Write what is buffered. Return 0, or the exit code where that fails."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError as error:
        return _discard_output(error)
    return 0


def _discard_output(error: OSError) -> int:
    """Discard all further output. Return the exit code for the reason."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):
        return 0
    sys.stderr.write(f"wirewatch: The output cannot be written: {error.strerror}.\n")
    return 3


def _json(value: object, *, indent: int | None) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    text = StringIO()
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 1000  # a pipe: for grep
    Console(file=text, width=width).print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list | tuple):
        return ", ".join(clean_line(str(v), 120) for v in value)
    return clean_line(str(value), 120)

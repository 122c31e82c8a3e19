"""What commands print: JSON for programs, tables for people; logs go to stderr elsewhere.

Every list command prints one JSON array with ``--json``. Untrusted text is cleaned before it
reaches a terminal.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.text import clean_line


def print_json(value: object) -> None:
    """One JSON document on stdout, indented on a terminal, else on one line."""
    indent = 2 if sys.stdout.isatty() else None
    print(json.dumps(value, ensure_ascii=False, indent=indent, default=str))


def print_line(value: object) -> None:
    """One JSON document on one line, at once: for streams of them."""
    print(json.dumps(value, ensure_ascii=False, default=str), flush=True)


def print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, empty: str) -> None:
    """Rows as a table; the words of ``empty`` where there are none."""
    if not rows:
        print(empty)
        return
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(row.get(column))) for column in columns))
    Console(soft_wrap=not sys.stdout.isatty()).print(table)


def print_rows(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, empty: str
) -> None:
    """Either of the two above."""
    if as_json:
        print_json(list(rows))
    else:
        print_table(rows, columns, empty=empty)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return clean_line(str(value), 120)

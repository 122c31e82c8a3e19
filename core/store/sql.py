"""SQL that both databases understand and for which SQLAlchemy has no common construct."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

CHUNK_SIZE = 500
"""Values in one ``IN``: SQLite limits the number of parameters of a statement."""


def insert(connection: Connection, table: Table) -> sqlite.Insert:
    """Return an INSERT that has ``on_conflict_do_nothing`` and ``on_conflict_do_update``.

    SQLAlchemy has two classes with these methods and no common base; this is typed as one of them.
    The result's ``rowcount`` tells whether a row was written.
    """
    if connection.dialect.name == "postgresql":
        statement: sqlite.Insert = postgresql.insert(table)  # type: ignore[assignment]
    else:
        statement = sqlite.insert(table)
    return statement.execution_options(preserve_rowcount=True)


def chunks(values: Iterable[T], size: int = CHUNK_SIZE) -> Iterator[list[T]]:
    """Split values into lists of bounded size, each for one statement."""
    items = list(values)
    for start in range(0, len(items), size):
        yield items[start : start + size]

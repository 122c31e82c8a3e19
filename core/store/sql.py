"""SQL that both databases understand and for which SQLAlchemy has no common construct."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Select,
    Table,
    bindparam,
    func,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite

from config.errors import NotFoundError
from core.text import clean_line

T = TypeVar("T")

FORGET_LIMIT = 250
"""Rows that one step of forgetting deletes at most: other writers wait some 50 ms for it."""

CHUNK_SIZE = 500
"""Values in one ``IN``: SQLite limits the number of parameters of a statement."""


class Step(NamedTuple):
    """What one step of forgetting did.

    Attributes:
        deleted: Rows deleted.
        after: Where the next step begins; None where nothing is left to look at.
    """

    deleted: int
    after: Any


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


def select_texts(dialect: str, parameter: str) -> Select[tuple[str]]:
    """Return a query for the texts in a parameter, which is a list of any length.

    It is for an ``IN`` that cannot be split into :func:`chunks`.

    Args:
        dialect: Name of the dialect of SQL.
        parameter: Name of the parameter.
    """
    values = bindparam(parameter, type_=JSON)
    is_postgres = dialect == "postgresql"
    each = func.json_array_elements_text(values) if is_postgres else func.json_each(values)
    return select(each.table_valued("value").c.value)


def delete_rows(
    connection: Connection, table: Table, *conditions: ColumnElement[bool], limit: int | None
) -> int:
    """Delete rows that meet all conditions, at most ``limit`` of them. Return how many."""
    key = list(table.primary_key.columns)
    rows = select(*key).where(*conditions).order_by(*key).limit(limit)
    return connection.execute(table.delete().where(tuple_(*key).in_(rows))).rowcount


def is_storable(text: str) -> bool:
    """Return whether every database accepts a text: no NUL and no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def check_parameter(name: str) -> str:
    """Return an id from outside if a database can be asked for it.

    Raises:
        NotFoundError: Nothing can have this id.
    """
    if not is_storable(name):
        raise NotFoundError(f"{clean_line(name, 40)!r} is no id.")
    return name

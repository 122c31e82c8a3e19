"""INSERT with ON CONFLICT, which both databases write alike and SQLAlchemy does not."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert(connection: Connection, table: Table) -> sqlite.Insert:
    """An INSERT that has ``on_conflict_do_nothing`` and ``on_conflict_do_update``.

    SQLAlchemy has two classes with these methods and no common one; typed as one of them. The
    result's ``rowcount`` says whether a row was written.
    """
    if connection.dialect.name == "postgresql":
        made: sqlite.Insert = postgresql.insert(table)  # type: ignore[assignment]
    else:
        made = sqlite.insert(table)
    return made.execution_options(preserve_rowcount=True)

"""Databases from the SQL that an older version wrote: as its own file, or on PostgreSQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.support.schemas import NUMBERED, migrate_to

ALEMBIC = "alembic_version"


def restore_sqlite(script: Path, database: Path) -> str:
    """Write a database as it was. Return its URL."""
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(script.read_text(encoding="utf-8"))
    return f"sqlite:///{database}"


def restore_postgres(script: Path, url: str, revision: str) -> str:
    """Write the rows of a SQLite store to an empty database with the same schema."""
    with closing(sqlite3.connect(":memory:")) as source:
        source.executescript(script.read_text(encoding="utf-8"))
        source.row_factory = sqlite3.Row
        migrate_to(url, revision, lambda connection: _copy(source, connection))
    return url


def read_rows(script: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each table as SQLite has them."""
    with closing(sqlite3.connect(":memory:")) as source:
        source.executescript(script.read_text(encoding="utf-8"))
        source.row_factory = sqlite3.Row
        return {name: list(map(dict, _rows(source, name))) for name in _tables(source)}


def _tables(source: sqlite3.Connection) -> Iterator[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    yield from (name for (name,) in source.execute(query) if name != ALEMBIC)


def _rows(source: sqlite3.Connection, table: str) -> list[sqlite3.Row]:
    return source.execute(f'SELECT * FROM "{table}"').fetchall()


def _copy(source: sqlite3.Connection, connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    metadata.reflect(connection)
    connection.execute(metadata.tables["about"].delete())
    for table in metadata.sorted_tables:
        rows = [_typed(row, table) for row in _rows(source, table.name)]
        if rows and table.name != ALEMBIC:
            connection.execute(table.insert(), rows)
    for name in NUMBERED:
        newest = sa.text(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}) + 1)")
        connection.execute(newest)


def _typed(row: sqlite3.Row, table: sa.Table) -> dict[str, Any]:
    return {name: _value(row[name], table.c[name].type) for name in row.keys()}  # noqa: SIM118


def _value(value: Any, type_: sa.types.TypeEngine[Any]) -> Any:
    if value is None:
        return None
    if isinstance(type_, sa.DateTime):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    if isinstance(type_, sa.Boolean):
        return bool(value)
    return json.loads(value) if isinstance(type_, sa.JSON) else value

"""Databases with a schema: of the present version, quickly, or of an older one."""

from __future__ import annotations

import importlib
import pkgutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import cache
from pathlib import Path

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import core.store
import core.store.migrate as migrate
from core.store import Store
from core.store.column_types import metadata
from core.store.engine import _engine
from core.store.retention import KEPT, RULES

CHILDREN_FIRST = [table.name for table in reversed(metadata.sorted_tables)]
assert set(CHILDREN_FIRST) == {*KEPT, *(table for rule in RULES.values() for table in rule.tables)}
MIGRATE = migrate._alembic
"""Runs the migrations, whatever :func:`share_schema` has changed."""

NUMBERED = ("entries", "outbox")
"""Tables whose rows are numbered by a sequence."""


def new_sqlite(folder: Path) -> str:
    """Create an empty store in a folder, by copying one. Return its URL."""
    path = folder / "store.db"
    path.write_bytes(_migrated())
    return f"sqlite:///{path}"


def share_schema() -> None:
    """Migrate one new SQLite database in this process, and give the others the result.

    Each would run all migrations again, which takes 0.15 s of CPU and as long to import Alembic. A
    database that has an older schema is migrated as ever.
    """

    def create_or_migrate(connection: sa.Connection) -> None:
        if connection.dialect.name != "sqlite" or migrate.current(connection) is not None:
            MIGRATE(connection)
            return
        for statement in schema_of_all_migrations():
            connection.exec_driver_sql(statement)

    vars(migrate)["_alembic"] = create_or_migrate


@cache
def schema_of_all_migrations() -> tuple[str, ...]:
    """Return the statements that create the schema as the migrations leave it on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        migrate_to(f"sqlite:///{folder}/store.db", "head", lambda _: None)
        with closing(sqlite3.connect(f"{folder}/store.db")) as connection:
            rows = connection.execute(
                "SELECT sql FROM sqlite_master WHERE sql NOT NULL AND name != 'sqlite_sequence'"
            )
            stamp = f"INSERT INTO alembic_version VALUES ('{migrate.HEAD}')"
            return (*(sql for (sql,) in rows), stamp)


def restore_postgres(connection: psycopg.Connection) -> None:
    """Bring a database back to how it was after migration: no other session, table or row.

    Args:
        connection: Commits each statement. For a new connection the server would read and plan
            anew everything about all tables, which takes ten times as long as to empty them.
    """
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    foreign = {name for (name,) in names} - {*CHILDREN_FIRST, "alembic_version"}
    statements = [
        *(f'DROP TABLE "{name}"' for name in foreign),
        *(f"DELETE FROM {name}" for name in CHILDREN_FIRST),
        *(f"SELECT setval('{name}_id_seq', 1, false)" for name in NUMBERED),
    ]
    connection.execute("; ".join(statements))


def declare_all_tables() -> None:
    """Import each module of the store, so that ``metadata`` has all tables and indexes."""
    for module in pkgutil.walk_packages(core.store.__path__, "core.store."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)


def migrate_to(url: str, revision: str, fill: Callable[[sa.Connection], object]) -> None:
    """Bring an empty database to an older schema and put rows into it."""
    engine = _engine(url)
    config = Config()
    config.set_main_option("script_location", str(migrate._FOLDER))
    with engine.connect().execution_options(wirewatch_write=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        fill(connection)
    engine.dispose()


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/store.db")
        with store.write() as connection:
            connection.execute(metadata.tables["about"].delete())  # each copy gets its own id
        store.close()
        return Path(folder, "store.db").read_bytes()


def insert_old_feed(connection: sa.Connection, at: datetime) -> datetime | str:
    """Insert the feed ``f`` of schemas 16 to 24; return the time as the database takes it."""
    stored = at.replace(tzinfo=None).isoformat(" ") if connection.dialect.name == "sqlite" else at
    connection.execute(
        sa.text(
            "INSERT INTO feeds (feed_id, outlet, url, kind, tier, country, language, host,"
            " added_at, validator_mode, same_body, parser_version, next_due_at, due_reason,"
            " entry_count, fail_count, class_count, last_outcome, last_error)"
            " VALUES ('f', 'o', 'https://o.example/f', 'rss', 'B', 'DE', 'de', 'o.example', :at,"
            " 'both', 0, '1', :at, '', 3, 0, 0, 'read', '')"
        ),
        {"at": stored},
    )
    return stored

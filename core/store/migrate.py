"""Bring a database's schema up to date with Alembic's migrations.

::

    Store.open ──▶ upgrade(engine)

A migration is one write transaction under a lock: of two processes that start at the same time, the
second one finds the schema up to date.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from config.errors import OperatorError
from core.store import leases

HEAD = "0037"
"""The newest revision in ``migrations/versions``; a test compares the two."""

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Create or migrate the schema, unless it is up to date.

    Raises:
        OperatorError: A newer version of the program has written the schema.
    """
    with engine.connect() as connection, connection.begin():
        if current(connection) == HEAD:
            return
    with engine.connect().execution_options(wirewatch_write=True) as connection, connection.begin():
        _lock(connection)
        revision = current(connection)
        if revision == HEAD:
            return
        if revision is not None and not is_known(revision):
            raise OperatorError(
                f"The store has schema {revision}, which this version does not know.",
                mend="Run the version of Wirewatch that wrote it, or a newer one.",
            )
        _alembic(connection)


def is_known(revision: str) -> bool:
    """Return whether this version of the program can bring a schema up to date, or has it."""
    return revision.isdigit() and (_FOLDER / "versions" / f"{revision}.py").exists()


def _lock(connection: Connection) -> None:
    """On PostgreSQL, wait for another process's migration, however long it takes."""
    if connection.dialect.name == "postgresql":
        from core.store.postgres import lift_limits

        lift_limits(connection)
        leases.lock_names(connection, "schema", "all of it")


def current(connection: Connection) -> str | None:
    """Return the schema's revision, or None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if revision is None else str(revision)


def _alembic(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

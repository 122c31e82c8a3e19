"""Bring a database's schema up to date, by Alembic's migrations.

::

    Store.open ──▶ upgrade(engine): one write transaction under a lock, so that of two processes
                   that start at once the second finds the work done
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from config.errors import OperatorError
from core.store import leases

HEAD = "0003"
"""The newest revision in ``migrations/versions``; a test compares."""

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Create or migrate the schema; at once done where it is the newest already.

    Raises:
        OperatorError: The database was written by a newer version of this program.
    """
    with engine.connect() as connection, connection.begin():
        if current(connection) == HEAD:
            return
    with engine.connect().execution_options(wirewatch_write=True) as connection, connection.begin():
        _take_turn(connection)
        found = current(connection)
        if found == HEAD:
            return
        if found is not None and not (_FOLDER / "versions" / f"{found}.py").exists():
            raise OperatorError(
                f"The store has schema {found}, which this version does not know.",
                mend="Run the version of Wirewatch that wrote it, or a newer one.",
            )
        _alembic(connection)


def _take_turn(connection: Connection) -> None:
    """On PostgreSQL: wait for another process's migration, however long it takes."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        leases.lock_names(connection, "schema", "all of it")


def current(connection: Connection) -> str | None:
    """The schema's revision, None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found) if found is not None else None


def _alembic(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

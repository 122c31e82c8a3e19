"""Databases as an older version of the program left them."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import core.store.migrate as migrate
from core.store.engine import _engine


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

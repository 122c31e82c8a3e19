"""Bring a database's schema up to date."""

from __future__ import annotations

from sqlalchemy import Engine

from core.store.metadata import metadata


def upgrade(engine: Engine) -> None:
    """Create what is missing."""
    with engine.connect().execution_options(wirewatch_write=True) as connection, connection.begin():
        metadata.create_all(connection)

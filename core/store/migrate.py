"""Bring a database's schema up to date."""

from __future__ import annotations

from sqlalchemy import Engine

from core.store.metadata import metadata


def upgrade(engine: Engine) -> None:
    """Create what is missing."""
    metadata.create_all(engine)

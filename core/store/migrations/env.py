"""Alembic's entry: runs migrations on the connection that :mod:`core.store.migrate` hands over."""

from __future__ import annotations

from alembic import context

from core.store.metadata import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=False,  # the caller's transaction holds all of it
)
context.run_migrations()

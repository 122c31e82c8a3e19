"""Alembic's entry: runs migrations on the connection that :mod:`core.store.migrate` hands over."""

from __future__ import annotations

from typing import Literal

from alembic import context

from core.store.column_types import UtcDateTime, metadata

connection = context.config.attributes["connection"]


def _render(kind: str, thing: object, _: object) -> str | Literal[False]:
    """Write UtcDateTime by its short name in what --autogenerate writes."""
    return "UtcDateTime()" if kind == "type" and isinstance(thing, UtcDateTime) else False


context.configure(
    connection=connection,
    render_item=_render,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=False,  # the caller's transaction holds all of it
)
context.run_migrations()

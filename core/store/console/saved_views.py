"""Views of the list of stories that people saved by name: a filter and a layout each.

They belong to the monitoring team: everybody sees them, and whom to ask is shown beside each.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, Text, func, select

from config.catalog.values import MAX_OWNER
from config.errors import UsageError
from core.store import audit, leases
from core.store.column_types import SafeText, UtcDateTime, metadata
from core.store.sql import insert
from core.text import clean_line

MAX_VIEWS = 100
MAX_NAME = 60
"""Characters of a view's name."""

MAX_QUERY = 2_000
"""Characters of a view's query: those of an address."""

saved_views = Table(
    "saved_views",
    metadata,
    Column("name", SafeText, primary_key=True),
    Column("query", Text, nullable=False),
    Column("saved_by", SafeText, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("owner", SafeText, nullable=False, server_default=""),
)


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view that people open by its name.

    Attributes:
        name: One line; there is one view of a name.
        query: Query string of the stories page.
        saved_by: Who saved it last.
        owner: The person or team to ask about it. Empty, in a view to save: that of the view in
            whose place it comes, else who saves it.
    """

    name: str
    query: str
    saved_by: str
    saved_at: datetime
    owner: str = ""


def save_view(connection: Connection, view: SavedView) -> None:
    """Save a view, in place of one with the same name.

    Args:
        connection: A write transaction.
        view: Its name and its owner are cleaned and cut.

    Raises:
        UsageError: It has no name, its query is too long, or there are :data:`MAX_VIEWS`.
    """
    values = asdict(view) | {"name": clean_line(view.name, MAX_NAME).strip()}
    if not values["name"] or len(view.query) > MAX_QUERY:
        raise UsageError("A view has a name, and a filter that fits into an address.")
    leases.lock_names(connection, "saved_views", "all")
    others = select(func.count()).where(saved_views.c.name != values["name"])
    if (connection.scalar(others) or 0) >= MAX_VIEWS:
        raise UsageError(f"There are {MAX_VIEWS} views.", mend="Delete one that is not used.")
    owner = clean_line(view.owner, MAX_OWNER).strip()
    new = insert(connection, saved_views).values(values | {"owner": owner or view.saved_by})
    changed = {key: value for key, value in values.items() if key != "owner"}
    changed |= {"owner": owner} if owner else {}
    connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=changed))
    audit.record(connection, "view_saved", values["name"], by=view.saved_by, at=view.saved_at)


def delete_view(connection: Connection, name: str, *, by: str, at: datetime) -> bool:
    """Delete a view. Return whether there was one."""
    deleted = connection.execute(saved_views.delete().where(saved_views.c.name == name)).rowcount
    if deleted:
        audit.record(connection, "view_deleted", name, by=by, at=at)
    return deleted > 0


def list_views(connection: Connection) -> list[SavedView]:
    """Return all views, sorted by name without regard to case."""
    rows = connection.execute(select(saved_views)).mappings()
    return sorted((SavedView(**row) for row in rows), key=lambda view: view.name.casefold())

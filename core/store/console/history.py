"""What people did with stories (:mod:`core.store.console.actions`): a row for each.

A story's page shows them, and :mod:`core.store.console.undo` restores the state that an action has
replaced.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, String, Table, Text, select

from core.store import audit
from core.store.column_types import SafeText, UtcDateTime, metadata

NO_UNDO = "{}"
"""State before an action that cannot be undone: a merge undoes a split, and the other way round."""

story_actions = Table(
    "desk_actions",
    metadata,
    Column("action_id", String(32), primary_key=True),
    Column("alert_id", String(32), primary_key=True),
    Column("verb", String(12), nullable=False),
    Column("reason_code", String(40), nullable=False),
    Column("by", SafeText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("former", Text, nullable=False),
    Column("undone_at", UtcDateTime),
    Column("detail", SafeText, nullable=False, server_default=""),
    Index("ix_desk_actions_alert", "alert_id", "at"),
)


@dataclass(frozen=True, slots=True)
class StoryAction:
    """An action of a person on a story.

    Attributes:
        verb: ``acked``, ``closed``, ``reopened``, ``relevant``, ``irrelevant``, ``assigned``,
            ``snoozed``, ``split`` or ``merged``.
        detail: The note on a verdict, the name of whom it is assigned to (empty: nobody any more),
            the time until which it is snoozed (empty: no longer), or the id of the other alert.
        undone_at: When it was undone, if it was.
    """

    action_id: str
    alert_id: str
    verb: str
    reason_code: str
    by: str
    at: datetime
    undone_at: datetime | None
    detail: str = ""


def record_regrouping(
    connection: Connection, alert_id: str, verb: str, other: str, *, by: str, at: datetime
) -> None:
    """Record that a story was split or merged; the other alert is the detail. No undo."""
    connection.execute(
        story_actions.insert().values(
            action_id=uuid.uuid4().hex,
            alert_id=alert_id,
            verb=verb,
            reason_code="",
            by=by,
            at=at,
            former=NO_UNDO,
            detail=other,
        )
    )
    audit.record(connection, verb, alert_id, by=by, at=at, detail=other)


def move_actions(connection: Connection, old: str, new: str) -> None:
    """Let a story inherit the actions on one that became part of it."""
    columns = story_actions.c
    known = select(columns.action_id).where(columns.alert_id == new).scalar_subquery()
    connection.execute(
        story_actions.delete().where(columns.alert_id == old, columns.action_id.in_(known))
    )
    connection.execute(story_actions.update().where(columns.alert_id == old).values(alert_id=new))


def load_actions(connection: Connection, alert_id: str) -> tuple[StoryAction, ...]:
    """Return the actions of people on a story, oldest first."""
    columns = story_actions.c
    query = select(*(columns[name] for name in StoryAction.__slots__))
    query = query.where(columns.alert_id == alert_id).order_by(columns.at, columns.action_id)
    return tuple(StoryAction(**row) for row in connection.execute(query).mappings())

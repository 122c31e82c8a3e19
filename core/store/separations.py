"""Pairs of stories that an analyst has separated: nothing joins them again by itself.

::

    split ──add──▶ story_separations ──load──▶ alerts.stories.RecentArticles
    merge ──move─▶
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, or_, select

from core.store.column_types import SafeText, UtcDateTime, metadata
from core.store.sql import insert

story_separations = Table(
    "story_separations",
    metadata,
    Column("topic_id", String(200), primary_key=True),
    Column("story_id", String(32), primary_key=True),
    Column("other_id", String(32), primary_key=True, index=True),
    Column("by", SafeText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)


def separate(
    connection: Connection, topic_id: str, one: str, other: str, *, by: str, at: datetime
) -> None:
    """Record that two stories of a topic are different events; once is enough."""
    story, other = sorted((one, other))
    row = {"topic_id": topic_id, "story_id": story, "other_id": other, "by": by, "at": at}
    connection.execute(insert(connection, story_separations).values(row).on_conflict_do_nothing())


def load_separations(connection: Connection, topic_id: str) -> list[tuple[str, str]]:
    """Return the pairs of stories of a topic that were separated."""
    columns = story_separations.c
    query = select(columns.story_id, columns.other_id).where(columns.topic_id == topic_id)
    query = query.order_by(columns.story_id, columns.other_id)
    return [(row.story_id, row.other_id) for row in connection.execute(query)]


def move_separations(connection: Connection, old: str, new: str) -> None:
    """Let a story inherit what another one was separated from; the pair of the two is deleted."""
    columns = story_separations.c
    query = select(story_separations).where(or_(columns.story_id == old, columns.other_id == old))
    rows = connection.execute(query).mappings().all()
    connection.execute(
        story_separations.delete().where(or_(columns.story_id == old, columns.other_id == old))
    )
    for row in rows:
        other = row["other_id"] if row["story_id"] == old else row["story_id"]
        if other != new:
            separate(connection, row["topic_id"], new, other, by=row["by"], at=row["at"])

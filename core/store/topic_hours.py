"""How many independent articles each topic had in each hour, and when that was a spike.

An hour is identified by its beginning in UTC; hours without articles have no row. A spike is
marked in the row of its hour, so that it is decided once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    String,
    Table,
    func,
    select,
)

from core.store.column_types import UtcDateTime, metadata
from core.store.sql import FORGET_LIMIT, delete_rows, insert
from core.store.stories import StoryArticle, story_articles

HOUR = timedelta(hours=1)

topic_hours = Table(
    "topic_hours",
    metadata,
    Column("topic_id", String(200), primary_key=True),
    Column("hour", UtcDateTime, primary_key=True),
    Column("articles", Integer, nullable=False),
    Column("spiked_at", UtcDateTime),
    Index("ix_topic_hours_hour", "hour"),
)


def hour_of(moment: datetime) -> datetime:
    """Return the beginning of the hour of a time in UTC."""
    return moment.replace(minute=0, second=0, microsecond=0)


def count_hour(connection: Connection, topic_id: str, hour: datetime) -> tuple[int, int]:
    """Return how many articles a topic has in an hour, and of how many independent outlets."""
    columns = story_articles.c
    query = select(func.count(), func.count(columns.provider.distinct())).where(
        *_is_of_hour(topic_id, hour)
    )
    articles, outlets = connection.execute(query).one()
    return articles, outlets


def load_articles_of_hour(
    connection: Connection, topic_id: str, hour: datetime
) -> list[StoryArticle]:
    """Return the articles of a topic's stories that were published in an hour, oldest first.

    Copies are left out.
    """
    columns = story_articles.c
    query = (
        select(story_articles)
        .where(*_is_of_hour(topic_id, hour))
        .order_by(columns.first_seen_at, columns.article_id)
    )
    return [StoryArticle(**row) for row in connection.execute(query).mappings()]


def save_count(connection: Connection, topic_id: str, hour: datetime, articles: int) -> None:
    """Store the number of a topic's articles in an hour; it replaces the one before."""
    row = insert(connection, topic_hours).values(topic_id=topic_id, hour=hour, articles=articles)
    key = ["topic_id", "hour"]
    connection.execute(row.on_conflict_do_update(index_elements=key, set_={"articles": articles}))


def load_counts(
    connection: Connection, topic_id: str, since: datetime, until: datetime
) -> dict[datetime, int]:
    """Return the counts of a topic's hours from a time on, before another."""
    columns = topic_hours.c
    query = select(columns.hour, columns.articles).where(columns.topic_id == topic_id)
    rows = connection.execute(query.where(columns.hour >= since, columns.hour < until))
    return {row.hour: row.articles for row in rows}


def find_first_hour(connection: Connection, topic_id: str) -> datetime | None:
    """Return the first hour in which a topic had an article, or None where it never had one."""
    query = select(func.min(topic_hours.c.hour)).where(topic_hours.c.topic_id == topic_id)
    first: datetime | None = connection.scalar(query)
    return first


def find_last_spike(connection: Connection, topic_id: str) -> datetime | None:
    """Return when the last spike of a topic was decided, or None where it had none."""
    query = select(func.max(topic_hours.c.spiked_at)).where(topic_hours.c.topic_id == topic_id)
    last: datetime | None = connection.scalar(query)
    return last


def mark_spike(connection: Connection, topic_id: str, hour: datetime, now: datetime) -> bool:
    """Mark an hour as a spike; return False where it was marked before."""
    columns = topic_hours.c
    row = topic_hours.update().where(columns.topic_id == topic_id, columns.hour == hour)
    row = row.where(columns.spiked_at.is_(None)).values(spiked_at=now)
    return connection.execute(row).rowcount == 1


def forget_hours(
    connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT
) -> int:
    """Delete counts of hours before a time, at most ``limit``. Return how many."""
    return delete_rows(connection, topic_hours, topic_hours.c.hour < before, limit=limit)


def _is_of_hour(topic_id: str, hour: datetime) -> list[ColumnElement[bool]]:
    columns = story_articles.c
    is_inside = [columns.moment >= hour, columns.moment < hour + HOUR]
    return [columns.topic_id == topic_id, columns.copy_of.is_(None), *is_inside]

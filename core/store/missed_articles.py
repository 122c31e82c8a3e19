"""Articles of which people say that they should have been told, with what became of them.

One row for each (topic, article): the same article reported again replaces the earlier report.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, Text, select

from core.store import audit
from core.store.column_types import SafeText, UtcDateTime, metadata
from core.store.sql import FORGET_LIMIT, delete_rows, insert

missed_articles = Table(
    "missed_articles",
    metadata,
    Column("topic_id", String(200), primary_key=True),
    Column("article_id", String(32), primary_key=True),
    Column("url", SafeText, nullable=False),
    Column("title", SafeText, nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", SafeText, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class MissedArticle:
    """An article that a person missed.

    Attributes:
        topic_id: The topic under which it should have been told.
        article_id: Hash of the canonical URL, whether or not the article was ever seen.
        title: Its headline; empty where it was never seen.
        outcome: What became of it, as a code.
        reason: The same for people (:class:`config.i18n.Phrase`, dumped).
        by: Who reported it.
    """

    topic_id: str
    article_id: str
    url: str
    title: str
    outcome: str
    reason: str
    by: str
    at: datetime


def report_missed(connection: Connection, row: MissedArticle) -> None:
    """Record a missed article, in place of an earlier report of it."""
    values = asdict(row)
    new = insert(connection, missed_articles).values(values)
    key = ["topic_id", "article_id"]
    connection.execute(new.on_conflict_do_update(index_elements=key, set_=values))
    audit.record(connection, "missed", row.url, by=row.by, at=row.at, detail=row.topic_id)


def list_missed(
    connection: Connection, *, since: datetime, topic_id: str | None = None
) -> list[MissedArticle]:
    """Return the articles reported since a time, newest first; only those of a topic if given."""
    columns = missed_articles.c
    query = select(missed_articles).where(columns.at >= since)
    if topic_id is not None:
        query = query.where(columns.topic_id == topic_id)
    query = query.order_by(columns.at.desc(), columns.topic_id, columns.article_id)
    return [MissedArticle(**row) for row in connection.execute(query).mappings()]


def forget_missed(
    connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT
) -> int:
    """Delete reports from before a time, at most ``limit``. Return how many."""
    return delete_rows(connection, missed_articles, missed_articles.c.at < before, limit=limit)

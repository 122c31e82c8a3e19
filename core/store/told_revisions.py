"""The article revisions that people were told of, as they were shown to them.

One row for each (topic, article, revision) with a notification. An article's row in its story
(:mod:`core.store.stories`) goes on with newer revisions; a message, a page or a list that shows the
evidence of an alert shows that of the revision that was told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Integer, String, Table, Text, select

from core.store.column_types import UtcDateTime, metadata
from core.store.sql import insert
from core.store.stories import ArticleFacts

told_revisions = Table(
    "told_revisions",
    metadata,
    Column("topic_id", String(200), primary_key=True),
    Column("article_id", String(32), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("alert_id", String(32), nullable=False, index=True),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("facts", Text, nullable=False),
    Index("ix_told_revisions_topic", "topic_id", "decided_at"),
)


@dataclass(frozen=True, slots=True)
class ToldRevision:
    """An article revision that people were told of.

    Attributes:
        facts: JSON of :class:`core.store.stories.ArticleFacts`.
    """

    topic_id: str
    article_id: str
    revision: int
    alert_id: str
    decided_at: datetime
    facts: str

    def shown(self) -> ArticleFacts:
        """Return what people are shown of it."""
        return ArticleFacts.model_validate_json(self.facts)


def add_told_revision(connection: Connection, row: ToldRevision) -> None:
    """Record what people are told; a row that exists stays as it is."""
    new = insert(connection, told_revisions).values(asdict(row))
    connection.execute(new.on_conflict_do_nothing())


def load_told_revisions(connection: Connection, alert_id: str) -> list[ToldRevision]:
    """Return the revisions that were told under an alert, oldest first."""
    columns = told_revisions.c
    query = select(told_revisions).where(columns.alert_id == alert_id)
    query = query.order_by(columns.decided_at, columns.article_id, columns.revision)
    return [ToldRevision(**row) for row in connection.execute(query).mappings()]


def load_newest_told(
    connection: Connection, articles: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], ArticleFacts]:
    """Return the newest told revision of articles, each named by topic and article id.

    Articles that nobody was told of are left out.
    """
    columns = told_revisions.c
    query = select(told_revisions).where(
        columns.topic_id.in_({topic for topic, _ in articles}),
        columns.article_id.in_({article for _, article in articles}),
    )
    rows = connection.execute(query.order_by(columns.revision)).mappings()
    newest = {(row["topic_id"], row["article_id"]): row["facts"] for row in rows}
    return {key: ArticleFacts.model_validate_json(newest[key]) for key in articles if key in newest}

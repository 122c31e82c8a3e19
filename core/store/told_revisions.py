"""The article revisions that people were told of, as they were shown to them.

One row for each (topic, article, revision) with a notification. An article's row in its story
(:mod:`core.store.stories`) goes on with newer revisions; a message, a page or a list that shows the
evidence of an alert shows that of the revision that was told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    String,
    Table,
    Text,
    select,
)

from core.messages import ArticleRevision
from core.store.alerts import decisions
from core.store.articles import load_revisions
from core.store.column_types import UtcDateTime, metadata
from core.store.match_counts import NOTIFIED
from core.store.sightings import load_listings
from core.store.sql import insert
from core.store.stories import ArticleFacts, StoryArticle, load_articles

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
    """Return the revisions that were told under an alert, oldest first.

    One whose messages were all withdrawn before they were sent is left out.
    """
    columns = told_revisions.c
    query = select(told_revisions).where(columns.alert_id == alert_id, is_notified())
    query = query.order_by(columns.decided_at, columns.article_id, columns.revision)
    return [ToldRevision(**row) for row in connection.execute(query).mappings()]


def is_notified() -> ColumnElement[bool]:
    """Return the SQL condition that people are still to be told of a told revision, or were."""
    columns, about = told_revisions.c, decisions.c
    decision = select(about.article_id).where(
        about.topic_id == columns.topic_id,
        about.article_id == columns.article_id,
        about.revision == columns.revision,
        about.match_end == NOTIFIED,
    )
    return decision.exists()


def load_shown_articles(
    connection: Connection,
    story_id: str,
    alert_id: str,
    told: tuple[str, int] | None = None,
) -> list[StoryArticle]:
    """Return the articles of a story, each in the revision that people were told of.

    An article that was told of in several revisions is shown in the newest of them; one of which
    nobody was told, in its newest revision.

    Args:
        connection: Any transaction.
        story_id: The story.
        alert_id: The alert about it.
        told: The article and revision that a message is about: it is shown in that revision.
    """
    rows = load_told_revisions(connection, alert_id)
    shown = {row.article_id: row for row in sorted(rows, key=lambda row: row.revision)}
    shown |= {row.article_id: row for row in rows if (row.article_id, row.revision) == told}
    articles = load_articles(connection, story_id)
    listings = load_listings(connection, [article.article_id for article in articles])
    return [
        replace(
            article,
            revision=row.revision if (row := shown.get(article.article_id)) else article.revision,
            facts=row.facts if row else article.facts,
            listings=listings.get(article.article_id, ()),
        )
        for article in articles
    ]


@dataclass(frozen=True, slots=True)
class LaterRevision:
    """A newer revision of an article than the one that is shown.

    Attributes:
        title: Its headline.
        missing: The sentences shown as evidence that it no longer has.
    """

    revision: int
    title: str
    missing: tuple[str, ...]


def load_later_revisions(
    connection: Connection, shown: Iterable[StoryArticle]
) -> dict[str, LaterRevision]:
    """Return what newer revisions have changed, by article id; others are left out."""
    later = {}
    for article in shown:
        revisions = load_revisions(connection, article.article_id)
        if revisions and (change := later_revision(article.shown(), revisions[-1])):
            later[article.article_id] = change
    return later


def later_revision(shown: ArticleFacts, newest: ArticleRevision) -> LaterRevision | None:
    """Return what a newer revision has changed about the evidence; None where there is none."""
    if newest.revision <= shown.revision:
        return None
    text = _comparable("\n".join((newest.title, newest.lead, newest.text)))
    sentences = dict.fromkeys(evidence.sentence for evidence in shown.evidence)
    missing = tuple(s for s in sentences if _comparable(s.strip("…")) not in text)
    return LaterRevision(newest.revision, newest.title, missing)


def _comparable(text: str) -> str:
    return " ".join(text.split())

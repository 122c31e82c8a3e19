"""One story with everything that its page shows.

::

    alert id ──▶ card · articles with their revisions · decisions, also under other topics
                 · notifications with their deliveries · actions of people
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from core.messages import ArticleRevision, Evidence
from core.store import alerts as alert_store
from core.store import held_items, notification_items
from core.store.alerts import DecisionRow
from core.store.articles import article_revisions, articles
from core.store.console.history import StoryAction, load_actions
from core.store.console.story_card import StoryCard, load_cards
from core.store.deliveries import Delivery, Notification
from core.store.escalations import EscalationRow, load_escalations
from core.store.held_items import HeldItem
from core.store.stories import StoryArticle, find_story
from core.store.told_revisions import (
    LaterRevision,
    later_revision,
    load_shown_articles,
    load_told_revisions,
)
from core.store.unread_links import find_unread_links

MAX_ARTICLES = 200
MAX_REVISIONS = 20
"""How many of an article's newest revisions are shown with their text."""


@dataclass(frozen=True, slots=True)
class RevisionText:
    """The text of one revision of an article; ``gone`` where its page has vanished."""

    revision: int
    fetched_at: datetime
    title: str
    lead: str
    text: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class StoryArticleView:
    """An article of a story.

    Attributes:
        revision: The revision that is shown: the newest that people were told of, or where nobody
            was, the newest that matched. Title, score, rules and evidence are of this revision.
        is_told: Whether people were told of it.
        later: What a newer revision has changed about the evidence; None where there is none.
        role: ``original``, ``member`` or ``copy`` (of ``copy_of``, another article of the story).
        similarity: Similarity to the story or to the text it copies, 0 to 1.
        score: Score under the topic, by ``rules``; ``evidence`` shows where they matched.
        revisions: Its revisions, oldest first; empty where there is only one.
        unread: Why its link was not read, as an outcome of ingest; empty where it was.
    """

    article_id: str
    revision: int
    outlet: str
    url: str
    title: str
    language: str
    published_at: datetime | None
    first_seen_at: datetime
    role: str
    copy_of: str | None
    similarity: float
    score: int
    rules: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    revisions: tuple[RevisionText, ...] = ()
    is_told: bool = False
    later: LaterRevision | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True)
class NotificationDeliveries:
    """A notification about the story, and its deliveries."""

    notification: Notification
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class StoryView:
    """Everything about one story.

    Attributes:
        articles: In the order in which they were seen, at most :data:`MAX_ARTICLES`.
        decisions: The decisions about its articles under its topic, oldest first.
        elsewhere: The decisions about the same articles under other topics.
        actions: What people did with it, oldest first.
        escalations: The steps of its escalations, in order.
        held: What a cap or quiet hours hold, those that go out first in front.
        independent_outlets: Number of outlets with a text of their own; an agency counts once.
    """

    card: StoryCard
    articles: tuple[StoryArticleView, ...]
    decisions: tuple[DecisionRow, ...]
    elsewhere: tuple[DecisionRow, ...]
    notifications: tuple[NotificationDeliveries, ...]
    actions: tuple[StoryAction, ...]
    held: tuple[HeldItem, ...]
    escalations: tuple[EscalationRow, ...] = ()
    independent_outlets: int = 0


def load_story(connection: Connection, alert_id: str) -> StoryView:
    """Return a story, whether it was told or suppressed.

    Args:
        connection: Any transaction.
        alert_id: The alert's id; where the story was told, at least its first eight digits.

    Raises:
        NotFoundError: There is no such story.
        UsageError: Several ids begin like this.
    """
    is_whole = len(alert_id) == 32 and alert_id.isalnum()
    cards = load_cards(connection, [alert_id]) if is_whole else []
    card = (cards or load_cards(connection, [alert_store.get_alert(connection, alert_id).id]))[0]
    placed = load_shown_articles(connection, card.story_id, card.alert_id)[:MAX_ARTICLES]
    decisions = alert_store.load_decisions(connection, card.alert_id)
    ids = sorted({a.article_id for a in placed} | {d.article_id for d in decisions})
    texts = _load_revisions(connection, ids[:MAX_ARTICLES])
    unread = find_unread_links(connection, ids[:MAX_ARTICLES])
    told = {row.article_id for row in load_told_revisions(connection, card.alert_id)}
    notifications = notification_items.load_notifications(connection, card.alert_id)
    story = find_story(connection, card.story_id)
    return StoryView(
        card=card,
        articles=tuple(
            replace(
                _article_view(a, texts.get(a.article_id, ()), is_told=a.article_id in told),
                unread=unread.get(a.article_id, ""),
            )
            for a in placed
        ),
        decisions=tuple(decisions),
        elsewhere=_load_elsewhere(connection, ids[:MAX_ARTICLES], card.alert_id),
        notifications=tuple(NotificationDeliveries(n, rows) for n, rows in notifications),
        actions=load_actions(connection, card.alert_id),
        held=tuple(held_items.list_held(connection, alert_id=card.alert_id)),
        escalations=tuple(load_escalations(connection, card.alert_id)),
        independent_outlets=0 if story is None else story.independent_outlets,
    )


def _article_view(
    row: StoryArticle, revisions: tuple[ArticleRevision, ...], *, is_told: bool
) -> StoryArticleView:
    facts = row.shown()
    return StoryArticleView(
        article_id=row.article_id,
        revision=row.revision,
        outlet=row.outlet,
        url=facts.url,
        title=facts.title,
        language=facts.language,
        published_at=facts.published_at,
        first_seen_at=row.first_seen_at,
        role=row.role,
        copy_of=row.copy_of,
        similarity=row.similarity,
        score=facts.score,
        rules=facts.rules,
        evidence=facts.evidence,
        revisions=tuple(map(_text, revisions)),
        is_told=is_told,
        later=later_revision(facts, revisions[-1]) if revisions else None,
    )


def _load_revisions(
    connection: Connection, ids: Sequence[str]
) -> dict[str, tuple[ArticleRevision, ...]]:
    """Return the newest revisions of those articles that have more than one."""
    columns = article_revisions.c
    query = (
        select(columns.article_id, columns.record)
        .join(articles, articles.c.article_id == columns.article_id)
        .where(
            columns.article_id.in_(ids),
            articles.c.revision > 1,
            columns.revision > articles.c.revision - MAX_REVISIONS,
        )
        .order_by(columns.article_id, columns.revision)
    )
    revisions: dict[str, tuple[ArticleRevision, ...]] = {}
    for article_id, record in connection.execute(query):
        message = ArticleRevision.model_validate_json(record)
        revisions[article_id] = (*revisions.get(article_id, ()), message)
    return revisions


def _text(message: ArticleRevision) -> RevisionText:
    return RevisionText(
        message.revision,
        message.fetched_at,
        message.title,
        message.lead,
        message.text,
        message.gone,
    )


def _load_elsewhere(
    connection: Connection, ids: Sequence[str], alert_id: str
) -> tuple[DecisionRow, ...]:
    columns = alert_store.decisions.c
    query = (
        select(alert_store.decisions)
        .where(columns.article_id.in_(ids), columns.alert_id != alert_id)
        .order_by(columns.topic_id, columns.decided_at, columns.article_id, columns.revision)
        .limit(MAX_ARTICLES)
    )
    return tuple(DecisionRow(**row) for row in connection.execute(query).mappings())

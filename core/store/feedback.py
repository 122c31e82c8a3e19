"""What people said of the stories that they were told: verdicts, by topic and by rule."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, select

from core.store.alerts import load_decisions_of_article
from core.store.cards import cards
from core.store.stories import ArticleFacts, find_article
from core.store.told_revisions import is_notified, load_told_revisions, told_revisions

ALREADY_TOLD = "duplicate"
"""The reason that says nothing of the topic: the article is about it, and people knew its news."""


@dataclass(frozen=True, slots=True)
class JudgedStory:
    """A story that was told, with the verdict on it.

    Attributes:
        rules: Ids of the rules that fired in the article revisions that were told.
        verdict: ``relevant``, ``irrelevant``, or empty where nobody has judged it.
        verdict_reason: Why it is irrelevant, as a code; empty otherwise.
    """

    topic_id: str
    alert_id: str
    rules: frozenset[str]
    verdict: str
    verdict_reason: str


def load_told_stories(
    connection: Connection, *, since: datetime, topic_id: str | None = None
) -> list[JudgedStory]:
    """Return the stories of which something was told since a time, judged or not.

    Args:
        connection: Any transaction.
        since: Only what was decided at this time or later.
        topic_id: Only stories of this topic.
    """
    told = told_revisions.c
    query = (
        select(told.topic_id, told.alert_id, told.facts, cards.c.verdict, cards.c.verdict_reason)
        .join(cards, cards.c.alert_id == told.alert_id)
        .where(told.decided_at >= since, is_notified())
        .order_by(told.topic_id, told.alert_id)
    )
    if topic_id is not None:
        query = query.where(told.topic_id == topic_id)
    stories: dict[str, JudgedStory] = {}
    for topic, alert, facts, verdict, reason in connection.execute(query):
        earlier = stories[alert].rules if alert in stories else frozenset[str]()
        rules = earlier | frozenset(json.loads(facts).get("rules", ()))
        stories[alert] = JudgedStory(topic, alert, rules, verdict, reason)
    return list(stories.values())


@dataclass(frozen=True, slots=True)
class JudgedArticle:
    """The article under whose headline a story was judged.

    Attributes:
        facts: What people were shown of it; None where nothing was stored.
        verdict: ``relevant`` or ``irrelevant``, with ``verdict_reason`` as a code.
    """

    topic_id: str
    article_id: str
    revision: int
    facts: ArticleFacts | None
    verdict: str
    verdict_reason: str


def load_judged_articles(
    connection: Connection, topic_id: str, alert_id: str | None = None
) -> list[JudgedArticle]:
    """Return the articles of stories that people judged by the topic, those judged first in front.

    A story that is irrelevant because people knew it already is left out.

    Args:
        connection: Any transaction.
        topic_id: The topic.
        alert_id: Only the story of this alert.
    """
    query = (
        select(cards)
        .where(cards.c.topic_id == topic_id, _is_judged_by_topic())
        .order_by(cards.c.verdict_at, cards.c.alert_id)
    )
    if alert_id is not None:
        query = query.where(cards.c.alert_id == alert_id)
    return [_judged_article(connection, row) for row in connection.execute(query).mappings()]


def judged_alerts(connection: Connection, topic_id: str) -> list[str]:
    """Return the ids of the alerts of :func:`load_judged_articles`, in its order."""
    query = (
        select(cards.c.alert_id)
        .where(cards.c.topic_id == topic_id, _is_judged_by_topic())
        .order_by(cards.c.verdict_at, cards.c.alert_id)
    )
    return list(connection.execute(query).scalars())


def _is_judged_by_topic() -> ColumnElement[bool]:
    return and_(cards.c.verdict != "", cards.c.verdict_reason != ALREADY_TOLD)


def _judged_article(connection: Connection, card: RowMapping) -> JudgedArticle:
    """Return the article of a card in the newest revision that was told, or that matched."""
    topic, article = card["topic_id"], card["article_id"]
    told = [r for r in load_told_revisions(connection, card["alert_id"]) if r.article_id == article]
    placed = find_article(connection, topic, article)
    facts = told[-1].shown() if told else placed.shown() if placed else None
    decided = load_decisions_of_article(connection, topic, article)
    revision = facts.revision if facts else decided[-1].revision if decided else 1
    return JudgedArticle(topic, article, revision, facts, card["verdict"], card["verdict_reason"])

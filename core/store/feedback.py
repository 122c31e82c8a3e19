"""What people said of the stories that they were told: verdicts, by topic and by rule."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from core.store.cards import cards
from core.store.told_revisions import told_revisions


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
        .where(told.decided_at >= since)
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

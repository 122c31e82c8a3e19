"""Which receivers were told of an article, when, and in which revision.

An article counts as told where a message about it was queued and was not given up. A message that
still waits counts too: it will be told. So does a message that only names the article, such as one
about the growth of its story, but only from the first attempt to send it: until then it is
written again without the article.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from core.messages import SPIKE
from core.store.alerts import decisions
from core.store.deliveries import DELIVERED, FAILED, PENDING, deliveries, notifications
from core.store.notification_items import notification_items

TELLING = ("new_story", "update", "correction")
"""Kinds of messages that tell of an article."""

RETRACTION = "retraction"
"""Kind of the message that says that an article's page has vanished."""


@dataclass(frozen=True, slots=True)
class ToldArticle:
    """Who was told of an article in one story.

    Attributes:
        receivers: Ids of the receivers.
        told_at: When the last of them got a message about it, or when it was decided where the
            message waits.
        is_retracted: Whether people were told that it has vanished.
        waits_until: When the last message about it goes out that still waits; None where none does.
    """

    receivers: frozenset[str]
    told_at: datetime
    is_retracted: bool
    waits_until: datetime | None = None


def find_told_article(
    connection: Connection, topic_id: str, alert_id: str, article_id: str
) -> ToldArticle | None:
    """Return who was told of an article under a topic; None where nobody was.

    Args:
        connection: Any transaction.
        topic_id: The topic.
        alert_id: Its alert about the story that the article is in.
        article_id: The article.
    """
    items = notification_items.c
    is_spike = and_(items.topic_id == topic_id, items.kind == SPIKE)  # names articles of any story
    is_about = and_(items.article_id == article_id, items.kind.in_((*TELLING, RETRACTION)))
    is_named = notifications.c.body.contains(f'"id":"{article_id}"')
    query = (
        select(notifications.c.receiver, items.kind, items.article_id, items.added_at)
        .add_columns(deliveries.c.delivered_at, deliveries.c.state, deliveries.c.next_attempt_at)
        .join(notifications, notifications.c.id == items.notification_id)
        .join(deliveries, deliveries.c.notification_id == notifications.c.id)
        .where(
            or_(items.alert_id == alert_id, is_spike),
            or_(is_about, and_(deliveries.c.attempts > 0, is_named)),
            deliveries.c.state != FAILED,
        )
    )
    rows = connection.execute(query).all()
    told = [row for row in rows if (row.kind, row.article_id) != (RETRACTION, article_id)]
    if not told:
        return None
    waiting = [row.next_attempt_at for row in told if row.state == PENDING]
    return ToldArticle(
        receivers=frozenset(row.receiver for row in told),
        told_at=max(row.delivered_at or row.added_at for row in told),
        is_retracted=len(told) < len(rows),
        waits_until=max(waiting, default=None),
    )


def find_told_receivers(connection: Connection, alert_id: str) -> frozenset[str]:
    """Return the receivers that were told of anything in the story of an alert."""
    items = notification_items.c
    query = (
        select(notifications.c.receiver)
        .distinct()
        .join(notification_items, items.notification_id == notifications.c.id)
        .join(deliveries, deliveries.c.notification_id == notifications.c.id)
        .where(items.alert_id == alert_id, items.kind.in_(TELLING), deliveries.c.state != FAILED)
    )
    return frozenset(connection.scalars(query))


def load_first_told(connection: Connection, alert_ids: Collection[str]) -> dict[str, datetime]:
    """Return when a receiver first accepted a message about the stories of alerts, by alert.

    An alert is left out as long as its messages wait, or if none was accepted.
    """
    items, sent = notification_items.c, deliveries.c
    query = (
        select(items.alert_id, func.min(sent.delivered_at))
        .join(deliveries, sent.notification_id == items.notification_id)
        .where(items.alert_id.in_(alert_ids), items.kind.in_(TELLING), sent.state == DELIVERED)
        .group_by(items.alert_id)
    )
    return {alert_id: told_at for alert_id, told_at in connection.execute(query) if told_at}


def find_told_revision(connection: Connection, article_id: str) -> int | None:
    """Return the newest revision of an article that people were told of, under any topic."""
    items, about = notification_items.c, decisions.c
    is_same = and_(about.alert_id == items.alert_id, about.article_id == items.article_id)
    query = (
        select(func.max(items.revision))
        .join(decisions, is_same)
        .where(about.article_id == article_id, items.kind.in_(TELLING))
    )
    revision: int | None = connection.scalar(query)
    return revision

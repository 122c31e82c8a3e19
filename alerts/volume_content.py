"""What messages about growth and spikes name, and what the wait of growth depends on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from alerts.growth import StoryHistory, find_told_articles, select_new_articles
from alerts.pending import PendingNotification
from core.messages import NEW_COVERAGE, SPIKE
from core.store import Connection, notification_items, topic_hours
from core.store.deliveries import Notification
from core.store.notification_items import NotificationItem
from core.store.stories import StoryArticle

VOLUME_KINDS = (NEW_COVERAGE, SPIKE)
"""Kinds of messages that name articles of which nobody was told singly."""


def load_history(
    connection: Connection,
    notification: PendingNotification,
    receivers: Sequence[str],
    now: datetime,
) -> dict[str, StoryHistory]:
    """Return the messages about a story that receivers get already, where it has grown."""
    if notification.kind != NEW_COVERAGE:
        return {}
    alert = notification.alert_id
    rows = {r: notification_items.count_about(connection, r, alert, now) for r in receivers}
    return {
        receiver: StoryHistory(number, last, is_told=begun > 0)
        for receiver, (number, begun, last) in rows.items()
        if last is not None
    }


def select_named_articles(
    connection: Connection,
    row: Notification,
    item: NotificationItem,
    articles: list[StoryArticle],
) -> list[StoryArticle]:
    """Return the articles that a message names.

    Args:
        connection: Any transaction.
        row: The message.
        item: What it tells first.
        articles: The articles of the story of that item.
    """
    if row.kind == NEW_COVERAGE:
        bodies = notification_items.load_earlier_bodies(connection, row, item.alert_id)
        return select_new_articles(articles, find_told_articles(bodies), item.article_id)
    if row.kind == SPIKE:
        moments = (a.moment for a in articles if a.article_id == item.article_id)
        hour = topic_hours.hour_of(next(moments, row.created_at))
        found = topic_hours.load_articles_of_hour(connection, item.topic_id, hour)
        return sorted(found, key=lambda a: a.story_id == item.story_id)
    return articles


def load_named_articles(
    connection: Connection, notifications: Iterable[PendingNotification]
) -> set[str]:
    """Return the ids of the articles that messages about growth and spikes name.

    Args:
        connection: The transaction that has queued them.
        notifications: Everything that was decided with them.
    """
    alerts = {n.alert_id for n in notifications if n.kind in VOLUME_KINDS}
    rows = notification_items.find_unsent(connection, alerts) if alerts else []
    return find_told_articles(row.body for row in rows if row.kind in VOLUME_KINDS)

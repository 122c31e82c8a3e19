"""Which message of a receiver about a story still waits, so that more news of it can join."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from core.store.deliveries import PENDING, deliveries, notifications
from core.store.notification_items import notification_items


def find_story_bundle(
    connection: Connection, receiver: str, alert_id: str, kinds: Collection[str], *, now: datetime
) -> str | None:
    """Return the bundle of the message about a story that waits for its group wait, or None.

    Args:
        connection: Any transaction.
        receiver: Id of the receiver.
        alert_id: The alert about the story.
        kinds: Kinds of messages, and of what they tell, that are looked for.
        now: The present; a message that was due before does not wait any more.
    """
    items, columns = notification_items.c, deliveries.c
    query = (
        select(notifications.c.bundle)
        .join(notification_items, items.notification_id == notifications.c.id)
        .join(deliveries, columns.notification_id == notifications.c.id)
        .where(
            notifications.c.receiver == receiver,
            notifications.c.kind.in_(kinds),
            notifications.c.escalation == 0,
            items.alert_id == alert_id,
            items.kind.in_(kinds),
            items.hold_code == "",
            columns.state == PENDING,
            columns.attempts == 0,
            columns.next_attempt_at >= now,
        )
        .order_by(notifications.c.created_at.desc(), notifications.c.id)
        .limit(1)
    )
    return connection.execute(query).scalar_one_or_none()

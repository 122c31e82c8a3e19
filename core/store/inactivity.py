"""Closing alerts whose stories have ended: nothing was added to them for a long time.

The timer is the time of the story's last article, or of the last change of its alert, in the store.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select

from core.messages import AlertEventKind
from core.messages.alert import INACTIVE
from core.store import alert_changes, cards, leases
from core.store.alerts import CLOSED, alerts
from core.store.stories import stories

INACTIVE_AFTER = timedelta(hours=72)
"""Articles further apart belong to different stories by default."""

LIMIT = 200
"""Alerts that one call closes at most, so that other writers do not wait for long."""


def close_inactive(connection: Connection, now: datetime) -> int:
    """Close alerts whose stories have not changed for :data:`INACTIVE_AFTER`. Return how many.

    Call it until it returns 0. An alert that is snoozed stays until that is over.

    Args:
        connection: A write transaction in which nothing was done yet.
        now: The present moment.
    """
    leases.lock_names(connection, "closing", "alerts")
    before = now - INACTIVE_AFTER
    columns = alerts.c
    query = (
        select(columns.id)
        .join(stories, stories.c.id == columns.story_id)
        .where(columns.state != CLOSED, columns.updated_at < before, stories.c.last_seen < before)
        .where(or_(columns.snoozed_until.is_(None), columns.snoozed_until <= now))
        .order_by(columns.id)
        .limit(LIMIT)
    )
    return sum(_close(connection, id_, before, now) for id_ in connection.scalars(query).all())


def _close(connection: Connection, alert_id: str, before: datetime, now: datetime) -> bool:
    cards.lock_card(connection, alert_id)  # in the order in which console actions lock the rows
    alert = alert_changes.lock_alert(connection, alert_id)
    if alert.state == CLOSED or alert.updated_at >= before:  # changed since it was read
        return False
    after = replace(alert, state=CLOSED, closed_by="", closed_at=now)
    hours = round(INACTIVE_AFTER / timedelta(hours=1))
    reason = f"closed: nothing was added to the story for {hours} hours"
    alert_changes.change(connection, alert, after, AlertEventKind.CLOSED, reason, INACTIVE, now)
    return True

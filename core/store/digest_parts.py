"""Digests that are too long for one message: the items that do not fit are in the next part.

::

    notification ──too long──▶ its last items ──move_items──▶ next part ──too long──▶ …

A part is a notification like any other. It has the receiver, targets and bundle of the part before
it, and goes out right after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from sqlalchemy import Connection, select

from core.store.deliveries import (
    PENDING,
    Notification,
    add_notification,
    deliveries,
    load_deliveries,
    next_seq,
    notification_id,
    notifications,
)
from core.store.notification_items import NotificationItem, next_number, notification_items

STEP = timedelta(microseconds=1)
"""Between the times of two parts, so that they keep their order."""


def find_next_part(connection: Connection, part: Notification) -> Notification | None:
    """Return the next part of a digest of which no attempt was made, and lock it; None without one.

    Args:
        connection: A write transaction.
        part: A part of which no attempt was made.
    """
    columns = notifications.c
    query = (
        select(notifications, deliveries.c.state, deliveries.c.attempts)
        .join(deliveries, deliveries.c.notification_id == columns.id)
        .where(
            columns.receiver == part.receiver,
            columns.bundle == part.bundle,
            columns.kind == part.kind,
            columns.created_at > part.created_at,
        )
        .order_by(columns.created_at, columns.id)
        .with_for_update(of=deliveries)
    )
    rows = connection.execute(query).mappings()
    for _, group in groupby(rows, key=lambda row: row["id"]):
        targets = list(group)
        if all(row["state"] == PENDING and row["attempts"] == 0 for row in targets):
            return Notification(**{column.name: targets[0][column.name] for column in columns})
    return None


def add_next_part(connection: Connection, part: Notification, alert_id: str) -> Notification:
    """Add the next part of a digest, without items and body.

    Args:
        connection: A write transaction.
        part: The part before it.
        alert_id: The alert of its first item.
    """
    seq = next_seq(connection, alert_id, part.receiver, part.kind)
    row = replace(
        part,
        id=notification_id(alert_id, part.receiver, part.kind, seq),
        alert_id=alert_id,
        seq=seq,
        body="",
        created_at=part.created_at + STEP,
    )
    rows = load_deliveries(connection, part.id)
    add_notification(
        connection,
        row,
        [delivery.target for delivery in rows],
        due=rows[0].next_attempt_at + STEP,
        is_held=rows[0].held_until is not None,
        priority=rows[0].priority,
    )
    return row


def move_items(
    connection: Connection, items: Sequence[NotificationItem], part: Notification
) -> None:
    """Move items to the end of a part."""
    columns = notification_items.c
    for number, item in enumerate(items, next_number(connection, part.id)):
        row = notification_items.update().where(
            columns.notification_id == item.notification_id, columns.number == item.number
        )
        connection.execute(row.values(notification_id=part.id, number=number))

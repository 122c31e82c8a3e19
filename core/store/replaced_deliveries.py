"""Deliveries that a digest replaces: what waited for a broken target and is told by one message.

::

    pending ──replace_by()──▶ replaced_by = digest ──digest delivered──▶ delivered
       ▲                                     └───────digest failed──────┐
       └────────────────────────────────────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select

from core.store.deliveries import (
    DELIVERED,
    Delivery,
    Notification,
    deliveries,
    delivery_order,
    find_notification,
    is_waiting,
)
from core.store.sql import chunks

STEP = timedelta(microseconds=1)
"""Between the times of deliveries that begin again, so that they keep their order."""


def load_waiting(
    connection: Connection, receiver: str, target: str, *, now: datetime
) -> list[tuple[Notification, Delivery]]:
    """Return what waits for a target and is due, in the order in which it goes out, and lock it.

    What is held, replaced already, or waits because the target asked for it is left out.
    """
    columns = deliveries.c
    query = (
        select(deliveries)
        .where(columns.receiver == receiver, columns.target == target, is_waiting(columns))
        .where(columns.created_at <= now, columns.replaced_by.is_(None))
        .where(or_(columns.held_until.is_(None), columns.held_until <= now))
        .where(or_(columns.asked_until.is_(None), columns.asked_until <= now))
        .order_by(*delivery_order(columns))
        .with_for_update()
    )
    rows = [Delivery(**row) for row in connection.execute(query).mappings()]
    pairs = [(find_notification(connection, row.notification_id), row) for row in rows]
    return [(notification, row) for notification, row in pairs if notification is not None]


def replace_by(connection: Connection, ids: Sequence[str], notification_id: str) -> None:
    """Let a digest replace deliveries: they are not sent and end when it is delivered."""
    for chunk in chunks(ids):
        rows = deliveries.update().where(deliveries.c.id.in_(chunk))
        connection.execute(rows.values(replaced_by=notification_id))


def restart(connection: Connection, ids: Sequence[str], now: datetime, *, after: int = 0) -> None:
    """Make deliveries due now, in this order, and let their retries begin again.

    Args:
        connection: A write transaction.
        ids: The deliveries.
        now: The present moment.
        after: How many others that begin now go out before them.
    """
    for number, id_ in enumerate(ids, after):
        at = now + number * STEP
        row = deliveries.update().where(deliveries.c.id == id_)
        connection.execute(row.values(created_at=at, next_attempt_at=now))


def finish_replaced(
    connection: Connection, notification_id: str, state: str, now: datetime
) -> None:
    """End the deliveries that a digest has replaced, now that it has ended.

    Args:
        connection: The transaction that ends the digest.
        notification_id: The digest.
        state: How it ended. Where it failed, what it told is sent by itself.
        now: The present moment.
    """
    rows = deliveries.update().where(deliveries.c.replaced_by == notification_id)
    if state == DELIVERED:
        told = {"state": DELIVERED, "delivered_at": now, "updated_at": now, "last_error": ""}
        connection.execute(rows.values(told))
    else:
        connection.execute(rows.values(replaced_by=None, next_attempt_at=now, updated_at=now))

"""Items that the plan holds back now: what a cap, quiet hours or a ladder lets wait in a digest.

::

    notification_items ─┬─ list_held ──────▶ pages, the API and `alerts list --held` show each
    deliveries ─────────┼─ held_until ─────▶ a story in the console's list is marked
                        └─ held_alert_ids ─▶ the list is filtered

All of them mean the same: an item that has a reason why it was held, of a message that still waits
for its first attempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    ScalarSelect,
    Select,
    and_,
    func,
    select,
)

from core.store.alerts import alerts
from core.store.deliveries import UNFINISHED, deliveries, notifications
from core.store.notification_items import NotificationItem, notification_items

_IS_WAITING = and_(deliveries.c.state.in_(UNFINISHED), deliveries.c.attempts == 0)
_WAS_HELD = notification_items.c.hold_code != ""
_UNTIL = func.coalesce(deliveries.c.held_until, deliveries.c.next_attempt_at)


@dataclass(frozen=True, slots=True)
class HeldItem:
    """An item that waits in a digest.

    Attributes:
        receiver: Whom the digest is for.
        held_until: When the digest goes out.
    """

    item: NotificationItem
    receiver: str
    held_until: datetime


def list_held(
    connection: Connection, *, alert_id: str | None = None, limit: int = 2**31 - 1
) -> list[HeldItem]:
    """Return the items that are held now, those that go out first in front.

    Args:
        connection: Any transaction.
        alert_id: Only items about this alert.
        limit: How many at most.
    """
    columns = deliveries.c
    waiting = (
        select(columns.notification_id, func.min(_UNTIL).label("held_until"))
        .where(_IS_WAITING)
        .group_by(columns.notification_id)
        .subquery()
    )
    query = (
        select(notification_items, notifications.c.receiver, waiting.c.held_until)
        .join(notifications, notifications.c.id == notification_items.c.notification_id)
        .join(waiting, waiting.c.notification_id == notifications.c.id)
        .where(_WAS_HELD)
        .order_by(waiting.c.held_until, notifications.c.id, notification_items.c.number)
        .limit(limit)
    )
    if alert_id is not None:
        query = query.where(notification_items.c.alert_id == alert_id)
    return [_held(dict(row)) for row in connection.execute(query).mappings()]


def held_until(cards: FromClause) -> ScalarSelect[Any]:
    """Return the SQL for when the first message held about a story goes out; null where none is.

    Args:
        cards: The table, part of the surrounding query, whose ``alert_id`` names the story.
    """
    query = _of_held(func.min(_UNTIL)).where(notification_items.c.alert_id == cards.c.alert_id)
    return query.correlate(cards).scalar_subquery()


def held_alert_ids() -> Select[Any]:
    """Return the query for the ids of all alerts about which a message is held."""
    return _of_held(notification_items.c.alert_id)


def list_held_titles(connection: Connection) -> list[tuple[HeldItem, str]]:
    """Return the items that are held now, each with the title of its alert."""
    held = list_held(connection)
    query = select(alerts.c.id, alerts.c.title)
    query = query.where(alerts.c.id.in_({each.item.alert_id for each in held}))
    titles = {row.id: row.title for row in connection.execute(query)}
    return [(each, titles.get(each.item.alert_id, "")) for each in held]


def _of_held(column: ColumnElement[Any]) -> Select[Any]:
    items = notification_items.c.notification_id
    joined = notification_items.join(deliveries, deliveries.c.notification_id == items)
    return select(column).select_from(joined).where(_WAS_HELD, _IS_WAITING)


def _held(row: dict[str, object]) -> HeldItem:
    receiver, held_until = row.pop("receiver"), row.pop("held_until")
    return HeldItem(NotificationItem(**row), receiver, held_until)  # type: ignore[arg-type]

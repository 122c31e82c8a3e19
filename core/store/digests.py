"""Timers of scheduled digests: when each is due next, and up to when its stories were summarised.

::

    alerts.yaml ──▶ digests: a row for each ──due──▶ a notification for each receiver
                       └─ watermark: the end of the last window

The row is locked while its digest is written, and the watermark moves in the same transaction as
the deliveries are added: two processes, or one that restarts, send a window once.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, Text, and_, or_, select

from core.store.alerts import OPEN, alerts, decisions
from core.store.column_types import UtcDateTime, metadata
from core.store.deliveries import PENDING, deliveries, notifications
from core.store.notification_items import NotificationItem, notification_items
from core.store.sql import insert
from core.store.waiting_items import LabelledItem

digests = Table(
    "digests",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("schedule", Text, nullable=False),
    Column("watermark", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True, slots=True)
class DigestTimer:
    """When a digest is due.

    Attributes:
        schedule: Cron expression and time zone that ``due_at`` was computed by.
        watermark: The end of the last window, which is where the next one starts.
        due_at: The end of the window, when it goes out.
    """

    id: str
    schedule: str
    watermark: datetime
    due_at: datetime


def load_timers(connection: Connection) -> dict[str, DigestTimer]:
    """Return the timers of all digests by their ids."""
    rows = connection.execute(select(digests)).mappings()
    return {row["id"]: DigestTimer(**row) for row in rows}


def lock_timers(connection: Connection) -> dict[str, DigestTimer]:
    """Return the timers of all digests, and lock them until the transaction ends."""
    query = select(digests).order_by(digests.c.id).with_for_update()
    return {row["id"]: DigestTimer(**row) for row in connection.execute(query).mappings()}


def add_timer(connection: Connection, timer: DigestTimer) -> None:
    """Add a timer; one that another process has added meanwhile stays as it is."""
    connection.execute(insert(connection, digests).values(asdict(timer)).on_conflict_do_nothing())


def save_timer(connection: Connection, timer: DigestTimer) -> None:
    """Write a timer that was locked."""
    connection.execute(digests.update().where(digests.c.id == timer.id).values(asdict(timer)))


def delete_timer(connection: Connection, digest_id: str) -> None:
    """Delete the timer of a digest that is no longer configured."""
    connection.execute(digests.delete().where(digests.c.id == digest_id))


def postpone_held(connection: Connection, bundle: str, due: datetime) -> None:
    """Hold what waits in a bundle until another time, where no attempt was made.

    Args:
        connection: A write transaction.
        bundle: The bundle of a digest whose schedule has changed.
        due: When the digest goes out now.
    """
    columns = deliveries.c
    ids = select(notifications.c.id).where(notifications.c.bundle == bundle)
    waiting = deliveries.update().where(
        columns.notification_id.in_(ids),
        columns.state == PENDING,
        columns.attempts == 0,
        columns.held_until.is_not(None),
    )
    connection.execute(waiting.values(next_attempt_at=due, created_at=due, held_until=due))


def list_unacknowledged(
    connection: Connection, since: datetime, until: datetime, listed_code: str
) -> list[LabelledItem]:
    """Return the newest item of each open alert about which people were notified in a window.

    Alerts that are snoozed at the end of the window are left out.

    Args:
        connection: Any transaction.
        since: Start of the window.
        until: Its end, which is not in it.
        listed_code: ``hold_code`` of items that only list a story; they are no notification.
    """
    items, about = notification_items.c, decisions.c
    query = (
        select(notification_items, about.outlet, about.language, about.country)
        .join(alerts, and_(alerts.c.id == items.alert_id, alerts.c.state == OPEN))
        .join(
            decisions,
            and_(
                about.topic_id == items.topic_id,
                about.article_id == items.article_id,
                about.revision == items.revision,
            ),
        )
        .where(items.added_at >= since, items.added_at < until, items.hold_code != listed_code)
        .where(or_(alerts.c.snoozed_until.is_(None), alerts.c.snoozed_until <= until))
        .order_by(items.added_at, items.notification_id, items.number)
    )
    newest = {row["alert_id"]: dict(row) for row in connection.execute(query).mappings()}
    return [_labelled(row) for row in newest.values()]


def _labelled(row: dict[str, str]) -> LabelledItem:
    labels = {name: row.pop(name) for name in ("outlet", "language", "country")}
    return LabelledItem(NotificationItem(**row), **labels)  # type: ignore[arg-type]

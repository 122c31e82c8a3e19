"""Notifications and their deliveries: one row for each message, one for each of its targets.

States of a delivery (:mod:`core.store.claims` shows how it gets from one to the next)::

    pending    waits until it is due
    sending    an attempt is being made
    unknown    the last attempt got no answer: it may have arrived; waits like a pending one
    delivered  the target accepted it
    failed     the target refused it for good, or it was given up
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    func,
    literal_column,
    select,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from core.ids import hash_parts
from core.store.column_types import SafeText, UtcDateTime, metadata

PENDING, SENDING, DELIVERED, FAILED, UNKNOWN = (
    "pending",
    "sending",
    "delivered",
    "failed",
    "unknown",
)
WAITING = (PENDING, UNKNOWN)
"""States in which a delivery can be claimed."""

UNFINISHED = (PENDING, SENDING, UNKNOWN)
"""States in which a delivery is neither delivered nor failed."""

URGENT, NORMAL = 0, 1
"""Priorities of deliveries: of those that are due for a target, the lowest goes first."""

SYSTEM = "system"
"""Kind of the notifications that the system sends about itself; they belong to no alert."""

CANARY = "canary"
"""Kind of the hourly test of the whole way; its deliveries are in no count and no list."""

CANARY_ALERT = hash_parts("canary")
"""What canaries have instead of an alert."""

notifications = Table(
    "notifications",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("alert_id", String(32), nullable=False, index=True),
    Column("receiver", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("bundle", Text, nullable=False, server_default=""),
    Column("escalation", Integer, nullable=False, server_default="0"),
    Index("ix_notifications_bundle", "receiver", "bundle"),
    Index("ux_notifications", "alert_id", "receiver", "kind", "seq", unique=True),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "notification_id", String(32), ForeignKey("notifications.id"), nullable=False, index=True
    ),
    Column("receiver", String(200), nullable=False),
    Column("target", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("possible_repeat", Boolean, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("asked_until", UtcDateTime),
    Column("lease_holder", String(120)),
    Column("lease_expires_at", UtcDateTime),
    Column("last_error", SafeText, nullable=False, server_default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("delivered_at", UtcDateTime),
    Column("held_until", UtcDateTime),
    Column("priority", Integer, nullable=False, server_default=str(NORMAL)),
    Column("replaced_by", String(32), index=True),
    Index("ix_deliveries_due", "state", "next_attempt_at"),
    Index("ix_deliveries_updated", "state", "updated_at", "id"),
)


def is_waiting(columns: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[bool]:
    """Return the SQL condition that a delivery can be claimed.

    The states are literals: with parameters, SQLite does not use the index of waiting deliveries.

    Args:
        columns: The columns of ``deliveries`` or of an alias of it.
    """
    states: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in WAITING]
    condition: ColumnElement[bool] = columns.state.in_(states)
    return condition


def delivery_order(columns: ReadOnlyColumnCollection[str, Any]) -> list[ColumnElement[Any]]:
    """Return the columns by which the deliveries of a target are ordered: urgent ones, then age."""
    return [columns.priority, columns.created_at, columns.next_attempt_at, columns.id]


Index(
    "ix_deliveries_waiting",
    deliveries.c.receiver,
    deliveries.c.target,
    *delivery_order(deliveries.c),
    sqlite_where=is_waiting(deliveries.c),
    postgresql_where=is_waiting(deliveries.c),
)


@dataclass(frozen=True, slots=True)
class Notification:
    """A message about an alert, for one receiver.

    Attributes:
        kind: ``new_story`` ...
        seq: 0 for the first of its kind about the alert, then 1, 2 ...
        alert_id: The alert of its first item (:mod:`core.store.notification_items`).
        body: JSON; every attempt sends exactly these bytes.
        bundle: What is decided later for the same receiver and bundle joins it while it waits.
        escalation: Step of the escalation that sends it; 0 where it is the first message.
    """

    id: str
    alert_id: str
    receiver: str
    kind: str
    seq: int
    body: str
    created_at: datetime
    bundle: str = ""
    escalation: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notification for one target of its receiver.

    Attributes:
        receiver: Id of the receiver.
        target: The destination, without its secrets.
        state: ``pending``, ``sending``, ``delivered``, ``failed`` or ``unknown``.
        attempts: How many attempts were begun.
        created_at: When its first attempt was due, or when it was resent: retries end some time
            after that.
        possible_repeat: Whether an earlier attempt may have reached the target.
        asked_until: Until when the target asked to be left alone (Retry-After).
        held_until: Until when a cap or quiet hours hold it; nothing but `resend` sends it earlier.
        last_error: Why the last attempt failed (:class:`config.i18n.Phrase`, dumped); empty where
            none did.
        priority: :data:`URGENT` or :data:`NORMAL`.
        replaced_by: The digest that tells this message instead; it is not sent by itself, and ends
            with the digest.
    """

    id: str
    notification_id: str
    receiver: str
    target: str
    state: str
    attempts: int
    possible_repeat: bool
    next_attempt_at: datetime
    asked_until: datetime | None
    lease_holder: str | None
    lease_expires_at: datetime | None
    last_error: str
    created_at: datetime
    updated_at: datetime
    delivered_at: datetime | None
    held_until: datetime | None = None
    priority: int = NORMAL
    replaced_by: str | None = None


def notification_id(alert_id: str, receiver: str, kind: str, seq: int) -> str:
    """Return the id of a notification, by which a target recognises a repeat."""
    return hash_parts("notification", alert_id, receiver, kind, str(seq))


def next_seq(connection: Connection, alert_id: str, receiver: str, kind: str) -> int:
    """Return the ``seq`` of a receiver's next notification of a kind about an alert."""
    query = select(func.coalesce(func.max(notifications.c.seq), -1) + 1).where(
        notifications.c.alert_id == alert_id,
        notifications.c.receiver == receiver,
        notifications.c.kind == kind,
    )
    seq: int = connection.execute(query).scalar_one()
    return seq


def add_notification(
    connection: Connection,
    notification: Notification,
    targets: Sequence[str],
    *,
    due: datetime,
    is_held: bool = False,
    priority: int = NORMAL,
) -> None:
    """Add a notification and a delivery to each of its targets.

    Args:
        connection: A write transaction.
        notification: The notification.
        targets: The receiver's targets.
        due: When the first attempts are due.
        is_held: Whether it is held until then, so that `run --once` does not send it earlier.
        priority: :data:`URGENT` or :data:`NORMAL`.
    """
    connection.execute(notifications.insert().values(asdict(notification)))
    for target in targets:
        connection.execute(
            deliveries.insert().values(
                id=hash_parts("delivery", notification.id, target),
                notification_id=notification.id,
                receiver=notification.receiver,
                target=target,
                state=PENDING,
                attempts=0,
                possible_repeat=False,
                next_attempt_at=due,
                created_at=due,
                updated_at=notification.created_at,
                held_until=due if is_held else None,
                priority=priority,
            )
        )


def raise_priority(connection: Connection, notification_id: str) -> None:
    """Make the deliveries of a notification urgent."""
    rows = deliveries.update().where(deliveries.c.notification_id == notification_id)
    connection.execute(rows.values(priority=URGENT))


def is_no_canary() -> ColumnElement[bool]:
    """Return the SQL condition that a delivery is not that of a canary."""
    canaries = select(notifications.c.id).where(notifications.c.alert_id == CANARY_ALERT)
    return deliveries.c.notification_id.not_in(canaries)


def count_by_state(connection: Connection, *states: str) -> dict[str, int]:
    """Return the number of deliveries in each of some states; states without any are missing.

    Args:
        connection: Any transaction.
        states: The states; none for all, which reads every delivery.
    """
    query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    query = query.where(is_no_canary())
    if states:
        query = query.where(deliveries.c.state.in_(states))
    return {row[0]: row[1] for row in connection.execute(query)}


def count_unfinished_by_receiver(connection: Connection) -> dict[str, int]:
    """Return the number of unfinished deliveries of each receiver that has any."""
    query = select(deliveries.c.receiver, func.count()).group_by(deliveries.c.receiver)
    query = query.where(deliveries.c.state.in_(UNFINISHED), is_no_canary())
    rows = connection.execute(query)
    return {row[0]: row[1] for row in rows}


def count_held(connection: Connection, now: datetime) -> int:
    """Return the number of deliveries that are held at a time."""
    query = select(func.count()).select_from(deliveries).where(deliveries.c.held_until > now)
    return connection.execute(query.where(deliveries.c.state == PENDING)).scalar_one()


def load_unfinished(connection: Connection) -> list[tuple[Notification, Delivery]]:
    """Return the deliveries that are not finished with their notifications, next ones first."""
    query = select(deliveries).where(deliveries.c.state.in_(UNFINISHED))
    query = query.order_by(deliveries.c.next_attempt_at, deliveries.c.id)
    rows = [Delivery(**row) for row in connection.execute(query).mappings()]
    found = [(find_notification(connection, row.notification_id), row) for row in rows]
    return [(notification, row) for notification, row in found if notification is not None]


def find_notification(connection: Connection, notification_id: str) -> Notification | None:
    """Return a notification, or None where there is none of this id."""
    query = select(notifications).where(notifications.c.id == notification_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Notification(**row)


def load_deliveries(connection: Connection, notification_id: str) -> tuple[Delivery, ...]:
    """Return the deliveries of a notification, ordered by target."""
    query = select(deliveries).where(deliveries.c.notification_id == notification_id)
    rows = connection.execute(query.order_by(deliveries.c.target)).mappings()
    return tuple(Delivery(**row) for row in rows)


def is_first(connection: Connection, delivery: Delivery) -> bool:
    """Return whether a delivery is the first of its notification, in the order of their ids."""
    query = select(func.min(deliveries.c.id))
    query = query.where(deliveries.c.notification_id == delivery.notification_id)
    first: str | None = connection.scalar(query)
    return first == delivery.id

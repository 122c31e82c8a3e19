"""Notifications and what became of each on its way to each target.

::

    pending ──claim──▶ sending ──2xx──▶ delivered
       ▲                  │
       │◀──── retry ──────┤                        (refused for now: wait, then again)
    unknown ◀─ no answer ─┤                        (sent, nobody knows: again with the same id)
                          └──for good, or given up──▶ failed

A claim is a lease: when its holder dies while sending, the delivery is due again at once and says
that it may be a repeat. One process claims at a time (:func:`take_turn`): what a target may be
sent depends on what others send it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    RowMapping,
    Select,
    String,
    Table,
    Text,
    func,
    or_,
    select,
    tuple_,
)

from core.ids import digest
from core.processes.instance import Instance
from core.store import leases
from core.store.column_types import SafeText, UtcDateTime, metadata

PENDING, SENDING, DELIVERED, FAILED, UNKNOWN = (
    "pending",
    "sending",
    "delivered",
    "failed",
    "unknown",
)
WAITING = (PENDING, SENDING, UNKNOWN)
"""States that still need work."""

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
    Index("ix_deliveries_due", "state", "next_attempt_at"),
    Index("ix_deliveries_updated", "state", "updated_at", "id"),
)


@dataclass(frozen=True, slots=True)
class Notification:
    """One message about an alert, for one receiver.

    Attributes:
        kind: ``new_story`` ...
        seq: 0 for the first of its kind about the alert, then 1, 2 ...
        body: The JSON every attempt sends, byte for byte.
    """

    id: str
    alert_id: str
    receiver: str
    kind: str
    seq: int
    body: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notification on its way to one target.

    Attributes:
        receiver: Id of the receiver whose target it is.
        target: The destination, without its secrets.
        state: pending, sending, delivered, failed or unknown.
        possible_repeat: An earlier attempt may have reached the target.
        asked_until: The target asked to be left alone until then (Retry-After).
        last_error: Why the last attempt failed, in words; empty where none did.
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


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery claimed by us, with its notification."""

    delivery: Delivery
    notification: Notification


def notification_id(alert_id: str, receiver: str, kind: str, seq: int) -> str:
    """The id of a notification; a target that has seen it has seen the message."""
    return digest("notification", alert_id, receiver, kind, str(seq))


def add_notification(
    connection: Connection, notification: Notification, targets: Sequence[str]
) -> None:
    """Queue a notification for each of its receiver's targets, due now."""
    connection.execute(notifications.insert().values(asdict(notification)))
    now = notification.created_at
    for target in targets:
        connection.execute(
            deliveries.insert().values(
                id=digest("delivery", notification.id, target),
                notification_id=notification.id,
                receiver=notification.receiver,
                target=target,
                state=PENDING,
                attempts=0,
                possible_repeat=False,
                next_attempt_at=now,
                created_at=now,
                updated_at=now,
            )
        )


def lock_claiming(connection: Connection) -> None:
    """Wait until nobody else claims.

    Args:
        connection: A write transaction, at its beginning; :func:`due` and :func:`claim` follow.
    """
    leases.lock_names(connection, "claiming", "deliveries")


def find_due(
    connection: Connection,
    me: Instance,
    *,
    now: datetime,
    limit: int,
    waits_over: bool = False,
    but: Collection[str] = (),
) -> list[Delivery]:
    """Deliveries that may be attempted: waited long enough, or their sender died sending.

    At most one a target, and none whose target somebody is sending to: when a sender dies, it is
    one message of which nobody knows whether it arrived, not several.

    Args:
        connection: Any transaction.
        me: Who asks.
        now: The present.
        limit: At most so many.
        waits_over: Whether retries that still wait count as due; a wait that the target itself
            asked for is kept all the same.
        but: Ids of deliveries to leave alone.
    """
    sending = _sending(connection)
    abandoned = {_place(d): d for d in reversed(sending) if _abandoned(d, me, now)}
    busy = {_place(d) for d in sending if not _abandoned(d, me, now)}
    again = [d for place, d in abandoned.items() if place not in busy and d.id not in but]
    first = _first_of_each_target(now, waits_over=waits_over, but=but)
    taken = busy | abandoned.keys()
    if taken:
        place = tuple_(deliveries.c.receiver, deliveries.c.target)
        first = first.where(place.not_in(taken))
    rows = connection.execute(first.limit(limit)).mappings()
    return [*again, *(_delivery(row) for row in rows)][:limit]


def is_another_sending(connection: Connection, me: Instance, *, now: datetime) -> bool:
    """Whether another living process is sending at this moment."""
    return any(d.lease_holder != me.id and not _abandoned(d, me, now) for d in _sending(connection))


def _first_of_each_target(
    now: datetime, *, waits_over: bool, but: Collection[str]
) -> Select[tuple[Any, ...]]:
    until = deliveries.c.asked_until if waits_over else deliveries.c.next_attempt_at
    place = [deliveries.c.receiver, deliveries.c.target]
    order = [deliveries.c.next_attempt_at, deliveries.c.id]
    ranked = (
        select(
            deliveries.c.id,
            func.row_number().over(partition_by=place, order_by=order).label("place"),
        )
        .where(deliveries.c.state.in_((PENDING, UNKNOWN)), or_(until.is_(None), until <= now))
        .where(deliveries.c.id.not_in(but))
        .subquery()
    )
    query = select(deliveries).join(ranked, ranked.c.id == deliveries.c.id)
    return query.where(ranked.c.place == 1).order_by(*order)


def _place(delivery: Delivery) -> tuple[str, str]:
    return delivery.receiver, delivery.target


def claim(
    connection: Connection,
    wanted: Iterable[Delivery],
    me: Instance,
    *,
    now: datetime,
    ttl: timedelta,
) -> list[ClaimedDelivery]:
    """Lease what :func:`due` found in the same transaction, but for what changed meanwhile.

    Args:
        connection: The transaction that took its turn.
        wanted: The deliveries.
        me: The holder.
        now: The present.
        ttl: After so long another instance may try, whatever became of us.
    """
    as_seen = {delivery.id: delivery for delivery in wanted}
    if not as_seen:
        return []
    query = select(deliveries).where(deliveries.c.id.in_(as_seen)).with_for_update(skip_locked=True)
    rows = map(_delivery, connection.execute(query).mappings())
    same = {delivery.id for delivery in rows if delivery == as_seen[delivery.id]}
    return [_lease(connection, as_seen[i], me, now, ttl) for i in as_seen if i in same]


def finish(
    connection: Connection,
    claimed: Delivery,
    *,
    state: str,
    now: datetime,
    error: str = "",
    next_attempt_at: datetime | None = None,
    asked: bool = False,
) -> bool:
    """Write the outcome of an attempt; False where somebody else owns the delivery by now.

    Args:
        connection: A write transaction.
        claimed: The delivery as it was claimed.
        state: What it is now.
        now: The present.
        error: Why the attempt failed, in words.
        next_attempt_at: When the next one is due, where there is a next one.
        asked: Whether it is the target that asked to wait until then.
    """
    values: dict[str, Any] = {
        "state": state,
        "last_error": error,
        "updated_at": now,
        "lease_holder": None,
        "lease_expires_at": None,
        "asked_until": next_attempt_at if asked else None,
    }
    if state == UNKNOWN:
        values["possible_repeat"] = True
    if state == DELIVERED:
        values["delivered_at"] = now
    if next_attempt_at is not None:
        values["next_attempt_at"] = next_attempt_at
    ours = deliveries.update().where(
        deliveries.c.id == claimed.id,
        deliveries.c.state == SENDING,
        deliveries.c.lease_holder == claimed.lease_holder,
        deliveries.c.attempts == claimed.attempts,
    )
    return connection.execute(ours.values(values)).rowcount == 1


def resend(connection: Connection, delivery_id: str, *, now: datetime) -> bool:
    """Try a failed delivery again, with the same id; False where it has not failed."""
    again = deliveries.update().where(deliveries.c.id == delivery_id, deliveries.c.state == FAILED)
    values = {"state": PENDING, "next_attempt_at": now, "created_at": now, "updated_at": now}
    return connection.execute(again.values(values)).rowcount == 1


def count_by_state(connection: Connection) -> dict[str, int]:
    """How many deliveries are in each state; states nobody is in are missing."""
    query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    return {row[0]: row[1] for row in connection.execute(query)}


def load_notifications(
    connection: Connection, alert_id: str
) -> list[tuple[Notification, tuple[Delivery, ...]]]:
    """Every notification about an alert with its deliveries, oldest first."""
    query = select(notifications).where(notifications.c.alert_id == alert_id)
    query = query.order_by(notifications.c.created_at, notifications.c.receiver)
    found = [Notification(**row) for row in connection.execute(query).mappings()]
    return [(n, tuple(_deliveries_of(connection, n.id))) for n in found]


def find_notification(connection: Connection, notification_id: str) -> Notification | None:
    """The notification of that id."""
    query = select(notifications).where(notifications.c.id == notification_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Notification(**row)


def _deliveries_of(connection: Connection, notification_id: str) -> list[Delivery]:
    query = select(deliveries).where(deliveries.c.notification_id == notification_id)
    return [
        _delivery(row) for row in connection.execute(query.order_by(deliveries.c.target)).mappings()
    ]


def _sending(connection: Connection) -> list[Delivery]:
    query = select(deliveries).where(deliveries.c.state == SENDING)
    return [
        _delivery(row)
        for row in connection.execute(query.order_by(deliveries.c.updated_at)).mappings()
    ]


def _abandoned(delivery: Delivery, me: Instance, now: datetime) -> bool:
    """Ours stay ours until they expire: another task of this process may be sending."""
    if delivery.lease_holder == me.id:
        return delivery.lease_expires_at is not None and delivery.lease_expires_at <= now
    return leases.is_free(delivery.lease_holder, delivery.lease_expires_at, me, now)


def _lease(
    connection: Connection, delivery: Delivery, me: Instance, now: datetime, ttl: timedelta
) -> ClaimedDelivery:
    repeat = delivery.possible_repeat or delivery.state == SENDING
    connection.execute(
        deliveries.update()
        .where(deliveries.c.id == delivery.id)
        .values(
            state=SENDING,
            attempts=delivery.attempts + 1,
            possible_repeat=repeat,
            lease_holder=me.id,
            lease_expires_at=now + ttl,
            updated_at=now,
        )
    )
    query = select(deliveries).where(deliveries.c.id == delivery.id)
    row = connection.execute(query).mappings().one()
    about = find_notification(connection, delivery.notification_id)
    if about is None:  # the foreign key forbids it
        raise AssertionError(f"delivery {delivery.id} has no notification")
    return ClaimedDelivery(_delivery(row), about)


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(**row)

"""The canary of each target: when one was sent last that has not arrived, and when one did arrive.

::

    take_due ──▶ canary_timer       when the next canary is due
    sync ──────▶ canaries           a row for each target that gets canaries
    sent ──────▶ waiting_since      the first canary that has not arrived
    arrived ───▶ arrived_at         waiting_since and missing_since are empty again
    missing ───▶ missing_since      said once
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Integer, String, Table, Text, select, tuple_

from core.store.column_types import UtcDateTime, metadata
from core.store.deliveries import (
    CANARY_ALERT,
    UNFINISHED,
    Delivery,
    deliveries,
    notifications,
)
from core.store.sql import insert

canaries = Table(
    "canaries",
    metadata,
    Column("receiver", String(200), primary_key=True),
    Column("target", Text, primary_key=True),
    Column("waiting_since", UtcDateTime),
    Column("arrived_at", UtcDateTime),
    Column("missing_since", UtcDateTime),
)

canary_timer = Table(
    "canary_timer",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("due_at", UtcDateTime, nullable=False),
)

_ONLY = 1
"""The number of the only row of the timer."""

Target = tuple[str, str]
"""Id of a receiver, and one of its targets."""


@dataclass(frozen=True, slots=True)
class CanaryState:
    """How the canaries of a target are doing.

    Attributes:
        receiver: Id of the receiver.
        target: One of its targets.
        waiting_since: When the first canary was sent that has not arrived; None where all have.
        arrived_at: When the last one arrived; None where none has.
        missing_since: ``waiting_since`` of the canaries that people were told are missing; None
            where there is nothing to be told.
    """

    receiver: str
    target: str
    waiting_since: datetime | None = None
    arrived_at: datetime | None = None
    missing_since: datetime | None = None


def due_at(connection: Connection) -> datetime | None:
    """Return when the next canary is due; None where none was ever sent."""
    due: datetime | None = connection.scalar(select(canary_timer.c.due_at))
    return due


def take_due(
    connection: Connection, now: datetime, every: timedelta, early: timedelta = timedelta()
) -> datetime | None:
    """Move the timer on if it is due, and lock it until the transaction ends.

    Args:
        connection: A write transaction. Of two processes that get here, one takes the canary.
        now: The present.
        every: Time between two canaries.
        early: How much too early it may be; what a timer of the system starts once an hour is not
            exact to the second.

    Returns:
        When the canary was due, or None where none is. The first one is due now.
    """
    first = insert(connection, canary_timer).values(number=_ONLY, due_at=now)
    connection.execute(first.on_conflict_do_nothing())
    due = connection.execute(select(canary_timer.c.due_at).with_for_update()).scalar_one()
    if due > now + early:
        return None
    late = max(0, (now - due) // every)
    connection.execute(canary_timer.update().values(due_at=due + (late + 1) * every))
    return due if isinstance(due, datetime) else None


def load_canaries(connection: Connection, *, lock: bool = False) -> list[CanaryState]:
    """Return the canaries of all targets, by receiver and target.

    Args:
        connection: Any transaction; a write transaction to lock them.
        lock: Whether to lock the rows until the transaction ends.
    """
    query = select(canaries).order_by(canaries.c.receiver, canaries.c.target)
    rows = connection.execute(query.with_for_update() if lock else query).mappings()
    return [CanaryState(**row) for row in rows]


def sync(connection: Connection, targets: Collection[Target]) -> None:
    """Have a row for each of these targets and for no other."""
    key = tuple_(canaries.c.receiver, canaries.c.target)
    gone = canaries.delete().where(key.not_in(targets)) if targets else canaries.delete()
    connection.execute(gone)
    for receiver, target in sorted(targets):
        new = insert(connection, canaries).values(receiver=receiver, target=target)
        connection.execute(new.on_conflict_do_nothing())


def save(connection: Connection, state: CanaryState) -> None:
    """Write the canary of a target that has a row."""
    rows = canaries.update().where(
        canaries.c.receiver == state.receiver, canaries.c.target == state.target
    )
    connection.execute(rows.values(asdict(state)))


def find_canary(connection: Connection, receiver: str, target: str) -> CanaryState | None:
    """Return the canary of a target and lock it; None where the target gets none."""
    query = select(canaries).where(canaries.c.receiver == receiver, canaries.c.target == target)
    row = connection.execute(query.with_for_update()).mappings().one_or_none()
    return None if row is None else CanaryState(**row)


def find_waiting(connection: Connection) -> set[Target]:
    """Return the targets for which a canary waits or is being sent."""
    query = (
        select(deliveries.c.receiver, deliveries.c.target)
        .join(notifications, notifications.c.id == deliveries.c.notification_id)
        .where(notifications.c.alert_id == CANARY_ALERT, deliveries.c.state.in_(UNFINISHED))
    )
    return {(row.receiver, row.target) for row in connection.execute(query)}


def delete_delivery(connection: Connection, delivery: Delivery) -> None:
    """Delete the delivery of a canary that has ended, and with the last one its notification."""
    connection.execute(deliveries.delete().where(deliveries.c.id == delivery.id))
    others = select(deliveries.c.id).where(deliveries.c.notification_id == delivery.notification_id)
    row = notifications.delete().where(notifications.c.id == delivery.notification_id)
    connection.execute(row.where(~others.exists()))

"""Deliveries that are older than what was promised for them.

A delivery is promised at its due time, and is tried again for some time after it. What waits for a
broken or paused target, what is held and what a digest replaces has no such promise at the moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select

from core.store.deliveries import SENDING, deliveries, is_waiting
from core.store.targets import CLOCK_MARGIN, may_be_tried, receiver_targets

MOST = 50
"""How many targets are looked at."""


@dataclass(frozen=True, slots=True)
class OverdueDelivery:
    """The oldest overdue delivery of a target.

    Attributes:
        receiver: Id of the receiver.
        target: The destination, without its secrets.
        due_at: When its next attempt was due.
    """

    receiver: str
    target: str
    due_at: datetime


def list_overdue(
    connection: Connection, now: datetime, *, grace: timedelta, give_up: timedelta
) -> list[OverdueDelivery]:
    """Return the oldest overdue delivery of each target, the oldest first.

    A delivery is overdue when it could be sent but nothing was sent to its target for as long as
    ``grace``, and when it still waits after ``give_up``, by when it should have ended.

    Args:
        connection: Any transaction.
        now: The present moment.
        grace: How late a delivery may be.
        give_up: How long after its first attempt was due a delivery is retried.
    """
    before = now - grace
    idle = [
        row
        for row in _rows(connection, _due(before, now))
        if not _is_active(connection, row, before)
    ]
    late = _rows(connection, _due(before, now).where(deliveries.c.created_at <= before - give_up))
    abandoned = _rows(connection, _abandoned(before))
    oldest: dict[tuple[str, str], OverdueDelivery] = {}
    for row in sorted((*idle, *late, *abandoned), key=lambda each: each.due_at):
        oldest.setdefault((row.receiver, row.target), row)
    return list(oldest.values())


Query = Select[tuple[str, str, datetime]]


def _due(before: datetime, now: datetime) -> Query:
    """Select what was due before a time and could be sent now."""
    columns = deliveries.c
    state = and_(
        receiver_targets.c.receiver == columns.receiver, receiver_targets.c.target == columns.target
    )
    return (
        _oldest_of_each_target()
        .outerjoin(receiver_targets, state)
        .where(is_waiting(columns), columns.next_attempt_at <= before)
        .where(columns.replaced_by.is_(None))
        .where(or_(columns.held_until.is_(None), columns.held_until <= before))
        .where(receiver_targets.c.broken_since.is_(None))
        .where(may_be_tried(now, now + CLOCK_MARGIN, ignore_probe=False, ignore_rate=False))
    )


def _abandoned(before: datetime) -> Query:
    """Select what was being sent, and no other process took it over."""
    columns = deliveries.c
    return _oldest_of_each_target().where(
        columns.state == SENDING, columns.lease_expires_at <= before
    )


def _oldest_of_each_target() -> Query:
    columns = deliveries.c
    due: ColumnElement[datetime] = func.min(columns.next_attempt_at)
    query = select(columns.receiver, columns.target, due.label("due_at")).select_from(deliveries)
    return query.group_by(columns.receiver, columns.target).order_by(due).limit(MOST)


def _rows(connection: Connection, query: Query) -> list[OverdueDelivery]:
    return [OverdueDelivery(**row) for row in connection.execute(query).mappings()]


def _is_active(connection: Connection, overdue: OverdueDelivery, since: datetime) -> bool:
    """Return whether an attempt at the target was begun or ended since a time."""
    columns = deliveries.c
    query = select(literal(1)).where(columns.updated_at > since, columns.attempts > 0)
    query = query.where(columns.receiver == overdue.receiver, columns.target == overdue.target)
    return connection.execute(query.limit(1)).first() is not None

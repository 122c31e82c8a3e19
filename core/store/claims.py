"""Claims on deliveries: which of them a process may send now, and what each attempt came to.

::

    pending ──claim──▶ sending ──2xx──▶ delivered
       ▲                  │
       │◀──── retry ──────┤                 (refused for now: the delivery waits, then is due again)
    unknown ◀─ no answer ─┤                 (it may have arrived: it is sent again, same id)
                          └──for good, or given up──▶ failed

A claim is a lease. When its holder dies while sending, the delivery is due again at once and is
marked as a possible repeat. Only one process claims at a time (:func:`lock_claiming`), because what
may be sent to a target depends on what other processes are sending to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    func,
    or_,
    outerjoin,
    select,
)

from core.processes.instance import Instance
from core.store import leases
from core.store.column_types import UtcDateTime
from core.store.deliveries import (
    DELIVERED,
    SENDING,
    UNKNOWN,
    WAITING,
    Delivery,
    Notification,
    deliveries,
    delivery_order,
    find_notification,
    is_waiting,
)
from core.store.sql import select_texts
from core.store.targets import CLOCK_MARGIN, may_be_tried, receiver_targets


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery that this process has claimed, with its notification."""

    delivery: Delivery
    notification: Notification


def lock_claiming(connection: Connection) -> None:
    """Lock claiming until the transaction ends. Block while another process claims.

    Args:
        connection: A write transaction in which nothing was done yet; :func:`find_due` and
            :func:`claim` follow.
    """
    leases.lock_names(connection, "claiming", "deliveries")


def find_due(
    connection: Connection,
    instance: Instance,
    *,
    now: datetime,
    limit: int,
    ignore_backoff: bool = False,
    ignore_rate: bool = False,
    exclude: Collection[str] = (),
    exclude_targets: Collection[tuple[str, str]] = (),
) -> list[Delivery]:
    """Return the deliveries that may be attempted, at most one for each target.

    Of a target's deliveries the urgent ones go first, then the oldest. A delivery is due when its
    time has come and its target may be tried (:mod:`core.store.targets`), or when its sender died
    while sending. What was written while the clock was ahead is due, unless it is held. Targets
    that another attempt is being made at are left out: when a sender dies, the fate of one message
    is unknown, not that of several.

    Args:
        connection: Any transaction.
        instance: The instance that is going to claim them.
        now: The present moment.
        limit: How many at most.
        ignore_backoff: Whether group waits and the waits of retries count as over. A wait that
            the target asked for is respected all the same, and so is a hold.
        ignore_rate: Whether targets whose rate limit is used up may be tried.
        exclude: Ids of deliveries to leave out.
        exclude_targets: Targets to leave out: receiver and target.
    """
    sending = _sending(connection)
    abandoned = {_target(d): d for d in reversed(sending) if _is_abandoned(d, instance, now)}
    busy = {_target(d) for d in sending if not _is_abandoned(d, instance, now)}
    busy |= set(exclude_targets)
    repeats = [d for target, d in abandoned.items() if target not in busy and d.id not in exclude]
    query = _first_of_each_target(connection.dialect.name, ignore_backoff, ignore_rate)
    values = {
        "now": now,
        "ahead": now + CLOCK_MARGIN,
        "exclude": list(exclude),
        "exclude_names": [_name(*target) for target in busy | abandoned.keys()],
        "limit": limit,
    }
    rows = connection.execute(query, values).mappings()
    return [*repeats, *(Delivery(**row) for row in rows)][:limit]


def next_due_time(connection: Connection) -> datetime | None:
    """Return when the next waiting delivery is due, or None where none waits."""
    query = select(func.min(deliveries.c.next_attempt_at))
    query = query.where(deliveries.c.state.in_(WAITING), deliveries.c.replaced_by.is_(None))
    due: datetime | None = connection.scalar(query)
    return due


def is_another_sending(connection: Connection, instance: Instance, *, now: datetime) -> bool:
    """Return whether another living instance is sending at this moment."""
    return any(
        d.lease_holder != instance.id and not _is_abandoned(d, instance, now)
        for d in _sending(connection)
    )


def claim(
    connection: Connection,
    due: Iterable[Delivery],
    instance: Instance,
    *,
    now: datetime,
    ttl: timedelta,
) -> list[ClaimedDelivery]:
    """Claim deliveries, except those that have changed since they were read.

    Args:
        connection: The transaction that called :func:`lock_claiming`.
        due: What :func:`find_due` returned in it.
        instance: The new holder.
        now: The present moment.
        ttl: After this time another instance may try, whatever happened to the holder.
    """
    read = {delivery.id: delivery for delivery in due}
    if not read:
        return []
    query = select(deliveries).where(deliveries.c.id.in_(read)).with_for_update(skip_locked=True)
    rows = [Delivery(**row) for row in connection.execute(query).mappings()]
    unchanged = {delivery.id for delivery in rows if delivery == read[delivery.id]}
    return [_lease(connection, read[i], instance, now, ttl) for i in read if i in unchanged]


def hand_over(connection: Connection, old: str, new: str, targets: Sequence[str]) -> None:
    """Give the unfinished deliveries of a receiver to its successor.

    A target that the successor does not have becomes its only one; where it has several, the
    delivery keeps its target and the receiver says that it is gone. How the targets of the old one
    were doing is forgotten.

    Args:
        connection: The transaction that called :func:`lock_claiming`.
        old: Id of the receiver that is gone.
        new: Id of its successor.
        targets: The targets of the successor.
    """
    columns = deliveries.c
    waiting = deliveries.update().where(columns.receiver == old, columns.state.in_(WAITING))
    if len(targets) == 1:
        moved = waiting.where(columns.target != targets[0])
        connection.execute(moved.values(receiver=new, target=targets[0]))
    connection.execute(waiting.values(receiver=new))
    connection.execute(receiver_targets.delete().where(receiver_targets.c.receiver == old))


def finish(
    connection: Connection,
    claimed: Delivery,
    *,
    state: str,
    now: datetime,
    error: str = "",
    next_attempt_at: datetime | None = None,
    target_asked: bool = False,
) -> bool:
    """Write the outcome of an attempt. Return False where the claim was lost to another instance.

    Args:
        connection: A write transaction.
        claimed: The delivery as it was claimed.
        state: Its new state.
        now: The present moment.
        error: Why the attempt failed (:class:`config.i18n.Phrase`, dumped).
        next_attempt_at: When the next attempt is due, if there is one.
        target_asked: Whether the target asked for that time (Retry-After).
    """
    values: dict[str, Any] = {
        "state": state,
        "last_error": error,
        "updated_at": now,
        "lease_holder": None,
        "lease_expires_at": None,
        "asked_until": next_attempt_at if target_asked else None,
    }
    if state == UNKNOWN:
        values["possible_repeat"] = True
    if state == DELIVERED:
        values["delivered_at"] = now
    if next_attempt_at is not None:
        values["next_attempt_at"] = next_attempt_at
    row = deliveries.update().where(
        deliveries.c.id == claimed.id,
        deliveries.c.state == SENDING,
        deliveries.c.lease_holder == claimed.lease_holder,
        deliveries.c.attempts == claimed.attempts,
    )
    return connection.execute(row.values(values)).rowcount == 1


_NOW = bindparam("now", type_=UtcDateTime)
_AHEAD = bindparam("ahead", type_=UtcDateTime)


@cache
def _first_of_each_target(
    dialect: str, ignore_backoff: bool, ignore_rate: bool
) -> Select[tuple[Any, ...]]:
    """Return the query for the first of each target's deliveries that may be attempted.

    The index of waiting deliveries has them in order, so that nothing is sorted. Names are one
    text, because a NOT IN of pairs takes SQLite a scan of all of them. The query is built once: it
    runs four times a second, and building it takes longer than running it.
    """
    name = deliveries.c.receiver + "\n" + deliveries.c.target
    names = (
        select(deliveries.c.receiver, deliveries.c.target)
        .where(is_waiting(deliveries.c), name.not_in(select_texts(dialect, "exclude_names")))
        .distinct()
        .subquery("names")
    )
    first = _first_of(names.c.receiver, names.c.target, dialect, ignore_backoff)
    state = and_(
        receiver_targets.c.receiver == names.c.receiver, receiver_targets.c.target == names.c.target
    )
    may_be = may_be_tried(_NOW, _AHEAD, ignore_probe=ignore_backoff, ignore_rate=ignore_rate)
    ids = select(first).select_from(outerjoin(names, receiver_targets, state)).where(may_be)
    query = select(deliveries).where(deliveries.c.id.in_(ids))
    return query.order_by(*delivery_order(deliveries.c)).limit(bindparam("limit", type_=Integer))


def _first_of(
    receiver: ColumnElement[str], target: ColumnElement[str], dialect: str, ignore_backoff: bool
) -> ScalarSelect[str]:
    """Select the id of the first delivery of a target that may be attempted."""
    each = deliveries.alias().c
    until = each.asked_until if ignore_backoff else each.next_attempt_at
    return (
        select(each.id)
        .where(each.receiver == receiver, each.target == target, is_waiting(each))
        .where(or_(until.is_(None), until <= _NOW, each.updated_at > _AHEAD))
        .where(or_(each.held_until.is_(None), each.held_until <= _NOW))
        .where(each.id.not_in(select_texts(dialect, "exclude")), each.replaced_by.is_(None))
        .order_by(*delivery_order(each))
        .limit(1)
        .scalar_subquery()
    )


def _name(receiver: str, target: str) -> str:
    return f"{receiver}\n{target}"


def _target(delivery: Delivery) -> tuple[str, str]:
    return delivery.receiver, delivery.target


def _sending(connection: Connection) -> list[Delivery]:
    query = select(deliveries).where(deliveries.c.state == SENDING)
    rows = connection.execute(query.order_by(deliveries.c.updated_at)).mappings()
    return [Delivery(**row) for row in rows]


def _is_abandoned(delivery: Delivery, instance: Instance, now: datetime) -> bool:
    """Return whether the sender died or ran out of time.

    This instance's own claims last until they expire: another of its tasks may be sending.
    """
    if delivery.lease_holder == instance.id:
        return delivery.lease_expires_at is not None and delivery.lease_expires_at <= now
    return leases.is_free(delivery.lease_holder, delivery.lease_expires_at, instance, now)


def _lease(
    connection: Connection, delivery: Delivery, instance: Instance, now: datetime, ttl: timedelta
) -> ClaimedDelivery:
    connection.execute(
        deliveries.update()
        .where(deliveries.c.id == delivery.id)
        .values(
            state=SENDING,
            attempts=delivery.attempts + 1,
            possible_repeat=delivery.possible_repeat or delivery.state == SENDING,
            lease_holder=instance.id,
            lease_expires_at=now + ttl,
            updated_at=now,
        )
    )
    query = select(deliveries).where(deliveries.c.id == delivery.id)
    row = connection.execute(query).mappings().one()
    notification = find_notification(connection, delivery.notification_id)
    if notification is None:  # the foreign key forbids it
        raise AssertionError(f"delivery {delivery.id} has no notification")
    return ClaimedDelivery(Delivery(**row), notification)

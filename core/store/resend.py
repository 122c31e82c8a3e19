"""Sending deliveries again at a person's request: one, those with given ids, or all of a target.

::

    Selection ──resend_selected()──▶ deliveries due now, in their order, with the same ids
                                     their targets may be tried at once, even if they are broken
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, not_, or_, select

from config.errors import NotFoundError
from core.store import audit, targets
from core.store.deliveries import (
    DELIVERED,
    FAILED,
    PENDING,
    SENDING,
    UNKNOWN,
    Delivery,
    deliveries,
    is_no_canary,
)
from core.store.sql import check_parameter

SHORTEST_ID = 8
"""Digits of an id that name it."""

STEP = timedelta(microseconds=1)
"""Between the times of deliveries that are sent again together: they keep their order."""


class ResendResult(StrEnum):
    """What a request to resend a delivery led to."""

    REQUEUED = "requeued"
    """It had failed; it is sent again now, under the same id."""
    DUE_NOW = "due_now"
    """It was waiting; it is sent now."""
    POSSIBLE_REPEAT = "possible_repeat"
    """It is sent now, although an earlier attempt may have reached the target."""
    TARGET_ASKED_TO_WAIT = "target_asked_to_wait"
    """Nothing changed: the target asked to be left alone."""
    BEING_SENT = "being_sent"
    """Nothing changed: an attempt is being made."""
    ALREADY_DELIVERED = "already_delivered"
    """Nothing changed: the target has accepted it."""


@dataclass(frozen=True, slots=True)
class ResendOutcome:
    """What a request to resend a delivery led to.

    Attributes:
        until: How long the target asked to be left alone, where that is the result.
    """

    result: ResendResult
    until: datetime | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether the delivery is due now."""
        return self.result in (
            ResendResult.REQUEUED,
            ResendResult.DUE_NOW,
            ResendResult.POSSIBLE_REPEAT,
        )


@dataclass(frozen=True, slots=True)
class Selection:
    """Which deliveries to send again: those that all given parts fit.

    Attributes:
        ids: Ids of deliveries or their notifications, or at least the first 8 digits.
        target: Id of a receiver, or one of its targets; empty: any. What is held stays held.
        failed_only: Whether deliveries that wait are left out.
    """

    ids: tuple[str, ...] = ()
    target: str = ""
    failed_only: bool = False


def resend_one(
    connection: Connection, delivery_id: str, *, now: datetime, by: str = ""
) -> ResendOutcome:
    """Make a delivery due now that has failed or is waiting. Its target may be tried at once.

    Args:
        connection: A write transaction.
        delivery_id: The delivery.
        now: The present.
        by: Who asked for it, for the audit log; empty: it is not recorded.

    Raises:
        NotFoundError: There is no such delivery.
    """
    outcome = make_due(connection, delivery_id, now=now)
    if outcome.is_accepted:
        columns = deliveries.c
        query = select(columns.receiver, columns.target).where(columns.id == delivery_id)
        row = connection.execute(query).one()
        targets.probe_now(connection, [(row.receiver, row.target)], now)
        _record(connection, delivery_id, row.receiver, by, now)
    return outcome


def make_due(connection: Connection, delivery_id: str, *, now: datetime) -> ResendOutcome:
    """Make a delivery due now that has failed or is waiting. It keeps its id.

    A target that asked to be left alone is not sent to before, except after a failure.

    Raises:
        NotFoundError: There is no such delivery.
    """
    columns = deliveries.c
    query = select(columns.state, columns.asked_until).where(
        columns.id == check_parameter(delivery_id)
    )
    row = connection.execute(query.with_for_update()).one_or_none()
    if row is None:
        raise NotFoundError("There is no such delivery.")
    outcome = _resend_outcome(row.state, row.asked_until, now)
    if outcome.is_accepted:
        values: dict[str, object] = {
            "next_attempt_at": now,
            "updated_at": now,
            "held_until": None,
        }
        if outcome.result is ResendResult.REQUEUED:
            values |= {"state": PENDING, "created_at": now}
        connection.execute(deliveries.update().where(columns.id == delivery_id).values(values))
    return outcome


def _resend_outcome(state: str, asked_until: datetime | None, now: datetime) -> ResendOutcome:
    if state == FAILED:
        return ResendOutcome(ResendResult.REQUEUED)
    if state == SENDING:
        return ResendOutcome(ResendResult.BEING_SENT)
    if state == DELIVERED:
        return ResendOutcome(ResendResult.ALREADY_DELIVERED)
    if asked_until is not None and asked_until > now:
        return ResendOutcome(ResendResult.TARGET_ASKED_TO_WAIT, asked_until)
    may_repeat = state == UNKNOWN
    return ResendOutcome(ResendResult.POSSIBLE_REPEAT if may_repeat else ResendResult.DUE_NOW)


def resend_selected(
    connection: Connection, selection: Selection, *, now: datetime, by: str = ""
) -> list[tuple[Delivery, ResendOutcome]]:
    """Make the selected deliveries due now, oldest first. Return each with its outcome.

    Args:
        connection: A write transaction.
        selection: The deliveries.
        now: The present.
        by: Who asked for it, for the audit log; empty: it is not recorded.

    Raises:
        NotFoundError: An id of the selection is no delivery's.
    """
    selected = _select(connection, selection, now)
    for given in selection.ids:
        if not any(_is_named(row, given) for row in selected):
            raise NotFoundError(
                f"There is no delivery {given[:40]!r} to send again.",
                mend="`wirewatch alerts show` prints the ids.",
            )
    outcomes = [
        make_due(connection, row.id, now=now + STEP * number) for number, row in enumerate(selected)
    ]
    names = [(row.receiver, row.target) for row in selected]
    targets.probe_now(connection, names, now)
    for row, outcome in zip(selected, outcomes, strict=True):
        if outcome.is_accepted:
            _record(connection, row.id, row.receiver, by, now)
    return list(zip(selected, outcomes, strict=True))


def _record(
    connection: Connection, delivery_id: str, receiver: str, by: str, now: datetime
) -> None:
    if by:
        audit.record(connection, "resent", delivery_id, by=by, at=now, detail=receiver)


def _select(connection: Connection, selection: Selection, now: datetime) -> list[Delivery]:
    columns = deliveries.c
    query = select(deliveries).order_by(columns.created_at, columns.id)
    if selection.ids:
        query = query.where(or_(*(_has_id(given) for given in selection.ids)))
    else:
        query = query.where(_is_overdue(now), is_no_canary())
    if selection.failed_only:
        query = query.where(columns.state == FAILED)
    if selection.target:
        name = check_parameter(selection.target)
        query = query.where(or_(columns.receiver == name, columns.target == name))
    return [Delivery(**row) for row in connection.execute(query).mappings()]


def _is_overdue(now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition that a delivery failed or waits for another attempt.

    What quiet hours or a cap hold, or what is not due for the first time yet, is sent earlier only
    by its id.
    """
    columns = deliveries.c
    is_tried = or_(columns.attempts > 0, columns.next_attempt_at <= now)
    is_held = and_(columns.held_until.is_not(None), columns.held_until > now)
    waits = and_(columns.state.in_((PENDING, UNKNOWN)), is_tried, not_(is_held))
    return or_(columns.state == FAILED, waits)


def _has_id(given: str) -> ColumnElement[bool]:
    columns = deliveries.c
    check_parameter(given)
    if len(given) < SHORTEST_ID:
        raise NotFoundError(f"{given!r} is too short for an id.", mend="Write 8 digits or more.")
    names = (columns.id, columns.notification_id)
    return or_(*(name.startswith(given, autoescape=True) for name in names))


def _is_named(row: Delivery, given: str) -> bool:
    return row.id.startswith(given) or row.notification_id.startswith(given)

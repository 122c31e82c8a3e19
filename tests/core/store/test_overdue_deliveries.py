"""Which deliveries are older than what was promised for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement

from core.ids import hash_parts
from core.store import Connection, Store, targets
from core.store.deliveries import (
    DELIVERED,
    SENDING,
    UNKNOWN,
    Notification,
    add_notification,
    deliveries,
)
from core.store.overdue_deliveries import OverdueDelivery, list_overdue
from core.store.targets import TargetState

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
GRACE, GIVE_UP = timedelta(minutes=5), timedelta(hours=6)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


@dataclass(frozen=True)
class Waiting:
    """A delivery: when it was due, what its row has besides, and the state of its target."""

    due: float
    row: tuple[tuple[str, Any], ...] = ()
    target: TargetState | None = None
    sent_before: float | None = None
    """Minutes since the target got another message."""


BROKEN = TargetState("desk", "", ago(60), failures=9, broken_since=ago(60), reason="x")
FAILING = TargetState("desk", "", ago(1), failures=6, probe_at=ago(-2))
LIMITED = TargetState("desk", "", ago(1), send_after=ago(-1))

OVERDUE = {
    "due and not sent": Waiting(6),
    "not sent again": Waiting(6, (("state", UNKNOWN), ("attempts", 1))),
    "the target gets nothing any more": Waiting(6, sent_before=30),
    "older than its retries": Waiting(60 * 7, sent_before=1),
    "its sender is gone": Waiting(30, (("state", SENDING), ("lease_expires_at", ago(9)))),
}

IN_TIME = {
    "just due": Waiting(4),
    "not due yet": Waiting(-30),
    "the target gets one after the other": Waiting(6, sent_before=1),
    "delivered": Waiting(60 * 7, (("state", DELIVERED),)),
    "held": Waiting(60 * 7, (("held_until", ago(-9)),)),
    "in a digest": Waiting(60 * 7, (("replaced_by", "a" * 32),)),
    "its target is broken": Waiting(60 * 7, target=BROKEN),
    "its target is paused": Waiting(60 * 7, target=FAILING),
    "its target has a rate limit": Waiting(30, target=LIMITED),
    "being sent": Waiting(30, (("state", SENDING), ("lease_expires_at", ago(-1)))),
}


def add(connection: Connection, name: str, due: float) -> ColumnElement[bool]:
    """Add a delivery to a target of this name. Return the condition that a row is it."""
    id_ = hash_parts(name, str(due))
    notification = Notification(id_, id_, "desk", "new_story", 0, "{}", ago(600))
    add_notification(connection, notification, [name], due=ago(due))
    return deliveries.c.notification_id == id_


def fill(connection: Connection, name: str, waiting: Waiting) -> None:
    row = deliveries.update().where(add(connection, name, waiting.due))
    connection.execute(row.values(updated_at=ago(600), **dict(waiting.row)))
    if waiting.sent_before is not None:
        row = deliveries.update().where(add(connection, name, waiting.sent_before))
        sent = {"state": DELIVERED, "attempts": 1, "updated_at": ago(waiting.sent_before)}
        connection.execute(row.values(sent))
    if waiting.target is not None:
        targets.save_target(connection, replace(waiting.target, target=name))


def test_a_delivery_is_overdue_when_it_could_be_sent_but_is_not(store: Store) -> None:
    with store.write() as connection:
        for name, waiting in (OVERDUE | IN_TIME).items():
            fill(connection, name, waiting)
    with store.read() as connection:
        overdue = list_overdue(connection, NOW, grace=GRACE, give_up=GIVE_UP)
    assert overdue[0] == OverdueDelivery("desk", "older than its retries", ago(60 * 7))
    assert {each.target: each.due_at for each in overdue} == {
        name: ago(waiting.due) for name, waiting in OVERDUE.items()
    }

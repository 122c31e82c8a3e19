"""Which deliveries are older than what was promised for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.store import Store, targets
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


BROKEN = TargetState("desk", "host", ago(60), failures=9, broken_since=ago(60), reason="x")
FAILING = TargetState("desk", "host", ago(1), failures=6, probe_at=ago(-2))
LIMITED = TargetState("desk", "host", ago(1), send_after=ago(-1))

CASES = [
    pytest.param(Waiting(4), False, id="just due"),
    pytest.param(Waiting(-30), False, id="not due yet"),
    pytest.param(Waiting(6), True, id="due and not sent"),
    pytest.param(Waiting(6, (("state", UNKNOWN), ("attempts", 1))), True, id="not sent again"),
    pytest.param(Waiting(6, sent_before=1), False, id="the target gets one after the other"),
    pytest.param(Waiting(6, sent_before=30), True, id="the target gets nothing any more"),
    pytest.param(Waiting(60 * 7, sent_before=1), True, id="older than its retries"),
    pytest.param(Waiting(60 * 7, (("state", DELIVERED),)), False, id="delivered"),
    pytest.param(Waiting(60 * 7, (("held_until", ago(-9)),)), False, id="held"),
    pytest.param(Waiting(60 * 7, (("replaced_by", "a" * 32),)), False, id="in a digest"),
    pytest.param(Waiting(60 * 7, target=BROKEN), False, id="its target is broken"),
    pytest.param(Waiting(60 * 7, target=FAILING), False, id="its target is paused"),
    pytest.param(Waiting(30, target=LIMITED), False, id="its target has a rate limit"),
    pytest.param(Waiting(30, (("state", SENDING), ("lease_expires_at", ago(-1)))), False,
                 id="being sent"),
    pytest.param(Waiting(30, (("state", SENDING), ("lease_expires_at", ago(9)))), True,
                 id="its sender is gone"),
]  # fmt: skip


def fill(store: Store, waiting: Waiting) -> None:
    with store.write() as connection:
        for name, due in (("a", waiting.due), ("b", waiting.sent_before)):
            if due is not None:
                notification = Notification(
                    name * 32, name * 32, "desk", "new_story", 0, "{}", ago(600)
                )
                add_notification(connection, notification, ["host"], due=ago(due))
        row = deliveries.update().where(deliveries.c.notification_id == "a" * 32)
        connection.execute(row.values(updated_at=ago(600), **dict(waiting.row)))
        if waiting.sent_before is not None:
            row = deliveries.update().where(deliveries.c.notification_id == "b" * 32)
            connection.execute(
                row.values(state=DELIVERED, attempts=1, updated_at=ago(waiting.sent_before))
            )
        if waiting.target is not None:
            targets.save_target(connection, waiting.target)


@pytest.mark.parametrize(("waiting", "is_overdue"), CASES)
def test_a_delivery_is_overdue_when_it_could_be_sent_but_is_not(
    store: Store, waiting: Waiting, is_overdue: bool
) -> None:
    fill(store, waiting)
    with store.read() as connection:
        found = list_overdue(connection, NOW, grace=GRACE, give_up=GIVE_UP)
    assert found == ([OverdueDelivery("desk", "host", ago(waiting.due))] if is_overdue else [])

"""Notifications are sent when they are due, and sent again when a person asks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from config.errors import NotFoundError
from core.processes.instance import Instance
from core.store import Connection, Store, claims
from core.store.deliveries import (
    Delivery,
    Notification,
    add_notification,
    deliveries,
)
from core.store.resend import ResendOutcome, ResendResult, make_due

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=8)


def add(connection: Connection, *, due: datetime = NOW, **values: object) -> str:
    notification = Notification("n" * 32, "a" * 32, "desk", "new_story", 0, "{}", NOW)
    add_notification(connection, notification, ["https://desk.example"], due=due)
    if values:
        connection.execute(deliveries.update().values(**values))
    return the_delivery(connection).id


def the_delivery(connection: Connection) -> Delivery:
    return Delivery(**connection.execute(select(deliveries)).mappings().one())


def test_a_delivery_is_not_sent_before_it_is_due(store: Store, instance: Instance) -> None:
    with store.write() as connection:
        delivery_id = add(connection, due=LATER)
        early = claims.find_due(connection, instance, now=LATER - timedelta(seconds=1), limit=9)
        assert early == []
        assert [d.id for d in claims.find_due(connection, instance, now=LATER, limit=9)] == [
            delivery_id
        ]


def test_the_age_of_a_delivery_counts_from_when_it_was_due(store: Store) -> None:
    with store.write() as connection:
        add(connection, due=LATER)
        assert the_delivery(connection).created_at == LATER


@pytest.mark.parametrize(
    ("state", "result"),
    [
        ("failed", ResendResult.REQUEUED),
        ("unknown", ResendResult.POSSIBLE_REPEAT),
        ("pending", ResendResult.DUE_NOW),
    ],
)
def test_an_undelivered_message_can_be_sent_again_at_once(
    store: Store, state: str, result: ResendResult
) -> None:
    with store.write() as connection:
        delivery_id = add(connection, state=state, next_attempt_at=LATER)
        outcome = make_due(connection, delivery_id, now=NOW)
        delivery = the_delivery(connection)
    assert outcome == ResendOutcome(result)
    assert outcome.is_accepted
    assert delivery.next_attempt_at == NOW
    assert delivery.state == ("pending" if state == "failed" else state)


@pytest.mark.parametrize(
    ("state", "result"),
    [("delivered", ResendResult.ALREADY_DELIVERED), ("sending", ResendResult.BEING_SENT)],
)
def test_a_message_that_arrived_or_is_being_sent_is_left_alone(
    store: Store, state: str, result: ResendResult
) -> None:
    with store.write() as connection:
        delivery_id = add(connection, state=state)
        before = the_delivery(connection)
        outcome = make_due(connection, delivery_id, now=LATER)
        assert outcome == ResendOutcome(result)
        assert not outcome.is_accepted
        assert the_delivery(connection) == before


def test_a_target_that_asked_for_a_pause_gets_it(store: Store) -> None:
    pause_end = NOW + timedelta(minutes=5)
    with store.write() as connection:
        delivery_id = add(connection, asked_until=pause_end, next_attempt_at=pause_end)
        refused = make_due(connection, delivery_id, now=NOW)
        assert refused == ResendOutcome(ResendResult.TARGET_ASKED_TO_WAIT, pause_end)
        assert not refused.is_accepted
        assert the_delivery(connection).next_attempt_at == pause_end
        assert make_due(connection, delivery_id, now=pause_end).is_accepted


@pytest.mark.parametrize("delivery_id", ["0" * 32, "' OR 1=1 --", "\0", "\ud800"])
def test_a_delivery_that_does_not_exist_cannot_be_sent_again(
    store: Store, delivery_id: str
) -> None:
    with store.write() as connection, pytest.raises(NotFoundError):
        make_due(connection, delivery_id, now=NOW)

"""Sending deliveries again, by ids and in bulk; one alone is in ``test_deliveries.py``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.errors import NotFoundError
from core.processes.instance import Instance
from core.store import Store, claims, targets
from core.store import deliveries as delivery_store
from core.store.resend import Selection, resend_one, resend_selected
from core.store.targets import TargetState
from tests.support.postgres import ON_EVERY_DATABASE

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
NEXT_DAY = NOON + timedelta(days=1)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store.open(database_url)
    yield store
    store.close()


def add(store: Store, number: int, state: str, receiver: str = "desk") -> str:
    """Add a delivery to the target ``host``; return its id."""
    id_ = f"{number:032x}"[::-1]
    note = delivery_store.Notification(id_, "a" * 32, receiver, "new_story", number, "{}", NOON)
    due = NOON + timedelta(seconds=number)
    with store.write() as connection:
        delivery_store.add_notification(connection, note, ["host"], due=due)
        row = delivery_store.deliveries.update().where(
            delivery_store.deliveries.c.notification_id == id_
        )
        connection.execute(row.values(state=state, next_attempt_at=NEXT_DAY, attempts=1))
        [delivery] = delivery_store.load_deliveries(connection, id_)
    return delivery.id


def resent(store: Store, selection: Selection) -> list[tuple[str, str]]:
    with store.write() as connection:
        return [
            (delivery.id, outcome.result.value)
            for delivery, outcome in resend_selected(connection, selection, now=LATER)
        ]


@ON_EVERY_DATABASE
def test_everything_that_failed_is_due_now_in_its_order(store: Store, tmp_path: Path) -> None:
    failed = [add(store, number, "failed") for number in (5, 1, 3)]
    add(store, 2, "pending")
    add(store, 4, "delivered")
    order = [failed[1], failed[2], failed[0]]
    assert resent(store, Selection(failed_only=True)) == [(i, "requeued") for i in order]
    me = Instance.start(tmp_path)
    sent = []
    with store.write() as connection:
        for second in (1, 2, 3):
            now = LATER + timedelta(seconds=second)
            due = claims.find_due(connection, me, now=now, limit=5)
            [claimed] = claims.claim(connection, due, me, now=now, ttl=timedelta(minutes=1))
            claims.finish(connection, claimed.delivery, state="delivered", now=now)
            sent.append(claimed.delivery.id)
    me.close()
    assert sent == order


@ON_EVERY_DATABASE
def test_everything_undelivered_of_a_target_is_sent_though_it_is_broken(store: Store) -> None:
    waiting, lost = add(store, 1, "pending"), add(store, 2, "unknown")
    other = add(store, 3, "failed", receiver="other")
    with store.write() as connection:
        state = TargetState("desk", "host", NOON, broken_since=NOON, probe_at=NEXT_DAY)
        targets.save_target(connection, state)
    assert resent(store, Selection(target="desk")) == [
        (waiting, "due_now"),
        (lost, "possible_repeat"),
    ]
    with store.write() as connection:
        state = targets.load_target(connection, "desk", "host", now=LATER)
    assert (state.probe_at, state.is_broken) == (LATER, True)
    assert resent(store, Selection(target="host", failed_only=True)) == [(other, "requeued")]
    assert resent(store, Selection(target="nobody")) == []


@ON_EVERY_DATABASE
def test_deliveries_are_named_by_their_id_or_that_of_their_notification(store: Store) -> None:
    first, second = add(store, 0x1234567, "failed"), add(store, 0x7654321, "delivered")
    by_note = Selection(("7654321" + "0" * 25,))
    assert resent(store, by_note) == [(first, "requeued")]
    assert resent(store, Selection((first[:12], second))) == [
        (first, "due_now"),
        (second, "already_delivered"),
    ]


@ON_EVERY_DATABASE
def test_what_is_held_or_not_due_yet_is_sent_earlier_only_by_its_id(store: Store) -> None:
    held, fresh, tried = (add(store, number, "pending") for number in (1, 2, 3))
    row = delivery_store.deliveries.update()
    columns = delivery_store.deliveries.c
    with store.write() as connection:
        connection.execute(row.where(columns.id == held).values(held_until=NEXT_DAY))
        connection.execute(row.where(columns.id == fresh).values(attempts=0))
    assert resent(store, Selection(target="desk")) == [(tried, "due_now")]
    assert resent(store, Selection((held, fresh))) == [(held, "due_now"), (fresh, "due_now")]


@pytest.mark.parametrize("given", ["1234", "f" * 32, "12345678\0", "%%%%%%%%"])
def test_an_unknown_id_changes_nothing(store: Store, given: str) -> None:
    known = add(store, 1, "failed")
    with pytest.raises(NotFoundError), store.write() as connection:
        resend_selected(connection, Selection((known, given)), now=LATER)
    with store.read() as connection:
        assert delivery_store.count_by_state(connection) == {"failed": 1}


def test_a_single_request_lets_its_target_be_tried_too(store: Store) -> None:
    delivery = add(store, 1, "pending")
    with store.write() as connection:
        targets.save_target(connection, TargetState("desk", "host", NOON, probe_at=NEXT_DAY))
        assert resend_one(connection, delivery, now=LATER).is_accepted
        assert targets.load_target(connection, "desk", "host", now=LATER).probe_at == LATER

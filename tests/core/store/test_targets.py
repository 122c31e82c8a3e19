from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from core.store import Store, notification_items, targets
from core.store import deliveries as delivery_store
from core.store.retention import RULES, forget_all
from core.store.targets import RateLimit, TargetState
from tests.support.postgres import ON_EVERY_DATABASE

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OLD = NOON - timedelta(days=30)
BROKEN = TargetState(
    "desk",
    "host",
    NOON,
    failures=9,
    failing_since=NOON - timedelta(hours=3),
    rejected_at=(1.5, 2.25),
    broken_since=NOON,
    reason="Why\0.",
    probes=2,
    probe_at=NOON + timedelta(hours=1),
)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store.open(database_url)
    yield store
    store.close()


@ON_EVERY_DATABASE
def test_the_state_of_a_target_is_stored_and_replaced(store: Store) -> None:
    with store.write() as connection:
        targets.save_target(connection, TargetState("desk", "host", OLD, failures=1))
        targets.save_target(connection, BROKEN)
        loaded = targets.load_target(connection, "desk", "host", now=NOON)
    assert loaded.reason == "Why\ufffd."
    assert (loaded.rejected_at, loaded.probe_at) == (BROKEN.rejected_at, BROKEN.probe_at)
    with store.read() as connection:
        assert targets.list_broken(connection) == [(loaded, 0)]


@ON_EVERY_DATABASE
def test_a_rate_limit_allows_its_burst_and_then_a_message_each_interval(store: Store) -> None:
    limit = RateLimit(per_minute=20, burst=3)
    waits = []
    with store.write() as connection:
        for _ in range(5):
            targets.charge(connection, "desk", "host", limit, now=NOON)
            state = targets.load_target(connection, "desk", "host", now=NOON)
            assert state.send_after is not None
            waits.append((state.send_after - NOON).total_seconds())
    assert waits == [-3, 0, 3, 6, 9]


@ON_EVERY_DATABASE
def test_old_states_and_messages_of_the_system_are_forgotten_unless_they_wait(
    store: Store,
) -> None:
    with store.write() as connection:
        for number, created in enumerate((OLD, OLD, NOON)):
            id_ = str(number) * 32
            notification = delivery_store.Notification(id_, id_, "desk", "system", 0, "{}", created)
            delivery_store.add_notification(connection, notification, ["host"], due=created)
        sent = delivery_store.deliveries.update().where(
            delivery_store.deliveries.c.notification_id != "1" * 32
        )
        connection.execute(sent.values(state="delivered"))
        targets.save_target(connection, BROKEN)
        targets.save_target(connection, TargetState("desk", "other", OLD, failures=1))
    assert forget_all(store, RULES["targets"], NOON - timedelta(days=1)) == 2
    with store.read() as connection:
        left = [
            n.id[0]
            for i in "012"
            for n, _ in notification_items.load_notifications(connection, i * 32)
        ]
        assert left == ["1", "2"]
        assert [state.target for state, _ in targets.list_broken(connection)] == ["host"]
    assert forget_all(store, RULES["targets"], NOON - timedelta(days=1)) == 0

"""The order in which the deliveries of a target go out."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.processes.instance import Instance
from core.store import Connection, Store, claims
from core.store.deliveries import (
    DELIVERED,
    NORMAL,
    URGENT,
    Notification,
    add_notification,
    raise_priority,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def add(
    connection: Connection, name: str, minute: int, priority: int = NORMAL, target: str = "host"
) -> str:
    """Add a notification that is due a number of minutes after noon. Return its id."""
    due = NOON + timedelta(minutes=minute)
    notification = Notification(name * 32, name * 32, "desk", "new_story", 0, "{}", NOON)
    add_notification(connection, notification, [target], due=due, priority=priority)
    return notification.id


def copy_delivery(connection: Connection, times: int) -> None:
    """Add copies of the only delivery there is."""
    numbers = sa.text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :times)"
        " INSERT INTO deliveries SELECT 'copy ' || i, notification_id, receiver, target, state,"
        " attempts, possible_repeat, next_attempt_at, asked_until, lease_holder, lease_expires_at,"
        " last_error, created_at, updated_at, delivered_at, held_until, priority, replaced_by"
        " FROM deliveries, n"
    )
    connection.execute(numbers, {"times": times})


def deliver_all(connection: Connection, instance: Instance) -> str:
    """Deliver an hour after noon what is due, one after the other. Return the first letters."""
    now, names = NOON + timedelta(hours=1), ""
    while due := claims.find_due(connection, instance, now=now, limit=9):
        for each in claims.claim(connection, due, instance, now=now, ttl=timedelta(minutes=1)):
            claims.finish(connection, each.delivery, state=DELIVERED, now=now)
            names += each.notification.id[0]
    return names


def test_urgent_deliveries_go_first_then_the_oldest(store: Store, instance: Instance) -> None:
    with store.write() as connection:
        for name, minute, priority in (
            ("d", 5, NORMAL),
            ("a", 9, NORMAL),
            ("e", 7, URGENT),
            ("b", 6, NORMAL),
            ("c", 8, URGENT),
        ):
            add(connection, name, minute, priority)
        add(connection, "f", 90, URGENT)  # not due yet
        assert deliver_all(connection, instance) == "ecdba"


def test_a_long_queue_of_one_target_does_not_delay_the_others(
    store: Store, instance: Instance
) -> None:
    with store.write() as connection:
        for minute, name in enumerate("abcd"):
            add(connection, name, minute)
        add(connection, "e", 30, target="other")
        now = NOON + timedelta(hours=1)
        due = claims.find_due(connection, instance, now=now, limit=9)
        assert [delivery.notification_id[0] for delivery in due] == ["a", "e"]


def test_a_waiting_notification_that_becomes_urgent_goes_first(
    store: Store, instance: Instance
) -> None:
    with store.write() as connection:
        add(connection, "a", 1)
        raise_priority(connection, add(connection, "b", 2))
        assert deliver_all(connection, instance) == "ba"


@pytest.mark.slow
def test_any_number_of_deliveries_and_targets_can_be_left_out(
    store: Store, instance: Instance
) -> None:
    left_out = [("desk", f"broken {n}") for n in range(40_001)]
    with store.write() as connection:
        add(connection, "a", 1)
        copy_delivery(connection, 40_001)
        add(connection, "b", 2, target=left_out[0][1])
        add(connection, "c", 2, target="other")
        attempted = set(
            connection.scalars(sa.text("SELECT id FROM deliveries WHERE target='host'"))
        )
        last = max(attempted)
        if store.dialect == "sqlite":
            raw: Any = connection.connection.dbapi_connection
            raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)  # as SQLite is built
        due = claims.find_due(
            connection,
            instance,
            now=NOON + timedelta(hours=1),
            limit=9,
            ignore_backoff=True,
            exclude=attempted - {last},
            exclude_targets=left_out,
        )
        assert [delivery.id for delivery in due if delivery.target == "host"] == [last]
        assert [delivery.target for delivery in due] == ["host", "other"]


def test_the_first_delivery_of_a_target_is_found_by_the_index_of_waiting_ones(
    store: Store, instance: Instance
) -> None:
    is_sqlite = store.dialect == "sqlite"
    plans: list[str] = []

    def explain(connection: Connection, statement: str, parameters: Sequence[Any]) -> None:
        if "FROM deliveries AS" in statement:
            prefix = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
            cursor = connection.connection.cursor()
            cursor.execute(f"{prefix} {statement}", parameters)
            plans.append(" ".join(str(row) for row in cursor.fetchall()))

    with store.write() as connection:
        add(connection, "a", 1)
        copy_delivery(connection, 2_000)
        connection.execute(sa.text("ANALYZE deliveries"))  # a plan is chosen by what the table has
        sa.event.listen(
            connection,
            "before_cursor_execute",
            lambda c, _cursor, statement, parameters, *_: explain(c, statement, parameters),
        )
        claims.find_due(connection, instance, now=NOON + timedelta(hours=1), limit=9)
    [plan] = plans
    assert "ix_deliveries_waiting" in plan

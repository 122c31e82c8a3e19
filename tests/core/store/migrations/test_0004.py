"""A store from before targets had a state delivers what waits in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.processes.instance import Instance
from core.store import Store, claims, targets
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WAITING = "n" * 32
_ROWS = (
    """INSERT INTO notifications (id, alert_id, receiver, kind, seq, body, created_at) VALUES
    (:n, :a, 'desk', 'new_story', 0, '{}', :at)""",
    """INSERT INTO deliveries (id, notification_id, receiver, target, state, attempts,
    possible_repeat, next_attempt_at, created_at, updated_at) VALUES (:n, :n, 'desk', 'host',
    'pending', 0, :no, :at, :at, :at)""",
)


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the third schema with a delivery that waits."""
    migrate_to(empty_database, "0003", lambda connection: _fill(connection, empty_database))
    return empty_database


def _fill(connection: sa.Connection, url: str) -> None:
    at = NOON.replace(tzinfo=None).isoformat(" ") + ("" if "sqlite" in url else "+00")
    values = {"n": WAITING, "a": "a" * 32, "at": at, "no": False}
    for statement in _ROWS:
        connection.execute(sa.text(statement), values)


def test_what_waits_is_due_and_its_target_works(old_database: str, tmp_path: Path) -> None:
    store, me = Store.open(old_database), Instance.start(tmp_path)
    with store.write() as connection:
        [due] = claims.find_due(connection, me, now=NOON + timedelta(seconds=1), limit=5)
        state = targets.load_target(connection, due.receiver, due.target, now=NOON)
        assert (due.notification_id, state.failures, state.is_broken) == (WAITING, 0, False)
        assert targets.list_broken(connection) == []
    store.close()
    me.close()

"""A store from before targets had a state delivers what waits in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.processes.instance import Instance
from core.store import Store, claims, targets
from core.store import deliveries as delivery_store
from tests.support.postgres import DATABASES
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WAITING = delivery_store.Notification("n" * 32, "a" * 32, "desk", "new_story", 0, "{}", NOON)


@pytest.fixture(params=DATABASES)
def old_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database of the third schema with a delivery that waits."""
    url = f"sqlite:///{tmp_path}/store.db"
    if request.param != "sqlite":
        url = str(request.getfixturevalue("postgres"))
    migrate_to(url, "0003", _fill)
    return url


def _fill(connection: sa.Connection) -> None:
    delivery_store.add_notification(connection, WAITING, ["host"], due=NOON)


def test_what_waits_is_due_and_its_target_works(old_database: str, tmp_path: Path) -> None:
    store, me = Store.open(old_database), Instance.start(tmp_path)
    with store.write() as connection:
        [due] = claims.find_due(connection, me, now=NOON + timedelta(seconds=1), limit=5)
        state = targets.load_target(connection, due.receiver, due.target, now=NOON)
        assert (due.notification_id, state.failures, state.is_broken) == (WAITING.id, 0, False)
        assert targets.list_broken(connection) == []
    store.close()
    me.close()

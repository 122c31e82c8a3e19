"""A store from before canaries sends its first one at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.store import Store
from core.store.canaries import due_at, load_canaries, take_due
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the schema before."""
    migrate_to(empty_database, "0012", lambda connection: None)
    return empty_database


def test_the_first_canary_is_due_at_once(old_database: str) -> None:
    store = Store.open(old_database)
    with store.write() as connection:
        assert load_canaries(connection) == []
        assert due_at(connection) is None
        assert take_due(connection, NOON, timedelta(hours=1)) == NOON
        assert due_at(connection) == NOON + timedelta(hours=1)
    store.close()

"""Feeds of a store from before hubs can be subscribed to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.store import Store, websub
from core.store.websub import Subscription
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the schema before."""
    migrate_to(empty_database, "0025", lambda connection: None)
    return empty_database


def test_a_subscription_can_be_stored(old_database: str) -> None:
    store = Store.open(old_database)
    made = Subscription("t", "f", "https://hub.example/", "hub.example", "u", "c", "s", NOON, NOON)
    with store.write() as connection:
        websub.add(connection, made)
        assert websub.load_of_feed(connection, "f") == [made]
    store.close()

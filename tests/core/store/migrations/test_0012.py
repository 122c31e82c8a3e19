"""A store from before feeds of alerts can give out addresses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.store import Store
from core.store.feed_addresses import EntryFilter, FeedAddress, add_address, list_entries
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the schema before."""
    migrate_to(empty_database, "0011", lambda connection: None)
    return empty_database


def test_a_feed_gets_its_first_address(old_database: str) -> None:
    store = Store.open(old_database)
    with store.write() as connection:
        add_address(connection, FeedAddress("reader", "a" * 64, NOON))
        assert list_entries(connection, ["reader"], EntryFilter(), limit=1) == []
    store.close()

"""The feeds of a store from before are found by their outlet."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from core.store import Store
from tests.support.schemas import migrate_to


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the schema before."""
    migrate_to(empty_database, "0026", lambda connection: None)
    return empty_database


def test_feeds_have_an_index_of_outlets(old_database: str) -> None:
    store = Store.open(old_database)
    with store.read() as connection:
        names = {index["name"] for index in inspect(connection).get_indexes("feeds")}
    store.close()
    assert "ix_feeds_outlet" in names

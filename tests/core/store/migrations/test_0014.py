"""A store from before re-reads gets their table, and reads nothing of it again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.store import Store, rereads
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the thirteenth schema."""
    migrate_to(empty_database, "0013", lambda _: None)
    return empty_database


def test_articles_that_were_told_before_are_not_read_again(old_database: str) -> None:
    store = Store.open(old_database)
    with store.write() as connection:
        rereads.schedule(connection, "a" * 32, reason=rereads.TOLD, now=NOON, due_at=NOON)
        assert rereads.find(connection, "a" * 32) is None
        assert rereads.forget(connection, NOON) == 0
    store.close()

"""A store of before disputed pages has none, and can store them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.store import Store
from core.store.disputed_pages import find_disputed, list_disputed, save_disputed
from tests.support.disputes import disputed_page
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the schema before."""
    migrate_to(empty_database, "0022", lambda _: None)
    return empty_database


def test_no_page_is_disputed_yet(old_database: str) -> None:
    store = Store.open(old_database)
    page = disputed_page("a", NOON)
    with store.write() as connection:
        assert list_disputed(connection) == []
        save_disputed(connection, page)
        assert find_disputed(connection, page.article_id) == page
    store.close()

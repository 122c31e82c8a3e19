"""Feeds of a store from before selectors have none, and can get them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from core.store import Store, feeds
from tests.support.schemas import insert_old_feed, migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _fill(connection: sa.Connection) -> None:
    insert_old_feed(connection, NOON)


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the schema before, with a feed."""
    migrate_to(empty_database, "0024", _fill)
    return empty_database


def test_a_feed_has_no_selectors_until_the_files_give_it_some(old_database: str) -> None:
    store = Store.open(old_database)
    with store.write() as connection:
        feed = feeds.get(connection, "f")
        assert (feed.body_selector, feed.removed_selector) == ("", "")
        changed = replace(feed, body_selector="#text", removed_selector=".a, .b", links="li a")
        feeds.sync(connection, [changed], NOON)
        assert feeds.get(connection, "f") == changed
    store.close()

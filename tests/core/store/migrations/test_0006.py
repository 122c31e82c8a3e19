"""A store from before roles said who was told goes on with its stories."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from core.store import Store
from core.store import stories as story_store
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
JOINED = {
    "topic_id": "nato", "article_id": "a" * 32, "revision": 1, "story_id": "s" * 32,
    "role": "member", "similarity": 0.4, "moment": NOON, "first_seen_at": NOON,
    "outlet": "kurier", "exact": "", "facts": "{}", "features": "", "shingles": b"",
}  # fmt: skip


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the fifth schema with an article that joined a story."""
    migrate_to(empty_database, "0005", _fill)
    return empty_database


def _fill(connection: sa.Connection) -> None:
    table = sa.Table("story_articles", sa.MetaData(), autoload_with=connection)
    connection.execute(table.insert().values(JOINED))


def test_an_article_that_joined_a_story_is_minor_and_may_become_a_development(
    old_database: str,
) -> None:
    store = Store.open(old_database)
    with store.write() as connection:
        row = story_store.find_article(connection, "nato", "a" * 32)
        assert row is not None
        assert row.role == "minor"
        told = story_store.set_role(connection, "nato", "a" * 32, "development")
        assert told is not None
        assert told.role == "development"
    store.close()

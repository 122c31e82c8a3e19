"""A store from before roles said who was told goes on with its stories."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.store import Store
from core.store import stories as story_store
from tests.support.postgres import DATABASES
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
JOINED = story_store.StoryArticle(
    "nato", "a" * 32, 1, "s" * 32, "member", None, 0.4, NOON, NOON, "kurier", "", "{}", "", b""
)


@pytest.fixture(params=DATABASES)
def old_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database of the fifth schema with an article that joined a story."""
    url = f"sqlite:///{tmp_path}/store.db"
    if request.param != "sqlite":
        url = str(request.getfixturevalue("postgres"))
    migrate_to(url, "0005", _fill)
    return url


def _fill(connection: sa.Connection) -> None:
    story_store.put_article(connection, JOINED, ())


def test_an_article_that_joined_a_story_is_minor_and_may_become_a_development(
    old_database: str,
) -> None:
    store = Store.open(old_database)
    with store.write() as connection:
        row = story_store.find_article(connection, JOINED.topic_id, JOINED.article_id)
        assert row is not None
        assert row.role == "minor"
        told = story_store.set_role(connection, JOINED.topic_id, JOINED.article_id, "development")
        assert told is not None
        assert told.role == "development"
    store.close()

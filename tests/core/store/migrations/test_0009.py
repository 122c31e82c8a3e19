"""A store from before growth was counted does not notify anybody of what has grown already."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from core.store import Store
from core.store import stories as story_store
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
GROWN, SMALL = "a" * 32, "b" * 32


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the eighth schema with stories of sixteen and of two outlets."""
    migrate_to(empty_database, "0008", _fill)
    return empty_database


def _fill(connection: sa.Connection) -> None:
    for story, outlets in ((GROWN, 16), (SMALL, 2)):
        _add_story(connection, story, outlets)


def _add_story(connection: sa.Connection, story: str, outlets: int) -> None:
    tables = sa.MetaData()
    row = {"id": story, "topic_id": "nato", "title": "T", "first_seen": NOON, "last_seen": NOON}
    stories = sa.Table("stories", tables, autoload_with=connection)
    connection.execute(stories.insert().values(row | {"outlets": outlets + 1}))
    articles = sa.Table("story_articles", tables, autoload_with=connection)
    for number in range(outlets + 1):
        is_copy = number == outlets
        values = {
            "topic_id": "nato", "article_id": f"{story}{number}"[-32:], "revision": 1,
            "story_id": story, "role": "copy" if is_copy else "minor",
            "copy_of": f"{story}0"[-32:] if is_copy else None, "similarity": 0.4, "moment": NOON,
            "first_seen_at": NOON, "outlet": f"outlet{number}", "exact": "", "facts": "{}",
            "features": "", "shingles": b"",
        }  # fmt: skip
        connection.execute(articles.insert().values(values))


def test_growth_from_before_the_migration_counts_as_decided(old_database: str) -> None:
    store = Store.open(old_database)
    with store.read() as connection:
        stories = [story_store.find_story(connection, story) for story in (GROWN, SMALL)]
    counts = [(s.independent_outlets, s.growth) for s in stories if s is not None]
    assert counts == [(16, 15), (2, 0)]
    store.close()

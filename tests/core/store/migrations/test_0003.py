"""A store from before entries had a time when they were last shown goes on, and forgets nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from core.store import Store, entries, feeds
from core.store.retention import RULES, forget_all
from tests.support.records import entry_record, feed_record
from tests.support.schemas import migrate_to

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BEFORE = NOW.replace(year=2025)


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the second schema with a feed and a known entry."""
    migrate_to(empty_database, "0002", _fill)
    return empty_database


def _fill(connection: sa.Connection) -> None:
    feed, entry = feed_record(), entry_record(changed_at=BEFORE.replace(year=2024), state="done")
    for table, record in ((feeds.feeds, feed), (entries.entries, entry)):
        old = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
        names = [c.key for c in table.columns if hasattr(record, c.key) and c.name in old]
        values = {name: getattr(record, name) for name in names if name != "id"}
        connection.execute(table.insert().values(**values | _lists(values)))


def _lists(values: dict[str, object]) -> dict[str, object]:
    return {"authors": []} if "authors" in values else {}


def test_what_was_known_stays_known_until_the_feed_shows_other_entries(old_database: str) -> None:
    store = Store.open(old_database)
    assert forget_all(store, RULES["entries"], BEFORE) == 0
    with store.write() as connection:
        assert set(entries.find_by_keys(connection, "kurier-1", ["k1"])) == {"k1"}
        entries.mark_shown(connection, "kurier-1", ["k2"], NOW)
    assert forget_all(store, RULES["entries"], BEFORE) == 1
    store.close()

"""Entries and feeds of a store from before key levels: guids identify them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from core.store import Store, entries, entry_aliases, feeds
from tests.support.schemas import insert_old_feed, migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _fill(connection: sa.Connection) -> None:
    at = insert_old_feed(connection, NOON)
    connection.execute(
        sa.text(
            "INSERT INTO entries (feed_id, key, digest, url, url_key, host, state, disposition,"
            " origin, first_seen_at, changed_at, title, summary, content, authors, attempts,"
            " next_page_at, page_outcome) VALUES ('f', 'k', 'd', 'https://o.example/a',"
            " 'https://o.example/a', 'o.example', 'done', 'article_new', 'live', :at, :at, 'T', '',"
            " '', '[]', 1, :at, 'ok')"
        ),
        {"at": at},
    )


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the schema before, with a feed and an entry."""
    migrate_to(empty_database, "0023", _fill)
    return empty_database


def test_old_entries_are_known_and_get_aliases(old_database: str) -> None:
    store = Store.open(old_database)
    with store.write() as connection:
        feed = feeds.get(connection, "f")
        assert (feed.key_level, feed.key_reason, feed.renamed_at) == ("id", "", None)
        [entry] = entries.find_by_keys(connection, "f", ["k"]).values()
        assert entry.text_hash == ""
        entry_aliases.add(connection, "f", {entry.id: ["a" * 32]}, NOON)
        assert entry_aliases.find(connection, "f", ["a" * 32], NOON) == {"a" * 32: [entry.id]}
    store.close()

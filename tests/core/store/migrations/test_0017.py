"""Feeds of a store from before limits: none was cut, and each can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from config.i18n import Phrase
from core.store import Store, feeds
from tests.support.schemas import insert_old_feed, migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _fill(connection: sa.Connection) -> None:
    insert_old_feed(connection, NOON)


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the schema before, with a feed."""
    migrate_to(empty_database, "0016", _fill)
    return empty_database


def test_a_feed_was_read_in_full_and_can_be_cut(old_database: str) -> None:
    store = Store.open(old_database)
    cut = Phrase("feed.why.partial", n=1).dump()
    with store.write() as connection:
        [before] = feeds.load_feed_states(connection, NOON)
        assert before.feed.cut_reason == ""
        feeds.apply_change(connection, "f", lambda feed: replace(feed, cut_reason=cut))
        [after] = feeds.load_feed_states(connection, NOON)
        assert after.state == "new"
        assert after.feed.cut_reason == cut
    store.close()

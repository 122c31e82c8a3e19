"""Feeds of a store from before their history: nothing is recorded yet, and a masked URL is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.store import Store, feed_history, feeds
from core.store.feed_history import FeedEvent, FeedPoll
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TARGETS = {"f": "https://o.example/new", "g": "https://o.example/new?***"}


def _fill(connection: sa.Connection) -> None:
    at = NOON.replace(tzinfo=None).isoformat(" ") if connection.dialect.name == "sqlite" else NOON
    for feed, target in TARGETS.items():
        connection.execute(
            sa.text(
                "INSERT INTO feeds (feed_id, outlet, url, kind, tier, country, language, host,"
                " added_at, validator_mode, same_body, parser_version, next_due_at, due_reason,"
                " entry_count, fail_count, class_count, last_outcome, last_error, cut_reason,"
                " redirect_target, redirect_since)"
                " VALUES (:feed, 'o', 'https://o.example/f', 'rss', 'B', 'DE', 'de', 'o.example',"
                " :at, 'both', 0, '1', :at, '', 3, 0, 0, 'read', '', '', :target, :at)"
            ),
            {"at": at, "feed": feed, "target": target},
        )


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the schema before, with two feeds that have moved."""
    migrate_to(empty_database, "0020", _fill)
    return empty_database


def test_a_feed_gets_a_history_and_forgets_a_target_that_cannot_be_requested(
    old_database: str,
) -> None:
    store = Store.open(old_database)
    with store.write() as connection:
        states = {s.feed.feed_id: s.feed for s in feeds.load_feed_states(connection, NOON)}
        assert states["f"].redirect_target == TARGETS["f"]
        assert (states["g"].redirect_target, states["g"].redirect_since) == (None, None)
        assert (states["f"].pace, states["f"].poll_count, states["f"].request_url) == (
            1.0, 0, "https://o.example/f",
        )  # fmt: skip
        feeds.apply_change(connection, "f", lambda feed: replace(feed, fetch_url=TARGETS["f"]))
        assert feeds.get(connection, "f").request_url == TARGETS["f"]
        poll = FeedPoll("f", 0, NOON, "read", 200, 12, 3456, 1, 2, 0, NOON, "")
        for number in range(60):
            feed_history.add_poll(connection, replace(poll, number=number))
        polls = feed_history.load_polls(connection, "f")
        assert [p.number for p in polls] == list(range(59, 9, -1))
        event = FeedEvent("f", NOON, "moved", "x")
        feed_history.add_events(connection, [event, event])
        assert feed_history.load_events_since(connection, NOON) == {"f": [event]}
        later = NOON + timedelta(days=1)
        assert feed_history.load_events_since(connection, later) == {}
        assert feed_history.forget_polls(connection, later, limit=40) == 40
        assert feed_history.forget_events(connection, later) == 1
    store.close()

"""A store from before the console's tables has cards of all its stories once it is opened."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from core.store import Store
from core.store.console import overviews, story_list
from core.store.console.story_list import StoryFilter
from tests.support.schemas import migrate_to

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the first schema."""
    migrate_to(empty_database, "0001", lambda connection: _fill(connection, empty_database))
    return empty_database


def _fill(connection: sa.Connection, url: str) -> None:
    moment = NOW.replace(tzinfo=None).isoformat(" ") + ("" if "sqlite" in url else "+00")
    for alert, article, event in (("a", "1", "opened"), ("a", "2", "suppressed"),
                                  ("b", "3", "suppressed")):  # fmt: skip
        connection.execute(sa.text(
            "INSERT INTO decisions (topic_id, article_id, revision, topic_revision, event,"
            " reason_code, reason, alert_id, story_id, outlet, title, url, decided_at) VALUES"
            " ('nato', :article, 1, 'r', :event, :event, 'Why.', :alert, :alert, :outlet,"
            " :title, 'https://a.example', :at)"),
            {"article": article * 32, "event": event, "alert": alert * 32, "at": moment,
             "outlet": f"outlet-{article}", "title": f"Österreich {article}"},
        )  # fmt: skip
    connection.execute(sa.text(
        "INSERT INTO alerts (id, topic_id, topic_title, story_id, state, severity, title,"
        " reason, reason_code, article_id, opened_at, updated_at, acked_by) VALUES"
        " (:id, 'nato', 'NATO', :id, 'acked', 'urgent', 'Österreich 1', 'New.', 'new_story',"
        " :article, :at, :at, 'Anna')"),
        {"id": "a" * 32, "article": "1" * 32, "at": moment},
    )  # fmt: skip


def test_what_was_decided_before_is_on_the_console(old_database: str) -> None:
    store = Store.open(old_database)
    with store.read() as connection:
        (told,) = story_list.list_stories(connection, StoryFilter())
        (suppressed,) = story_list.list_stories(connection, StoryFilter(state="suppressed"))
        by_copy = story_list.list_stories(
            connection, StoryFilter(outlet="outlet-2", text="ÖSTERREICH 2")
        )
        (topic,) = overviews.list_topics(connection, NOW)
    assert (told.title, told.state, told.severity, told.at) == (
        "Österreich 1",
        "acked",
        "urgent",
        NOW,
    )
    assert (told.acked_by, told.outlets) == ("Anna", ("outlet-1", "outlet-2"))
    assert (suppressed.title, suppressed.told) == ("Österreich 3", False)
    assert by_copy == [told]
    today = topic.days[-1]
    assert (today.day, today.matches, today.opened, today.suppressed) == (NOW.date(), 3, 1, 2)
    store.close()

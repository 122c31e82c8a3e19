"""The compact list: the same stories as the cards, with counts, read by one query."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import event

from core.store import Store
from core.store.cards import ToldDevelopment, tell_development
from core.store.console.story_list import StoryFilter, list_stories
from core.store.console.story_rows import list_rows
from core.store.deliveries import deliveries
from core.store.held_items import list_held
from tests.support.stories import NOON, add_article, add_delivery, add_held


def test_rows_are_the_stories_of_the_cards_with_counts_and_take_one_query(filled: Store) -> None:
    hour = timedelta(hours=1)
    with filled.write() as connection:
        failed = add_article(connection, "f", NOON - 4 * hour, title="Nicht zugestellt")
        add_delivery(connection, failed, "one", "two", state="failed")
        told = ToldDevelopment("Neue Lage", "a" * 32, "Something new.", "new_facts", NOON + hour)
        developed = add_article(connection, "g", NOON - 9 * hour)
        add_delivery(connection, developed, "three", state="delivered")
        tell_development(connection, developed, told)
    statements: list[object] = []
    with filled.read() as connection:
        for values in (
            {}, {"state": "all"}, {"state": "suppressed"}, {"outlet": "herald"}, {"text": "nato"},
            {"country": "GB", "language": "en"}, {"topic": "talks"}, {"since": NOON},
        ):  # fmt: skip
            wanted = StoryFilter(**values)
            cards, rows = list_stories(connection, wanted), list_rows(connection, wanted)
            assert [r.cursor for r in rows] == [c.cursor for c in cards] != [], values
            same = ("title", "topic_title", "state", "severity", "first_seen", "verdict")
            for name in same:
                assert [getattr(r, name) for r in rows] == [getattr(c, name) for c in cards], name
            assert [r.outlets - 1 for r in rows] == [c.also_in for c in cards], values
        event.listen(connection, "before_cursor_execute", lambda *_: statements.append(1))
        first = list_rows(connection, StoryFilter(), limit=2)
        rest = list_rows(connection, StoryFilter(), before=first[-1].cursor)
    assert len(statements) == 2
    rows = [*first, *rest]
    assert [(r.title, r.outlets, r.articles, r.language, r.undelivered) for r in rows] == [
        ("Neue Lage", 1, 1, "de", 0),
        ("Österreich und die NATO", 1, 1, "de", 0),
        ("Talks 100% over", 1, 1, "en", 0),
        ("Vierte Nachricht", 2, 2, "", 0),
        ("Nicht zugestellt", 1, 1, "de", 2),
    ]


def test_a_story_about_which_a_message_is_held_says_until_when_and_is_found_by_that(
    filled: Store,
) -> None:
    until = NOON + timedelta(hours=8)
    with filled.write() as connection:
        held = add_article(connection, "h", title="Nachts")
        add_delivery(connection, held, "one", state="delivered")
        add_held(connection, held, "desk", NOON, until)
        add_delivery(connection, add_article(connection, "p", title="Unterwegs"), "two")
    with filled.read() as connection:
        for load in (list_rows, list_stories):
            found = {story.title: story.held_until for story in load(connection, StoryFilter())}
            assert {title: at for title, at in found.items() if at} == {"Nachts": until}
            [story] = load(connection, StoryFilter(state="held"))
            assert (story.alert_id, story.held_until) == (held, until)
        assert [item.item.alert_id for item in list_held(connection)] == [held]
    with filled.write() as connection:  # its first attempt is made
        connection.execute(deliveries.update().values(attempts=1))
    with filled.read() as connection:
        assert list_rows(connection, StoryFilter(state="held")) == []
        assert not any(row.held_until for row in list_rows(connection, StoryFilter()))
        assert list_held(connection) == []

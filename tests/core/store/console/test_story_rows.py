"""The compact list: the same stories as the cards, with counts, read by one query."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import event

from core.store import Store
from core.store.cards import ToldDevelopment, tell_development
from core.store.console.story_list import StoryFilter, list_stories
from core.store.console.story_rows import list_rows
from tests.support.stories import NOON, add_article, add_delivery


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

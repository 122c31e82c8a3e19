"""The console's list: which stories it has, in which order, and how they are filtered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select

from config.errors import UsageError
from core.ids import hash_parts
from core.store import Store, alert_changes
from core.store.alerts import Alert
from core.store.cards import cards
from core.store.console import story_list
from core.store.console.story_list import StoryCursor, StoryFilter
from tests.support.stories import NOON, add_article

HOUR = timedelta(hours=1)
TITLES = {"a": "Österreich und die NATO", "b": "Talks 100% over", "d": "Vierte Nachricht"}


def list_titles(store: Store, **values: object) -> list[str]:
    with store.read() as connection:
        stories = story_list.list_stories(connection, StoryFilter(**values))  # type: ignore[arg-type]
    return [card.title for card in stories]


def test_the_newest_story_comes_first_and_suppressed_ones_only_when_asked_for(
    filled: Store,
) -> None:
    told = ["Österreich und die NATO", "Talks 100% over", "Vierte Nachricht"]
    assert list_titles(filled) == told
    assert list_titles(filled, state="suppressed") == ["Alter Hut"]
    assert list_titles(filled, state="all") == [*told[:2], "Alter Hut", told[2]]


def test_a_story_is_found_by_the_sentences_that_matched_too(store: Store) -> None:
    same = "Präsident Selenskyj reiste nach Ankara."
    with store.write() as connection:
        add_article(connection, "one", title="Ein Treffen", sentences=(same, same))
        long = "Rutte nannte keinen Termin." * 300
        add_article(connection, "two", story="one", sentences=(long,))
        add_article(connection, "three", title="Anderes")
    for text in ("ankara", "SELENSKYJ treffen", "rutte", "ankara termin", "geschichte two"):
        assert list_titles(store, text=text) == ["Ein Treffen"], text
    assert list_titles(store, text="ankara anderes") == []
    with store.read() as connection:
        searched = connection.scalars(select(cards.c.words)).all()
    assert max(map(len, searched)) < 600
    assert sum(words.count("ankara") for words in searched) == 1


def test_each_filter_finds_the_stories_it_describes(
    filled: Store, subtests: pytest.Subtests
) -> None:
    for values, names in (
        ({"topic": "talks"}, "b"),
        ({"outlet": "herald"}, "bd"),
        ({"language": "en", "outlet": "bote"}, "d"),
        ({"country": "DE", "language": "en", "outlet": "herald"}, "d"),
        ({"severity": "urgent"}, "b"),
        ({"text": "öSTERREICH nato"}, "a"),
        ({"text": "fourth"}, "d"),
        ({"text": "100%"}, "b"),
        ({"text": "%"}, "abd"),
        ({"text": "'; DROP TABLE cards; --"}, ""),
        ({"since": NOON - HOUR}, "ab"),
        ({"until": NOON - HOUR}, "d"),
        ({"outlet": "herald", "since": NOON - 2 * HOUR}, "b"),
        ({"state": "acked"}, ""),
        ({"topic": "' OR 1=1 --"}, ""),
        ({"outlet": "x' UNION SELECT 1 --"}, ""),
    ):
        with subtests.test(filter=values):
            assert list_titles(filled, **values) == [TITLES[name] for name in names]


def test_a_card_shows_who_has_the_story_and_why_it_was_told(filled: Store) -> None:
    with filled.read() as connection:
        card = story_list.list_stories(connection, StoryFilter(outlet="bote"))[0]
    assert (card.outlet, card.outlets, card.also_in) == ("bote", ("bote", "herald"), 1)
    assert card.languages == ("de", "en")
    assert card.countries == ("DE", "GB")
    assert card.score == 40
    assert [e.sentence for e in card.evidence] == ["Die Nato tagt."]
    assert card.suppressed == (story_list.SuppressedCount("copy", 1),)
    assert (card.told, card.state, card.topic_title) == (True, "open", "NATO")


def test_the_card_of_a_suppressed_story_has_the_reason(filled: Store) -> None:
    with filled.read() as connection:
        card = story_list.list_stories(connection, StoryFilter(state="suppressed"))[0]
    assert (card.told, card.state, card.reason_code) == (False, "suppressed", "too_old")
    assert card.outlet == "kurier"


def test_a_story_that_is_told_after_it_was_suppressed_moves_to_the_top(filled: Store) -> None:
    later = NOON + HOUR
    with filled.write() as connection:
        card = story_list.list_stories(connection, StoryFilter(state="suppressed"))[0]
        alert_changes.open_alert(connection, Alert(
            card.alert_id, "nato", "NATO", card.story_id, "open", "normal", "Alter Hut", "New.",
            "new_story", hash_parts("article", "c"), later, later,
        ))  # fmt: skip
    assert list_titles(filled)[0] == "Alter Hut"
    assert list_titles(filled, outlet="kurier")[0] == "Alter Hut"


def test_a_page_takes_the_same_few_queries_however_many_stories_it_has(store: Store) -> None:
    def count_queries() -> int:
        count = 0

        def add_one(*_: object) -> None:
            nonlocal count
            count += 1

        with store.read() as connection:
            event.listen(connection, "before_cursor_execute", add_one)
            story_list.list_stories(connection, StoryFilter())
        return count

    with store.write() as connection:
        add_article(connection, "first")
    for_one_story = count_queries()
    with store.write() as connection:
        for number in range(20):
            at = NOON + timedelta(minutes=number)
            add_article(connection, str(number), at, outlet=f"o{number}")
    assert count_queries() == for_one_story <= 7


def test_pages_neither_repeat_nor_skip_stories_told_at_one_moment(store: Store) -> None:
    with store.write() as connection:
        ids = {add_article(connection, str(n), NOON - timedelta(minutes=n // 4)) for n in range(12)}
    listed: list[str] = []
    position: StoryCursor | None = None
    while True:
        with store.read() as connection:
            page = story_list.list_stories(connection, StoryFilter(), before=position, limit=3)
        if not page:
            break
        listed += [card.alert_id for card in page]
        position = page[-1].cursor
        if len(listed) == 6:  # a new story comes on top and changes nothing below
            with store.write() as connection:
                add_article(connection, "new", NOON + HOUR)
    assert len(listed) == 12
    assert set(listed) == ids


def test_newer_stories_are_counted_under_the_filter(filled: Store) -> None:
    with filled.read() as connection:
        oldest = story_list.list_stories(connection, StoryFilter())[-1].cursor
        assert story_list.count_newer(connection, StoryFilter(), oldest) == 2
        assert story_list.count_newer(connection, StoryFilter(outlet="herald"), oldest) == 1
        newest = story_list.newest_cursor(connection, StoryFilter())
        assert newest is not None
        assert story_list.count_newer(connection, StoryFilter(), newest) == 0
        assert story_list.newest_cursor(connection, StoryFilter(topic="none")) is None


def test_facets_are_the_values_that_stories_have(filled: Store) -> None:
    with filled.read() as connection:
        facets = story_list.load_facets(connection)
    assert facets.topics == (("nato", "NATO"), ("talks", "TALKS"))
    assert facets.outlets == ("bote", "herald", "kurier")
    assert (facets.languages, facets.countries) == (("de", "en"), ("DE", "GB"))
    assert facets.severities == ("normal", "urgent")


def test_the_time_of_the_last_change_is_that_of_any_story(filled: Store) -> None:
    later = NOON + timedelta(minutes=5)
    with filled.write() as connection:
        assert story_list.last_change(connection) == NOON
        oldest = story_list.list_stories(connection, StoryFilter())[-1]
        alert_changes.touch(connection, oldest.alert_id, later)
        assert story_list.last_change(connection) == later


def test_a_number_of_stories_out_of_bounds_is_refused(store: Store) -> None:
    for limit in (0, -1, 201, 10**9):
        with store.read() as connection, pytest.raises(UsageError, match="no number of stories"):
            story_list.list_stories(connection, StoryFilter(), limit=limit)


def test_an_unknown_state_is_refused(store: Store) -> None:
    with store.read() as connection, pytest.raises(UsageError, match="no state"):
        story_list.list_stories(connection, StoryFilter(state="open' OR '1'='1"))


@pytest.mark.parametrize("text", ["\0", "a\ud800"])
def test_a_filter_with_a_character_that_no_database_accepts_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="character"):
        StoryFilter(topic=text)


def test_a_filter_with_a_year_without_news_is_refused() -> None:
    with pytest.raises(UsageError, match="year"):
        StoryFilter(since=datetime(1, 1, 1, tzinfo=UTC))

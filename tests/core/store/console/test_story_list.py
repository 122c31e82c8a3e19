"""The desk's list: what is in it, in which order, and what it can be filtered by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select

from config.errors import UsageError
from core.ids import alert_id, hash_parts, story_id
from core.store import Connection, Store, alert_changes
from core.store import deliveries as delivery_store
from core.store import stories as story_store
from core.store.alerts import Alert, DecisionRow
from core.store.cards import cards
from core.store.console import story_list, story_page
from core.store.console.story_list import StoryCursor, StoryFilter

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FACTS = """{"id": "%s", "revision": 1, "url": "https://%s.example/%s", "title": "%s",
 "outlet": "%s", "language": "%s", "published_at": null, "first_seen_at": "2026-11-22T12:00:00Z",
 "score": 40, "rules": ["direct"], "evidence": [
 {"field": "title", "start": 0, "end": 4, "surface": "NATO", "rule": "direct", "sentence": "NATO"},
 {"field": "text", "start": 9, "end": 13, "surface": "Nato", "rule": "direct",
  "sentence": "Die Nato tagt."}]}"""


def add(
    connection: Connection,
    name: str,
    at: datetime = NOW,
    *,
    topic: str = "nato",
    title: str = "",
    outlet: str = "kurier",
    language: str = "de",
    country: str = "DE",
    severity: str = "normal",
    told: bool = True,
    story: str = "",
    code: str = "",
    sentences: tuple[str, ...] = (),
) -> str:
    """An article decided about: it opens an alert, joins one, or is held back."""
    article = hash_parts("article", name)
    own = story_id(topic, hash_parts("article", story or name))
    alert, title = alert_id(topic, own), title or f"Geschichte {name}"
    event = "opened" if told and not story else "updated" if told else "suppressed"
    row = DecisionRow(
        topic, article, 1, "rev", event, code or event, f"It was {event}.", alert, own, outlet,
        title, f"https://{outlet}.example/{name}", at, language, country, severity, 40,
    )  # fmt: skip
    alert_changes.record_decision(connection, row, sentences)
    if event == "opened":
        story_store.add_story(connection, story_store.Story(own, topic, title, at, at, 1))
    if told or story:
        facts = FACTS % (article, outlet, name, title, outlet, language)
        place = story_store.StoryArticle(
            topic, article, 1, own, "original" if not story else "copy", None, 1.0, at, at, outlet,
            "", facts, "", b"",
        )  # fmt: skip
        story_store.put_article(connection, place, ())
    if event == "opened":
        alert_changes.open_alert(connection, Alert(
            alert, topic, topic.upper(), own, "open", severity, title, "New story.", "new_story",
            article, at, at,
        ))  # fmt: skip
    return alert


def listed(store: Store, **wish: object) -> list[str]:
    with store.read() as connection:
        found = story_list.list_stories(connection, StoryFilter(**wish))  # type: ignore[arg-type]
    return [card.title for card in found]


@pytest.fixture
def filled(store: Store) -> Store:
    hour = timedelta(hours=1)
    with store.write() as connection:
        add(connection, "a", NOW, title="Österreich und die NATO")
        add(connection, "b", NOW - hour, topic="talks", outlet="herald", language="en",
            country="GB", severity="urgent", title="Talks 100% over")  # fmt: skip
        add(connection, "c", NOW - 2 * hour, told=False, code="too_old", title="Alter Hut")
        add(connection, "d", NOW - 3 * hour, outlet="bote", title="Vierte Nachricht")
        add(connection, "e", NOW - 2 * hour, outlet="herald", language="en", country="GB",
            story="d", told=False, code="copy", title="Fourth story")  # fmt: skip
    return store


def test_the_newest_story_comes_first_and_what_was_held_back_only_when_asked_for(
    filled: Store,
) -> None:
    told = ["Österreich und die NATO", "Talks 100% over", "Vierte Nachricht"]
    assert listed(filled) == told
    assert listed(filled, state="suppressed") == ["Alter Hut"]
    assert listed(filled, state="all") == [*told[:2], "Alter Hut", told[2]]


def test_a_story_is_found_by_the_sentences_that_matched_too(store: Store) -> None:
    said = ("Präsident Selenskyj reiste nach Ankara.", "Präsident Selenskyj reiste nach Ankara.")
    with store.write() as connection:
        add(connection, "one", title="Ein Treffen", sentences=said)
        add(connection, "two", story="one", sentences=("Rutte nannte keinen Termin." * 300,))
        add(connection, "three", title="Anderes")
    for words in ("ankara", "SELENSKYJ treffen", "rutte", "ankara termin", "geschichte two"):
        assert listed(store, text=words) == ["Ein Treffen"], words
    assert listed(store, text="ankara anderes") == []
    with store.read() as connection:
        kept_words = connection.execute(select(cards.c.words)).scalars().all()
    assert max(map(len, kept_words)) < 600
    assert sum(text.count("ankara") for text in kept_words) == 1


@pytest.mark.parametrize(
    ("wish", "names"),
    [
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
        ({"since": NOW - timedelta(hours=1)}, "ab"),
        ({"until": NOW - timedelta(hours=1)}, "d"),
        ({"outlet": "herald", "since": NOW - timedelta(hours=2)}, "b"),
        ({"state": "acked"}, ""),
        ({"topic": "' OR 1=1 --"}, ""),
        ({"outlet": "x' UNION SELECT 1 --"}, ""),
    ],
)
def test_a_filter_finds_what_it_says(filled: Store, wish: dict[str, object], names: str) -> None:
    by_name = {"a": "Österreich und die NATO", "b": "Talks 100% over", "d": "Vierte Nachricht"}
    assert listed(filled, **wish) == [by_name[name] for name in names]


def test_a_card_shows_who_has_the_story_and_why_it_was_told(filled: Store) -> None:
    with filled.read() as connection:
        card = story_list.list_stories(connection, StoryFilter(outlet="bote"))[0]
    assert (card.outlet, card.outlets, card.also_in) == ("bote", ("bote", "herald"), 1)
    assert card.languages == ("de", "en")
    assert card.countries == ("DE", "GB")
    assert card.score == 40
    assert card.evidence is not None
    assert card.evidence.sentence == "Die Nato tagt."
    assert card.suppressed == (story_list.SuppressedCount("copy", 1),)
    assert (card.told, card.state, card.topic_title) == (True, "open", "NATO")


def test_a_story_that_was_held_back_says_why(filled: Store) -> None:
    with filled.read() as connection:
        card = story_list.list_stories(connection, StoryFilter(state="suppressed"))[0]
    assert (card.told, card.state, card.reason_code) == (False, "suppressed", "too_old")
    assert card.outlet == "kurier"


def test_a_story_told_after_it_was_held_back_takes_its_place_at_the_top(filled: Store) -> None:
    later = NOW + timedelta(hours=1)
    with filled.write() as connection:
        held = story_list.list_stories(connection, StoryFilter(state="suppressed"))[0]
        alert_changes.open_alert(connection, Alert(
            held.alert_id, "nato", "NATO", held.story_id, "open", "normal", "Alter Hut", "New.",
            "new_story", hash_parts("article", "c"), later, later,
        ))  # fmt: skip
    assert listed(filled)[0] == "Alter Hut"
    assert listed(filled, outlet="kurier")[0] == "Alter Hut"


def test_a_page_takes_the_same_few_queries_however_many_stories_it_has(store: Store) -> None:
    def queries() -> int:
        count = 0

        def one(*_: object) -> None:
            nonlocal count
            count += 1

        with store.read() as connection:
            event.listen(connection, "before_cursor_execute", one)
            story_list.list_stories(connection, StoryFilter())
        return count

    with store.write() as connection:
        add(connection, "first")
    one_story = queries()
    with store.write() as connection:
        for number in range(40):
            add(connection, str(number), NOW + timedelta(minutes=number), outlet=f"o{number}")
    assert queries() == one_story <= 7


def test_pages_neither_repeat_nor_skip_stories_told_at_one_moment(store: Store) -> None:
    with store.write() as connection:
        ids = {add(connection, str(n), NOW - timedelta(minutes=n // 4)) for n in range(20)}
    found: list[str] = []
    place: StoryCursor | None = None
    while True:
        with store.read() as connection:
            page = story_list.list_stories(connection, StoryFilter(), before=place, limit=3)
        if not page:
            break
        found += [card.alert_id for card in page]
        place = page[-1].cursor
        if len(found) == 12:  # new ones come on top and change nothing below
            with store.write() as connection:
                add(connection, "new", NOW + timedelta(hours=1))
    assert len(found) == 20
    assert set(found) == ids


def test_newer_stories_are_counted_under_the_filter(filled: Store) -> None:
    with filled.read() as connection:
        oldest = story_list.list_stories(connection, StoryFilter())[-1].cursor
        assert story_list.count_newer(connection, StoryFilter(), oldest) == 2
        assert story_list.count_newer(connection, StoryFilter(outlet="herald"), oldest) == 1
        newest = story_list.newest_cursor(connection, StoryFilter())
        assert newest is not None
        assert story_list.count_newer(connection, StoryFilter(), newest) == 0
        assert story_list.newest_cursor(connection, StoryFilter(topic="none")) is None


def test_the_filter_offers_what_stories_have(filled: Store) -> None:
    with filled.read() as connection:
        found = story_list.load_facets(connection)
    assert found.topics == (("nato", "NATO"), ("talks", "TALKS"))
    assert found.outlets == ("bote", "herald", "kurier")
    assert (found.languages, found.countries) == (("de", "en"), ("DE", "GB"))
    assert found.severities == ("normal", "urgent")


def test_any_change_of_a_story_is_seen(filled: Store) -> None:
    later = NOW + timedelta(minutes=5)
    with filled.write() as connection:
        assert story_list.last_change(connection) == NOW
        alert_changes.touch(
            connection, story_list.list_stories(connection, StoryFilter())[-1].alert_id, later
        )
        assert story_list.last_change(connection) == later


@pytest.mark.parametrize("limit", [0, -1, 201, 10**9])
def test_a_page_has_bounds(store: Store, limit: int) -> None:
    with store.read() as connection, pytest.raises(UsageError, match="no number of stories"):
        story_list.list_stories(connection, StoryFilter(), limit=limit)


def test_a_state_there_is_none_of_is_refused(store: Store) -> None:
    with store.read() as connection, pytest.raises(UsageError, match="no state"):
        story_list.list_stories(connection, StoryFilter(state="open' OR '1'='1"))


def test_the_page_of_a_story_has_everything_about_it(filled: Store) -> None:
    with filled.write() as connection:
        card = story_list.list_stories(connection, StoryFilter(outlet="bote"))[0]
        add(connection, "d", NOW, topic="talks", told=False, code="draft")
        own = delivery_store.notification_id(card.alert_id, "desk", "new_story", 0)
        note = delivery_store.Notification(own, card.alert_id, "desk", "new_story", 0, "{}", NOW)
        delivery_store.add_notification(
            connection, note, ["https://a.example", "https://b.example"], due=NOW
        )
        found = story_page.load_story(connection, card.alert_id)
        short = story_page.load_story(connection, card.alert_id[:8])
    assert [part.outlet for part in found.articles] == ["bote", "herald"]
    assert found.articles[0].evidence[1].surface == "Nato"
    assert [d.event for d in found.decisions] == ["opened", "suppressed"]
    assert [(d.topic_id, d.reason_code) for d in found.elsewhere] == [("talks", "draft")]
    assert [len(told.deliveries) for told in found.notifications] == [2]
    assert found.card.notified == (story_list.DeliveryCount("desk", "pending", 2),)
    assert replace(short, card=found.card) == found


def test_a_story_that_was_only_held_back_has_a_page_too(filled: Store) -> None:
    with filled.read() as connection:
        card = story_list.list_stories(connection, StoryFilter(state="suppressed"))[0]
        found = story_page.load_story(connection, card.alert_id)
    assert found.articles == ()
    assert [d.reason_code for d in found.decisions] == ["too_old"]


@pytest.mark.parametrize("bad", ["\0", "a\ud800"])
def test_a_filter_no_database_takes_is_refused(bad: str) -> None:
    with pytest.raises(UsageError, match="character"):
        StoryFilter(topic=bad)
    with pytest.raises(UsageError, match="year"):
        StoryFilter(since=datetime(1, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "alert", ["", "\0" * 32, "0" * 32, "' OR 1=1 --", "%", "\u202e", "g" * 5000]
)
def test_a_story_there_is_none_of_is_said_so(filled: Store, alert: str) -> None:
    with filled.read() as connection, pytest.raises(UsageError):
        story_page.load_story(connection, alert)

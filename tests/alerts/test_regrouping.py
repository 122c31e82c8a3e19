"""An analyst's split and merge of stories: what moves, what follows, what is announced."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from alerts import regrouping
from config.errors import NotFoundError, UsageError
from config.i18n import Phrase
from core.ids import article_id
from core.store import alerts as alert_store
from core.store import escalations
from core.store import stories as story_store
from core.store.alerts import Alert
from core.store.console import actions, story_list, story_page, undo
from core.store.console.story_list import StoryFilter
from core.store.regrouping import Regrouped
from core.store.retention import forget_stories
from tests.alerts.event_names import find_misnamed
from tests.alerts.harness import NOON, TEXT, Harness, match
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = pytest.mark.slow

CONSOLE = "http://127.0.0.1:8080"
LATER = NOON + timedelta(hours=1)

HARBOUR = "https://kurier.example.org/hafen"
RAIL = "https://bote.example.org/bahn"
ENGLISH = {
    HARBOUR: ("Fire in the port of Hull", "In the port of Hull a store of tyres is on fire."),
    RAIL: ("Fire at the station of Leeds", "A fire burns old tyres in a store at Leeds station."),
}
TEXTS = {
    HARBOUR: ("Brand im Hafen von Hamburg", "Im Hafen von Hamburg brennt ein Lager mit Reifen."),
    RAIL: ("Brand im Bahnhof von Bremen", "Reifen in einem Lager am Bremer Bahnhof brennen."),
}


def report(url: str, *, like: str = "", minutes: float = 0, **values: Any) -> Any:
    """A match on an article; ``like`` is the URL of the report whose words it has."""
    title, text = TEXTS[like or url]
    at = NOON + timedelta(minutes=minutes)
    times = dict.fromkeys(("first_seen_at", "fetched_at", "published_at"), at)
    return match(url, **{"title": title, "text": text} | times | values)


def decide(harness: Harness, *matches: Any) -> list[str]:
    harness.now = max(harness.now, *(m.article.fetched_at for m in matches))
    return harness.decide(*matches)


@pytest.fixture
def mixed(harness: Harness) -> Harness:
    """A harness with one story of two events: a fire in Hamburg and one in Bremen."""
    decide(harness, report(HARBOUR))
    decide(harness, report(RAIL, minutes=5))
    assert len(harness.alerts()) == 1
    return harness


def split(harness: Harness, *articles: str) -> Regrouped:
    [alert] = harness.alerts()
    with harness.store.write() as connection:
        return regrouping.split(
            connection, alert.id, articles, console_url=CONSOLE, by="Anna", at=LATER
        )


def merge(harness: Harness, one: Alert, other: Alert) -> Regrouped:
    with harness.store.write() as connection:
        return regrouping.merge(
            connection, one.id, other.id, console_url=CONSOLE, by="Anna", at=LATER
        )


def stories(harness: Harness) -> dict[str, set[str]]:
    """Return the outlets in the story of each alert."""
    with harness.store.read() as connection:
        return {
            alert.id: {a.outlet for a in story_store.load_articles(connection, alert.story_id)}
            for alert in alert_store.list_alerts(connection)
        }


@ON_EVERY_DATABASE
def test_articles_that_are_split_off_are_a_story_of_their_own(mixed: Harness) -> None:
    original = "https://post.example.org/bahn"
    long = f"{TEXTS[RAIL][1]} {TEXT}"
    decide(mixed, report(original, like=RAIL, text=long, minutes=6))
    copy = report("https://echo.example.org/kopie", like=RAIL, text=long, minutes=7)
    assert decide(mixed, copy) == ["copy"]
    done = split(mixed, RAIL, original)
    parts = {done.kept.id: {"kurier"}, done.other.id: {"bote", "post", "echo"}}
    assert stories(mixed) == parts
    with mixed.store.read() as connection:
        cards = story_list.list_stories(connection, StoryFilter(state="told"))
        view = story_page.load_story(connection, done.other.id)
    assert {c.alert_id: (c.title, set(c.outlets)) for c in cards} == {
        done.kept.id: (TEXTS[HARBOUR][0], {"kurier"}),
        done.other.id: (TEXTS[RAIL][0], {"bote", "post", "echo"}),
    }
    assert {d.outlet for d in view.decisions} == {"bote", "post", "echo"}
    assert Phrase.load(done.other.reason) == Phrase("decision.split", by="Anna")
    assert [(a.verb, a.by, a.detail) for a in view.actions] == [("split", "Anna", done.kept.id)]
    with mixed.store.write() as connection, pytest.raises(NotFoundError):
        undo.undo(connection, view.actions[0].action_id, by="Anna", at=LATER)
    published = [(e.alert_id, e.event, e.reason_code) for e in mixed.events()[-2:]]
    assert published == [
        (done.kept.id, "updated", "split"),
        (done.other.id, "opened", "split"),
    ]
    assert find_misnamed(mixed) == []


@pytest.mark.parametrize(("named", "language"), [(RAIL, "de"), (HARBOUR, "en")])
def test_later_articles_and_revisions_join_the_part_that_they_resemble(
    harness: Harness, named: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if language == "en":
        monkeypatch.setitem(globals(), "TEXTS", ENGLISH)
    mixed = harness
    decide(mixed, report(HARBOUR, language=language), report(RAIL, minutes=5, language=language))
    assert len(mixed.alerts()) == 1
    done = split(mixed, named)
    homes = {HARBOUR: done.other.id, RAIL: done.kept.id}
    if named == RAIL:
        homes = {HARBOUR: done.kept.id, RAIL: done.other.id}
    for number, like in enumerate((HARBOUR, RAIL)):
        text = f"{TEXTS[like][1]} Nobody hurt."
        url = f"https://post.example.org/{number}"
        later: dict[str, Any] = {"minutes": 70 + number, "text": text, "language": language}
        decide(mixed, report(url, like=like, **later))
        changed = f"{TEXTS[like][1]} 20:15"
        later = {"minutes": 80 + number, "text": changed, "language": language}
        decide(mixed, report(like, revision=2, **later))
        with mixed.store.read() as connection:
            article = story_store.find_article(connection, "nato-membership", article_id(url))
            revised = story_store.find_article(connection, "nato-membership", article_id(like))
            assert article is not None
            assert revised is not None
            [alert] = [a for a in mixed.alerts() if a.id == homes[like]]
        assert (article.story_id, revised.story_id) == (alert.story_id, alert.story_id)
        assert revised.revision == 2


def test_parts_do_not_corroborate_each_other(mixed: Harness) -> None:
    """What two outlets report is news; a report of the other event is no second source."""
    split(mixed, RAIL)
    words = "Ursache war ein Kurzschluss"
    places = {"post": ("Bremer Bahnhof", RAIL), "echo": ("Hafen von Hamburg", HARBOUR)}
    for minutes, (outlet, (place, event)) in enumerate(places.items(), 70):
        title, text = f"{TEXTS[event][0]}: {words}", f"{TEXTS[event][1]} Polizei: {place} gesperrt."
        url = f"https://{outlet}.example.org/ursache"
        decide(mixed, report(url, like=RAIL, minutes=minutes, title=title, text=text))
    with mixed.store.read() as connection:
        [row] = [
            row
            for alert in mixed.alerts()
            for row in alert_store.load_decisions(connection, alert.id)
            if row.outlet == "echo"
        ]
    assert "post" not in row.reason


@ON_EVERY_DATABASE
def test_stories_that_are_merged_are_one_and_the_other_id_leads_to_it(mixed: Harness) -> None:
    done = split(mixed, RAIL)
    merged = merge(mixed, done.other, done.kept)
    assert (merged.kept.id, merged.other.id) == (done.other.id, done.kept.id)
    assert stories(mixed) == {merged.kept.id: {"kurier", "bote"}}
    with mixed.store.read() as connection:
        [card] = story_list.list_stories(connection, StoryFilter(state="all"))
        led = alert_store.get_alert(connection, merged.other.id[:8])
        view = story_page.load_story(connection, merged.other.id)
    assert (card.alert_id, led.id, view.card.alert_id) == (merged.kept.id,) * 3
    assert len(view.notifications) == len(mixed.notifications()) > 0
    published = [(e.alert_id, e.event, e.reason_code) for e in mixed.events()[-2:]]
    assert published == [
        (merged.other.id, "closed", "merged"),
        (merged.kept.id, "updated", "merged"),
    ]
    assert find_misnamed(mixed) == []
    text = f"{TEXTS[HARBOUR][1]} Die Feuerwehr ist da."
    decide(mixed, report("https://post.example.org/3", like=HARBOUR, minutes=70, text=text))
    assert stories(mixed) == {merged.kept.id: {"kurier", "bote", "post"}}


@ON_EVERY_DATABASE
def test_of_two_people_who_merge_at_once_one_is_told_that_it_is_done(mixed: Harness) -> None:
    done = split(mixed, RAIL)
    start = Barrier(2)

    def merge_at_once(pair: tuple[Alert, Alert]) -> str:
        start.wait(10)
        try:
            with mixed.store.write() as connection:
                regrouped = regrouping.merge(
                    connection, pair[0].id, pair[1].id, console_url=CONSOLE, by="Anna", at=LATER
                )
        except UsageError as error:
            return error.message
        return regrouped.kept.id

    with ThreadPoolExecutor(2) as pool:
        pairs = [(done.kept, done.other), (done.other, done.kept)]
        results = list(pool.map(merge_at_once, pairs))
    assert "That is one story already." in results
    [(kept, outlets)] = stories(mixed).items()
    assert kept in results
    assert outlets == {"kurier", "bote"}


def test_what_a_story_grows_to_by_a_merge_is_not_told(mixed: Harness) -> None:
    more = (
        "Züge nach Hannover fallen aus.",
        "Reisende warten auf dem Vorplatz.",
        "Rauch zieht durch die Halle.",
        "Bahnsteige bleiben gesperrt.",
    )
    urls = [f"https://outlet{number}.example.org/bahn" for number in range(len(more))]
    for url, sentence in zip(urls, more, strict=True):
        decide(mixed, report(url, like=RAIL, minutes=10, text=sentence))
    done = split(mixed, RAIL, *urls)
    with mixed.store.write() as connection:
        connection.execute(story_store.stories.update().values(growth=0))
    merge(mixed, done.kept, done.other)
    with mixed.store.read() as connection:
        story = story_store.find_story(connection, done.kept.story_id)
    assert story is not None
    assert (story.independent_outlets, story.growth) == (6, 5)


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [("acked", "open", 1), ("closed", "acked", 1), ("acked", "acked", 0)],
)
def test_the_alert_that_is_open_keeps_its_id(
    mixed: Harness, one: str, other: str, kept: int
) -> None:
    done = split(mixed, RAIL)
    pair = (done.kept, done.other)
    do: dict[str, Any] = {"acked": actions.ack, "closed": actions.close}
    for alert, state in zip(pair, (one, other), strict=True):
        if state != "open":
            with mixed.store.write() as connection:
                do[state](connection, [alert.id], by="Anna", at=LATER)
    assert merge(mixed, *pair).kept.id == pair[kept].id


def test_a_part_can_be_split_off_again_after_a_merge(mixed: Harness) -> None:
    first = split(mixed, RAIL)
    merge(mixed, first.kept, first.other)
    again = split(mixed, RAIL)
    assert (again.kept.id, again.other.id) == (first.kept.id, first.other.id)
    assert stories(mixed) == {again.kept.id: {"kurier"}, again.other.id: {"bote"}}


def test_a_message_that_waits_follows_its_article(mixed: Harness) -> None:
    news = "https://echo.example.org/tote"
    title = "Brand im Bahnhof von Bremen: 41 Tote"
    assert "development" in decide(mixed, report(news, like=RAIL, minutes=6, title=title))
    done = split(mixed, RAIL, news)
    bodies = [json.loads(n.body) for n, _ in mixed.notifications()]
    about = {b["kind"]: (b["alert_id"], {a["url"] for a in b["articles"]}) for b in bodies}
    assert about["new_story"] == (done.kept.id, {HARBOUR})
    assert about["update"] == (done.other.id, {RAIL, news})


def test_an_escalation_goes_on_with_the_story_that_it_is_part_of(mixed: Harness) -> None:
    done = split(mixed, RAIL)
    with mixed.store.write() as connection:
        escalations.start(connection, done.other.id, [(LATER, ("phone",))], {"topic": "t"})
    merge(mixed, done.kept, done.other)
    with mixed.store.read() as connection:
        [row] = escalations.load_waiting(connection, done.kept.id)
        assert escalations.load_escalations(connection, done.other.id) == []
    assert (row.due_at, row.receivers) == (LATER, ("phone",))


def test_a_split_that_makes_no_sense_is_refused(mixed: Harness) -> None:
    for named, complaint in (
        ((HARBOUR, RAIL), "leaves articles on both sides"),
        ((), "leaves articles on both sides"),
        (("https://kurier.example.org/other",), "is no article of the story"),
        (("abc",), "is no article of the story"),
    ):
        with pytest.raises(UsageError, match=complaint):
            split(mixed, *named)
    assert len(mixed.alerts()) == 1


def test_a_merged_alert_is_forgotten_with_the_story_that_it_leads_to(mixed: Harness) -> None:
    done = split(mixed, RAIL)
    merged = merge(mixed, done.kept, done.other)
    mixed.dispatcher().run_once()
    with mixed.store.write() as connection:
        actions.close(connection, [merged.kept.id], by="Anna", at=LATER)
    with mixed.store.write() as connection:
        assert forget_stories(connection, LATER + timedelta(days=1), None).deleted > 0
    with mixed.store.read() as connection, pytest.raises(UsageError):
        alert_store.get_alert(connection, merged.other.id)

"""What is new in a story that people know: its alert, its notification, the console's list."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alerts.notification_body import NotificationBody
from config.catalog.models import TopicState
from core.messages import Origin
from core.store import alert_changes
from core.store import alerts as alert_store
from core.store import stories as story_store
from core.store.console import story_export, story_list
from core.store.console.story_list import StoryFilter
from tests.alerts.harness import NOON, Harness, match, topic
from tests.support.postgres import ON_EVERY_DATABASE

URL = "https://kurier.example.org/einsturz"
TITLE = "Haus in Musterstadt eingestürzt: drei Tote"
LEAD = "In der Innenstadt von Musterstadt ist am Morgen ein Wohnhaus eingestürzt, drei Tote."
GROWN = "Hauseinsturz in Musterstadt: Zahl der Toten steigt auf 41"
GROWN_LEAD = "Nach dem Einsturz eines Wohnhauses in der Innenstadt von Musterstadt sind 41 tot."

pytestmark = ON_EVERY_DATABASE


def first(**values: Any) -> Any:
    return match(URL, title=TITLE, text=LEAD, lead=LEAD, **values)


def grown(url: str = "https://bote.example.org/einsturz", **values: Any) -> Any:
    return match(url, title=GROWN, text=GROWN_LEAD, lead=GROWN_LEAD, **values)


def bodies(harness: Harness) -> list[NotificationBody]:
    notes = sorted((n for n, _ in harness.notifications()), key=lambda n: n.created_at)
    return [NotificationBody.model_validate(json.loads(n.body)) for n in notes]


def test_a_development_is_told_as_an_update_of_its_story(harness: Harness) -> None:
    harness.decide(first())
    harness.advance(hours=1)
    assert harness.decide(grown()) == ["development"]
    new_story, update = bodies(harness)
    assert new_story.story is not None
    assert update.story is not None
    assert (new_story.kind, new_story.story.development) == ("new_story", "")
    assert (update.kind, update.story.development) == ("update", GROWN)
    assert update.alert_id == new_story.alert_id
    assert update.articles[0].title == GROWN
    assert update.reason == "New in the story, a figure: Hauseinsturz, Zahl, Toten, steigt, 41."
    assert harness.worker.counts["updated"] == 1


def test_what_repeats_a_development_is_told_to_nobody(harness: Harness) -> None:
    harness.decide(first(), grown())
    assert len(harness.notifications()) == 1  # both within one group wait
    assert harness.decide(grown("https://post.example.org/einsturz")) == ["copy"]
    again = match(
        "https://welle.example.org/e", title=f"{GROWN}", text=GROWN_LEAD[:60], lead=GROWN_LEAD[:60]
    )
    assert harness.decide(again)[0] in ("copy", "same_story")
    [body] = bodies(harness)
    assert [article.outlet for article in body.articles[:2]] == ["kurier", "bote"]
    assert len(body.about) == 2


def test_news_of_one_group_wait_is_one_message_that_names_each(harness: Harness) -> None:
    harness.decide(first())
    harness.advance(minutes=5)
    harness.decide(grown())
    harness.advance(seconds=60)
    denial = "Minister Falk tritt nach dem Einsturz in Musterstadt zurück"
    resigned = match("https://post.example.org/falk", title=denial, text=GROWN_LEAD + denial)
    assert harness.decide(resigned) == ["development"]
    story, update = bodies(harness)
    assert (story.kind, update.kind) == ("new_story", "update")
    assert update.story is not None
    assert update.story.development == f"{GROWN} · {denial}"
    assert [article.title for article in update.articles[:2]] == [GROWN, denial]
    told = {each.alert_id: each.article_id for each in update.topics}
    assert list(told.values()) == [update.about[0]]  # one alert is delivered once


def test_a_correction_never_joins_another_message(harness: Harness) -> None:
    harness.decide(first())
    text = "Korrektur: In Musterstadt ist kein Wohnhaus eingestürzt, drei Tote gab es nicht."
    corrected = match("https://post.example.org/k", title=text, text=text, lead=text)
    assert harness.decide(corrected) == ["correction"]
    assert [body.kind for body in bodies(harness)] == ["new_story", "correction"]


def test_a_revision_that_says_something_new_is_told(harness: Harness) -> None:
    harness.decide(first())
    harness.advance(hours=50)  # the age counts from the change
    revised = grown(URL, revision=2, fetched_at=harness.now)
    assert harness.decide(revised) == ["development"]
    assert [b.kind for b in bodies(harness)] == ["new_story", "update"]
    assert harness.decide(first(revision=3)) == ["revision"]  # what it said before is known


def test_an_acknowledged_story_with_a_development_is_open_again(harness: Harness) -> None:
    harness.decide(first())
    [alert] = harness.alerts()
    with harness.store.write() as connection:
        alert_changes.ack(connection, alert.id, by="Ada", at=NOON)
    harness.advance(hours=1)
    known = len(harness.events())
    harness.decide(grown())
    [alert] = harness.alerts()
    assert (alert.state, alert.acked_by, alert.title) == (alert_store.OPEN, "", GROWN)
    reopened, _ = harness.events()[known:]
    assert reopened.reason_code == "reopened"
    assert "acked" in reopened.reason


def test_a_story_with_a_development_is_at_the_top_under_its_newest_headline(
    harness: Harness,
) -> None:
    harness.decide(first())
    harness.advance(minutes=10)
    harness.decide(match("https://post.example.org/x", title="Kaufhaus in Lissabon brennt ab"))
    harness.advance(minutes=10)
    harness.decide(grown())
    with harness.store.read() as connection:
        cards = story_list.list_stories(connection, StoryFilter())
        exported = story_export.list_exported(connection, StoryFilter())
    assert [card.title for card in cards] == [GROWN, "Kaufhaus in Lissabon brennt ab"]
    assert [(each.row.title, each.row.outlet, each.url) for each in exported] == [
        (GROWN, grown().article.outlet, grown().article.url),
        ("Kaufhaus in Lissabon brennt ab", "post", "https://post.example.org/x"),
    ]


def test_the_outlet_that_reported_it_first_is_told_with_it(harness: Harness) -> None:
    harness.decide(first())
    harness.advance(minutes=5)
    one = match(
        "https://bote.example.org/b",
        title="Einsturz in Musterstadt: Wohnhaus hatte Risse",
        text="In Musterstadt wurde der Bauleiter von der Polizei zu den Rissen befragt.",
    )
    two = match(
        "https://post.example.org/p",
        title="Wohnhaus in Musterstadt: Risse vor dem Einsturz",
        text="Die Polizei hat den Bauleiter des Wohnhauses in Musterstadt dazu befragt.",
    )
    assert harness.decide(one) == ["same_story"]
    assert harness.decide(two) == ["development"]
    with harness.store.read() as connection:
        [alert] = alert_store.list_alerts(connection)
        roles = {a.outlet: a.role for a in story_store.load_articles(connection, alert.story_id)}
    assert roles == {"kurier": "original", "bote": "development", "post": "development"}
    update = bodies(harness)[-1]
    assert "; bote reports it too." in update.reason
    assert "Bauleiter" in update.reason  # of the text: the article has no lead


def test_a_correction_is_told_as_one(harness: Harness) -> None:
    harness.decide(first())
    text = "Korrektur: In Musterstadt ist kein Wohnhaus eingestürzt, drei Tote gab es nicht."
    corrected = match(URL, title=TITLE, text=text, lead=text, revision=2)
    assert harness.decide(corrected) == ["correction"]
    assert [b.kind for b in bodies(harness)] == ["new_story", "correction"]


@pytest.mark.parametrize("state", [TopicState.DRAFT, TopicState.SHADOW])
def test_a_topic_that_is_not_live_tells_no_development(harness: Harness, state: TopicState) -> None:
    harness.decide(first())
    harness.set_topics(topic(state))
    assert harness.decide(grown()) == [state.value]
    assert len(harness.notifications()) == 1


def test_a_backfill_is_no_development(harness: Harness) -> None:
    harness.decide(first())
    assert harness.decide(grown(origin=Origin.BACKFILL)) == ["not_live"]
    assert len(harness.notifications()) == 1

"""Growth of stories and spikes of topics, from decisions to messages, on both databases."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.catalog.models import (
    AlertPolicy,
    AlertsDefinition,
    ReceiverDefinition,
    RouteDefinition,
    SilenceDefinition,
    TopicState,
)
from core.messages import AlertEvent, Match
from core.store import alert_changes, held_items, rereads, topic_hours
from core.store import alerts as alert_store
from core.store import stories as story_store
from core.store.deliveries import Notification
from core.store.retention import RULES, forget_all
from tests.alerts.event_names import find_misnamed
from tests.alerts.harness import NOON, PLACE, TEXT, Harness, match, open_harness, topic
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = pytest.mark.slow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def report(number: int, *, agency: str | None = None, **values: Any) -> Match:
    """An article about the ports by an outlet with a text of its own."""
    own = " ".join(f"Blatt{number}wort{n}" for n in range(20))
    url = f"https://blatt{number}.example.org/haefen"
    values = {"text": f"{own}. {TEXT.split('. ')[0]}."} | values
    return match(url, agency=agency, **values)


def copy_of(number: int, outlet: str) -> Match:
    return report(number).model_copy(
        update={
            "article_id": outlet.ljust(32, "0"),
            "article": report(number).article.model_copy(
                update={"article_id": outlet.ljust(32, "0"), "outlet": outlet}
            ),
        }
    )


def grow(harness: Harness, *numbers: int, minutes: float = 1) -> None:
    for number in numbers:
        harness.advance(minutes=minutes)
        harness.decide(report(number))


def messages(harness: Harness, kind: str) -> list[tuple[Notification, float]]:
    """Return the messages of a kind, each with the minutes after noon when it is due."""
    return [
        (notification, round((delivery.created_at - NOON) / timedelta(minutes=1), 1))
        for notification, delivery in harness.notifications()
        if notification.kind == kind
    ]


def bodies(harness: Harness, kind: str) -> list[dict[str, Any]]:
    return [json.loads(notification.body) for notification, _ in messages(harness, kind)]


def events(harness: Harness, code: str) -> list[AlertEvent]:
    return [event for event in harness.events() if event.reason_code == code]


def the_story(harness: Harness) -> story_store.Story:
    [alert] = harness.alerts()
    with harness.store.read() as connection:
        story = story_store.find_story(connection, alert.story_id)
    assert story is not None
    return story


# --- growth --------------------------------------------------------------------------------


@ON_EVERY_DATABASE
def test_a_story_that_reaches_five_outlets_is_told_once_and_names_the_new_articles(
    harness: Harness,
) -> None:
    harness.decide(report(0))
    harness.advance(minutes=2)
    harness.dispatcher().run_once()
    grow(harness, *range(1, 9))
    [body] = bodies(harness, "new_coverage")
    assert body["reason"] == "5 independent outlets"
    assert body["story"]["independent_outlets"] == 9
    outlets = [article["outlet"] for article in body["articles"]]
    assert outlets[0] == "blatt4"
    assert sorted(outlets) == [f"blatt{n}" for n in range(1, 9)]
    [event] = events(harness, "new_coverage")
    assert (event.event.value, event.article_id) == ("updated", report(4).article_id)
    assert find_misnamed(harness) == []


def test_growth_waits_for_its_ladder_and_a_second_threshold_joins_what_waits(
    harness: Harness,
) -> None:
    harness.decide(report(0))
    grow(harness, *range(1, 5))
    assert [due for _, due in messages(harness, "new_coverage")] == [16.5]
    grow(harness, *range(5, 15), minutes=0.5)
    [(_, due)] = messages(harness, "new_coverage")
    [body] = bodies(harness, "new_coverage")
    assert (due, body["reason"]) == (16.5, "15 independent outlets")


def vanish(harness: Harness, number: int) -> None:
    harness.advance(minutes=1)
    harness.decide(report(number, revision=2, gone=True))


@ON_EVERY_DATABASE
def test_who_was_told_of_an_article_by_growth_alone_is_told_once_that_its_page_has_vanished(
    harness: Harness,
) -> None:
    harness.store_article(report(2).article)
    harness.decide(report(0))
    harness.dispatcher().run_once()
    grow(harness, 1, 2, 3)
    vanish(harness, 1)
    grow(harness, 4)
    vanish(harness, 3)
    assert messages(harness, "retraction") == []  # neither was told, and growth does not name them
    harness.advance(minutes=20)
    harness.dispatcher().run_once()
    [growth] = bodies(harness, "new_coverage")
    assert [article["outlet"] for article in growth["articles"]] == ["blatt4", "blatt2"]
    with harness.store.read() as connection:
        assert rereads.find(connection, report(2).article_id) is not None
    vanish(harness, 2)
    vanish(harness, 4)
    told = [body["articles"][0]["outlet"] for body in bodies(harness, "retraction")]
    assert sorted(told) == ["blatt2", "blatt4"]
    harness.decide(report(2, revision=3, gone=True))
    assert len(messages(harness, "retraction")) == 2


def test_growth_in_the_group_wait_is_in_the_first_message(harness: Harness) -> None:
    harness.decide(*(report(n) for n in range(7)))
    assert messages(harness, "new_coverage") == []
    [body] = bodies(harness, "new_story")
    assert body["story"]["independent_outlets"] == 7
    assert the_story(harness).growth == 5


def test_the_second_message_of_growth_waits_longer(harness: Harness) -> None:
    harness.decide(report(0))
    grow(harness, *range(1, 5))
    harness.advance(minutes=13)
    harness.dispatcher().run_once()
    grow(harness, *range(5, 15))
    assert [due for _, due in messages(harness, "new_coverage")] == [16.5, 46.5]
    first, second = bodies(harness, "new_coverage")
    told = [{a["outlet"] for a in body["articles"]} for body in (first, second)]
    assert told[0].isdisjoint(told[1])


def test_what_waits_on_the_ladder_is_held_with_a_reason_and_released(harness: Harness) -> None:
    harness.decide(report(0))
    harness.dispatcher().run_once()
    grow(harness, *range(1, 5))
    with harness.store.read() as connection:
        [held] = held_items.list_held(connection)
    assert (held.item.kind, held.item.hold_code) == ("new_coverage", "ladder")
    assert harness.dispatcher().run_once()["held"] == 1
    harness.advance(minutes=15)
    assert harness.dispatcher().run_once()["delivered"] == 1
    assert [e.reason_code for e in harness.events()][-2:] == ["released", "delivered"]
    assert (len(events(harness, "held")), find_misnamed(harness)) == (1, [])


@ON_EVERY_DATABASE
def test_copies_and_texts_of_one_agency_count_as_one(harness: Harness) -> None:
    harness.decide(report(0))
    harness.decide(*(copy_of(0, f"drucker{n}") for n in range(5)))
    for number in range(1, 6):
        harness.decide(report(number, agency="dpa"))
    story = the_story(harness)
    assert (story.outlets, story.independent_outlets) == (11, 2)
    assert messages(harness, "new_coverage") == []


@pytest.mark.parametrize("state", ["closed", "acked"])
def test_growth_of_a_closed_alert_is_not_told_and_an_acknowledged_one_stays_so(
    harness: Harness, state: str
) -> None:
    harness.decide(report(0))
    [alert] = harness.alerts()
    change = alert_changes.close if state == "closed" else alert_changes.ack
    with harness.store.write() as connection:
        change(connection, alert.id, by="Anna", at=harness.clock())
    grow(harness, *range(1, 7))
    assert harness.alerts()[0].state == state
    assert len(messages(harness, "new_coverage")) == (0 if state == "closed" else 1)
    if state == "closed":
        assert [e.event.value for e in events(harness, "closed")] == ["closed", "suppressed"]


@ON_EVERY_DATABASE
@pytest.mark.parametrize("state", ["closed", "snoozed"])
def test_growth_that_waits_is_withdrawn_when_its_alert_is_closed_or_snoozed(
    harness: Harness, state: str
) -> None:
    harness.decide(report(0))
    grow(harness, *range(1, 5))
    assert len(messages(harness, "new_coverage")) == 1
    [alert] = harness.alerts()
    with harness.store.write() as connection:
        if state == "closed":
            alert_changes.close(connection, alert.id, by="Anna", at=harness.clock())
        else:
            until = NOON + 9 * HOUR
            alert_changes.snooze(connection, alert.id, until=until, by="Anna", at=harness.clock())
    harness.advance(minutes=30)
    harness.dispatcher().run_once()
    assert messages(harness, "new_coverage") == []
    assert [e.reason_code for e in harness.events() if e.event.value == "suppressed"] == [state]
    assert the_story(harness).growth == 5
    with harness.store.read() as connection:
        [joined] = [d for d in alert_store.load_decisions(connection, alert.id)
                    if d.article_id == report(4).article_id]  # fmt: skip
    assert (joined.event, joined.match_end) == ("updated", "joined")


def test_growth_that_a_silence_mutes_is_not_told_later(harness: Harness) -> None:
    silence = SilenceDefinition(
        {"kind": "new_coverage"}, NOON + HOUR, "Everything is covered on site", "Anna", PLACE
    )
    harness.catalog = replace(harness.catalog, alerts=AlertsDefinition(silences=(silence,)))
    harness.decide(report(0))
    grow(harness, *range(1, 6))
    assert len(events(harness, "silenced")) == 1
    harness.advance(hours=2)
    grow(harness, 6)
    assert messages(harness, "new_coverage") == []


def test_what_grew_before_people_were_told_is_not_told_apart(harness: Harness) -> None:
    harness.set_topics(topic(TopicState.SHADOW))
    harness.decide(*(report(n) for n in range(6)))
    harness.set_topics(topic())
    grow(harness, 6)
    assert messages(harness, "new_coverage") == []
    [body] = bodies(harness, "new_story")
    assert body["story"]["independent_outlets"] == 7


def decide_in_two_processes(harness: Harness, folder: Path, matches: list[Match]) -> None:
    with open_harness(folder, database_url=harness.settings.database_url) as other:
        other.now, other.catalog = harness.now, harness.catalog
        with ThreadPoolExecutor(2) as pool:
            halves = (harness, matches[::2]), (other, matches[1::2])
            jobs = [
                pool.submit(lambda h=h, m=m: [h.decide(each) for each in m])  # type: ignore[misc]
                for h, m in halves
            ]
            for job in jobs:
                job.result()


@ON_EVERY_DATABASE
def test_two_processes_decide_each_threshold_once(harness: Harness, tmp_path: Path) -> None:
    harness.decide(report(0))
    decide_in_two_processes(harness, tmp_path / "other", [report(n) for n in range(1, 18)])
    assert the_story(harness).growth == 15
    numbers = [event.reason for event in events(harness, "new_coverage")]
    assert numbers == ["5 independent outlets", "15 independent outlets"]


# --- spikes --------------------------------------------------------------------------------


def event_of(number: int) -> Match:
    """An article about an event of its own."""
    return match(
        f"https://blatt{number}.example.org/{number}",
        title=f"Nummer{number * 7919}",
        text=f"Ganz{number * 104729} anderes{number}.",
    )


def seed(harness: Harness, articles: int, days: int = 28) -> None:
    """Count articles in this hour of earlier days."""
    start = topic_hours.hour_of(NOON)
    with harness.store.write() as connection:
        for day in range(1, days + 1):
            topic_hours.save_count(connection, "nato-membership", start - day * DAY, articles)


@ON_EVERY_DATABASE
def test_a_topic_with_three_times_its_usual_articles_has_one_spike(harness: Harness) -> None:
    seed(harness, 2)
    for number in range(9):
        harness.decide(event_of(number))
        harness.advance(minutes=1)
    [(notification, due)] = messages(harness, "spike")
    [body] = bodies(harness, "spike")
    assert (notification.receiver, due) == ("console", 6.5)
    assert body["topic"]["id"] == "nato-membership"
    assert body["reason"] == (
        "6 articles from 6 outlets within an hour; usually there are 2 at this time."
    )
    assert {a["outlet"] for a in body["articles"]} == {f"blatt{n}" for n in range(6)}
    assert len(events(harness, "spike")) == 1


@pytest.mark.parametrize(
    ("days", "policy", "spikes"),
    [(28, {}, 1), (13, {}, 0), (28, {"spike": "fewer"}, 0), (28, {"spike": "off"}, 0)],
)
def test_a_spike_depends_on_the_days_seen_and_on_the_topics_sensitivity(
    harness: Harness, days: int, policy: dict[str, Any], spikes: int
) -> None:
    harness.set_topics(topic(alert=AlertPolicy(**policy)))
    seed(harness, 2, days)
    harness.decide(*map(event_of, range(7)))
    assert len(messages(harness, "spike")) == spikes


def test_a_spike_is_about_the_story_with_most_articles(harness: Harness) -> None:
    seed(harness, 0)
    harness.decide(event_of(1), report(2), report(3), event_of(4), report(5))
    [body] = bodies(harness, "spike")
    assert body["story"]["title"] == report(2).article.title
    outlets = [article["outlet"].removeprefix("blatt") for article in body["articles"]]
    assert (set(outlets[:3]), set(outlets[3:])) == (set("235"), set("14"))
    assert find_misnamed(harness) == []


def test_articles_that_come_late_after_an_outage_are_no_spike(harness: Harness) -> None:
    seed(harness, 1)
    harness.advance(hours=8)
    harness.decide(*map(event_of, range(9)))
    assert messages(harness, "spike") == []
    with harness.store.read() as connection:
        counts = topic_hours.load_counts(connection, "nato-membership", NOON, NOON + DAY)
    assert counts == {NOON: 9}


def test_a_spike_goes_where_its_route_leads(harness: Harness) -> None:
    seed(harness, 0)
    routes = (
        RouteDefinition({"kind": "spike"}, ("console",), PLACE, group_wait=timedelta(minutes=9)),
    )
    harness.catalog = replace(harness.catalog, alerts=AlertsDefinition(routes=routes))
    harness.decide(*map(event_of, range(5)))
    assert [due for _, due in messages(harness, "spike")] == [9.0]


def test_who_was_told_of_an_article_by_a_spike_is_told_that_its_page_has_vanished(
    harness: Harness,
) -> None:
    seed(harness, 0)
    console, desk = (ReceiverDefinition(name, "console", {}, {}, PLACE) for name in ("all", "desk"))
    routes = (
        RouteDefinition({"kind": "spike"}, ("all",), PLACE, group_wait=timedelta()),
        RouteDefinition({}, ("desk",), PLACE, group_wait=timedelta()),
    )
    alerts = AlertsDefinition("http://127.0.0.1", (console, desk), routes)
    harness.catalog = replace(harness.catalog, alerts=alerts)
    harness.decide(*map(event_of, range(5)))
    harness.dispatcher().run_once()
    gone = event_of(1).article.model_copy(update={"revision": 2, "gone": True})
    harness.decide(event_of(1).model_copy(update={"revision": 2, "article": gone}))
    receivers = {notification.receiver for notification, _ in messages(harness, "retraction")}
    assert receivers == {"all", "desk"}


@ON_EVERY_DATABASE
def test_two_processes_decide_a_spike_once(harness: Harness, tmp_path: Path) -> None:
    seed(harness, 0)
    decide_in_two_processes(harness, tmp_path / "other", [event_of(n) for n in range(12)])
    assert len(events(harness, "spike")) == 1
    with harness.store.read() as connection:
        hour = topic_hours.load_counts(connection, "nato-membership", NOON, NOON + HOUR)
    assert hour == {NOON: 12}


def test_counts_are_kept_for_a_year(harness: Harness) -> None:
    with harness.store.write() as connection:
        for days in (364, 366):
            topic_hours.save_count(connection, "nato-membership", NOON - days * DAY, 1)
    forget_all(harness.store, RULES["topic hours"], NOON - 365 * DAY)
    with harness.store.read() as connection:
        first = topic_hours.find_first_hour(connection, "nato-membership")
    assert first == NOON - 364 * DAY

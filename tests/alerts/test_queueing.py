"""Which messages a receiver gets of many decisions, and when: bundles, roll-ups, catch-ups."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.catalog.models import (
    AlertPolicy,
    AlertsDefinition,
    Catalog,
    RouteDefinition,
    TopicDefinition,
)
from config.weekly_hours import WeeklyHours, parse_hours
from core.messages import AlertEvent, AlertEventKind, Match
from core.processes.instance import Instance
from core.store import deliveries as delivery_store
from core.store import notification_items
from core.store.console.story_card import load_cards
from tests.alerts.harness import NOON, PLACE, Harness, batch, match, open_harness, topic, webhook
from tests.support.faultserver import FaultServer, reply
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = pytest.mark.slow

TOPICS = ("trade", "chamber", "port", "rail")
ARTICLE = "https://kurier.example.org/zollabkommen"


@pytest.fixture
def target(harness: Harness, faults: FaultServer) -> str:
    """Path of a webhook to which every alert is routed."""
    route_all(harness, faults.on("/hook", reply()))
    return "/hook"


def route_all(harness: Harness, url: str, **route: Any) -> None:
    routes = (RouteDefinition({}, ("desk",), PLACE, **route),)
    alerts = AlertsDefinition("http://127.0.0.1:8080", (webhook(url),), routes)
    harness.catalog = Catalog((), tuple(map(tracked, TOPICS)), (), alerts)


def change_route(harness: Harness, **changes: Any) -> None:
    alerts = harness.catalog.alerts
    routes = tuple(replace(route, **changes) for route in alerts.routes)
    harness.catalog = replace(harness.catalog, alerts=replace(alerts, routes=routes))


def tracked(name: str, severity: str = "normal") -> TopicDefinition:
    return topic(id=name, title=name.upper(), alert=AlertPolicy(severity))


def about(*names: str, url: str = ARTICLE, score: int = 55) -> list[Match]:
    """Matches of one article under several topics."""
    return [match(url, topic=name).model_copy(update={"score": score}) for name in names]


def event_number(number: int, name: str = "trade") -> Match:
    """A match on an article about an event of its own."""
    return match(
        f"https://kurier.example.org/{number}",
        topic=name,
        title=f"Nummer{number * 7919}",
        text=f"Ganz{number * 104729} anderes{number}.",
    )


def bodies(faults: FaultServer, path: str = "/hook") -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in faults.requests_to(path)]


def send_due(harness: Harness) -> dict[str, int]:
    return harness.dispatcher().run_once(attempt_all_due=False)


def events(harness: Harness, code: str) -> list[AlertEvent]:
    return [event for event in harness.events() if event.reason_code == code]


# --- one message for one article -----------------------------------------------------------


@ON_EVERY_DATABASE
def test_an_article_of_four_topics_is_one_message_that_names_them(
    harness: Harness, faults: FaultServer, target: str
) -> None:
    harness.decide(*about(*TOPICS))
    assert harness.dispatcher().run_once()["delivered"] == 1
    [body] = bodies(faults, target)
    assert [each["id"] for each in body["topics"]] == list(TOPICS)
    assert {each["alert_id"] for each in body["topics"]} == {a.id for a in harness.alerts()}
    assert body["topic"] == {"id": "trade", "title": "TRADE"}


def test_each_alert_of_a_message_gets_its_event_with_the_same_notification(
    harness: Harness, target: str
) -> None:
    harness.decide(*about(*TOPICS))
    harness.dispatcher().run_once()
    delivered = [e for e in harness.events() if e.event is AlertEventKind.DELIVERED]
    assert {(e.alert_id, e.topic_id, e.story_id) for e in delivered} == {
        (a.id, a.topic_id, a.story_id) for a in harness.alerts()
    }
    assert len(delivered) == 4
    assert len({e.notification_id for e in delivered}) == 1


def test_an_article_of_four_topics_is_one_message_even_without_a_wait(
    harness: Harness, faults: FaultServer, target: str
) -> None:
    change_route(harness, group_wait=timedelta())
    harness.decide(*about(*TOPICS))
    assert harness.dispatcher().run_once()["delivered"] == 1
    [body] = bodies(faults, target)
    assert [each["id"] for each in body["topics"]] == list(TOPICS)


@ON_EVERY_DATABASE
def test_topics_that_are_decided_by_other_processes_within_the_wait_join_the_message(
    harness: Harness, faults: FaultServer, target: str
) -> None:
    harness.decide(*about("trade"))
    harness.advance(seconds=60)
    harness.decide(*about("chamber"))
    harness.advance(seconds=31)
    assert send_due(harness)["delivered"] == 1
    [body] = bodies(faults, target)
    assert [each["id"] for each in body["topics"]] == ["trade", "chamber"]


def test_a_topic_that_is_decided_after_the_wait_is_a_message_of_its_own(
    harness: Harness, faults: FaultServer, target: str
) -> None:
    harness.decide(*about("trade"))
    harness.advance(seconds=91)
    harness.decide(*about("chamber"))
    harness.advance(seconds=91)
    send_due(harness)
    assert [[t["id"] for t in body["topics"]] for body in bodies(faults, target)] == [
        ["trade"],
        ["chamber"],
    ]


def test_the_topic_of_the_highest_severity_then_score_leads(
    harness: Harness, faults: FaultServer, target: str
) -> None:
    harness.set_topics(tracked("trade"), tracked("chamber", "high"), tracked("port", "high"))
    harness.decide(*about("trade", score=90), *about("chamber", score=40), *about("port", score=50))
    harness.dispatcher().run_once()
    [body] = bodies(faults, target)
    assert [each["id"] for each in body["topics"]] == ["port", "chamber", "trade"]
    assert (body["topic"]["id"], body["severity"]) == ("port", "high")
    assert body["story"]["id"] == body["topics"][0]["story_id"]


def test_different_articles_and_revisions_are_different_messages(
    harness: Harness, faults: FaultServer, target: str
) -> None:
    harness.decide(*about("trade"), event_number(1), event_number(2, "chamber"))
    harness.dispatcher().run_once()
    assert len(bodies(faults, target)) == 3


@ON_EVERY_DATABASE
def test_copies_that_arrive_in_the_wait_are_in_the_message(
    harness: Harness, faults: FaultServer, target: str
) -> None:
    harness.decide(*about("trade"))
    harness.advance(seconds=60)
    harness.decide(*about("trade", url="https://bote.example.org/zoll"))
    harness.advance(seconds=31)
    send_due(harness)
    [body] = bodies(faults, target)
    assert body["story"]["outlets"] == 2
    assert [also["outlet"] for also in body["articles"][0]["also_in"]] == ["bote"]


def test_once_an_attempt_was_made_a_message_keeps_its_bytes(
    harness: Harness, faults: FaultServer
) -> None:
    route_all(harness, faults.on("/hook", reply(status=503)))
    harness.decide(*about("trade"))
    harness.dispatcher().run_once()
    harness.decide(*about("trade", url="https://bote.example.org/zoll"))
    harness.dispatcher().run_once()
    first, second = (request.body for request in faults.requests_to("/hook"))
    assert first == second


def test_the_wait_survives_a_restart_and_another_process_sends_the_whole_message(
    tmp_path: Path, faults: FaultServer
) -> None:
    with open_harness(tmp_path) as first:
        route_all(first, faults.on("/hook", reply()))
        first.decide(*about("trade"))
        catalog, now = first.catalog, first.now
    with open_harness(tmp_path) as second:
        second.catalog, second.now = catalog, now + timedelta(seconds=30)
        second.decide(*about("chamber"))
        assert send_due(second)["delivered"] == 0
        second.advance(seconds=61)
        assert send_due(second)["delivered"] == 1
    [body] = bodies(faults)
    assert [each["id"] for each in body["topics"]] == ["trade", "chamber"]


def test_messages_of_one_batch_go_out_in_the_order_of_its_articles(
    harness: Harness, faults: FaultServer, target: str
) -> None:
    harness.decide(*map(event_number, range(1, 6)))
    harness.dispatcher().run_once()
    titles = [body["story"]["title"] for body in bodies(faults, target)]
    assert titles == [f"Nummer{n * 7919}" for n in range(1, 6)]


def test_a_message_that_an_urgent_alert_joins_goes_before_older_ones(
    harness: Harness, faults: FaultServer, target: str
) -> None:
    harness.set_topics(tracked("trade"), tracked("port", "urgent"))
    harness.decide(event_number(1), *about("trade"), event_number(2))
    harness.decide(*about("port"))
    harness.dispatcher().run_once()
    first, *others = bodies(faults, target)
    assert ([t["id"] for t in first["topics"]], len(others)) == (["port", "trade"], 2)


# --- cap and roll-up -----------------------------------------------------------------------


def flood(harness: Harness, count: int = 40) -> None:
    harness.decide(*map(event_number, range(1, count + 1)))


@ON_EVERY_DATABASE
def test_of_forty_stories_six_are_told_singly_and_the_others_in_one_roll_up(
    harness: Harness, faults: FaultServer, target: str
) -> None:
    flood(harness)
    assert harness.dispatcher().run_once() == {
        "delivered": 6,
        "failed": 0,
        "pending": 0,
        "held": 1,
    }
    harness.advance(minutes=59)
    assert harness.dispatcher().run_once()["delivered"] == 0
    harness.advance(minutes=2)
    assert harness.dispatcher().run_once()["delivered"] == 1
    *singles, rollup = bodies(faults, target)
    assert [body["kind"] for body in singles] == ["new_story"] * 6
    assert (rollup["kind"], rollup["digest"]) == ("digest", "rollup")
    assert (rollup["topic"], rollup["story"]) == (None, None)
    titles = [item["story"]["title"] for item in rollup["items"]]
    assert titles == [f"Nummer{n * 7919}" for n in range(7, 41)]
    assert all("6 are allowed" in item["held_reason"] for item in rollup["items"])
    assert rollup["items"][0]["articles"][0]["url"] == "https://kurier.example.org/7"


def test_each_held_message_is_announced_and_released_and_delivered_with_the_roll_up(
    harness: Harness, target: str
) -> None:
    flood(harness, 8)
    held = events(harness, "held")
    assert [e.target for e in held] == ["desk", "desk"]
    [digest] = [d for n, d in harness.notifications() if n.kind == "digest"][:1]
    assert {e.held_until for e in held} == {digest.held_until}
    harness.dispatcher().run_once()
    assert events(harness, "released") == []
    harness.advance(hours=1)
    harness.dispatcher().run_once()
    released = events(harness, "released")
    assert [e.alert_id for e in released] == [e.alert_id for e in held]
    told = [e for e in events(harness, "delivered") if e.notification_id == digest.notification_id]
    assert {e.alert_id for e in told} == {e.alert_id for e in held}


def test_the_cap_counts_by_topic_and_by_hour(
    harness: Harness, faults: FaultServer, target: str
) -> None:
    flood(harness, 6)
    harness.decide(event_number(100, "chamber"))
    harness.advance(minutes=61)
    harness.decide(event_number(101))
    harness.dispatcher().run_once()
    assert [body["kind"] for body in bodies(faults, target)] == ["new_story"] * 8


def test_urgent_alerts_pass_the_cap(harness: Harness, faults: FaultServer, target: str) -> None:
    harness.set_topics(tracked("trade", "urgent"))
    flood(harness, 9)
    harness.dispatcher().run_once()
    assert len(bodies(faults, target)) == 9


def test_a_message_that_is_held_can_be_sent_now_by_hand(harness: Harness, target: str) -> None:
    flood(harness, 7)
    [(_, digest)] = [(n, d) for n, d in harness.notifications() if n.kind == "digest"]
    with harness.store.write() as connection:
        delivery_store.resend(connection, digest.id, now=harness.now)
    assert harness.dispatcher().run_once()["delivered"] == 7


# --- quiet hours ---------------------------------------------------------------------------


@pytest.fixture
def night(harness: Harness, target: str) -> datetime:
    """The end of quiet hours that have begun; every alert is routed to a webhook."""
    hours = parse_hours("11:00-14:00")
    assert hours is not None
    change_route(harness, quiet_hours=WeeklyHours((hours,), "UTC"))
    return NOON + timedelta(hours=2)


@ON_EVERY_DATABASE
def test_at_the_end_of_quiet_hours_one_catch_up_says_why_each_was_held(
    harness: Harness, faults: FaultServer, night: datetime
) -> None:
    harness.decide(event_number(1))
    harness.advance(minutes=30)
    harness.decide(event_number(2, "chamber"))
    assert harness.dispatcher().run_once()["held"] == 1
    harness.now = night
    assert send_due(harness)["delivered"] == 1
    [body] = bodies(faults)
    assert (body["kind"], body["digest"]) == ("digest", "catch_up")
    assert [item["topic"]["id"] for item in body["items"]] == ["trade", "chamber"]
    assert {item["held_code"] for item in body["items"]} == {"quiet_hours"}
    assert all("quiet hours end at 22 Nov" in item["held_reason"] for item in body["items"])


def test_a_reload_that_ends_quiet_hours_does_not_change_what_is_held(
    harness: Harness, faults: FaultServer, night: datetime
) -> None:
    harness.decide(event_number(1))
    change_route(harness, quiet_hours=None)
    harness.decide(event_number(2))
    harness.dispatcher().run_once()
    assert [body["kind"] for body in bodies(faults)] == ["new_story"]
    harness.now = night
    send_due(harness)
    assert [body["kind"] for body in bodies(faults)] == ["new_story", "digest"]


@ON_EVERY_DATABASE
def test_held_items_are_listed_until_they_are_released(harness: Harness, night: datetime) -> None:
    harness.decide(event_number(1))
    with harness.store.read() as connection:
        [held] = notification_items.list_held(connection)
    assert (held.receiver, held.held_until) == ("desk", night)
    assert (held.item.topic_id, held.item.hold_code) == ("trade", "quiet_hours")
    harness.now = night
    send_due(harness)
    with harness.store.read() as connection:
        assert notification_items.list_held(connection) == []


def test_two_instances_do_not_send_a_digest_twice(
    harness: Harness, faults: FaultServer, night: datetime, tmp_path: Path
) -> None:
    harness.decide(event_number(1))
    harness.now = night
    other = Instance.start(tmp_path)
    try:
        harness.dispatcher().run_once()
        harness.dispatcher(me=other).run_once()
    finally:
        other.close()
    assert len(bodies(faults)) == 1
    assert len(events(harness, "released")) == 1


def test_a_message_that_waits_as_planned_is_not_shown_as_pending(
    harness: Harness, faults: FaultServer
) -> None:
    route_all(harness, faults.on("/hook", reply(status=503)))
    harness.decide(*about("trade"))

    def notified() -> list[tuple[str, str]]:
        [alert] = harness.alerts()
        with harness.store.read() as connection:
            [card] = load_cards(connection, [alert.id])
        return [(count.receiver, count.state) for count in card.notified]

    assert notified() == []
    harness.dispatcher().run_once()
    assert notified() == [("desk", "pending")]


@ON_EVERY_DATABASE
def test_workers_that_decide_at_the_same_time_make_one_message(
    harness: Harness, faults: FaultServer, target: str
) -> None:
    with ThreadPoolExecutor(len(TOPICS)) as pool:
        batches = [batch(*about(name)) for name in TOPICS]
        list(pool.map(harness.worker.handle, batches))
    assert harness.dispatcher().run_once()["delivered"] == 1
    [body] = bodies(faults, target)
    assert {each["id"] for each in body["topics"]} == set(TOPICS)

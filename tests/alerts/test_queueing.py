"""Which messages a receiver gets of many decisions, and when: bundles, roll-ups, catch-ups."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.messages import AlertEventKind
from tests.alerts.harness import Harness, open_harness
from tests.alerts.routing import (
    TOPICS,
    about,
    bodies,
    change_route,
    event_number,
    route_all,
    send_due,
    tracked,
)
from tests.support.faultserver import FaultServer, reply
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = pytest.mark.slow


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

"""What a cap or quiet hours hold, and the roll-ups and catch-ups that release it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.weekly_hours import WeeklyHours, parse_hours
from core.processes.instance import Instance
from core.store import held_items, resend
from core.store.console.story_card import load_cards
from tests.alerts.event_names import find_misnamed
from tests.alerts.harness import NOON, Harness, batch
from tests.alerts.routing import (
    TOPICS,
    about,
    bodies,
    change_route,
    event_number,
    events,
    route_all,
    send_due,
    tracked,
)
from tests.support.faultserver import FaultServer, reply
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = pytest.mark.slow


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
    assert find_misnamed(harness) == []


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
        resend.make_due(connection, digest.id, now=harness.now)
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
    assert all("quiet hours end on 22 Nov" in item["held_reason"] for item in body["items"])


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
        [held] = held_items.list_held(connection)
    assert (held.receiver, held.held_until) == ("desk", night)
    assert (held.item.topic_id, held.item.hold_code) == ("trade", "quiet_hours")
    harness.now = night
    send_due(harness)
    with harness.store.read() as connection:
        assert held_items.list_held(connection) == []


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

"""The clock jumps by three hours: nothing is sent twice, and nothing waits three hours."""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.catalog.models import AlertsDefinition, Catalog, RouteDefinition
from config.weekly_hours import WeeklyHours, parse_hours
from core.store import held_items
from tests.alerts.harness import NOON, PLACE, Harness, match, topic, webhook
from tests.support.faultserver import Exchange, FaultServer, reply
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = pytest.mark.slow

JUMP = timedelta(hours=3)


def route_to(
    harness: Harness, url: str, receiver: dict[str, Any] | None = None, **keys: Any
) -> None:
    """Route everything to a webhook; keys are those of the route."""
    route = RouteDefinition({}, ("desk",), PLACE, **keys)
    desk = replace(webhook(url), **(receiver or {}))
    alerts = AlertsDefinition("http://127.0.0.1:8080", (desk,), (route,))
    harness.catalog = Catalog((), (topic(),), (), alerts)


def decide(harness: Harness, *numbers: int) -> None:
    """Decide about articles about events of their own, just published."""
    now = harness.now
    for number in numbers:
        harness.decide(
            match(
                f"https://kurier.example.org/{number}",
                title=f"Nummer{number * 7919}",
                text=f"Ganz{number * 104729} anderes{number}.",
                published_at=now,
                first_seen_at=now,
                fetched_at=now,
            )
        )


def send_due(harness: Harness) -> int:
    return harness.dispatcher().run_once(attempt_all_due=False)["delivered"]


def received_ids(faults: FaultServer) -> Counter[str | None]:
    return Counter(request.header("webhook-id") for request in faults.requests_to("/hook"))


def test_a_jump_forward_and_back_sends_each_message_once(
    harness: Harness, faults: FaultServer
) -> None:
    route_to(harness, faults.on("/hook", reply()), max_per_hour=0)
    decide(harness, 1, 2)
    for jump in (JUMP, -JUMP, JUMP):
        harness.now += jump
        send_due(harness)
        decide(harness, 1, 2)
    harness.advance(minutes=2)
    send_due(harness)
    assert sorted(received_ids(faults).values()) == [1, 1]


@ON_EVERY_DATABASE
def test_what_was_queued_before_a_jump_back_does_not_wait_three_hours(
    harness: Harness, faults: FaultServer
) -> None:
    route_to(harness, faults.on("/hook", reply()))
    decide(harness, 1)
    harness.now -= JUMP
    assert send_due(harness) == 1


def test_a_retry_that_waits_does_not_wait_three_hours_after_a_jump_back(
    harness: Harness, faults: FaultServer
) -> None:
    route_to(harness, faults.on("/hook", reply(status=503)), group_wait=timedelta())
    decide(harness, 1)
    send_due(harness)
    faults.on("/hook", reply())
    harness.now -= JUMP
    assert send_due(harness) == 1


def test_a_paused_target_is_tried_after_a_jump_back(harness: Harness, faults: FaultServer) -> None:
    route_to(harness, faults.on("/hook", reply(status=503)), group_wait=timedelta(), max_per_hour=0)
    decide(harness, *range(8))
    harness.dispatcher().run_once()
    faults.on("/hook", reply())
    harness.now -= JUMP
    send_due(harness)
    harness.advance(minutes=10)
    send_due(harness)
    assert {delivery.state for _, delivery in harness.notifications()} == {"delivered"}


@ON_EVERY_DATABASE
def test_a_limited_rate_starts_anew_after_a_jump_back(
    harness: Harness, faults: FaultServer
) -> None:
    limited = {"max_per_minute": 1}
    route_to(harness, faults.on("/hook", reply()), limited, group_wait=timedelta(), max_per_hour=0)
    decide(harness, 1, 2, 3)
    harness.dispatcher(patience=0.2).run_once()
    assert len(faults.requests_to("/hook")) == 1
    harness.now -= JUMP
    for sent in (2, 3):
        harness.dispatcher(patience=0.2).run_once()
        assert len(faults.requests_to("/hook")) == sent
        harness.advance(seconds=61)


def test_an_attempt_that_is_being_made_is_not_begun_again_when_the_clock_jumps_forward(
    harness: Harness, faults: FaultServer
) -> None:
    jumped, released = threading.Event(), threading.Event()

    def hang(exchange: Exchange) -> bool:
        harness.now += JUMP
        jumped.set()
        released.wait(20)
        return exchange.reply()

    route_to(harness, faults.on("/hook", hang), group_wait=timedelta())
    decide(harness, 1)
    stop = threading.Event()
    running = threading.Thread(target=harness.dispatcher().run, args=(stop,))
    running.start()
    assert jumped.wait(20)
    assert not released.wait(0.8)  # the dispatcher looks again every quarter of a second
    released.set()
    stop.set()
    running.join(20)
    assert list(received_ids(faults).values()) == [1]
    assert harness.notifications()[0][1].state == "delivered"


def test_quiet_hours_that_a_jump_skips_are_told_once_and_begin_again_after_the_jump_back(
    harness: Harness, faults: FaultServer
) -> None:
    hours = parse_hours("11:00-14:00")
    assert hours is not None
    quiet = WeeklyHours((hours,), "UTC")
    route_to(harness, faults.on("/hook", reply()), quiet_hours=quiet, max_per_hour=0)
    decide(harness, 1)
    harness.now += JUMP
    assert send_due(harness) == 1
    harness.now -= JUMP
    decide(harness, 2)
    assert send_due(harness) == 0
    harness.now = NOON + timedelta(hours=2, seconds=1)
    assert send_due(harness) == 1
    told = [
        item["story"]["title"]
        for request in faults.requests_to("/hook")
        for item in json.loads(request.body)["items"]
    ]
    assert told == ["Nummer7919", "Nummer15838"]


# --- summer time ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("evening", "night", "end"),
    [
        # The hour from two to three comes twice: both are in the same night.
        ("2026-10-25 00:30", "2026-10-25 01:30", "2026-10-25 05:00"),
        # The hour from two to three is skipped.
        ("2026-03-29 00:30", "2026-03-29 01:30", "2026-03-29 04:00"),
    ],
)
def test_a_night_in_which_the_clocks_change_ends_with_one_catch_up(
    harness: Harness, faults: FaultServer, evening: str, night: str, end: str
) -> None:
    hours = parse_hours("22:00-06:00")
    assert hours is not None
    quiet = WeeklyHours((hours,), "Europe/Berlin")
    route_to(harness, faults.on("/hook", reply()), quiet_hours=quiet)
    for number, moment in enumerate((evening, night), 1):
        harness.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        decide(harness, number)
    with harness.store.read() as connection:
        held = held_items.list_held(connection)
    assert {item.held_until for item in held} == {datetime.fromisoformat(end).replace(tzinfo=UTC)}
    harness.now = held[0].held_until
    assert send_due(harness) == 1
    [body] = [json.loads(request.body) for request in faults.requests_to("/hook")]
    assert len(body["items"]) == 2


def test_the_cap_counts_an_hour_that_comes_twice_as_two(
    harness: Harness, faults: FaultServer
) -> None:
    route_to(harness, faults.on("/hook", reply()), group_wait=timedelta(), max_per_hour=1)
    for number, moment in enumerate(("00:30", "01:31"), 1):  # both half past two on the wall
        harness.now = datetime.fromisoformat(f"2026-10-25 {moment}").replace(tzinfo=UTC)
        decide(harness, number)
        assert send_due(harness) == 1

"""What was published while a feed was not read is told in one catch-up for each topic."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.gaps import GAP_WAIT
from config.catalog.models import AlertPolicy, AlertsDefinition, Catalog, RouteDefinition
from config.weekly_hours import WeeklyHours, parse_hours
from core.messages import Match, Origin
from core.store import held_items
from tests.alerts.harness import NOON, PLACE, Harness, match, topic, webhook

SINCE = NOON - timedelta(days=4)


@pytest.fixture
def desk(harness: Harness) -> Harness:
    """An installation that routes three topics to one webhook, two messages an hour."""
    receiver, route = webhook("http://127.0.0.1:1/hook"), RouteDefinition({}, ("desk",), PLACE)
    alerts = AlertsDefinition(
        "http://127.0.0.1:8080", (receiver,), (replace(route, max_per_hour=2),)
    )
    urgent = topic(id="rail", title="rail", alert=AlertPolicy("urgent"))
    topics = (topic(id="trade", title="trade"), topic(id="port", title="port"), urgent)
    harness.catalog = Catalog((), topics, (), alerts)
    return harness


def event(number: int, name: str = "trade", **values: Any) -> Match:
    """A match on an article about an event of its own, published two days before noon."""
    fields: dict[str, Any] = {
        "origin": Origin.BACKFILL,
        "missed_since": SINCE,
        "published_at": NOON - timedelta(days=2, hours=6),
    }
    return match(
        f"https://kurier.example.org/{number}",
        topic=name,
        title=f"Nummer{number * 7919}",
        text=f"Ganz{number * 104729} anderes{number}.",
        **fields | values,
    )


def digests(harness: Harness) -> list[tuple[list[str], timedelta]]:
    """Return the topics of the items of each message, and how long after noon it is due."""
    messages = []
    unique = {n.id: (n, delivery) for n, delivery in harness.notifications()}
    for notification, delivery in unique.values():
        body = json.loads(notification.body)
        assert (body["kind"], body["digest"], body["topic"]) == ("digest", "catch_up", None)
        topics = [item["topic"]["id"] for item in body["items"]]
        minutes = (delivery.next_attempt_at - NOON) // timedelta(minutes=1)
        messages.append((topics, timedelta(minutes=minutes)))
    return sorted(messages)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "new_story"),
        ({"published_at": SINCE - timedelta(hours=47)}, "new_story"),
        ({"published_at": SINCE - timedelta(hours=49)}, "too_old"),
        ({"missed_since": None}, "not_live"),
        ({"origin": Origin.REPLAY}, "not_live"),
    ],
)
def test_backfill_is_told_if_it_was_recent_when_the_gap_began(
    desk: Harness, values: dict[str, Any], code: str
) -> None:
    assert desk.decide(event(1, **values))[0] == code


def test_each_topic_has_one_catch_up_however_many_were_missed(desk: Harness) -> None:
    codes = desk.decide(*(event(n) for n in range(1, 6)), event(6, "port"))
    assert codes.count("new_story") == codes.count("held") == 6
    desk.advance(minutes=10)
    desk.decide(event(7))
    assert digests(desk) == [(["port"], GAP_WAIT), (["trade"] * 6, GAP_WAIT)]


def test_each_item_says_since_when_the_feed_was_not_read(desk: Harness) -> None:
    desk.decide(event(1))
    [(notification, _)] = desk.notifications()
    body = json.loads(notification.body)
    [item] = body["items"]
    assert (item["kind"], item["held_code"]) == ("new_story", "gap")
    assert item["held_reason"].startswith("Published while the feed was not read, since 18 Nov")
    assert body["reason"] == "Published while the feeds were not read: 1"
    with desk.store.read() as connection:
        [held] = held_items.list_held(connection)
    assert held.held_until - NOON == pytest.approx(GAP_WAIT, abs=timedelta(seconds=1))


def test_what_is_live_is_told_by_itself(desk: Harness) -> None:
    desk.decide(event(1), event(2, origin=Origin.LIVE, published_at=NOON))
    kinds = sorted(notification.kind for notification, _ in desk.notifications())
    assert kinds == ["digest", "new_story"]


def test_quiet_hours_hold_a_catch_up_except_for_urgent_topics(desk: Harness) -> None:
    hours = parse_hours("11:00-14:00")
    assert hours is not None
    quiet = WeeklyHours((hours,), "UTC")
    desk.catalog = replace(desk.catalog, alerts=replace(desk.catalog.alerts, quiet_hours=quiet))
    desk.decide(event(1), event(2, "port"), event(3, "rail"))
    end = timedelta(hours=2)
    assert digests(desk) == [(["port"], end), (["rail"], GAP_WAIT), (["trade"], end)]


def test_run_once_sends_a_catch_up_without_waiting(desk: Harness) -> None:
    desk.decide(event(1))
    [(_, delivery)] = desk.notifications()
    assert delivery.held_until is None
    assert desk.dispatcher().run_once()["held"] == 0
    [(_, attempted)] = desk.notifications()
    assert attempted.attempts == 1


def test_a_change_in_the_gap_is_in_the_catch_up(desk: Harness) -> None:
    live: dict[str, Any] = {"origin": Origin.LIVE, "missed_since": None, "published_at": SINCE}
    desk.now = SINCE
    assert desk.decide(event(1, **live)) == ["new_story"]
    desk.now = NOON
    told = match(
        "https://kurier.example.org/1",
        topic="trade",
        title="Nummer7919: Bürgermeister zurückgetreten",
        text="Ganz104729 anderes1.",
        revision=2,
        origin=Origin.BACKFILL,
        missed_since=SINCE,
        published_at=SINCE,
        fetched_at=NOON,
    )
    assert desk.decide(told) == ["development", "held"]

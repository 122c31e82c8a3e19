"""When a story has grown, whether that is told, and how long it waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from alerts.growth import (
    StoryHistory,
    decide_growth,
    find_threshold,
    find_told_articles,
    ladder_due,
)
from alerts.plan import HoldCode, Traffic, Waiting, plan
from config.catalog.models import AlertsDefinition, RouteDefinition
from config.i18n import Phrase, in_english, translator
from config.weekly_hours import WeeklyHours, parse_hours
from core.store.alerts import Alert
from core.store.stories import Story
from tests.alerts.harness import NOON, PLACE

STORY = Story("s" * 32, "nato", "Title", NOON, NOON, 20, independent_outlets=15, growth=5)
ALERT = Alert("a" * 32, "nato", "NATO", STORY.id, "open", "normal", "T", "", "", "x", NOON, NOON)
LABELS = {
    "topic": "nato", "severity": "normal", "kind": "new_coverage", "outlet": "kurier",
    "tier": "B", "language": "de", "country": "DE",
}  # fmt: skip


@pytest.mark.parametrize(
    ("outlets", "decided", "threshold"),
    [
        (4, 0, None),
        (5, 0, 5),
        (6, 5, None),
        (14, 5, None),
        (15, 5, 15),
        (41, 15, 40),
        (41, 0, 40),
        (90, 40, None),
    ],
)
def test_each_threshold_is_reached_once(outlets: int, decided: int, threshold: int | None) -> None:
    assert find_threshold(outlets, decided) == threshold


@pytest.mark.parametrize(
    ("changes", "silence", "code"),
    [
        ({}, None, "new_coverage"),
        ({"state": "acked"}, None, "new_coverage"),
        ({"state": "closed"}, None, "closed"),
        ({"snoozed_until": NOON + timedelta(hours=1)}, None, "snoozed"),
        ({"snoozed_until": NOON}, None, "new_coverage"),
        ({}, Phrase("plan.silenced", until=NOON, why="Summit"), "silenced"),
    ],
)
def test_growth_is_told_unless_the_alert_is_closed_snoozed_or_silenced(
    changes: dict[str, Any], silence: Phrase | None, code: str
) -> None:
    decision = decide_growth(STORY, replace(ALERT, **changes), silence, NOON)
    assert decision is not None
    assert (decision.threshold, decision.code, decision.notify) == (
        15, code, code == "new_coverage",
    )  # fmt: skip


def test_the_reason_is_the_number_of_independent_outlets() -> None:
    decision = decide_growth(STORY, ALERT, None, NOON)
    assert decision is not None
    assert in_english(decision.reason) == "15 independent outlets"
    assert translator("de").phrase(decision.reason) == "15 unabhängige Medien"


@pytest.mark.parametrize(
    ("messages", "minutes"), [(1, 15), (2, 30), (3, 60), (4, 120), (5, 240), (9, 240)]
)
def test_the_ladder_widens_with_each_message_about_the_story(messages: int, minutes: int) -> None:
    assert ladder_due(StoryHistory(messages, NOON)) == NOON + timedelta(minutes=minutes)


def planned(
    last_due: datetime | None, severity: str = "normal", quiet: str = "", waiting: bool = False
) -> tuple[datetime, str]:
    """Plan growth of a story with one message; return when it is due, and why it is held."""
    hours = parse_hours(quiet)
    quiet_hours = None if hours is None else WeeklyHours((hours,), "UTC")
    routes = (RouteDefinition({}, ("desk",), PLACE),)
    definition = AlertsDefinition(routes=routes, quiet_hours=quiet_hours)
    history = {"desk": StoryHistory(1, last_due)} if last_due else {}
    due = {"desk": Waiting(NOON + timedelta(minutes=9), "growth")} if waiting else {}
    labels = LABELS | {"severity": severity}
    [message] = plan(labels, "growth", definition, Traffic(waiting=due, history=history), NOON)
    return message.due, "" if message.hold is None else message.hold.code.value


WAIT = timedelta(seconds=90)


@pytest.mark.parametrize(
    ("case", "due", "hold"),
    [
        ({"last_due": None}, NOON + WAIT, ""),
        ({"last_due": NOON - timedelta(hours=1)}, NOON + WAIT, ""),
        ({"last_due": NOON - timedelta(minutes=5)}, NOON + timedelta(minutes=10), "ladder"),
        ({"last_due": NOON + WAIT, "severity": "urgent"}, NOON + timedelta(minutes=16.5), "ladder"),
        ({"last_due": NOON, "waiting": True}, NOON + timedelta(minutes=9), "ladder"),
        ({"last_due": NOON, "quiet": "12:10-14:00"}, NOON + timedelta(hours=2), "quiet_hours"),
    ],
)
def test_growth_waits_for_its_ladder(case: dict[str, object], due: datetime, hold: str) -> None:
    assert planned(**case) == (due, hold)  # type: ignore[arg-type]


def test_growth_before_the_first_message_goes_out_is_part_of_that() -> None:
    history = {"desk": StoryHistory(1, NOON + WAIT, is_told=False)}
    definition = AlertsDefinition(routes=(RouteDefinition({}, ("desk", "console"), PLACE),))
    messages = plan(LABELS, "growth", definition, Traffic(history=history), NOON)
    assert [message.receiver for message in messages] == ["console"]


def test_a_message_that_waits_for_its_ladder_is_no_digest() -> None:
    history = {"desk": StoryHistory(1, NOON)}
    definition = AlertsDefinition(routes=(RouteDefinition({}, ("desk",), PLACE),))
    [message] = plan(LABELS, "growth", definition, Traffic(history=history), NOON)
    assert message.hold is not None
    assert (message.hold.code, message.hold.is_digest) == (HoldCode.LADDER, False)


def test_articles_of_messages_and_of_items_of_digests_are_known() -> None:
    message = '{"articles": [{"id": "a"}, {"id": "b"}], "items": []}'
    catch_up = '{"articles": [], "items": [{"articles": [{"id": "c"}]}]}'
    assert find_told_articles([message, catch_up, ""]) == {"a", "b", "c"}

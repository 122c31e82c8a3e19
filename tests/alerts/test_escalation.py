"""Urgent alerts that nobody takes care of go to more receivers, step by step."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from alerts.escalation import escalate_due
from alerts.escalation_rules import escalation_steps
from config.catalog.models import (
    AlertPolicy,
    AlertsDefinition,
    Catalog,
    EscalationStep,
    ReceiverDefinition,
    RouteDefinition,
)
from config.weekly_hours import WeeklyHours, parse_hours
from core.store import Connection, escalations, notification_items, silences
from core.store.console import actions, undo
from tests.alerts.event_names import find_misnamed
from tests.alerts.harness import NOON, PLACE, Harness, match, open_harness, topic, webhook
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = pytest.mark.slow

STEPS = (
    EscalationStep(timedelta(minutes=10), ("phone",)),
    EscalationStep(timedelta(minutes=20), ("boss", "phone")),
)
HARBOUR = "https://kurier.example.org/haefen"
DEATHS = {"title": "Zahl der Toten im Hafen von Oslo steigt auf 41"}


@pytest.fixture
def urgent(harness: Harness) -> Harness:
    """A harness with an urgent topic whose route escalates; messages go out at once."""
    route(harness)
    harness.set_topics(topic(alert=AlertPolicy("urgent")))
    return harness


def route(harness: Harness, **changes: Any) -> None:
    receivers = tuple(webhook(f"http://127.0.0.1:1/{n}", name=n) for n in ("desk", "phone", "boss"))
    chosen = RouteDefinition({}, ("desk",), PLACE, group_wait=timedelta(), escalate=STEPS)
    alerts = AlertsDefinition("http://127.0.0.1:8080", receivers, (replace(chosen, **changes),))
    harness.catalog = Catalog((), harness.catalog.topics, (), alerts)


def escalate(harness: Harness, minute: float) -> list[tuple[str, int]]:
    """Escalate at a minute after noon; return receiver and step of all escalations so far."""
    escalate_due(harness.store, harness.catalog.alerts, NOON + timedelta(minutes=minute))
    return sent(harness)


def sent(harness: Harness) -> list[tuple[str, int]]:
    rows = sorted((n.created_at, n.escalation, n.receiver) for n, _ in harness.notifications())
    return [(receiver, step) for _, step, receiver in rows if step]


def people(action: str, **values: Any) -> Callable[[Harness, datetime], object]:
    """Return what does an action with the only alert at a time."""

    def act(harness: Harness, at: datetime) -> object:
        [alert] = harness.alerts()
        do: Callable[..., actions.ActionResult] = getattr(actions, action)
        with harness.store.write() as connection:
            return do(connection, [alert.id], **values, by="Anna", at=at)

    return act


def acked_and_undone(harness: Harness, at: datetime) -> None:
    result: Any = people("ack")(harness, at)
    with harness.store.write() as connection:
        undo.undo(connection, result.action_id, by="Anna", at=at + timedelta(seconds=9))


def silenced(harness: Harness, at: datetime) -> None:
    with harness.store.write() as connection:
        silences.add_silence(
            connection, {"topic": "nato-*"}, reason="drill", author="Anna", now=at,
            until=at + timedelta(hours=1),
        )  # fmt: skip


def told_again(harness: Harness, at: datetime) -> None:
    """The alert is acknowledged, and three minutes later something new is reported."""
    people("ack")(harness, at)
    harness.now = at + timedelta(minutes=3)
    times: dict[str, Any] = dict.fromkeys(("first_seen_at", "fetched_at"), harness.now)
    harness.decide(match("https://bote.example.org/haefen", **DEATHS, **times))


FIRST, SECOND = [("phone", 1)], [("phone", 1), ("boss", 2), ("phone", 2)]
STEP_BY_STEP = (FIRST, SECOND, SECOND)
DOINGS = [  # what happens at 12:05, and what was sent at 12:11, 12:21 and 12:31
    pytest.param(None, STEP_BY_STEP, id="nothing"),
    pytest.param(people("ack"), ([], [], []), id="acknowledged"),
    pytest.param(people("close"), ([], [], []), id="closed"),
    pytest.param(people("judge", verdict="relevant"), ([], [], []), id="judged"),
    pytest.param(people("assign", to="Bert"), ([], [], []), id="assigned"),
    pytest.param(people("assign", to=""), STEP_BY_STEP, id="assigned to nobody"),
    pytest.param(people("snooze", until=NOON + timedelta(hours=1)), ([], [], []), id="snoozed"),
    pytest.param(acked_and_undone, STEP_BY_STEP, id="acknowledged and undone"),
    pytest.param(silenced, ([], [], []), id="silenced"),
    pytest.param(told_again, ([], FIRST, SECOND), id="acknowledged, then a development"),
]


@pytest.mark.parametrize(("doing", "expected"), DOINGS)
def test_who_is_told_while_nobody_takes_care_of_an_urgent_alert(
    urgent: Harness,
    doing: Callable[[Harness, datetime], object] | None,
    expected: tuple[list[tuple[str, int]], ...],
) -> None:
    urgent.decide(match())
    if doing:
        doing(urgent, NOON + timedelta(minutes=5))
    assert tuple(escalate(urgent, minute) for minute in (11, 21, 31)) == expected


@pytest.mark.parametrize(
    ("kind", "severity", "steps"),
    [
        ("new_story", "urgent", 2),
        ("update", "urgent", 2),
        ("correction", "urgent", 2),
        ("new_coverage", "urgent", 0),
        ("retraction", "urgent", 0),
        ("new_story", "high", 0),
    ],
)
def test_what_is_new_in_an_urgent_alert_is_escalated(kind: str, severity: str, steps: int) -> None:
    chosen = RouteDefinition({}, ("desk",), PLACE, escalate=STEPS)
    assert len(escalation_steps(kind, severity, chosen, NOON)) == steps


def test_an_escalation_repeats_the_message_under_a_new_id_and_is_announced(
    urgent: Harness,
) -> None:
    urgent.decide(match())
    escalate(urgent, 11)
    (first, _), (second, delivery) = sorted(urgent.notifications(), key=lambda n: n[0].escalation)
    told, repeated = json.loads(first.body), json.loads(second.body)
    assert (told["escalation"], repeated["escalation"]) == (0, 1)
    changed = {key for key in told if told[key] != repeated[key]}
    assert changed == {"id", "escalation"}
    assert (second.receiver, delivery.next_attempt_at) == ("phone", NOON + timedelta(minutes=11))
    event = urgent.events()[-1]
    assert (event.event, event.reason_code) == ("updated", "escalated")
    assert (event.notification_id, event.target) == (second.id, "phone")
    assert find_misnamed(urgent) == []


def test_an_article_of_two_urgent_topics_is_escalated_in_one_message(urgent: Harness) -> None:
    other = topic(id="trade", title="Trade", alert=AlertPolicy("urgent"))
    urgent.set_topics(*urgent.catalog.topics, other)
    urgent.decide(match(), match(topic="trade"))
    assert set(escalate(urgent, 11)) == {("phone", 1)}
    bodies = {n.id: json.loads(n.body) for n, _ in urgent.notifications() if n.escalation}
    assert [[t["id"] for t in body["topics"]] for body in bodies.values()] == [
        ["nato-membership", "trade"]
    ]


def test_an_escalation_goes_out_in_quiet_hours_and_does_not_count_for_the_cap(
    urgent: Harness,
) -> None:
    always = parse_hours("mon-sun 00:00-23:59")
    assert always is not None
    route(urgent, quiet_hours=WeeklyHours((always,), "UTC"), max_per_hour=1)
    urgent.decide(match())
    assert escalate(urgent, 21) == SECOND
    assert all(delivery.held_until is None for _, delivery in urgent.notifications())
    with urgent.store.read() as connection:
        counts = [
            notification_items.count_sent(connection, name, "nato-membership", since=NOON)
            for name in ("desk", "phone", "boss")
        ]
    assert counts == [1, 0, 0]


def test_steps_stay_as_they_were_planned_when_the_file_changes(urgent: Harness) -> None:
    urgent.decide(match())
    later = EscalationStep(timedelta(hours=5), ("desk",))
    route(urgent, escalate=(later,))
    assert escalate(urgent, 21) == SECOND


def test_a_receiver_that_is_gone_is_replaced_by_its_successor_or_the_console(
    urgent: Harness,
) -> None:
    urgent.decide(match())
    mobile = ReceiverDefinition("mobile", "console", {}, {}, PLACE, was="phone")
    urgent.catalog = replace(urgent.catalog, alerts=AlertsDefinition(receivers=(mobile,)))
    assert escalate(urgent, 11) == [("mobile", 1)]
    urgent.catalog = replace(urgent.catalog, alerts=AlertsDefinition())
    assert escalate(urgent, 21) == [("mobile", 1), ("console", 2)]


def test_a_development_while_nobody_has_answered_does_not_start_again(urgent: Harness) -> None:
    urgent.decide(match())
    urgent.advance(minutes=5)
    times: dict[str, Any] = dict.fromkeys(("first_seen_at", "fetched_at"), urgent.now)
    urgent.decide(match("https://bote.example.org/haefen", **DEATHS, **times))
    assert escalate(urgent, 21) == SECOND
    repeated = [json.loads(n.body) for n, _ in urgent.notifications() if n.escalation]
    assert {(body["kind"], body["story"]["development"]) for body in repeated} == {
        ("update", DEATHS["title"])
    }


def test_a_message_that_is_withdrawn_before_it_goes_out_is_not_escalated(urgent: Harness) -> None:
    route(urgent, group_wait=timedelta(seconds=90))
    urgent.decide(match())
    with urgent.store.write() as connection:
        silences.add_silence(
            connection, {"topic": "nato-*"}, reason="drill", author="Anna", now=NOON,
            until=NOON + timedelta(minutes=3),
        )  # fmt: skip
    urgent.advance(seconds=30)
    assert urgent.dispatcher().run_once(attempt_all_due=False)["pending"] == 0
    assert escalate(urgent, 21) == []


def test_a_restart_changes_nothing(urgent: Harness, tmp_path: Path) -> None:
    urgent.decide(match())
    [alert] = urgent.alerts()
    with open_harness(tmp_path, database_url=urgent.settings.database_url) as restarted:
        restarted.catalog = urgent.catalog
        assert escalate(restarted, 11) == FIRST
        with restarted.store.write() as connection:
            actions.ack(connection, [alert.id], by="Anna", at=NOON + timedelta(minutes=12))
    assert escalate(urgent, 21) == FIRST


@ON_EVERY_DATABASE
def test_two_instances_escalate_once(urgent: Harness) -> None:
    urgent.decide(match())
    now, alerts = NOON + timedelta(minutes=21), urgent.catalog.alerts
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: escalate_due(urgent.store, alerts, now), range(2)))
    assert sent(urgent) == SECOND
    assert [e.reason_code for e in urgent.events()].count("escalated") == 3


@ON_EVERY_DATABASE
def test_an_acknowledgement_while_a_step_is_taken_comes_before_it_or_after_it(
    urgent: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The acknowledgement has locked the alert when the step is found due: it wins."""
    urgent.decide(match())
    found, acked = Event(), Event()
    load = escalations.find_due_alerts

    def find(connection: Connection, now: datetime, *, limit: int) -> list[str]:
        due = load(connection, now, limit=limit)
        found.set()
        acked.wait(10)
        return due

    monkeypatch.setattr(escalations, "find_due_alerts", find)
    now = NOON + timedelta(minutes=11)
    with ThreadPoolExecutor(1) as pool:
        step = pool.submit(escalate_due, urgent.store, urgent.catalog.alerts, now)
        assert found.wait(10)
        [alert] = urgent.alerts()
        with urgent.store.write() as connection:
            actions.ack(connection, [alert.id], by="Anna", at=now)
            acked.set()
        step.result(10)
    assert sent(urgent) == []
    with urgent.store.read() as connection:
        rows = escalations.load_escalations(connection, alert.id)
    assert [(row.state, row.ended_code) for row in rows] == [("stopped", "acked")] * 2


def test_the_dispatcher_sends_a_step_that_is_due(urgent: Harness) -> None:
    consoles = tuple(
        ReceiverDefinition(n, "console", {}, {}, PLACE) for n in ("desk", "phone", "boss")
    )
    alerts = replace(urgent.catalog.alerts, receivers=consoles)
    urgent.catalog = replace(urgent.catalog, alerts=alerts)
    urgent.decide(match())
    assert urgent.dispatcher().run_once()["delivered"] == 1
    urgent.advance(minutes=11)
    assert urgent.dispatcher().run_once()["delivered"] == 1
    *_, escalated, delivered = urgent.events()
    assert (escalated.reason_code, escalated.target) == ("escalated", "phone")
    assert delivered.event == "notification_delivered"
    assert delivered.notification_id == escalated.notification_id

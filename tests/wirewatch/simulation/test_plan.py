"""Routes, digests, quiet hours and escalation on the simulated clock."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli_installation import TOPIC, new_installation
from tests.wirewatch.simulation.lines import (
    line,
    referendum,
    simulate,
)

pytestmark = pytest.mark.slow

URGENT_TOPIC = f"{TOPIC}alert: {{severity: urgent}}\n"


def test_messages_go_to_the_receivers_of_the_first_route_that_matches(tmp_path: Path) -> None:
    installation = new_installation(tmp_path)
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    hook = {"kind": "webhook", "url": "http://127.0.0.1:1/hook"}
    routes = [
        {"match": {"country": "DE"}, "receivers": ["desk", "night"]},
        {"receivers": ["console"]},
    ]
    receivers = [hook | {"id": "desk"}, hook | {"id": "night"}]
    installation.write("alerts.yaml", json.dumps({"receivers": receivers, "routes": routes}))
    report = simulate(
        installation,
        line("kurier.example/oslo", "09:00"),
        referendum("fremd.example/wien", "09:10", country="AT"),
    )
    assert [(m["receivers"], m["urls"]) for m in report["messages"]] == [
        (["desk"], ["https://kurier.example/oslo"]),
        (["night"], ["https://kurier.example/oslo"]),
        (["console"], ["https://fremd.example/wien"]),
    ]


def test_digests_hours_of_duty_and_inhibition_follow_the_simulated_clock(tmp_path: Path) -> None:
    installation = new_installation(tmp_path)
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    installation.write(
        "topics/harbours.yaml", "id: harbours\ntitle: Harbours\nquery: Häfen\nlanguages: [de]"
    )
    digest = {"id": "noon", "receivers": ["console"], "cron": "0 12 * * *", "empty": "skip"}
    installation.write(
        "alerts.yaml",
        json.dumps(
            {
                "time_zone": "UTC",
                "digests": [digest],
                "inhibit": [{"source": {"topic": "nato-*"}, "target": {"topic": "harbours"}}],
                "routes": [
                    {"match": {"topic": "*"}, "active": "06-10", "digest": "noon"},
                    {"receivers": ["console"]},
                ],
            }
        ),
    )
    report = simulate(
        installation,
        line("kurier.example/oslo", "09:00"),
        referendum("kurier.example/wien", "11:00"),
    )
    assert [(m["at"], m["kind"], m["held_until"]) for m in report["messages"]] == [
        ("2026-11-22T11:01:30Z", "new_story", None),
        ("2026-11-22T12:00:00Z", "digest", None),
    ]
    digest = report["messages"][1]
    assert (digest["digest"], len(digest["items"])) == ("scheduled", 2)
    assert {d["reason_code"] for d in report["decisions"]} == {"new_story", "inhibited"}


def test_what_quiet_hours_hold_is_one_message_with_the_time_until_which_it_is_held(
    tmp_path: Path,
) -> None:
    installation = new_installation(tmp_path)
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    quiet = {"time_zone": "UTC", "quiet_hours": "08:00-11:00"}
    installation.write("alerts.yaml", json.dumps(quiet))
    report = simulate(
        installation,
        line("kurier.example/oslo", "09:00"),
        referendum("bote.example/wien", "10:00"),
    )
    [message] = report["messages"]
    assert (message["kind"], message["topic"], message["story"]) == ("digest", None, None)
    assert (message["at"], message["held_until"]) == (
        "2026-11-22T09:00:00Z",
        "2026-11-22T11:00:00Z",
    )
    assert message["urls"] == ["https://kurier.example/oslo", "https://bote.example/wien"]


def test_nobody_acknowledges_so_each_step_of_an_escalation_is_a_message(tmp_path: Path) -> None:
    installation = new_installation(tmp_path, URGENT_TOPIC)
    installation.write_sources(kurier="http://127.0.0.1:1/feed.xml")
    receivers = "[{id: phone, kind: webhook, url: 'http://127.0.0.1:1/'}]"
    steps = "[{after: 10m, receivers: [phone]}, {after: 20m, receivers: [console, phone]}]"
    installation.write(
        "alerts.yaml",
        f"{{receivers: {receivers}, routes: [{{receivers: [console], escalate: {steps}}}]}}",
    )
    report = simulate(installation, line("kurier.example/oslo", "09:00"))
    assert [(m["at"][11:], m["receivers"], m.get("escalation")) for m in report["messages"]] == [
        ("09:01:30Z", ["console"], None),
        ("09:11:30Z", ["phone"], 1),
        ("09:21:30Z", ["console"], 2),
        ("09:21:30Z", ["phone"], 2),
    ]
    assert {m["kind"] for m in report["messages"]} == {"new_story"}

"""What waits is visible in the API and in the summary of a run, with its reason."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from config.i18n import Phrase
from core.store.targets import TargetState, save_target
from tests.support.console import Console, add_story
from tests.support.stories import add_held
from wirewatch.run.once import describe_broken
from wirewatch.run.summary import Summary


def test_held_messages_are_listed_with_their_reason(console: Console, now: datetime) -> None:
    alert_id, until = add_story(console.store, "held", now), now + timedelta(hours=7)
    with console.store.write() as connection:
        add_held(connection, alert_id, "night", now, until)
    [held] = json.loads(console.page("/api/v1/held"))["held"]
    assert (held["alert_id"], held["receiver"], held["kind"]) == (alert_id, "night", "new_story")
    assert (held["reason_code"], held["reason"][:4]) == ("quiet_hours", "Held")
    assert datetime.fromisoformat(held["held_until"]) == until
    assert json.loads(console.page(f"/api/v1/stories/{alert_id}"))["held"] == [held]
    assert json.loads(console.page("/api/v1/held?topic=rail"))["held"] == []


def test_broken_targets_are_listed_with_their_reason(console: Console, now: datetime) -> None:
    reason = Phrase("delivery.http_answer", status=403, answer="no").dump()
    state = TargetState("desk", "https://desk.example", now, broken_since=now, reason=reason)
    with console.store.write() as connection:
        save_target(connection, state)
    [broken] = json.loads(console.page("/api/v1/targets/broken"))["broken"]
    assert (broken["receiver"], broken["waiting"]) == ("desk", 0)
    assert broken["reason"] == "HTTP 403: no"
    assert datetime.fromisoformat(broken["since"]) == now
    summary = Summary(broken_targets=[describe_broken(state, 3)])
    line = "broken      desk (https://desk.example) since 2026-11-22T12:00:00"
    assert line in summary.as_text()
    assert summary.as_json()["broken_targets"][0].endswith("3 waiting: HTTP 403: no")


def test_a_summary_says_that_no_feed_could_be_read() -> None:
    assert "none could be read" not in Summary().as_text()
    summary = Summary(feeds={"polled": 2, "not_modified": 0, "failed": 2})
    assert "2 polled, 0 not modified, 2 failed: none could be read" in summary.as_text()

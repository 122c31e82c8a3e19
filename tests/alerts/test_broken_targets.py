"""Targets that break and come back, with real servers, on both databases and in two processes."""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.store import claims, notification_items, targets
from core.store import deliveries as delivery_store
from core.store.targets import TargetState
from tests.alerts.harness import NOON, Harness, match, open_harness, webhook
from tests.support import fork_server
from tests.support.faultserver import FaultServer, reply
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = pytest.mark.slow


def decide(harness: Harness, *numbers: int) -> None:
    """Open alerts about articles that share no word."""
    for number in numbers:
        url = f"https://kurier.example.org/{number}"
        text = f"Ganz{number * 104729} anderes{number}."
        harness.decide(match(url, title=f"Nummer{number}", text=text))
        harness.advance(seconds=1)


def titles(faults: FaultServer, path: str) -> list[str]:
    return [json.loads(r.body)["story"]["title"] for r in faults.requests_to(path)]


def broken(harness: Harness) -> list[tuple[TargetState, int]]:
    with harness.store.read() as connection:
        return targets.list_broken(connection)


def system_messages(harness: Harness) -> list[tuple[str, str]]:
    """Return receiver and state of each message of the system."""
    with harness.store.read() as connection:
        query = delivery_store.notifications.select().where(
            delivery_store.notifications.c.kind == "system"
        )
        alerts = {row["alert_id"] for row in connection.execute(query).mappings()}
        return sorted(
            (notification.receiver, delivery.state)
            for alert in alerts
            for notification, each in notification_items.load_notifications(connection, alert)
            for delivery in each
        )


def run_until(harness: Harness, *, minutes: float) -> None:
    """Deliver what is due by the clock, each time that something is."""
    end = harness.now + timedelta(minutes=minutes)
    while (due := next_due(harness)) is not None and due < end:
        harness.now = max(harness.now, due)
        harness.dispatcher().run_once(attempt_all_due=False)
    harness.now = end


def next_due(harness: Harness) -> datetime | None:
    """Return when the next attempt can be made; None where nothing waits."""
    waiting = [d for _, d in harness.notifications() if d.state in ("pending", "unknown")]
    with harness.store.write() as connection:
        states = [targets.load_target(connection, d.receiver, d.target, now=NOON) for d in waiting]
        fresh = claims.next_due_time(connection)
    times = [
        max(d.next_attempt_at, state.probe_at or NOON)
        for d, state in zip(waiting, states, strict=True)
    ]
    is_system_waiting = fresh is not None and any(
        s == "pending" for _, s in system_messages(harness)
    )
    return fresh if is_system_waiting else min(times, default=None)


@ON_EVERY_DATABASE
def test_after_two_hours_of_404_the_target_is_broken_and_said_once_through_another_receiver(
    harness: Harness, faults: FaultServer
) -> None:
    harness.set_receivers(
        webhook(faults.on("/desk", reply(b"no route", 404)), name="desk", owner="Ada"),
        webhook(faults.on("/other", reply()), name="other"),
    )
    decide(harness, 1)
    run_until(harness, minutes=115)
    assert broken(harness) == []
    with capture_logs() as lines:
        run_until(harness, minutes=400)
    [(state, waiting)] = broken(harness)
    assert (state.receiver, waiting) == ("desk", 1)
    assert [line["receiver"] for line in lines if line["event"] == "target_broken"] == ["desk"]
    assert system_messages(harness) == [("console", "delivered"), ("other", "delivered")]
    message = json.loads(faults.requests_to("/other")[-1].body)
    assert message["kind"] == "system"
    end = "Last answer: HTTP 404: no route The receiver belongs to Ada."
    assert message["reason"].endswith(end)
    assert message["reason_code"] == "target_broken"
    assert message["console_url"] == "http://127.0.0.1:8080/deliveries"
    assert message["topic"] is None
    assert message["topics"] == []
    assert [e for e in harness.events() if e.alert_id == message["alert_id"]] == []


@ON_EVERY_DATABASE
def test_what_waited_goes_out_after_the_probe_when_a_broken_target_is_back(
    harness: Harness, faults: FaultServer
) -> None:
    harness.set_receivers(webhook(faults.on("/desk", reply(status=403))))
    decide(harness, 1)
    run_until(harness, minutes=130)
    decide(harness, 2, 3)
    run_until(harness, minutes=500)
    [(state, waiting)] = broken(harness)
    assert (state.is_broken, waiting) == (True, 3)
    assert set(titles(faults, "/desk")) == {"Nummer1"}  # the oldest is the probe
    attempts = len(faults.requests_to("/desk"))
    faults.on("/desk", reply())
    run_until(harness, minutes=65)
    probe, digest = (json.loads(r.body) for r in faults.requests_to("/desk")[attempts:])
    assert probe["story"]["title"] == "Nummer1"
    assert [item["story"]["title"] for item in digest["items"]] == ["Nummer2", "Nummer3"]
    assert broken(harness) == []
    assert {d.state for _, d in harness.notifications()} == {"delivered"}


def test_a_broken_target_is_probed_less_and_less_often(
    harness: Harness, faults: FaultServer
) -> None:
    harness.set_receivers(webhook(faults.on("/desk", reply(status=410))))
    decide(harness, *range(4))
    run_until(harness, minutes=130)
    [(state, _)] = broken(harness)
    before = len(faults.requests_to("/desk"))
    assert state.broken_since is not None
    run_until(harness, minutes=600)
    assert 9 <= len(faults.requests_to("/desk")) - before <= 14


def test_five_rejected_messages_break_the_target_and_the_next_ones_wait(
    harness: Harness, faults: FaultServer
) -> None:
    harness.set_receivers(webhook(faults.on("/desk", reply(status=422))))
    decide(harness, *range(8))
    assert harness.dispatcher().run_once() == {"delivered": 1, "failed": 5, "pending": 3, "held": 0}
    [(state, waiting)] = broken(harness)
    assert (state.rejects_everything, waiting) == (True, 3)
    assert system_messages(harness) == [("console", "delivered")]
    faults.on("/desk", reply())
    assert harness.dispatcher().run_once() == {"delivered": 3, "failed": 0, "pending": 0, "held": 0}
    assert broken(harness) == []


def test_one_rejected_message_fails_alone(harness: Harness, faults: FaultServer) -> None:
    answers = [200, 413, 200]
    harness.set_receivers(webhook(faults.on("/desk", lambda e: e.reply(status=answers.pop(0)))))
    decide(harness, 1, 2, 3)
    assert harness.dispatcher().run_once() == {"delivered": 2, "failed": 1, "pending": 0, "held": 0}
    assert [d.state for _, d in harness.notifications()].count("failed") == 1
    assert broken(harness) == []


def test_run_once_counts_the_two_hours_over_runs_and_then_makes_one_probe_each(
    harness: Harness, faults: FaultServer
) -> None:
    harness.set_receivers(webhook(faults.on("/desk", reply(status=401))))
    decide(harness, 1, 2, 3)
    harness.dispatcher().run_once()
    assert len(faults.requests_to("/desk")) == 3
    harness.advance(hours=2)
    assert harness.dispatcher().run_once()["pending"] == 3
    assert len(faults.requests_to("/desk")) == 4
    assert [state.receiver for state, _ in broken(harness)] == ["desk"]
    harness.advance(minutes=1)
    harness.dispatcher().run_once()
    assert len(faults.requests_to("/desk")) == 5
    faults.on("/desk", reply())
    assert harness.dispatcher().run_once() == {"delivered": 2, "failed": 0, "pending": 0, "held": 0}
    probe, digest = (json.loads(r.body) for r in faults.requests_to("/desk")[5:])
    assert (probe["story"]["title"], len(digest["items"])) == ("Nummer1", 2)


@ON_EVERY_DATABASE
def test_while_a_target_is_paused_no_process_makes_an_attempt_at_it(
    tmp_path: Path, database_url: str, faults: FaultServer
) -> None:
    with (
        open_harness(tmp_path, database_url=database_url) as one,
        open_harness(tmp_path, database_url=database_url) as two,
    ):
        for harness in (one, two):
            harness.set_receivers(webhook(faults.on("/desk", reply(status=503))))
        decide(one, *range(9))
        two.now = one.now
        one.dispatcher().run_once(attempt_all_due=False)
        assert len(faults.requests_to("/desk")) == 5
        two.dispatcher().run_once(attempt_all_due=False)
        assert len(faults.requests_to("/desk")) == 5
        two.advance(seconds=2.1)
        faults.on("/desk", reply())
        assert two.dispatcher().run_once(attempt_all_due=False)["delivered"] == 9


@ON_EVERY_DATABASE
def test_processes_share_the_rate_limit_of_a_target(
    tmp_path: Path, database_url: str, faults: FaultServer
) -> None:
    with (
        open_harness(tmp_path, database_url=database_url) as one,
        open_harness(tmp_path, database_url=database_url) as two,
    ):
        for harness in (one, two):
            harness.set_receivers(webhook(faults.on("/desk", reply()), max_per_minute=6))
        decide(one, *range(6))
        two.now = one.now
        assert one.dispatcher(patience=0.1).run_once()["delivered"] == 3
        assert two.dispatcher(patience=0.1).run_once() == {
            "delivered": 0,
            "failed": 0,
            "pending": 3,
            "held": 0,
        }
        two.advance(seconds=10)
        assert two.dispatcher(patience=0.1).run_once()["delivered"] == 1
        two.advance(seconds=20)
        assert two.dispatcher(patience=0.1).run_once()["delivered"] == 2


def test_what_waits_goes_to_the_successor_of_a_renamed_receiver(
    harness: Harness, faults: FaultServer
) -> None:
    harness.set_receivers(webhook(faults.on("/old", reply(status=503))))
    decide(harness, *range(6))
    harness.dispatcher().run_once()
    harness.set_receivers(webhook(faults.on("/new", reply()), name="newsroom", was="desk"))
    assert harness.dispatcher().run_once(attempt_all_due=False)["delivered"] == 0  # not due yet
    harness.advance(seconds=30)
    assert harness.dispatcher().run_once(attempt_all_due=False)["delivered"] == 6
    ids = {r.header("webhook-id") for r in faults.requests_to("/old")}
    assert {r.header("webhook-id") for r in faults.requests_to("/new")} == ids
    assert {d.receiver for _, d in harness.notifications()} == {"newsroom"}


def test_a_receiver_that_still_exists_keeps_what_waits_for_it(
    harness: Harness, faults: FaultServer
) -> None:
    old, new = faults.on("/old", reply()), faults.on("/new", reply())
    harness.set_receivers(webhook(old))
    decide(harness, 1)
    harness.set_receivers(webhook(old), webhook(new, name="newsroom", was="desk"))
    assert harness.dispatcher().run_once()["delivered"] == 1
    assert len(faults.requests_to("/old")) == 1


def break_target() -> None:
    """Deliver to the webhook that the command line names, two hours after it began to refuse."""
    folder, database_url, url = sys.argv[1:]
    with open_harness(Path(folder), database_url=database_url) as harness:
        harness.set_receivers(webhook(url))
        harness.advance(hours=3)
        harness.dispatcher().run_once()


@pytest.mark.processes
@ON_EVERY_DATABASE
def test_if_killed_before_a_broken_target_is_saved_it_is_marked_and_said_once_by_the_next(
    harness: Harness, faults: FaultServer
) -> None:
    url = faults.on("/desk", reply(status=404))
    harness.set_receivers(webhook(url))
    decide(harness, 1)
    harness.dispatcher().run_once()
    faults.on("/desk", lambda e: e.wait(20))
    settings = harness.settings
    where = [str(settings.data_dir), settings.database_location, url]
    child = fork_server.start(where, main=f"{__name__}:break_target")
    try:
        while len(faults.requests_to("/desk")) < 2:
            assert child.poll() is None
            time.sleep(0.02)
    finally:
        child.kill()
        child.communicate()
    assert (broken(harness), system_messages(harness)) == ([], [])
    faults.on("/desk", reply(status=404))
    harness.advance(hours=3)
    for _ in range(2):
        harness.dispatcher().run_once()
    [(state, waiting)] = broken(harness)
    assert (state.receiver, waiting) == ("desk", 1)
    assert system_messages(harness) == [("console", "delivered")]

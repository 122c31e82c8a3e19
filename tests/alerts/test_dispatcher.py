from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from alerts.receivers import Receipt
from config.errors import StoreError, StoreRefusedError
from core.messages import Match
from core.store import claims
from core.store import deliveries as delivery_store
from tests.alerts.harness import OTHER_TEXT, Harness, match, open_harness, webhook
from tests.support import fork_server
from tests.support.faultserver import Exchange, FaultServer, reply
from tests.support.fork_server import ForkedProcess
from tests.support.postgres import ON_EVERY_DATABASE


def other_story(number: int) -> Match:
    """A match on an article that shares no word with those of other numbers."""
    return match(
        f"https://kurier.example.org/{number}",
        title=f"Nummer{number * 7919}",
        text=f"Ganz{number * 104729} anderes{number}.",
    )


def test_each_notification_is_logged_as_one_readable_line(harness: Harness) -> None:
    harness.decide(match(title="Oslo\x1b[2J zieht\nAusbau vor"))
    with capture_logs() as lines:
        assert harness.dispatcher().run_once()["delivered"] == 1
    [line] = [entry for entry in lines if entry["event"] == "notification"]
    assert line["title"] == "Oslo[2J zieht Ausbau vor"
    assert (line["topic"], line["outlet"]) == ("nato-membership", "kurier")
    assert "possible_repeat" not in line


def test_the_log_line_of_a_possible_repeat_says_so(harness: Harness) -> None:
    harness.decide(match())
    harness.advance(minutes=2)  # the group wait is over
    with harness.store.write() as connection:
        due = claims.find_due(connection, harness.me, now=harness.now, limit=5)
        claims.claim(connection, due, harness.me, now=harness.now, ttl=timedelta(seconds=1))
    harness.advance(seconds=2)
    with capture_logs() as lines:
        assert harness.dispatcher().run_once()["delivered"] == 1
    assert [entry["possible_repeat"] for entry in lines if entry["event"] == "notification"] == [
        True
    ]


def test_a_requested_wait_is_respected_even_where_backoff_is_ignored(
    harness: Harness, faults: FaultServer
) -> None:
    busy = reply(status=429, retry_after="300")
    harness.set_receivers(webhook(faults.on("/a", busy), name="a"))
    harness.decide(match())
    for seconds in (0, 200):
        harness.advance(seconds=seconds)
        assert harness.dispatcher().run_once() == {
            "delivered": 0,
            "failed": 0,
            "pending": 1,
            "held": 0,
        }
    assert len(faults.requests_to("/a")) == 1
    faults.on("/a", reply())
    harness.advance(seconds=101)
    assert harness.dispatcher().run_once() == {"delivered": 1, "failed": 0, "pending": 0, "held": 0}


def test_every_receiver_of_a_route_gets_a_notification_of_its_own(
    harness: Harness, faults: FaultServer
) -> None:
    harness.set_receivers(
        webhook(faults.on("/a", reply(status=500)), name="a"),
        webhook(faults.on("/b", reply()), name="b"),
    )
    harness.decide(match())
    assert harness.dispatcher().run_once() == {"delivered": 1, "failed": 0, "pending": 1, "held": 0}
    a, b = harness.notifications()
    assert (a[0].receiver, a[1].state) == ("a", "pending")
    assert (b[0].receiver, b[1].state) == ("b", "delivered")
    assert a[0].id != b[0].id
    assert f'"id":"{a[0].id}"' in a[0].body


@ON_EVERY_DATABASE
def test_run_once_makes_one_attempt_at_each_delivery(harness: Harness, faults: FaultServer) -> None:
    harness.set_receivers(webhook(faults.on("/hook", reply(status=503))))
    for number in range(9):
        harness.decide(other_story(number))
    assert len(harness.notifications()) == 9
    assert harness.dispatcher().run_once() == {"delivered": 0, "failed": 0, "pending": 9, "held": 0}
    assert len(faults.requests_to("/hook")) == 9


def test_a_delivery_to_a_receiver_that_was_removed_waits_and_is_given_up_in_the_end(
    harness: Harness, faults: FaultServer
) -> None:
    harness.set_receivers(webhook(faults.on("/hook", reply())))
    harness.decide(match())
    harness.set_receivers(webhook(faults.on("/hook", reply()), name="other"))
    assert harness.dispatcher().run_once() == {"delivered": 0, "failed": 0, "pending": 1, "held": 0}
    assert harness.last_error() == "The receiver desk is no longer in alerts.yaml."
    harness.advance(hours=6)
    assert harness.dispatcher().run_once()["failed"] == 1
    assert faults.requests_to("/hook") == []


def test_a_receiver_that_crashes_does_not_stop_the_others(
    harness: Harness, faults: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> Receipt:
        raise RuntimeError("a bug")

    monkeypatch.setattr("alerts.receivers.console.ConsoleReceiver.notify", broken)
    harness.set_receivers(webhook(faults.on("/hook", reply())))
    harness.decide(match())
    harness.set_receivers()
    harness.catalog = type(harness.catalog)((), harness.catalog.topics)
    harness.decide(match("https://bote.example.org/x", title="Feuer in Lissabon", text=OTHER_TEXT))
    harness.set_receivers(webhook(faults.on("/hook", reply())))
    assert harness.dispatcher().run_once() == {"delivered": 1, "failed": 0, "pending": 1, "held": 0}


@pytest.mark.slow
@ON_EVERY_DATABASE
def test_two_dispatchers_together_deliver_everything_once(
    tmp_path: Path, database_url: str, faults: FaultServer
) -> None:
    def slowly(exchange: Exchange) -> bool:
        exchange.wait(0.05)
        return exchange.reply()

    with (
        open_harness(tmp_path, database_url=database_url) as one,
        open_harness(tmp_path, database_url=database_url) as two,
    ):
        for harness in (one, two):
            harness.set_receivers(webhook(faults.on("/hook", slowly)))
        for number in range(12):
            one.decide(other_story(number))
        results: list[dict[str, int]] = []
        threads = [
            threading.Thread(
                target=lambda s=s: results.append(s.dispatcher(patience=30.0).run_once())
            )
            for s in (one, two)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(r["delivered"] for r in results) == 12
        assert [r["pending"] for r in results] == [0, 0]
        assert len(faults.requests_to("/hook")) == 12
        assert len({r.header("webhook-id") for r in faults.requests_to("/hook")}) == 12


@ON_EVERY_DATABASE
def test_a_running_dispatcher_finds_new_deliveries_until_it_is_stopped(
    harness: Harness, faults: FaultServer
) -> None:
    notified = threading.Event()

    def accept(exchange: Exchange) -> bool:
        notified.set()
        return exchange.reply()

    harness.set_receivers(webhook(faults.on("/hook", accept)))
    stop = threading.Event()
    thread = threading.Thread(target=harness.dispatcher().run, args=(stop,))
    thread.start()
    try:
        harness.decide(match())
        assert notified.wait(20)
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()
    assert harness.notifications()[0][1].state == "delivered"


def test_an_attempt_that_is_being_made_is_finished_before_it_stops(
    harness: Harness, faults: FaultServer
) -> None:
    received, release = threading.Event(), threading.Event()

    def slow(exchange: Exchange) -> bool:
        received.set()
        release.wait(20)
        return exchange.reply()

    harness.set_receivers(webhook(faults.on("/hook", slow)))
    harness.decide(match())
    stop = threading.Event()
    thread = threading.Thread(target=harness.dispatcher().run, args=(stop,))
    thread.start()
    assert received.wait(20)
    stop.set()
    release.set()
    thread.join(20)
    assert harness.notifications()[0][1].state == "delivered"


def send_once() -> None:
    """Send what is due on the store and to the webhook that the command line names."""
    folder, database_url, url = sys.argv[1:]
    with open_harness(Path(folder), database_url=database_url) as harness:
        harness.set_receivers(webhook(url))
        harness.dispatcher().run_once()


def _sender(harness: Harness, url: str) -> ForkedProcess:
    settings = harness.settings
    where = [str(settings.data_dir), settings.database_location, url]
    return fork_server.start(where, main=f"{__name__}:send_once")


@pytest.mark.processes
@ON_EVERY_DATABASE
def test_if_killed_before_the_outcome_is_saved_the_message_is_sent_again_with_the_same_id(
    harness: Harness, faults: FaultServer
) -> None:
    received = threading.Event()

    def hold(exchange: Exchange) -> bool:
        received.set()
        exchange.wait(10)
        return False

    url = faults.on("/hook", hold)
    harness.set_receivers(webhook(url))
    harness.decide(match())
    child = _sender(harness, url)
    try:
        assert received.wait(20)
    finally:
        child.kill()
        child.communicate()
    assert harness.notifications()[0][1].state == "sending"
    faults.on("/hook", reply())
    assert harness.dispatcher().run_once(attempt_all_due=False)["delivered"] == 1
    first, second = faults.requests_to("/hook")
    assert first.body == second.body
    assert first.header("webhook-id") == second.header("webhook-id")
    assert harness.notifications()[0][1].possible_repeat


@pytest.mark.processes
@ON_EVERY_DATABASE
def test_a_kill_repeats_at_most_one_message_per_target(
    harness: Harness, faults: FaultServer
) -> None:
    received = threading.Event()

    def third_hangs(exchange: Exchange) -> bool:
        if len(faults.requests_to("/hook")) < 3:
            return exchange.reply()
        received.set()
        exchange.wait(10)
        return False

    url = faults.on("/hook", third_hangs)
    harness.set_receivers(webhook(url))
    for number in range(8):
        harness.decide(other_story(number))
    child = _sender(harness, url)
    try:
        assert received.wait(20)
    finally:
        child.kill()
        child.communicate()
    faults.on("/hook", reply())
    assert harness.dispatcher().run_once() == {"delivered": 6, "failed": 0, "pending": 0, "held": 0}
    received_ids = Counter(request.header("webhook-id") for request in faults.requests_to("/hook"))
    assert sorted(received_ids.values()) == [1] * 7 + [2]


def test_different_targets_are_notified_concurrently(harness: Harness, faults: FaultServer) -> None:
    both = threading.Barrier(2, timeout=10)

    def wait_for_the_other(exchange: Exchange) -> bool:
        both.wait()
        return exchange.reply()

    harness.set_receivers(
        webhook(faults.on("/a", wait_for_the_other), name="a"),
        webhook(faults.on("/b", wait_for_the_other), name="b"),
    )
    harness.decide(match())
    assert harness.dispatcher().run_once() == {"delivered": 2, "failed": 0, "pending": 0, "held": 0}


@pytest.mark.slow
@ON_EVERY_DATABASE
def test_a_delivery_that_a_living_process_sends_is_not_taken_until_its_lease_ends(
    tmp_path: Path, database_url: str, faults: FaultServer
) -> None:
    with (
        open_harness(tmp_path, database_url=database_url) as one,
        open_harness(tmp_path, database_url=database_url) as two,
    ):
        for harness in (one, two):
            harness.set_receivers(webhook(faults.on("/hook", reply())))
        one.decide(match())
        with one.store.write() as connection:
            due = claims.find_due(connection, one.me, now=one.now, limit=5)
            [claimed] = claims.claim(
                connection, due, one.me, now=one.now, ttl=timedelta(seconds=40)
            )
        assert two.dispatcher().run_once() == {"delivered": 0, "failed": 0, "pending": 1, "held": 0}
        two.advance(seconds=41)
        assert two.dispatcher().run_once()["delivered"] == 1
        with one.store.write() as connection:
            saved = claims.finish(connection, claimed.delivery, state="failed", now=one.now)
        assert not saved
        assert two.notifications()[0][1].state == "delivered"


@pytest.mark.slow
def test_an_outcome_is_saved_once_the_store_is_back_and_nothing_is_sent_twice(
    harness: Harness, faults: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.set_receivers(webhook(faults.on("/hook", reply())))
    harness.decide(match())
    finish, tries = claims.finish, []

    def unavailable_at_first(*args: Any, **values: Any) -> bool:
        tries.append(values["state"])
        if len(tries) < 3:
            raise StoreError("The store is unavailable.")
        return finish(*args, **values)

    monkeypatch.setattr(claims, "finish", unavailable_at_first)
    assert harness.dispatcher().run_once() == {"delivered": 1, "failed": 0, "pending": 0, "held": 0}
    assert tries == ["delivered"] * 3
    assert len(faults.requests_to("/hook")) == 1


def test_an_outcome_that_the_store_can_never_save_is_raised_at_once(
    harness: Harness, faults: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> bool:
        raise StoreRefusedError("no")

    harness.set_receivers(webhook(faults.on("/hook", reply())))
    harness.decide(match())
    monkeypatch.setattr(claims, "finish", never)
    with pytest.raises(StoreRefusedError):
        harness.dispatcher().run_once()


@pytest.mark.slow
def test_while_the_store_is_unavailable_the_dispatcher_asks_less_often_and_goes_on(
    harness: Harness, faults: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.set_receivers(webhook(faults.on("/hook", reply())))
    harness.decide(match())
    find_due, calls, stop = claims.find_due, [], threading.Event()

    def unavailable_at_first(*args: Any, **values: Any) -> list[delivery_store.Delivery]:
        calls.append(time.monotonic())
        if len(calls) < 3:
            raise StoreError("The store is unavailable.")
        return find_due(*args, **values)

    monkeypatch.setattr(claims, "find_due", unavailable_at_first)
    running = threading.Thread(target=harness.dispatcher().run, args=(stop,))
    running.start()
    try:
        until = time.monotonic() + 20
        while not faults.requests_to("/hook") and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        stop.set()
        running.join()
    waits = [later - earlier for earlier, later in pairwise(calls[:3])]
    assert waits[0] >= 0.4
    assert waits[1] >= 0.9
    assert harness.notifications()[0][1].state == "delivered"

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from alerts.dispatcher import BACKOFF_CAP, AttemptOutcome, outcome_of
from alerts.receivers import Receipt
from config.errors import DeliveryError, StoreError, StoreRefusedError
from core.store import claims
from core.store import deliveries as delivery_store
from tests.alerts.harness import OTHER_TEXT, AlertsHarness, match, open_harness, webhook
from tests.support.faultserver import Exchange, FaultServer, reply
from tests.support.postgres import ON_EVERY_DATABASE

GIVE_UP = timedelta(hours=6)


def verdict(outcome: Receipt | DeliveryError, attempt: int = 1, **age: float) -> AttemptOutcome:
    return outcome_of(outcome, attempt=attempt, age=timedelta(**age), give_up=GIVE_UP, chance=1.0)


def test_what_an_attempt_means() -> None:
    assert verdict(Receipt("HTTP 200")) == AttemptOutcome("delivered", "HTTP 200")
    assert verdict(DeliveryError("no", permanent=True)) == AttemptOutcome("failed", "no")
    assert verdict(DeliveryError("later")) == AttemptOutcome("pending", "later", 2.0)
    assert verdict(DeliveryError("silence", unknown=True)) == AttemptOutcome(
        "unknown", "silence", 2.0
    )
    asked = verdict(DeliveryError("wait", retry_after=90))
    assert asked == AttemptOutcome("pending", "wait", 90, asked=True)


def test_a_wait_beyond_the_end_is_the_end() -> None:
    over = verdict(DeliveryError("later"), attempt=9, hours=5, minutes=59)
    assert (over.state, over.wait) == ("failed", None)
    assert over.reason == "Given up after 9 attempts. later"
    assert verdict(DeliveryError("wait", retry_after=7 * 3600)).state == "failed"


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_waits_are_spread_and_never_longer_than_five_minutes(attempt: int, chance: float) -> None:
    found = outcome_of(
        DeliveryError("x"), attempt=attempt, age=timedelta(), give_up=GIVE_UP, chance=chance
    )
    assert found.wait is not None
    assert 0 <= found.wait <= min(BACKOFF_CAP, 2.0 ** min(attempt, 20))


def test_the_console_gets_one_readable_line(harness: AlertsHarness) -> None:
    harness.decide(match(title="Oslo\x1b[2J zieht\nAusbau vor"))
    with capture_logs() as lines:
        assert harness.dispatcher().run_once()["delivered"] == 1
    [line] = [entry for entry in lines if entry["event"] == "notification"]
    assert line["title"] == "Oslo[2J zieht Ausbau vor"
    assert (line["topic"], line["outlet"]) == ("nato-membership", "kurier")
    assert "possible_repeat" not in line


def test_a_line_that_may_be_a_repeat_says_so(harness: AlertsHarness) -> None:
    harness.decide(match())
    with harness.store.write() as connection:
        due = claims.find_due(connection, harness.me, now=harness.now, limit=5)
        claims.claim(connection, due, harness.me, now=harness.now, ttl=timedelta(seconds=1))
    harness.advance(seconds=2)
    with capture_logs() as lines:
        assert harness.dispatcher().run_once()["delivered"] == 1
    assert [entry["possible_repeat"] for entry in lines if entry["event"] == "notification"] == [
        True
    ]


def test_a_wait_the_target_asked_for_is_kept_even_where_other_waits_are_over(
    harness: AlertsHarness, faults: FaultServer
) -> None:
    asked = reply(status=429, retry_after="300")
    harness.set_receivers(webhook(faults.on("/a", asked), name="a"))
    harness.decide(match())
    for seconds in (0, 200):
        harness.advance(seconds=seconds)
        assert harness.dispatcher().run_once() == {"delivered": 0, "failed": 0, "pending": 1}
    assert len(faults.asked("/a")) == 1
    faults.on("/a", reply())
    harness.advance(seconds=101)
    assert harness.dispatcher().run_once() == {"delivered": 1, "failed": 0, "pending": 0}


def test_every_receiver_of_the_route_is_told_for_itself(harness: AlertsHarness, faults: FaultServer) -> None:
    harness.set_receivers(
        webhook(faults.on("/a", reply(status=500)), name="a"),
        webhook(faults.on("/b", reply()), name="b"),
    )
    harness.decide(match())
    assert harness.dispatcher().run_once() == {"delivered": 1, "failed": 0, "pending": 1}
    a, b = harness.notifications()
    assert (a[0].receiver, a[1].state) == ("a", "pending")
    assert (b[0].receiver, b[1].state) == ("b", "delivered")
    assert a[0].id != b[0].id
    assert f'"id":"{a[0].id}"' in a[0].body


@ON_EVERY_DATABASE
def test_one_run_makes_one_attempt_at_each(harness: AlertsHarness, faults: FaultServer) -> None:
    harness.set_receivers(webhook(faults.on("/hook", reply(status=503))))
    for n in range(9):
        where = f"https://kurier.example.org/{n}"
        harness.decide(match(where, title=f"Nummer{n * 7919}", text=f"Ganz{n * 104729} anderes{n}."))
    assert len(harness.notifications()) == 9
    assert harness.dispatcher().run_once() == {"delivered": 0, "failed": 0, "pending": 9}
    assert len(faults.asked("/hook")) == 9


def test_a_receiver_that_was_removed_has_failed(harness: AlertsHarness, faults: FaultServer) -> None:
    harness.set_receivers(webhook(faults.on("/hook", reply())))
    harness.decide(match())
    harness.set_receivers(webhook(faults.on("/hook", reply()), name="other"))
    assert harness.dispatcher().run_once()["failed"] == 1
    assert "no longer in alerts.yaml" in harness.notifications()[0][1].last_error


def test_a_defect_of_one_receiver_does_not_stop_the_others(
    harness: AlertsHarness, faults: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> Receipt:
        raise RuntimeError("a defect")

    monkeypatch.setattr("alerts.receivers.console.ConsoleReceiver.notify", broken)
    harness.set_receivers(webhook(faults.on("/hook", reply())))
    harness.decide(match())
    harness.set_receivers()
    harness.catalog = type(harness.catalog)((), harness.catalog.topics)
    harness.decide(match("https://bote.example.org/x", title="Feuer in Lissabon", text=OTHER_TEXT))
    harness.set_receivers(webhook(faults.on("/hook", reply())))
    assert harness.dispatcher().run_once() == {"delivered": 1, "failed": 0, "pending": 1}


@ON_EVERY_DATABASE
def test_two_dispatchers_at_once_deliver_once_and_leave_nothing(
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
        for n in range(12):
            where = f"https://kurier.example.org/{n}"
            one.decide(match(where, title=f"Nummer{n * 7919}", text=f"Ganz{n * 104729} anderes{n}."))
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
        assert len(faults.asked("/hook")) == 12
        assert len({r.header("webhook-id") for r in faults.asked("/hook")}) == 12


@ON_EVERY_DATABASE
def test_a_running_dispatcher_sees_new_deliveries_and_stops_when_told(
    harness: AlertsHarness, faults: FaultServer
) -> None:
    told = threading.Event()

    def take(exchange: Exchange) -> bool:
        told.set()
        return exchange.reply()

    harness.set_receivers(webhook(faults.on("/hook", take)))
    stop = threading.Event()
    thread = threading.Thread(target=harness.dispatcher().run, args=(stop,))
    thread.start()
    try:
        harness.decide(match())
        assert told.wait(20)
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()
    assert harness.notifications()[0][1].state == "delivered"


def test_what_is_under_way_is_finished_before_it_stops(harness: AlertsHarness, faults: FaultServer) -> None:
    asked, go = threading.Event(), threading.Event()

    def slow(exchange: Exchange) -> bool:
        asked.set()
        go.wait(20)
        return exchange.reply()

    harness.set_receivers(webhook(faults.on("/hook", slow)))
    harness.decide(match())
    stop = threading.Event()
    thread = threading.Thread(target=harness.dispatcher().run, args=(stop,))
    thread.start()
    assert asked.wait(20)
    stop.set()
    go.set()
    thread.join(20)
    assert harness.notifications()[0][1].state == "delivered"


SENDER = """
import sys
from pathlib import Path
from tests.alerts.harness import NOON, open_harness, webhook

with open_harness(Path(sys.argv[1]), database_url=sys.argv[2]) as harness:
    harness.set_receivers(webhook(sys.argv[3]))
    harness.dispatcher().run_once()
"""


def _sender(harness: AlertsHarness, url: str) -> subprocess.Popen[bytes]:
    settings = harness.settings
    where = [str(settings.data_dir), settings.database_location, url]
    return subprocess.Popen([sys.executable, "-c", SENDER, *where])


@ON_EVERY_DATABASE
def test_killed_between_the_post_and_its_mark_it_is_sent_again_with_the_same_id(
    harness: AlertsHarness, faults: FaultServer
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
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert harness.notifications()[0][1].state == "sending"
    faults.on("/hook", reply())
    assert harness.dispatcher().run_once(attempt_all_due=False)["delivered"] == 1
    first, second = faults.asked("/hook")
    assert first.body == second.body
    assert first.header("webhook-id") == second.header("webhook-id")
    assert harness.notifications()[0][1].possible_repeat


@ON_EVERY_DATABASE
def test_one_kill_can_repeat_one_message_a_target_however_many_wait(
    harness: AlertsHarness, faults: FaultServer
) -> None:
    received = threading.Event()

    def third_hangs(exchange: Exchange) -> bool:
        if len(faults.asked("/hook")) < 3:
            return exchange.reply()
        received.set()
        exchange.wait(10)
        return False

    url = faults.on("/hook", third_hangs)
    harness.set_receivers(webhook(url))
    for n in range(8):
        where = f"https://kurier.example.org/{n}"
        harness.decide(match(where, title=f"Nummer{n * 7919}", text=f"Ganz{n * 104729} anderes{n}."))
    child = _sender(harness, url)
    try:
        assert received.wait(20)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    faults.on("/hook", reply())
    assert harness.dispatcher().run_once() == {"delivered": 6, "failed": 0, "pending": 0}
    times = Counter(seen.header("webhook-id") for seen in faults.asked("/hook"))
    assert sorted(times.values()) == [1] * 7 + [2]


def test_different_targets_are_told_side_by_side(harness: AlertsHarness, faults: FaultServer) -> None:
    together = threading.Barrier(2, timeout=10)

    def wait_for_the_other(exchange: Exchange) -> bool:
        together.wait()
        return exchange.reply()

    harness.set_receivers(
        webhook(faults.on("/a", wait_for_the_other), name="a"),
        webhook(faults.on("/b", wait_for_the_other), name="b"),
    )
    harness.decide(match())
    assert harness.dispatcher().run_once() == {"delivered": 2, "failed": 0, "pending": 0}


@ON_EVERY_DATABASE
def test_what_a_living_process_sends_is_left_to_it_until_its_lease_ends(
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
        assert two.dispatcher().run_once() == {"delivered": 0, "failed": 0, "pending": 1}
        two.advance(seconds=41)
        assert two.dispatcher().run_once()["delivered"] == 1
        with one.store.write() as connection:
            late = claims.finish(connection, claimed.delivery, state="failed", now=one.now)
        assert not late
        assert two.notifications()[0][1].state == "delivered"


def test_what_a_target_took_is_marked_when_the_store_is_back_and_not_told_again(
    harness: AlertsHarness, faults: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.set_receivers(webhook(faults.on("/hook", reply())))
    harness.decide(match())
    finish, tries = claims.finish, []

    def away_at_first(*args: Any, **values: Any) -> bool:
        tries.append(values["state"])
        if len(tries) < 3:
            raise StoreError("The store is away.")
        return finish(*args, **values)

    monkeypatch.setattr(claims, "finish", away_at_first)
    assert harness.dispatcher().run_once() == {"delivered": 1, "failed": 0, "pending": 0}
    assert tries == ["delivered"] * 3
    assert len(faults.asked("/hook")) == 1


def test_a_mark_the_store_never_takes_is_raised_and_not_insisted_on(
    harness: AlertsHarness, faults: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> bool:
        raise StoreRefusedError("no")

    harness.set_receivers(webhook(faults.on("/hook", reply())))
    harness.decide(match())
    monkeypatch.setattr(claims, "finish", never)
    with pytest.raises(StoreRefusedError):
        harness.dispatcher().run_once()


def test_while_the_store_is_away_the_dispatcher_goes_on_and_asks_less_often(
    harness: AlertsHarness, faults: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.set_receivers(webhook(faults.on("/hook", reply())))
    harness.decide(match())
    due, asked, stop = claims.find_due, [], threading.Event()

    def away_at_first(*args: Any, **values: Any) -> list[delivery_store.Delivery]:
        asked.append(time.monotonic())
        if len(asked) < 4:
            raise StoreError("The store is away.")
        return due(*args, **values)

    monkeypatch.setattr(claims, "find_due", away_at_first)
    running = threading.Thread(target=harness.dispatcher().run, args=(stop,))
    running.start()
    try:
        until = time.monotonic() + 20
        while not faults.asked("/hook") and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        stop.set()
        running.join()
    waits = [later - earlier for earlier, later in pairwise(asked[:4])]
    assert waits[0] >= 0.4
    assert waits[1] >= 0.9
    assert harness.notifications()[0][1].state == "delivered"

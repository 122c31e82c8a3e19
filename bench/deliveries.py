"""A target that takes one message a second: in which order a long queue goes out, and how fast.

::

    python bench/deliveries.py queue [--alerts 10000]     on a simulated clock
    python bench/deliveries.py real  [--alerts 600]       in real time, to a local server

``queue``: alerts of twenty topics are queued within an hour, half of them about one topic, two in a
hundred urgent. Prints how long each kind waited and what a look at the queue costs.
``real``: two dispatchers share the store. Prints the rate, the shortest time between two messages,
and what was lost or repeated. Both end with 1 where the order or the rate is wrong. Need no data.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from alerts.dispatcher import Dispatcher
from alerts.rates import rate_limit
from config.catalog.models import AlertPolicy, AlertsDefinition, Catalog, RouteDefinition
from config.logs import set_up_logs
from config.settings import Settings
from core.clock import utc_now
from core.messages import Match
from core.processes.instance import Instance
from core.store import Connection, Store, claims, targets
from core.store import deliveries as delivery_store
from core.store.sql import chunks
from tests.alerts.harness import NOON, PLACE, Harness, batch, match, open_harness, topic, webhook
from tests.support.faultserver import Exchange, fault_server

TOPICS, BATCH = 20, 50
ARRIVING = timedelta(hours=1)
URGENT_EACH = 50
PER_MINUTE = 60
POLL = timedelta(seconds=1)
LEASE = timedelta(minutes=1)
TOLERANCE = 0.05
"""Seconds that two requests may be closer than the rate says: the network, two threads."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["queue", "real"])
    parser.add_argument("--alerts", type=int, default=0)
    given = parser.parse_args()
    set_up_logs(Settings(_env_file=None, log_level="error"))
    with tempfile.TemporaryDirectory() as folder:
        if given.what == "queue":
            wrong = run_queue(Path(folder), given.alerts or 10_000)
        else:
            wrong = run_real(Path(folder), given.alerts or 600)
    for line in wrong:
        print(f"  {line}")
    sys.exit(1 if wrong else 0)


# ── alerts ───────────────────────────────────────────────────────────────────────────────────────


def topic_of(number: int) -> str:
    """Return the topic of an alert: one has half of them, one has only urgent ones."""
    if number % URGENT_EACH == 0:
        return "urgent"
    return "flood" if number % 2 else f"topic-{number % TOPICS}"


def matches(count: int, now: datetime) -> list[Match]:
    """Return matches on articles about events of their own, published now."""
    times: dict[str, Any] = {"published_at": now, "first_seen_at": now, "fetched_at": now}
    return [
        match(
            f"https://kurier.example.org/{number}",
            topic=topic_of(number),
            title=f"Nummer{number * 104729}",
            text=" ".join(f"Wort{number * 7919 + n}" for n in range(6)),
            **times,
        )
        for number in range(count)
    ]


def catalog(url: str) -> Catalog:
    """Return topics and a receiver that takes one message a second."""
    names = ["flood", "urgent", *(f"topic-{n}" for n in range(TOPICS))]
    topics = (
        topic(id=n, alert=AlertPolicy("urgent" if n == "urgent" else "normal")) for n in names
    )
    receiver = replace(webhook(url), max_per_minute=PER_MINUTE)
    route = RouteDefinition({}, ("desk",), PLACE, group_wait=timedelta(), max_per_hour=0)
    alerts = AlertsDefinition("http://127.0.0.1:8080", (receiver,), (route,))
    return Catalog((), tuple(topics), (), alerts)


# ── on a simulated clock ─────────────────────────────────────────────────────────────────────────


def run_queue(folder: Path, count: int) -> list[str]:
    """Send a queue on a simulated clock. Return what is wrong."""
    with closing(Instance.start(folder)) as me, closing(Store.open_temporary(folder)) as store:
        with store.write() as connection:
            for number in range(count):
                _add(connection, number, NOON + number * ARRIVING / count)
        with store.read() as connection:
            print(f"a look at the queue: {_look(connection, me):.1f} ms")
        sent = list(_send_all(store, me))
    return _report_order(sent, count)


def _add(connection: Connection, number: int, due: datetime) -> None:
    name = topic_of(number)
    id_ = f"{number * 7919:032}"
    row = delivery_store.Notification(id_, id_, "desk", "new_story", 0, name, due)
    priority = delivery_store.URGENT if name == "urgent" else delivery_store.NORMAL
    delivery_store.add_notification(connection, row, ["host"], due=due, priority=priority)


def _look(connection: Connection, me: Instance) -> float:
    """Return the milliseconds that it takes to find what is due; the median of nine."""
    times = []
    for _ in range(9):
        began = time.perf_counter()
        claims.find_due(connection, me, now=NOON + ARRIVING, limit=8)
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


Sent = tuple[claims.ClaimedDelivery, datetime]


def _send_all(store: Store, me: Instance) -> Iterator[Sent]:
    """Yield each delivery with the time when the target's rate allowed it."""
    limit = rate_limit(catalog("http://127.0.0.1:1/hook").alerts.receivers[0])
    assert limit is not None
    now = NOON + ARRIVING
    while True:
        with store.read() as connection:
            is_due = claims.find_due(connection, me, now=now, limit=1)
            if claims.next_due_time(connection) is None:
                return
        if is_due:
            claimed = store.transact(partial(_send, me=me, limit=limit, now=now))
            yield from ((each, now) for each in claimed)
        else:
            now += POLL


def _send(
    connection: Connection, *, me: Instance, limit: targets.RateLimit, now: datetime
) -> list[claims.ClaimedDelivery]:
    """Claim what is due as the dispatcher does, and mark it as delivered."""
    claims.lock_claiming(connection)
    due = claims.find_due(connection, me, now=now, limit=8)
    claimed = claims.claim(connection, due, me, now=now, ttl=LEASE)
    for each in claimed:
        delivery = each.delivery
        targets.charge(connection, delivery.receiver, delivery.target, limit, now=now)
        claims.finish(connection, delivery, state=delivery_store.DELIVERED, now=now)
    return claimed


def _report_order(sent: list[Sent], count: int) -> list[str]:
    waits: defaultdict[str, list[float]] = defaultdict(list)
    for claimed, at in sent:
        waited = at - claimed.delivery.created_at
        waits[claimed.notification.body].append(waited.total_seconds())
    for name in ("urgent", "flood", "topic-2"):
        times = waits[name]
        print(f"{name:8} {len(times):6} sent, waited {statistics.median(times):6.0f} s (median), "
              f"{max(times):6.0f} s at most")  # fmt: skip
    order = [(c.delivery.priority, c.delivery.created_at) for c, _ in sent]
    wrong = [] if order == sorted(order) else ["the order is not: urgent ones, then the oldest"]
    ids = Counter(claimed.notification.id for claimed, _ in sent)
    wrong += [] if len(ids) == count else [f"{count - len(ids)} were lost"]
    took = (sent[-1][1] - sent[0][1]).total_seconds()
    print(f"{len(sent)} sent in {took:.0f} s of the simulated clock")
    if not count - 10 <= took <= 1.3 * count:
        wrong.append(f"{count} took {took:.0f} s at one a second")
    return wrong


# ── in real time ─────────────────────────────────────────────────────────────────────────────────


def run_real(folder: Path, count: int) -> list[str]:
    """Send messages with two dispatchers to a local server. Return what is wrong."""
    received: list[tuple[float, str, str]] = []

    def accept(exchange: Exchange) -> bool:
        body = json.loads(exchange.request.body)
        received.append((time.monotonic(), body["id"], body["severity"]))
        return exchange.reply()

    with ExitStack() as stack:
        server = stack.enter_context(fault_server())
        harness = stack.enter_context(open_harness(folder))
        harness.catalog = catalog(server.on("/hook", accept))
        harness.now = utc_now() - timedelta(minutes=1)
        for group in chunks(matches(count, harness.now), BATCH):
            harness.worker.handle(batch(*group))
        instances = [stack.enter_context(closing(Instance.start(folder))) for _ in range(2)]
        stop = threading.Event()
        threads = [threading.Thread(target=_dispatch, args=(harness, i, stop)) for i in instances]
        for thread in threads:
            thread.start()
        until = time.monotonic() + 1.5 * count + 60
        while len({id_ for _, id_, _ in received}) < count and time.monotonic() < until:
            time.sleep(0.2)
        time.sleep(3)  # for repeats
        stop.set()
        for thread in threads:
            thread.join()
    return _report_real(received, count)


def _dispatch(harness: Harness, instance: Instance, stop: threading.Event) -> None:
    catalog_in_force = harness.catalog
    Dispatcher(
        harness.store, lambda: catalog_in_force, harness.settings, instance, utc_now
    ).run(stop)  # fmt: skip


def _report_real(received: list[tuple[float, str, str]], count: int) -> list[str]:
    ids = Counter(id_ for _, id_, _ in received)
    times = [at for at, _, _ in received]
    gaps = sorted(later - earlier for earlier, later in pairwise(times))
    took = times[-1] - times[0] if times else 0.0
    if not took:
        return ["nothing was received"]
    print(f"{len(ids)} of {count} received in {took:.0f} s: {60 * len(ids) / took:.1f} a minute")
    print(f"between two: {gaps[3]:.2f} s at least after the burst, "
          f"{statistics.median(gaps):.2f} s (median)")  # fmt: skip
    wrong = [f"{count - len(ids)} were lost"] if len(ids) < count else []
    wrong += [f"{id_} came {n} times" for id_, n in ids.items() if n > 1]
    severities = [severity for _, _, severity in received]
    if severities != sorted(severities, key=lambda s: s != "urgent"):
        wrong.append("the urgent ones were not the first")
    rate = rate_limit(catalog("http://127.0.0.1:1/").alerts.receivers[0])
    assert rate is not None
    window = rate.burst + 1
    for first, last in zip(times, times[window:], strict=False):
        if last - first < 60 / rate.per_minute - TOLERANCE:
            wrong.append(f"{window + 1} messages came within {last - first:.2f} s")
    return wrong


if __name__ == "__main__":
    main()

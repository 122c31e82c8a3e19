"""Digests that are too long for one message: nothing that they tell is lost."""

from __future__ import annotations

import json
from collections import Counter
from itertools import chain, pairwise
from typing import Any

import pytest

from alerts import digest_body
from core.messages import AlertEventKind
from core.store import deliveries as delivery_store
from core.store import digest_parts, notification_items
from core.store.deliveries import Delivery, Notification
from tests.alerts.harness import Harness
from tests.alerts.routing import bodies, event_number, events, tracked
from tests.support.faultserver import Exchange, FaultServer
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = pytest.mark.slow

LIMIT = 6_000
"""Bytes of a message in these tests: five or six items."""


@pytest.fixture(autouse=True)
def short_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_body, "MAX_BYTES", LIMIT)


def titles(body: dict[str, Any]) -> list[str]:
    return [item["story"]["title"] for item in body["items"]]


def numbers(first: int, last: int) -> list[str]:
    return [f"Nummer{n * 7919}" for n in range(first, last + 1)]


def delivered(harness: Harness) -> Counter[tuple[str | None, str]]:
    """Count the delivered events by notification and alert."""
    told = (e for e in harness.events() if e.event is AlertEventKind.DELIVERED)
    return Counter((e.notification_id, e.alert_id) for e in told)


def digest_messages(harness: Harness) -> list[tuple[Notification, Delivery]]:
    rows = {n.id: (n, d) for n, d in harness.notifications() if n.kind == "digest"}
    return sorted(rows.values(), key=lambda each: each[0].created_at)


@ON_EVERY_DATABASE
def test_a_roll_up_over_the_limit_is_several_messages_and_each_alert_is_delivered_once(
    harness: Harness, faults: FaultServer, target: str
) -> None:
    for numbers_ in (range(1, 21), range(21, 31)):
        harness.decide(*map(event_number, numbers_))
    harness.dispatcher().run_once()
    harness.advance(hours=1)
    harness.dispatcher().run_once()
    rollups = [body for body in bodies(faults, target) if body["kind"] == "digest"]
    assert len(rollups) > 2
    assert list(chain.from_iterable(map(titles, rollups))) == numbers(7, 30)
    assert all(len(request.body) <= LIMIT for request in faults.requests_to(target))
    assert [body["reason"].rsplit(" ", 1)[1] for body in rollups] == [
        str(len(body["items"])) for body in rollups
    ]
    told = {(body["id"], item["alert_id"]) for body in rollups for item in body["items"]}
    singly = {(body["id"], body["alert_id"]) for body in bodies(faults, target)[:6]}
    assert delivered(harness) == Counter(dict.fromkeys(told | singly, 1))
    released = [(e.notification_id, e.alert_id) for e in events(harness, "released")]
    assert sorted(released) == sorted(told)


def test_the_parts_of_a_digest_go_out_one_after_the_other_at_its_time(
    harness: Harness, target: str
) -> None:
    harness.decide(*map(event_number, range(1, 25)))
    parts = digest_messages(harness)
    assert len(parts) > 2
    assert all(
        b.next_attempt_at - a.next_attempt_at == digest_parts.STEP
        for (_, a), (_, b) in pairwise(parts)
    )
    assert all(delivery.held_until is not None for _, delivery in parts)
    with harness.store.read() as connection:
        items = [notification_items.load_items(connection, n.id) for n, _ in parts]
    assert [item.number for item in items[1]] == list(range(len(items[1])))
    harness.decide(event_number(25))
    told = [titles(json.loads(notification.body)) for notification, _ in digest_messages(harness)]
    assert list(chain.from_iterable(told)) == numbers(7, 25)


def test_where_the_target_refuses_one_part_what_it_tells_goes_out_by_itself(
    harness: Harness, faults: FaultServer, target: str
) -> None:
    harness.set_topics(tracked("trade"))
    harness.decide(*map(event_number, range(1, 7)))
    harness.advance(hours=1, minutes=1)
    harness.decide(*map(event_number, range(7, 13)))
    harness.break_target()
    harness.advance(hours=4)

    def refuse_second(exchange: Exchange) -> bool:
        is_second = b"Nummer95028" in exchange.request.body and b'"kind":"digest"' in (
            exchange.request.body
        )
        return exchange.reply(status=413 if is_second else 200)

    faults.on(target, refuse_second)
    harness.dispatcher().run_once()
    digests = [body for body in bodies(faults, target) if body["kind"] == "digest"]
    assert list(chain.from_iterable(map(titles, digests))) == numbers(2, 12)  # 1 is the probe
    singly = [body["story"]["title"] for body in bodies(faults, target) if body["story"]]
    assert singly == [*numbers(1, 1), *titles(digests[-1])]
    states = Counter(d.state for n, d in harness.notifications() if n.kind != "digest")
    assert states == {delivery_store.DELIVERED: 12}

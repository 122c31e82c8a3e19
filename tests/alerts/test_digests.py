"""Scheduled digests: what they contain, when they go out, and that a window is sent once."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.digests import rank_items
from alerts.receivers import DeliveryAttempt
from alerts.rendering.content import attempt_content
from config.catalog.models import (
    AlertPolicy,
    AlertsDefinition,
    Catalog,
    DigestDefinition,
    Outlet,
    ReceiverDefinition,
    RouteDefinition,
    Tier,
)
from config.cron import CronSchedule, parse_cron
from config.i18n import translator
from config.weekly_hours import Hours, WeeklyHours
from core.messages import Match
from core.store import alert_changes, digests
from core.store import deliveries as delivery_store
from core.store.notification_items import NotificationItem
from core.store.waiting_items import LabelledItem
from tests.alerts.harness import NOON, PLACE, Harness, match, topic
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = pytest.mark.slow

EVENING = NOON + timedelta(hours=6)  # 18:00 UTC on Sunday, 22 November 2026
DAY = timedelta(days=1)
NIGHT = Hours(frozenset(range(7)), 17 * 60 + 30, 22 * 60)


def schedule(text: str, zone: str = "UTC") -> CronSchedule:
    cron = parse_cron(text)
    assert cron is not None
    return CronSchedule(cron, text, zone)


def digest(name: str = "evening", cron: str = "0 18 * * *", **values: Any) -> DigestDefinition:
    fields: dict[str, Any] = {"receivers": ("mail",), "match": {}, "sends_empty": False} | values
    return DigestDefinition(name, schedule=schedule(cron), position=PLACE, **fields)


def receiver(name: str) -> ReceiverDefinition:
    """A receiver that accepts everything at once."""
    return ReceiverDefinition(name, "console", {}, {}, PLACE)


def route(*receivers: str, match: dict[str, str] | None = None, **values: Any) -> RouteDefinition:
    wait: dict[str, Any] = {"group_wait": timedelta()} | values
    return RouteDefinition(match or {}, receivers or ("desk",), PLACE, **wait)


def configure(
    harness: Harness, *routes: RouteDefinition, digests: tuple[DigestDefinition, ...] = (), **v: Any
) -> None:
    topics = tuple(topic(id=name, title=name.upper()) for name in ("trade", "rail"))
    urgent = topic(id="war", title="WAR", alert=AlertPolicy("urgent"))
    alerts = AlertsDefinition(
        "http://127.0.0.1:8080",
        (receiver("desk"), receiver("mail")),
        routes or (route("desk"),),
        digests=digests or (digest(),),
        **v,
    )
    harness.catalog = Catalog((), (*topics, urgent), (), alerts)
    run(harness)


def run(harness: Harness, at: datetime | None = None) -> None:
    """Let the dispatcher run at a time."""
    harness.now = max(harness.now, at or harness.now)
    harness.dispatcher().run_once(attempt_all_due=False)


def event(number: int, name: str = "trade", score: int = 55) -> Match:
    """A match on an article about an event of its own."""
    found = match(
        f"https://kurier.example.org/{number}",
        topic=name,
        title=f"Nummer{number * 7919}",
        text=f"Ganz{number * 104729} anderes{number}.",
    )
    return found.model_copy(update={"score": score})


def sent(harness: Harness, name: str = "mail") -> list[dict[str, Any]]:
    """The bodies that a receiver has got, in order."""
    with harness.store.read() as connection:
        query = (
            delivery_store.notifications.select()
            .join(delivery_store.deliveries)
            .where(delivery_store.deliveries.c.state == delivery_store.DELIVERED)
            .where(delivery_store.notifications.c.receiver == name)
            .order_by(delivery_store.deliveries.c.delivered_at)
        )
        return [json.loads(row["body"]) for row in connection.execute(query).mappings()]


def titles(body: dict[str, Any]) -> list[tuple[int, str]]:
    """The events of a digest with the code why each is in it."""
    return [
        (int(item["story"]["title"].removeprefix("Nummer")) // 7919, item["held_code"])
        for item in body["items"]
    ]


# --- what a digest contains ----------------------------------------------------------------


@ON_EVERY_DATABASE
def test_messages_routed_to_a_digest_wait_for_it_and_come_as_one(harness: Harness) -> None:
    configure(harness, route(digest="evening"))
    harness.decide(event(1))
    harness.advance(hours=1)
    harness.decide(event(2, "rail"))
    run(harness, EVENING - timedelta(seconds=1))
    assert sent(harness) == []
    run(harness, EVENING)
    [body] = sent(harness)
    assert (body["kind"], body["digest"], body["topic"], body["story"]) == (
        "digest",
        "scheduled",
        None,
        None,
    )
    assert sorted(titles(body)) == [(1, "digest"), (2, "digest")]
    assert body["reason"].startswith("Digest “evening”, since 22 Nov 2026")
    assert body["items"][0]["held_reason"].startswith("Waits for the digest “evening”")
    assert sent(harness, "desk") == []


def test_what_waits_for_a_digest_is_published_as_held_and_then_as_released(
    harness: Harness,
) -> None:
    configure(harness, route(digest="evening"))
    assert harness.decide(event(1)) == ["new_story", "held"]
    held = harness.events()[-1]
    assert (held.target, held.held_until) == ("mail", EVENING)
    run(harness, EVENING)
    codes = [e.reason_code for e in harness.events()[-2:]]
    assert codes == ["released", "delivered"]


def test_urgent_messages_pass_a_digest(harness: Harness) -> None:
    configure(harness, route("desk", digest="evening"))
    harness.decide(event(1, "war"), event(2))
    run(harness)
    assert [body["kind"] for body in sent(harness, "desk")] == ["new_story"]
    run(harness, EVENING)
    assert [titles(body) for body in sent(harness)] == [[(1, "unacknowledged"), (2, "digest")]]


def test_a_digest_lists_stories_that_nobody_has_acknowledged_once(harness: Harness) -> None:
    configure(harness)
    harness.decide(event(1), event(2), event(3, "rail"))
    acked = next(a for a in harness.alerts() if a.title == f"Nummer{2 * 7919}")
    with harness.store.write() as connection:
        alert_changes.ack(connection, acked.id, by="Anna", at=harness.clock())
    run(harness, EVENING)
    [body] = sent(harness)
    assert sorted(titles(body)) == [(1, "unacknowledged"), (3, "unacknowledged")]
    assert {i["held_reason"] for i in body["items"]} == {"Nobody has acknowledged this story yet."}
    assert "released" not in {e.reason_code for e in harness.events()}
    harness.decide(event(4))
    run(harness, EVENING + DAY)
    assert titles(sent(harness)[-1]) == [(4, "unacknowledged")]


def test_match_says_which_stories_a_digest_lists(harness: Harness) -> None:
    configure(harness, digests=(digest(match={"topic": "rail"}),))
    harness.decide(event(1), event(2, "rail"))
    run(harness, EVENING)
    assert titles(sent(harness)[0]) == [(2, "unacknowledged")]


@pytest.mark.parametrize(
    ("held_by", "code"),
    [
        ({"max_per_hour": 1}, "cap"),
        ({"quiet_hours": WeeklyHours((NIGHT,), "UTC")}, "quiet_hours"),
    ],
)
def test_a_digest_takes_over_what_is_held_with_its_reason(
    harness: Harness, held_by: dict[str, Any], code: str
) -> None:
    configure(harness, route("mail", **held_by))
    harness.now = EVENING - timedelta(minutes=10)
    harness.decide(*(event(number) for number in range(1, 4)))
    run(harness, EVENING)
    digests = [body for body in sent(harness) if body["kind"] == "digest"]
    assert code in {held for _, held in titles(digests[0])}
    run(harness, EVENING + timedelta(hours=5))
    told = [
        number for body in sent(harness) if body["kind"] == "digest" for number, _ in titles(body)
    ]
    assert sorted(set(told)) == sorted(told)


@pytest.mark.parametrize(("sends_empty", "messages"), [(False, 0), (True, 1)])
def test_an_empty_digest_is_sent_only_where_that_is_wanted(
    harness: Harness, sends_empty: bool, messages: int
) -> None:
    configure(harness, digests=(digest(sends_empty=sends_empty),))
    run(harness, EVENING)
    assert len(sent(harness)) == messages
    for body in sent(harness):
        assert (body["items"], body["alert_id"] != "") == ([], True)
        assert body["reason"].startswith("Digest “evening”: nothing new since 22 Nov 2026")
        attempt = DeliveryAttempt(
            body["id"], "mail", "mail", "digest", json.dumps(body).encode(), 1, False, NOON
        )
        content = attempt_content(attempt, translator("de"), NOON)
        assert content.title.startswith("Überblick „evening“: nichts Neues seit 22.")
        assert content.articles == ()


ITEM = NotificationItem(
    "n" * 32, 0, "a" * 32, "rail", "RAIL", "s1", "x" * 32, 1, "new_story", "normal", 50,
    "", "", "", "", "", NOON,
)  # fmt: skip


def item(name: str, story: str, severity: str, score: int, outlet: str = "bote") -> LabelledItem:
    changed = replace(ITEM, topic_id=name, story_id=story, severity=severity, score=score)
    return LabelledItem(changed, outlet, "de", "DE")


def test_topics_are_ranked_by_severity_and_score_stories_by_score_outlets_and_tier() -> None:
    agency = Outlet("agency", "Agency", "DE", "de", Tier.A, (), PLACE)
    ranked = rank_items(
        [
            item("rail", "r1", "normal", 90),
            item("trade", "t1", "high", 40),
            item("trade", "t2", "high", 60),
            item("trade", "t3", "high", 40, "agency"),
            item("trade", "t4", "high", 40),
            item("port", "p1", "normal", 95),
            item("trade", "t1", "high", 35),
        ],
        {"t4": 9},
        Catalog((agency,)),
    )
    assert [i.story_id for i in ranked] == ["t2", "t4", "t3", "t1", "t1", "p1", "r1"]


# --- when it goes out ----------------------------------------------------------------------


def test_where_the_program_was_off_at_several_times_there_is_one_digest(harness: Harness) -> None:
    configure(harness, route(digest="evening"), digests=(digest(sends_empty=True),))
    harness.decide(event(1))
    run(harness, EVENING + 3 * DAY + timedelta(hours=2))
    assert [titles(body) for body in sent(harness)] == [[(1, "digest")]]
    with harness.store.read() as connection:
        [timer] = digests.load_timers(connection).values()
    assert (timer.watermark, timer.due_at) == (EVENING + 3 * DAY, EVENING + 4 * DAY)
    run(harness, EVENING + 4 * DAY)
    assert len(sent(harness)) == 2


NIGHTS = (
    # the hour from 2 to 3 in Berlin                 when the digest of 02:30 is sent, UTC
    ("does not exist", datetime(2026, 3, 28, 23, tzinfo=UTC), ["01:30"]),
    ("comes twice", datetime(2026, 10, 24, 22, tzinfo=UTC), ["00:30"]),
)


@pytest.mark.parametrize(("start", "expected"), [n[1:] for n in NIGHTS], ids=[n[0] for n in NIGHTS])
def test_a_night_with_a_change_of_the_clock_has_one_digest(
    harness: Harness, start: datetime, expected: list[str]
) -> None:
    harness.now = start
    night = replace(digest(sends_empty=True), schedule=schedule("30 2 * * *", "Europe/Berlin"))
    configure(harness, digests=(night,))
    times = []
    for minutes in range(0, 360, 30):
        before = len(sent(harness))
        run(harness, start + timedelta(minutes=minutes))
        times += [f"{harness.now:%H:%M}"] * (len(sent(harness)) - before)
    assert times == expected


def test_a_clock_that_was_wrong_for_a_while_sends_no_window_twice(harness: Harness) -> None:
    configure(harness, digests=(digest(sends_empty=True),))
    harness.now = EVENING + 10 * DAY
    run(harness)
    harness.now = EVENING - timedelta(hours=2)  # the clock is put right
    run(harness)
    run(harness, EVENING)
    since = sorted(body["reason"].split(", ")[-1] for body in sent(harness))
    assert since == ["12:00 UTC.", "16:00 UTC."]
    run(harness, EVENING + 10 * DAY)
    assert len(sent(harness)) == 2


@ON_EVERY_DATABASE
def test_several_processes_send_a_window_once(harness: Harness) -> None:
    configure(harness, digests=(digest(receivers=("mail", "desk")),))
    harness.decide(event(1))
    run(harness)
    harness.now = EVENING
    with ThreadPoolExecutor(4) as pool:
        workers = [harness.dispatcher() for _ in range(4)]
        list(pool.map(lambda worker: worker.run_once(attempt_all_due=False), workers))
    assert [titles(body) for body in sent(harness)] == [[(1, "unacknowledged")]]
    kinds = [body["kind"] for body in sent(harness, "desk")]
    assert sorted(kinds) == ["digest", "new_story"]


def _later(harness: Harness) -> None:
    configure(harness, route(digest="evening"), digests=(digest(cron="0 20 * * *"),))


def _removed(harness: Harness) -> None:
    configure(harness, digests=(digest("other", "0 23 * * *"),))


def _another_receiver(harness: Harness) -> None:
    configure(harness, route(digest="evening"), digests=(digest(receivers=("desk",)),))


CHANGES = (
    # alerts.yaml changes so         hours after 18:00 when what waits goes to mail
    (_later, 2),
    (_removed, 0),
    (_another_receiver, 0),
)


@pytest.mark.parametrize(("change", "hours"), CHANGES)
def test_what_waits_is_not_lost_when_the_digest_changes(
    harness: Harness, change: Callable[[Harness], None], hours: int
) -> None:
    configure(harness, route(digest="evening"))
    harness.decide(event(1))
    change(harness)
    due = EVENING + timedelta(hours=hours)
    run(harness, due - timedelta(seconds=1))
    assert sent(harness) == []
    run(harness, due)
    [body] = sent(harness)
    assert (body["digest"], titles(body)) == ("scheduled", [(1, "digest")])


def test_a_restart_in_the_middle_of_a_window_changes_nothing(harness: Harness) -> None:
    configure(harness, route(digest="evening"))
    harness.decide(event(1))
    run(harness, NOON + timedelta(hours=1))  # each run is a dispatcher of its own
    harness.decide(event(2))
    run(harness, EVENING)
    run(harness, EVENING + timedelta(minutes=1))
    [body] = sent(harness)
    assert sorted(titles(body)) == [(1, "digest"), (2, "digest")]

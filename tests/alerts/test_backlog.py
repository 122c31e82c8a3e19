"""What waited for a broken target is told by one digest per topic when the target is back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.backlog import WaitingMessage, group_by_topic
from config.catalog.models import AlertPolicy
from config.i18n import Phrase, translator
from core.messages import AlertEventKind
from core.store.deliveries import Delivery
from core.store.notification_items import NotificationItem
from tests.alerts.harness import NOON, Harness, match, topic, webhook
from tests.support.faultserver import Exchange, FaultServer, reply
from tests.support.postgres import ON_EVERY_DATABASE

HOUR = timedelta(hours=1)
ITEM = NotificationItem(
    "n", 0, "a" * 32, "trade", "TRADE", "s" * 32, "x" * 32, 1, "new_story", "normal", 40, "",
    "", "new_story", "", "", NOON,
)  # fmt: skip
DELIVERY = Delivery(
    "d", "n", "desk", "t", "pending", 3, False, NOON, None, None, None, "", NOON, NOON, None
)


def waiting(
    *topics: str, kind: str = "new_story", severity: str = "normal", **delivery: Any
) -> WaitingMessage:
    items = tuple(replace(ITEM, topic_id=name, severity=severity) for name in topics)
    return WaitingMessage(replace(DELIVERY, **delivery), kind, items)


@pytest.mark.parametrize(
    ("case", "in_digest"),
    [
        ({}, True),
        ({"kind": "update"}, True),
        ({"created_at": NOON + timedelta(minutes=61)}, False),
        ({"severity": "urgent"}, False),
        ({"kind": "digest"}, False),
        ({"state": "unknown"}, False),
        ({"possible_repeat": True}, False),
    ],
)
def test_a_message_belongs_in_a_digest_unless_it_is_new_urgent_or_may_have_arrived(
    case: dict[str, Any], in_digest: bool
) -> None:
    groups = group_by_topic([waiting("trade"), waiting("trade", **case)], NOON + 3 * HOUR)
    assert groups == ({} if not in_digest else groups)
    assert len(groups.get("trade", ())) == (2 if in_digest else 0)


def test_each_topic_has_a_digest_of_at_least_two_messages() -> None:
    messages = [waiting("trade"), waiting("rail"), waiting("port"), waiting("rail", "trade")]
    groups = group_by_topic([*messages, waiting("trade"), waiting()], NOON + 3 * HOUR)
    assert {name: len(group) for name, group in groups.items()} == {"trade": 2, "rail": 2}


# --- with a real server --------------------------------------------------------------------


def decide(harness: Harness, name: str, *numbers: int) -> None:
    """Open alerts of a topic about articles that share no word."""
    for number in numbers:
        url = f"https://kurier.example.org/{name}/{number}"
        text = f"Ganz{number * 104729} anderes{number}{name}."
        harness.decide(match(url, topic=name, title=f"{name}{number}", text=text))
        harness.advance(seconds=1)


@pytest.fixture
def backlog(harness: Harness, faults: FaultServer) -> Harness:
    """A broken target for which messages of three topics wait, most of them for four hours."""
    topics = {"trade": "normal", "rail": "normal", "flood": "urgent"}
    harness.set_topics(
        *(topic(id=name, title=name.upper(), alert=AlertPolicy(s)) for name, s in topics.items())
    )
    harness.set_receivers(webhook(faults.on("/desk", reply())))
    decide(harness, "trade", 1, 2)
    decide(harness, "rail", 1)
    decide(harness, "flood", 1)
    decide(harness, "rail", 2)
    decide(harness, "trade", 3)
    harness.break_target()
    harness.advance(hours=4)
    decide(harness, "trade", 4)
    return harness


def refuse_digests(exchange: Exchange) -> bool:
    return exchange.reply(status=413 if b'"kind":"digest"' in exchange.request.body else 200)


def told(faults: FaultServer) -> list[str | list[str]]:
    """Return the title of each message, and the titles of the items of each digest."""
    bodies = [json.loads(request.body) for request in faults.requests_to("/desk")]
    return [
        [item["story"]["title"] for item in body["items"]]
        if body["kind"] == "digest"
        else body["story"]["title"]
        for body in bodies
    ]


@pytest.mark.slow
@ON_EVERY_DATABASE
def test_urgent_messages_come_singly_and_first_then_the_digests_then_what_is_new(
    backlog: Harness, faults: FaultServer
) -> None:
    backlog.dispatcher().run_once()
    assert told(faults) == [
        "flood1",
        ["trade1", "trade2", "trade3"],
        ["rail1", "rail2"],
        "trade4",
    ]
    assert {d.state for _, d in backlog.notifications()} == {"delivered"}


@pytest.mark.slow
def test_a_digest_says_why_its_messages_waited_and_ends_for_each_alert(
    backlog: Harness, faults: FaultServer
) -> None:
    backlog.dispatcher().run_once()
    digest = json.loads(faults.requests_to("/desk")[1].body)
    assert (digest["digest"], digest["topic"], digest["story"]) == ("catch_up", None, None)
    assert digest["reason"] == "Held while this target did not work: 3"
    assert {item["held_code"] for item in digest["items"]} == {"target_broken"}
    held = Phrase.load(json.dumps(digest["items"][0]["held_phrase"]))
    assert translator("de").phrase(held).startswith("Zurückgehalten, weil das Ziel seit 22. Nov")
    delivered = [e for e in backlog.events() if e.event is AlertEventKind.DELIVERED]
    assert sum(e.notification_id == digest["id"] for e in delivered) == 3
    assert len(delivered) == 7
    assert [e for e in backlog.events() if e.reason_code == "released"] == []


@pytest.mark.slow
def test_where_the_target_refuses_the_digest_its_messages_go_out_by_themselves(
    backlog: Harness, faults: FaultServer
) -> None:
    faults.on("/desk", refuse_digests)
    backlog.dispatcher().run_once()
    assert told(faults)[1] == ["trade1", "trade2", "trade3"]
    singly = [title for title in told(faults) if isinstance(title, str)]
    assert sorted(singly) == ["flood1", "rail1", "rail2", "trade1", "trade2", "trade3", "trade4"]
    states = [d.state for _, d in backlog.notifications()]  # a digest counts for each alert
    assert (states.count("failed"), states.count("delivered")) == (5, 7)


@pytest.mark.slow
def test_a_process_that_dies_before_the_digest_is_sent_leaves_it_to_the_next(
    backlog: Harness, faults: FaultServer
) -> None:
    backlog.dispatcher(patience=0.0).run_once()
    backlog.dispatcher().run_once()
    assert told(faults)[1:] == [["trade1", "trade2", "trade3"], ["rail1", "rail2"], "trade4"]

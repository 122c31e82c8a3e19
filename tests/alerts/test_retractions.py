"""Retractions: who is told that the page of an article has vanished, and when nobody is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from alerts.decide import REPEATED, DecisionContext, PriorDecision
from alerts.retractions import MAX_AGE, VanishedContext, decide_vanished
from config.catalog.models import TopicState
from config.i18n import LANGUAGES, translator
from core.dispositions import Drop
from core.messages import AlertEventKind, Match, Origin
from core.store import alert_changes, claims, rereads
from core.store import deliveries as delivery_store
from core.store.told_articles import ToldArticle, find_told_revision
from tests.alerts.harness import NOON, Harness, match, topic, webhook
from tests.support.postgres import ON_EVERY_DATABASE

pytestmark = pytest.mark.slow

BOTE = "https://bote.example.org/haefen"
TOLD = ToldArticle(frozenset({"desk"}), NOON - timedelta(hours=3), is_retracted=False)
FACTS = DecisionContext(
    now=NOON,
    state=TopicState.LIVE,
    max_age=timedelta(hours=48),
    prior=PriorDecision(1, "r1", AlertEventKind.OPENED, "new_story", "s" * 32),
)
CONTEXT = VanishedContext(FACTS, TOLD)


def vanished(**values: Any) -> Match:
    """A match of an article whose page has vanished after its first revision."""
    return match(**{"revision": 2, "gone": True} | values)


def facts(**changes: Any) -> VanishedContext:
    return replace(CONTEXT, facts=replace(FACTS, **changes))


LONG_AGO = replace(TOLD, told_at=NOON - MAX_AGE - timedelta(seconds=1))
SUPPRESSED = [
    (replace(CONTEXT, told=None), {}, "retraction", "untold"),
    (VanishedContext(replace(FACTS, prior=None)), {}, "retraction", "untold"),
    (replace(CONTEXT, told=LONG_AGO), {}, "retraction", "too_late"),
    (replace(CONTEXT, told=replace(TOLD, is_retracted=True)), {}, "retraction", "repeated"),
    (replace(CONTEXT, moved_to="https://a.example/neu"), {}, "retraction", "moved"),
    (CONTEXT, {"origin": Origin.REPLAY}, "not_live", "replay"),
    (CONTEXT, {"origin": Origin.BACKFILL}, "not_live", "backfill"),
    (facts(state=None), {}, "retired", "retired"),
    (facts(state=TopicState.DRAFT), {}, "draft", "draft"),
    (facts(state=TopicState.SHADOW), {}, "shadow", "shadow"),
]


@pytest.mark.parametrize(("context", "values", "code", "reason"), SUPPRESSED)
def test_nobody_is_told_of_a_vanished_page(
    context: VanishedContext, values: dict[str, Any], code: str, reason: str
) -> None:
    decision = decide_vanished(vanished(**values), context)
    assert not isinstance(decision, Drop)
    assert (decision.event, decision.code) == (AlertEventKind.SUPPRESSED, code)
    assert decision.reason.code.endswith(reason)
    assert (decision.notify, decision.kind) == (False, None)


@pytest.mark.parametrize(
    "values", [{}, {"published_at": NOON - timedelta(days=9)}], ids=["new article", "old article"]
)
def test_those_who_were_told_of_an_article_are_told_that_its_page_has_vanished(
    values: dict[str, Any],
) -> None:
    decision = decide_vanished(vanished(**values), CONTEXT)
    assert not isinstance(decision, Drop)
    assert (decision.event, decision.code) == (AlertEventKind.UPDATED, "retraction")
    assert (decision.notify, decision.kind, decision.role) == (True, "retraction", None)
    assert decision.receivers == frozenset({"desk"})
    assert decision.story_id == "s" * 32


def test_the_same_vanished_page_is_decided_once() -> None:
    prior = PriorDecision(2, "r1", AlertEventKind.UPDATED, "retraction", "s" * 32)
    decision = decide_vanished(vanished(), facts(prior=prior))
    assert isinstance(decision, Drop)
    assert decision.reason == REPEATED
    known = decide_vanished(vanished(), facts(prior=replace(prior, topic_revision="r0")))
    assert not isinstance(known, Drop)
    assert (known.code, known.notify) == ("known", False)


@pytest.mark.parametrize("remaining", [0, 1, 3])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_is_a_sentence(language: str, remaining: int) -> None:
    contexts = [replace(CONTEXT, remaining=remaining), *(case[0] for case in SUPPRESSED)]
    for context in contexts:
        decision = decide_vanished(vanished(), context)
        assert not isinstance(decision, Drop)
        text = translator(language).phrase(decision.reason)
        assert text.endswith(".")
        assert "decision." not in text
        assert "{" not in text


def deliver_all(harness: Harness) -> None:
    """Mark what waits as delivered."""
    with harness.store.write() as connection:
        due = claims.find_due(
            connection, harness.me, now=harness.now + timedelta(days=2), limit=100
        )
        claimed = claims.claim(
            connection, due, harness.me, now=harness.now, ttl=timedelta(minutes=1)
        )
        for each in claimed:
            state = delivery_store.DELIVERED
            claims.finish(connection, each.delivery, state=state, now=harness.now)


def bodies(harness: Harness, kind: str) -> dict[str, dict[str, Any]]:
    """Return the bodies of the messages of a kind, by receiver."""
    return {
        notification.receiver: json.loads(notification.body)
        for notification, _ in harness.notifications()
        if notification.kind == kind
    }


@ON_EVERY_DATABASE
def test_only_told_receivers_get_a_retraction_and_the_story_stays_open(harness: Harness) -> None:
    harness.set_receivers(webhook("http://127.0.0.1:9/x", name="desk"))
    harness.decide(match())
    deliver_all(harness)
    harness.decide(match(BOTE))  # a copy, which nobody is told of
    harness.set_receivers(
        webhook("http://127.0.0.1:9/x", name="desk"), webhook("http://127.0.0.1:9/y", name="late")
    )
    [alert] = harness.alerts()
    with harness.store.write() as connection:
        alert_changes.ack(connection, alert.id, by="Anna", at=harness.now)
        assert find_told_revision(connection, match().article_id) == 1
        assert find_told_revision(connection, match(BOTE).article_id) is None
    harness.advance(hours=2)
    assert harness.decide(vanished()) == ["reopened", "retraction"]
    [(receiver, body)] = bodies(harness, "retraction").items()
    assert receiver == "desk"
    assert body["articles"][0] | {"gone": True, "revision": 2} == body["articles"][0]
    assert body["articles"][0]["also_in"][0]["outlet"] == "bote"
    assert "articles of 1 other outlet" in body["reason"]
    [alert] = harness.alerts()
    assert (alert.state, alert.title) == ("open", match().article.title)
    assert harness.decide(vanished()) == []
    assert harness.decide(vanished(revision=3)) == ["retraction"]
    assert len(bodies(harness, "retraction")) == 1


def test_a_correction_goes_to_those_who_were_told_of_its_story(harness: Harness) -> None:
    desk, late = (webhook("http://127.0.0.1:9/x", name=name) for name in ("desk", "late"))
    harness.set_receivers(desk)
    harness.decide(match())
    harness.set_receivers(desk, late)
    harness.decide(match(revision=2, title="Korrektur: Oslo baut die Häfen nicht aus"))
    assert set(bodies(harness, "correction")) == {"desk"}
    harness.set_receivers(replace(late, was="desk"))
    harness.decide(match(BOTE, title="Korrektur: Oslo baut die Häfen doch nicht aus"))
    assert set(bodies(harness, "correction")) == {"desk", "late"}


@pytest.mark.parametrize("is_copy", [True, False], ids=["copy", "another topic"])
def test_the_retraction_of_an_article_that_nobody_was_told_of_is_suppressed(
    harness: Harness, is_copy: bool
) -> None:
    harness.decide(match(), match(BOTE))
    other = vanished(url=BOTE) if is_copy else vanished(topic="weather")
    assert harness.decide(other)[-1] == ("retraction" if is_copy else "retired")
    assert harness.events()[-1].event is AlertEventKind.SUPPRESSED
    assert bodies(harness, "retraction") == {}


def test_a_page_that_moved_within_its_outlet_is_not_retracted(harness: Harness) -> None:
    harness.decide(match(), match("https://kurier.example.org/haefen-neu"))
    assert harness.decide(vanished()) == ["retraction"]
    assert "haefen-neu" in harness.events()[-1].reason
    assert bodies(harness, "retraction") == {}


def test_a_page_that_comes_back_after_its_retraction_is_an_ordinary_revision(
    harness: Harness,
) -> None:
    harness.decide(match())
    harness.decide(vanished())
    assert harness.decide(match(revision=3)) == ["revision"]
    assert harness.decide(match(revision=4, title="Korrektur: Oslo baut die Häfen nicht aus")) == [
        "correction"
    ]


def test_a_retraction_names_the_topics_that_told_of_the_article(harness: Harness) -> None:
    harness.set_topics(topic(), topic(id="ports", title="Ports"))
    harness.decide(match(), match(topic="ports"))
    deliver_all(harness)
    harness.decide(vanished(), vanished(topic="ports"))
    assert {t["id"] for t in bodies(harness, "retraction")["console"]["topics"]} == {
        "nato-membership",
        "ports",
    }


def test_a_retraction_does_not_overtake_the_message_that_it_is_about(harness: Harness) -> None:
    harness.set_receivers(webhook("http://127.0.0.1:9/x", name="desk"))
    [at_once] = harness.catalog.alerts.routes
    slow = replace(at_once, match={"kind": "new_story"}, group_wait=timedelta(hours=1))
    alerts = replace(harness.catalog.alerts, routes=(slow, at_once))
    harness.catalog = replace(harness.catalog, alerts=alerts)
    harness.decide(match())
    harness.advance(minutes=10)
    harness.decide(vanished())
    due = {n.kind: d.next_attempt_at for n, d in harness.notifications()}
    assert due["retraction"] == due["new_story"]


def test_a_message_that_was_given_up_has_told_nobody(harness: Harness) -> None:
    harness.set_receivers(webhook("http://127.0.0.1:9/x", name="desk"))
    harness.decide(match())
    with harness.store.write() as connection:
        connection.execute(delivery_store.deliveries.update().values(state=delivery_store.FAILED))
    assert harness.decide(vanished()) == ["retraction"]
    assert bodies(harness, "retraction") == {}


@ON_EVERY_DATABASE
def test_the_page_of_an_article_that_is_told_is_to_be_read_again(harness: Harness) -> None:
    told, copied = match(), match(BOTE)
    harness.store_article(told.article)
    harness.decide(told, copied)
    with harness.store.read() as connection:
        row = rereads.find(connection, told.article_id)
        assert rereads.find(connection, copied.article_id) is None
    assert row is not None
    assert row.due_at - row.begun_at == timedelta(minutes=15)
    assert (row.url, row.host) == (told.article.url, "kurier.example.org")
    with harness.store.write() as connection:
        missing = rereads.rereads.update().values(missing_since=NOON)
        connection.execute(missing)
    harness.advance(hours=1)
    harness.decide(match(revision=2, title="Korrektur: Oslo baut die Häfen nicht aus"))
    with harness.store.read() as connection:
        again = rereads.find(connection, told.article_id)
    assert again is not None
    assert again.begun_at - row.begun_at > timedelta(minutes=59)
    assert again.due_at == row.due_at  # a missing page is not left alone for longer
    harness.decide(vanished(revision=3))
    with harness.store.read() as connection:
        assert rereads.find(connection, told.article_id) == again

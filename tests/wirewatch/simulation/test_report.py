"""Notifications and decisions as the report of a simulation shows them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from alerts.decide import Decision, ReasonCode, Role
from config.i18n import verbatim
from core.dispositions import Drop
from core.messages import AlertEventKind
from core.store.deliveries import Notification
from tests.alerts.harness import match
from wirewatch.simulation.report import MessageRows, decision_row

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def notification(receiver: str, kind: str = "new_story", **body: Any) -> Notification:
    return Notification("n", "a", receiver, kind, 0, json.dumps(body), NOON)


def told(*urls: str, story: str = "s", revision: int = 1) -> dict[str, Any]:
    articles = [{"url": url, "revision": revision} for url in urls]
    return {"story": {"id": story}, "articles": articles}


def test_a_message_names_only_what_its_receiver_is_told_for_the_first_time() -> None:
    rows = MessageRows()
    first = rows.row(notification("desk", **told("a")), NOON)
    growth = rows.row(notification("desk", **told("a", "b")), NOON)
    elsewhere = rows.row(notification("mail", **told("a", "b")), NOON)
    other = rows.row(notification("desk", **told("a", story="t")), NOON)
    assert [r["urls"] for r in (first, growth, elsewhere, other)] == [
        ["a"], ["b"], ["a", "b"], ["a"],
    ]  # fmt: skip


def test_a_message_about_a_revision_names_its_article_again() -> None:
    rows = MessageRows()
    rows.row(notification("desk", **told("a")), NOON)
    assert rows.row(notification("desk", **told("a", revision=2)), NOON)["urls"] == ["a"]
    assert rows.row(notification("desk", **told("a", revision=2)), NOON)["urls"] == []
    with_another = told("a", "b", revision=3)
    assert rows.row(notification("desk", **with_another), NOON)["urls"] == ["a", "b"]
    about_b = told("b", "a", revision=4)
    assert rows.row(notification("desk", **about_b), NOON)["urls"] == ["b"]


def test_a_message_about_an_article_that_was_only_listed_before_names_it() -> None:
    rows = MessageRows()
    rows.row(notification("desk", **told("a", "b")), NOON)
    assert rows.row(notification("desk", **told("b", "a")), NOON)["urls"] == ["b"]
    assert rows.row(notification("desk", **told("b", "a")), NOON)["urls"] == []
    both = told("c", "a", revision=2) | {"about": ["c", "a"]}
    both["articles"] = [article | {"id": article["url"]} for article in both["articles"]]
    assert rows.row(notification("desk", **both), NOON)["urls"] == ["c", "a"]


def test_times_are_cut_to_milliseconds() -> None:
    at = NOON.replace(microsecond=123_456)
    row = MessageRows().row(notification("desk", **told("a")), at)
    assert row["at"] == "2026-11-22T12:00:00.123000Z"


def test_kind_development_and_topics_are_those_of_the_stored_body() -> None:
    body: dict[str, Any] = {
        "kind": "update",
        "topic": {"id": "nato"},
        "topics": [{"id": "nato"}, {"id": "ports"}],
        "story": {"id": "s", "title": "T", "development": "41 dead (was 3)"},
        "reason": "Two outlets report it.",
    }
    row = MessageRows().row(notification("desk", **body), NOON)
    assert (row["kind"], row["topic"], row["development"]) == ("update", "nato", "41 dead (was 3)")
    assert [topic["id"] for topic in row["topics"]] == ["nato", "ports"]
    assert (row["reason"], row["receivers"]) == ("Two outlets report it.", ["desk"])


def test_a_digest_names_the_articles_of_all_its_stories_and_why_they_were_held() -> None:
    held = {"kind": "update", "topic": {"id": "nato"}, "held_reason": "Quiet hours."}
    items = [told("a", story="s") | held, told("b", story="t") | held]
    body = {"story": None, "digest": "catch_up", "items": items}
    row = MessageRows().row(notification("desk", "digest", **body), NOON)
    assert (row["kind"], row["topic"], row["story"]) == ("digest", None, None)
    assert (row["urls"], row["digest"]) == (["a", "b"], "catch_up")
    assert [(item["story"], item["urls"], item["held_reason"]) for item in row["items"]] == [
        ("s", ["a"], "Quiet hours."),
        ("t", ["b"], "Quiet hours."),
    ]


def test_a_held_message_has_the_time_of_its_decision_and_of_its_release() -> None:
    until = NOON.replace(hour=18)
    row = MessageRows().row(notification("desk", **told("a")), NOON, until)
    assert (row["at"], row["held_until"]) == ("2026-11-22T12:00:00Z", "2026-11-22T18:00:00Z")


@pytest.mark.parametrize(
    ("role", "code", "stored", "reported"),
    [
        (Role.ORIGINAL, ReasonCode.NEW_STORY, "", "original"),
        (Role.COPY, ReasonCode.COPY, "", "copy"),
        (None, ReasonCode.REVISION, "original", "minor"),
        (None, ReasonCode.REVISION, "copy", "copy"),
        (None, ReasonCode.TOO_OLD, "", None),
    ],
)
def test_a_decision_has_the_role_of_the_revision(
    role: Role | None, code: ReasonCode, stored: str, reported: str | None
) -> None:
    decision = Decision(AlertEventKind.UPDATED, code, verbatim("Why."), "s", role)
    row = decision_row(match(), decision, stored, NOON)
    assert (row["role"], row["reason_code"], row["reason"]) == (reported, code.value, "Why.")


def test_every_other_role_of_a_text_of_its_own_is_reported_by_its_contract_name() -> None:
    names = {"original", "development", "minor", "copy", "correction", "retraction"}
    for role in Role:
        decision = Decision(
            AlertEventKind.UPDATED, ReasonCode.SAME_STORY, verbatim("Why."), "s", role
        )
        assert decision_row(match(), decision, "", NOON)["role"] in names


def test_a_match_that_was_decided_before_is_reported_as_dropped() -> None:
    row = decision_row(match(), Drop("repeated", "decided before"), "", NOON)
    assert (row["event"], row["reason_code"], row["story"]) == ("dropped", "repeated", None)

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.decide import (
    REPEATED,
    Decision,
    DecisionContext,
    Neighbour,
    PriorDecision,
    ReasonCode,
    Role,
    decide,
)
from config.catalog.models import TopicState
from config.i18n import Phrase, in_english
from core.dispositions import Drop
from core.ids import story_id
from core.messages import AlertEventKind, Origin
from tests.alerts.harness import NOON, match

OPENED, UPDATED = AlertEventKind.OPENED, AlertEventKind.UPDATED
SUPPRESSED = AlertEventKind.SUPPRESSED
LIVE = DecisionContext(now=NOON, state=TopicState.LIVE, max_age=timedelta(hours=48))
SAME_TEXT = Phrase("decision.same_text", outlet="kurier")
ALERTED = Neighbour("s" * 32, "a" * 32, 0.5, SAME_TEXT, has_alert=True)
NOT_ALERTED = replace(ALERTED, has_alert=False)


def decided(context: DecisionContext, **values: object) -> Decision:
    decision = decide(match(**values), context)  # type: ignore[arg-type]
    assert isinstance(decision, Decision)
    return decision


def test_an_article_unlike_any_other_opens_an_alert_and_notifies() -> None:
    decision = decided(LIVE)
    assert (decision.event, decision.code, decision.role) == (
        OPENED,
        ReasonCode.NEW_STORY,
        Role.ORIGINAL,
    )
    assert decision.notify
    assert decision.kind == "new_story"
    assert decision.story_id == story_id("nato-membership", match().article_id)


@pytest.mark.parametrize(
    ("context", "code", "event", "role"),
    [
        (replace(LIVE, copy=ALERTED), "copy", SUPPRESSED, Role.COPY),
        (replace(LIVE, story=ALERTED), "same_story", UPDATED, Role.MINOR),
        (replace(LIVE, state=TopicState.DRAFT), "draft", SUPPRESSED, None),
        (replace(LIVE, state=TopicState.RETIRED), "retired", SUPPRESSED, None),
        (replace(LIVE, state=None), "retired", SUPPRESSED, None),
        (replace(LIVE, state=TopicState.SHADOW), "shadow", SUPPRESSED, Role.ORIGINAL),
        (replace(LIVE, state=TopicState.SHADOW, story=ALERTED), "shadow", SUPPRESSED, Role.MINOR),
    ],
)
def test_what_is_not_new_or_not_live_notifies_nobody(
    context: DecisionContext, code: str, event: AlertEventKind, role: Role | None
) -> None:
    decision = decided(context)
    assert (decision.code, decision.event, decision.role) == (code, event, role)
    assert not decision.notify
    assert decision.kind is None


@pytest.mark.parametrize("neighbour", ["copy", "story"])
def test_the_next_article_of_a_story_without_an_alert_opens_it(
    neighbour: str,
) -> None:
    decision = decided(replace(LIVE, **{neighbour: NOT_ALERTED}))  # type: ignore[arg-type]
    assert (decision.event, decision.role) == (OPENED, Role.DEVELOPMENT)
    assert decision.notify
    assert decision.story_id == NOT_ALERTED.story_id


@pytest.mark.parametrize("origin", [Origin.BACKFILL, Origin.REPLAY])
def test_only_live_articles_open_an_alert(origin: Origin) -> None:
    assert decided(LIVE, origin=origin).code == "not_live"


def test_an_articles_age_is_measured_from_its_publication() -> None:
    old = NOON - timedelta(hours=48, minutes=1)
    assert decided(LIVE, published_at=old).code == "too_old"
    assert decided(LIVE, published_at=NOON - timedelta(hours=48)).code == "new_story"
    assert decided(replace(LIVE, max_age=timedelta(days=9)), published_at=old).notify


def test_a_guessed_date_makes_no_article_too_old() -> None:
    old = NOON - timedelta(days=900)
    assert decided(LIVE, published_at=old, published_confidence="low").code == "new_story"
    assert decided(LIVE, published_at=old, published_confidence="medium").code == "too_old"


def test_an_undated_article_is_at_least_as_old_as_the_last_change_of_its_page() -> None:
    changed = {"published_at": None, "published_before": NOON - timedelta(days=3)}
    decision = decided(LIVE, **changed)
    assert (decision.code, decision.reason.code) == ("too_old", "decision.too_old.changed")
    assert decided(LIVE, published_at=None, published_before=NOON).code == "new_story"


def test_the_age_of_an_undated_article_is_measured_from_when_it_was_first_seen() -> None:
    seen = {"published_at": None, "first_seen_at": NOON - timedelta(days=3)}
    decision = decided(LIVE, **seen)
    assert decision.code == "too_old"
    assert in_english(decision.reason) == "The article was first seen 72 h ago, more than 48 h."


@pytest.mark.parametrize(
    ("event", "code", "then"),
    [
        (OPENED, "new_story", UPDATED),
        (UPDATED, "same_story", UPDATED),
        (SUPPRESSED, "not_live", SUPPRESSED),
        (SUPPRESSED, "copy", SUPPRESSED),
    ],
)
def test_a_new_revision_notifies_nobody(
    event: AlertEventKind, code: str, then: AlertEventKind
) -> None:
    prior = PriorDecision(1, "r1", event, code, "s" * 32)
    decision = decided(replace(LIVE, prior=prior), revision=2)
    assert (decision.event, decision.code) == (then, "revision")
    assert (decision.story_id, decision.notify) == ("s" * 32, False)


def test_the_same_match_again_changes_nothing() -> None:
    prior = PriorDecision(1, "r1", OPENED, "new_story", "s" * 32)
    decision = decide(match(), replace(LIVE, prior=prior))
    assert isinstance(decision, Drop)
    assert decision.reason == REPEATED


def test_a_changed_rule_does_not_decide_about_an_article_again() -> None:
    prior = PriorDecision(1, "r0", SUPPRESSED, "draft", "s" * 32)
    decision = decided(replace(LIVE, prior=prior))
    assert (decision.event, decision.code, decision.notify) == (SUPPRESSED, "known", False)


def test_every_reason_code_is_documented() -> None:
    import alerts.decide

    assert alerts.decide.__doc__
    assert all(code.value in alerts.decide.__doc__ for code in ReasonCode)

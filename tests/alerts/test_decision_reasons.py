"""The reason of every decision is a sentence in every language, also after it was stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.decide import DecisionContext, Neighbour, PriorDecision, ReasonCode, decide
from config.catalog.models import TopicState
from config.i18n import LANGUAGES, Phrase, translator
from core.dispositions import Drop
from core.messages import AlertEventKind, Origin
from tests.alerts.harness import NOON, match

LIVE = DecisionContext(now=NOON, state=TopicState.LIVE, max_age=timedelta(hours=48))
SHADOW = replace(LIVE, state=TopicState.SHADOW)
WHY = Phrase("decision.same_text", outlet="kurier")
ALERTED = Neighbour("s" * 32, "a" * 32, 0.5, WHY, has_alert=True)
NOT_ALERTED = replace(ALERTED, has_alert=False)
TOLD = PriorDecision(1, "r0", AlertEventKind.OPENED, "new_story", "s" * 32)


def reason(context: DecisionContext, **article: object) -> Phrase:
    decision = decide(match(**article), context)  # type: ignore[arg-type]
    assert not isinstance(decision, Drop)
    return decision.reason


def reasons() -> Iterator[Phrase]:
    """The reason of a decision of every kind."""
    long_ago = NOON - timedelta(days=3)
    yield reason(LIVE)
    yield reason(replace(LIVE, no_story=Phrase("decision.no_similar_story", hours=72)))
    for context in (LIVE, SHADOW):
        for neighbour in (ALERTED, NOT_ALERTED):
            yield reason(replace(context, copy=neighbour))
            yield reason(replace(context, story=neighbour))
    for state in (TopicState.DRAFT, TopicState.RETIRED, None):
        yield reason(replace(LIVE, state=state))
    for origin in (Origin.BACKFILL, Origin.REPLAY):
        yield reason(LIVE, origin=origin)
    yield reason(LIVE, published_at=long_ago)
    yield reason(LIVE, published_at=None, first_seen_at=long_ago)
    yield reason(replace(LIVE, prior=TOLD))
    yield reason(replace(LIVE, prior=TOLD), revision=2)
    for code in ReasonCode:
        prior = replace(TOLD, event=AlertEventKind.SUPPRESSED, code=code)
        yield reason(replace(LIVE, prior=prior), revision=2)


def codes(phrase: Phrase) -> set[str]:
    nested = (param for param in phrase.params.values() if isinstance(param, Phrase))
    return {phrase.code}.union(*map(codes, nested))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_a_decision_is_a_sentence(language: str) -> None:
    t = translator(language)
    for phrase in reasons():
        text = t.phrase(phrase)
        assert text.endswith("."), text
        assert not any(code in text for code in codes(phrase)), text
        assert t.phrase(Phrase.load(phrase.dump())) == text

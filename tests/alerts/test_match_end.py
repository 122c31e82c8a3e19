"""Every match of a live topic ends as told, joined, held or suppressed, with a reason code."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from alerts.decide import Decision, ReasonCode, Role
from alerts.match_end import TopicDayEnds, add_up, end_at_decision, end_of_notified
from config.i18n import Phrase
from core.messages import AlertEventKind, Origin
from core.store.alerts import DecisionRow
from core.store.match_counts import DecidedCount, NotifiedMatch
from tests.alerts.harness import NOON, match

TODAY = date(2026, 11, 22)
SUPPRESSED = AlertEventKind.SUPPRESSED


def decided(event: AlertEventKind, code: ReasonCode, **values: object) -> Decision:
    return Decision(event, code, Phrase("decision.new_story"), "s" * 32, **values)  # type: ignore[arg-type]


def prior(end: str, code: str) -> DecisionRow:
    texts = ("nato", "a" * 32, 1, "r", "suppressed", "copy", "", "x", "s", "o", "t", "u")
    return DecisionRow(*texts, NOON, match_end=end, end_code=code)


@pytest.mark.parametrize(
    ("decision", "earlier", "end"),
    [
        (decided(AlertEventKind.OPENED, ReasonCode.NEW_STORY, notify=True), None,
         ("notified", "new_story")),
        (decided(AlertEventKind.UPDATED, ReasonCode.DEVELOPMENT, notify=True), None,
         ("notified", "development")),
        (decided(AlertEventKind.UPDATED, ReasonCode.SAME_STORY), None, ("joined", "same_story")),
        (decided(AlertEventKind.UPDATED, ReasonCode.REVISION), prior("notified", "new_story"),
         ("joined", "revision")),
        (decided(SUPPRESSED, ReasonCode.COPY, role=Role.COPY), None, ("joined", "copy")),
        (decided(SUPPRESSED, ReasonCode.REVISION), prior("joined", "copy"), ("joined", "revision")),
        (decided(SUPPRESSED, ReasonCode.REVISION), prior("suppressed", "too_old"),
         ("suppressed", "too_old")),
        (decided(SUPPRESSED, ReasonCode.SILENCED, role=Role.ORIGINAL), None,
         ("suppressed", "silenced")),
        (decided(SUPPRESSED, ReasonCode.TOO_OLD), None, ("suppressed", "too_old")),
    ],
)  # fmt: skip
def test_a_decision_says_how_a_match_ends(
    decision: Decision, earlier: DecisionRow | None, end: tuple[str, str]
) -> None:
    assert end_at_decision(decision, match(), earlier) == end


@pytest.mark.parametrize("origin", [Origin.BACKFILL, Origin.REPLAY])
def test_what_is_not_live_is_suppressed_with_its_origin(origin: Origin) -> None:
    decision = decided(SUPPRESSED, ReasonCode.NOT_LIVE)
    assert end_at_decision(decision, match(origin=origin)) == ("suppressed", origin.value)


WAITS = NotifiedMatch("nato", "a", 1, TODAY, "live", "new_story", 0, 1, 0, 0, "")


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({}, ("held", "pending")),
        ({"hold_code": "quiet_hours"}, ("held", "quiet_hours")),
        ({"attempted": 1}, ("held", "undelivered")),
        ({"delivered": 1}, ("told", "new_story")),
        ({"delivered": 1, "hold_code": "cap"}, ("told", "new_story")),
        ({"waiting": 0, "failed": 2}, ("suppressed", "undeliverable")),
        ({"waiting": 0, "failed": 1, "delivered": 1}, ("told", "new_story")),
        ({"waiting": 0}, ("suppressed", "no_receiver")),
    ],
)
def test_the_messages_about_a_match_say_whether_it_was_told(
    changes: dict[str, object], end: tuple[str, str]
) -> None:
    result, code = end_of_notified(replace(WAITS, **changes))  # type: ignore[arg-type]
    assert (result.value, code) == end


def test_the_four_ends_add_up_and_other_states_are_counted_apart() -> None:
    counts = [
        DecidedCount("nato", TODAY, "live", "joined", "copy", 3),
        DecidedCount("nato", TODAY, "live", "suppressed", "too_old", 2),
        DecidedCount("nato", TODAY, "live", "suppressed", "backfill", 4),
        DecidedCount("nato", TODAY, "shadow", "suppressed", "shadow", 7),
    ]
    [day] = add_up(counts, [WAITS, replace(WAITS, article_id="b", delivered=1)])
    assert (day.told, day.joined, day.held) == (1, 3, 1)
    assert (day.suppressed, day.held_by) == ({"too_old": 2, "backfill": 4}, {"pending": 1})
    assert (day.matches, day.not_live) == (11, {"shadow": 7})
    total = TopicDayEnds("nato", TODAY)
    total.include(day)
    total.include(day)
    assert (total.matches, total.suppressed["too_old"], total.not_live) == (22, 4, {"shadow": 14})

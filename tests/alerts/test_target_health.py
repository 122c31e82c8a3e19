"""What attempts mean for a target: tables of what it answered, minute by minute."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from alerts.receivers import Receipt
from alerts.target_health import LONGEST_PAUSE, LONGEST_PROBE, after_attempt
from config.errors import DeliveryError
from config.i18n import verbatim
from core.store.targets import TargetState
from tests.alerts.harness import NOON

OK = Receipt(verbatim("HTTP 200"))
GONE = DeliveryError(verbatim("HTTP 404"), target_fault=True)
REJECTED = DeliveryError(verbatim("HTTP 400"), permanent=True)
DOWN = DeliveryError(verbatim("HTTP 503"))
LOST = DeliveryError(verbatim("No answer."), unknown=True)

Answer = Receipt | DeliveryError
Answers = list[tuple[float, Answer]]
"""Minutes after noon, and what the target answered then."""


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def after(*answers: tuple[float, Answer], chance: float = 1.0) -> TargetState:
    """Return the state of a target that gave these answers."""
    state = TargetState("desk", "host", NOON)
    for minutes, answer in answers:
        state = after_attempt(state, answer, now=at(minutes), chance=chance)
    return state


def test_a_fault_of_the_target_that_lasts_for_two_hours_breaks_it() -> None:
    assert not after((0, GONE), (60, GONE), (119, GONE)).is_broken
    broken = after((0, GONE), (60, GONE), (120, GONE))
    assert (broken.is_broken, broken.broken_since) == (True, at(120))
    assert not broken.rejects_everything


def test_two_hours_are_counted_over_pauses_and_other_failures() -> None:
    assert after((0, GONE), (180, GONE)).is_broken
    assert after((0, GONE), (60, DOWN), (90, LOST), (120, GONE)).is_broken


def test_a_success_ends_the_fault() -> None:
    assert after((0, GONE), (60, OK)) == TargetState("desk", "host", at(60))
    assert not after((0, GONE), (60, OK), (121, GONE), (200, GONE)).is_broken


def test_a_target_that_is_only_down_is_never_broken() -> None:
    assert not after(*((minutes, DOWN) for minutes in range(0, 600, 5))).is_broken


def test_five_messages_rejected_in_a_row_within_ten_minutes_break_it() -> None:
    four: Answers = [(0, REJECTED), (2, REJECTED), (4, REJECTED), (6, REJECTED)]
    assert not after(*four).is_broken
    broken = after(*four, (10, REJECTED))
    assert broken.is_broken
    assert broken.rejects_everything


@pytest.mark.parametrize("between", [OK, DOWN, LOST, GONE])
def test_five_are_counted_only_in_a_row(between: Answer) -> None:
    four: Answers = [(0, REJECTED), (1, REJECTED), (2, REJECTED), (3, REJECTED)]
    assert not after(*four, (4, between), (5, REJECTED)).is_broken


def test_five_in_more_than_ten_minutes_are_not_enough() -> None:
    answers: Answers = [(minutes, REJECTED) for minutes in (0, 2, 4, 6, 10.1)]
    assert not after(*answers).is_broken
    assert after(*answers, (10.2, REJECTED)).is_broken  # the last five took less


def test_a_target_that_rejects_a_message_has_no_fault_of_its_own() -> None:
    assert after((0, GONE), (119, REJECTED), (120, GONE)).failing_since == at(120)


def test_a_broken_target_is_probed_at_a_widening_interval() -> None:
    answers: Answers = [(0, GONE), (120, GONE)]
    pauses = []
    for _ in range(8):
        state = after(*answers)
        assert state.probe_at is not None
        pauses.append((state.probe_at - state.updated_at).total_seconds())
        answers.append((answers[-1][0] + pauses[-1] / 60, GONE))
    assert pauses == [300, 600, 1200, 2400, *[LONGEST_PROBE] * 4]


def test_a_broken_target_stays_broken_until_it_accepts_or_judges_a_message() -> None:
    broken: Answers = [(0, GONE), (120, GONE)]
    for failure in (GONE, DOWN, LOST):
        assert after(*broken, (130, failure)).broken_since == at(120)
    assert after(*broken, (130, OK)) == TargetState("desk", "host", at(130))
    judging = after(*broken, (130, REJECTED))
    assert (judging.is_broken, judging.probe_at) == (False, None)


def test_a_target_that_rejects_everything_stays_broken_until_it_accepts_a_message() -> None:
    broken: Answers = [(minutes, REJECTED) for minutes in range(5)]
    assert after(*broken, (20, REJECTED), (60, GONE)).broken_since == at(4)
    assert not after(*broken, (20, OK)).is_broken


def test_after_five_failures_a_target_is_paused_for_longer_and_longer() -> None:
    assert after(*((0, DOWN) for _ in range(4))).probe_at is None
    pauses = [
        (state.probe_at - NOON).total_seconds()
        for failures in range(5, 15)
        if (state := after(*((0, DOWN) for _ in range(failures)))).probe_at
    ]
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, LONGEST_PAUSE, LONGEST_PAUSE]
    assert after(*((0, DOWN) for _ in range(9)), (1, OK)).probe_at is None


def test_pauses_are_spread_over_their_second_half() -> None:
    shortest = after((0, GONE), (120, GONE), chance=0.0).probe_at
    assert shortest == at(120) + timedelta(seconds=150)


def test_a_rate_limit_outlasts_failures_and_success() -> None:
    state = TargetState("desk", "host", NOON, paid_until=at(1), send_after=at(0.5))
    for answer in (DOWN, GONE, REJECTED, OK):
        state = after_attempt(state, answer, now=NOON, chance=1.0)
        assert (state.paid_until, state.send_after) == (at(1), at(0.5))

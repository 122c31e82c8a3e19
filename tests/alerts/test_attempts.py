from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.attempts import LONGEST_BACKOFF, AttemptOutcome, outcome_of
from alerts.receivers import Receipt
from config.errors import DeliveryError
from config.i18n import Phrase, in_english, translator, verbatim
from core.store.targets import TargetState
from tests.alerts.harness import NOON

GIVE_UP = timedelta(hours=6)
WHY = verbatim("Why.")


WORKING = TargetState("desk", "host", NOON)


def outcome(result: Receipt | DeliveryError, attempt: int = 1, **age: float) -> AttemptOutcome:
    return judged(result, WORKING, WORKING, attempt, **age)


def judged(
    result: Receipt | DeliveryError,
    before: TargetState,
    after: TargetState,
    attempt: int = 1,
    **age: float,
) -> AttemptOutcome:
    return outcome_of(
        result,
        attempt=attempt,
        age=timedelta(**age),
        give_up=GIVE_UP,
        chance=1.0,
        before=before,
        after=after,
    )


def test_what_an_attempt_means() -> None:
    assert outcome(Receipt(WHY)) == AttemptOutcome("delivered", WHY)
    assert outcome(DeliveryError(WHY, permanent=True)) == AttemptOutcome("failed", WHY)
    assert outcome(DeliveryError(WHY)) == AttemptOutcome("pending", WHY, 2.0)
    assert outcome(DeliveryError(WHY, unknown=True)) == AttemptOutcome("unknown", WHY, 2.0)
    requested = outcome(DeliveryError(WHY, retry_after=90))
    assert requested == AttemptOutcome("pending", WHY, 90, is_wait_requested=True)


def test_a_wait_that_would_end_after_the_delivery_is_given_up_ends_it() -> None:
    ended = outcome(DeliveryError(WHY), attempt=9, hours=5, minutes=59)
    assert (ended.state, ended.wait) == ("failed", None)
    assert outcome(DeliveryError(WHY, retry_after=7 * 3600)).state == "failed"


@pytest.mark.parametrize(
    ("attempts", "english", "german"),
    [
        (1, "Given up after 1 attempt. Why.", "Nach 1 Versuch aufgegeben. Why."),
        (9, "Given up after 9 attempts. Why.", "Nach 9 Versuchen aufgegeben. Why."),
    ],
)
def test_a_delivery_that_is_given_up_says_after_how_many_attempts(
    attempts: int, english: str, german: str
) -> None:
    reason = outcome(DeliveryError(WHY), attempt=attempts, hours=6).reason
    assert in_english(reason) == english
    assert translator("de").phrase(reason) == german
    assert Phrase.load(reason.dump()) == reason


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_waits_are_spread_and_never_longer_than_five_minutes(attempt: int, chance: float) -> None:
    retried = outcome_of(
        DeliveryError(WHY),
        attempt=attempt,
        age=timedelta(),
        give_up=GIVE_UP,
        chance=chance,
        before=WORKING,
        after=WORKING,
    )
    assert retried.wait is not None
    assert 0 <= retried.wait <= min(LONGEST_BACKOFF, 2.0 ** min(attempt, 20))


def test_a_message_is_not_given_up_while_its_target_is_at_fault_or_broken() -> None:
    fault = DeliveryError(WHY, target_fault=True)
    assert outcome(fault, hours=7).state == "pending"
    broken = replace(WORKING, broken_since=NOON, failing_since=NOON)
    assert judged(DeliveryError(WHY), broken, broken, hours=7).state == "pending"
    assert judged(DeliveryError(WHY, unknown=True), broken, broken, hours=7).state == "unknown"


def test_the_probe_of_a_broken_target_waits_as_long_as_the_target() -> None:
    probe_at = NOON + timedelta(minutes=10)
    broken = replace(WORKING, broken_since=NOON, failing_since=NOON, probe_at=probe_at)
    assert judged(DeliveryError(WHY, target_fault=True), broken, broken).wait == 600


def test_where_the_message_may_be_at_fault_another_one_is_the_next_probe() -> None:
    probe_at = NOON + timedelta(minutes=10)
    rejecting = replace(WORKING, broken_since=NOON, probe_at=probe_at)
    rejected = judged(DeliveryError(WHY, permanent=True), rejecting, rejecting, hours=7)
    assert (rejected.state, rejected.wait) == ("pending", 750)
    paused = replace(WORKING, failures=6, probe_at=probe_at)
    assert judged(DeliveryError(WHY), paused, paused).wait == 750


def test_a_target_that_judges_messages_again_rejects_them_for_good() -> None:
    broken = replace(WORKING, broken_since=NOON, failing_since=NOON)
    assert judged(DeliveryError(WHY, permanent=True), broken, WORKING).state == "failed"

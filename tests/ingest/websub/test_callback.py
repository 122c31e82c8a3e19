"""What a hub's requests to a callback mean: tables of pure decisions."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.store.websub import SUBSCRIBE, UNSUBSCRIBE, Subscription
from ingest.websub import lifecycle
from ingest.websub.callback import PushVerdict, after_push, answer_challenge, judge_push

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOPIC = "https://kurier.example/self.xml"
BODY = b"<rss/>"
PENDING = Subscription(
    token="t" * 43,
    feed_id="kurier-1",
    hub="https://hub.example/",
    host="hub.example",
    topic=TOPIC,
    callback="https://wire.example/websub/" + "t" * 43,
    secret="s" * 43,
    created_at=NOON,
    due_at=NOON + HOUR,
    attempts=1,
    outcome="requested",
    pending_until=NOON + DAY,
)
ACTIVE = replace(PENDING, outcome="confirmed", pending_until=None, expires_at=NOON + DAY)
ENDING = replace(PENDING, mode=UNSUBSCRIBE, expires_at=NOON + DAY)
RENEWED = replace(ACTIVE, outcome="requested", pending_until=NOON + DAY)


def challenge(
    mode: str = SUBSCRIBE, topic: str = TOPIC, text: str = "c<b>", lease: str = "86400"
) -> dict[str, str]:
    names = {"mode": mode, "topic": topic, "challenge": text, "lease_seconds": lease}
    return {f"hub.{name}": value for name, value in names.items()}


@pytest.mark.parametrize(
    ("subscription", "query", "echo"),
    [
        (PENDING, challenge(), "c<b>"),
        (RENEWED, challenge(), "c<b>"),
        (ENDING, challenge(UNSUBSCRIBE), "c<b>"),
        (None, challenge(), None),
        (ACTIVE, challenge(), None),
        (replace(PENDING, pending_until=NOON), challenge(), None),
        (PENDING, challenge(UNSUBSCRIBE), None),
        (ENDING, challenge(SUBSCRIBE), None),
        (PENDING, challenge(topic=TOPIC + "?"), None),
        (PENDING, challenge(text=""), None),
        (PENDING, challenge(text="c" * 2_001), None),
        (PENDING, challenge(mode="publish"), None),
        (PENDING, {}, None),
    ],
)
def test_a_challenge_is_echoed_only_where_it_was_asked_for(
    subscription: Subscription | None, query: dict[str, str], echo: str | None
) -> None:
    answer = answer_challenge(subscription, query, NOON)
    assert answer.echo == echo
    assert (answer.subscription is not None) == (echo is not None)


@pytest.mark.parametrize(
    ("lease", "granted"),
    [
        ("86400", DAY),
        ("", 10 * DAY),
        ("-5", 10 * DAY),
        ("0", 10 * DAY),
        ("9" * 30, 10 * DAY),
        ("٣", 10 * DAY),
        ("99999999", 14 * DAY),
    ],
)
def test_a_lease_is_renewed_at_two_thirds_and_is_fourteen_days_at_most(
    lease: str, granted: timedelta
) -> None:
    confirmed = answer_challenge(PENDING, challenge(lease=lease), NOON).subscription
    assert confirmed is not None
    assert confirmed.expires_at == NOON + granted
    assert confirmed.due_at == NOON + granted * 2 / 3
    assert (confirmed.attempts, confirmed.outcome) == (0, "confirmed")


def test_a_repeated_challenge_is_answered_for_ten_minutes() -> None:
    confirmed = answer_challenge(PENDING, challenge(), NOON).subscription
    soon, later = NOON + timedelta(minutes=9), NOON + timedelta(minutes=11)
    assert answer_challenge(confirmed, challenge(), soon).echo == "c<b>"
    assert answer_challenge(confirmed, challenge(), later).echo is None


def test_a_very_short_lease_is_not_renewed_all_the_time() -> None:
    confirmed = answer_challenge(PENDING, challenge(lease="3"), NOON).subscription
    assert confirmed is not None
    assert confirmed.due_at == NOON + lifecycle.SHORTEST_RENEWAL


def test_a_subscription_that_is_renewed_stays_active_until_its_old_lease_ends() -> None:
    renewed = lifecycle.begin_request(ACTIVE, NOON)
    assert renewed.is_active(NOON)
    assert judge_push(renewed, signature("sha256"), BODY) is PushVerdict.ACCEPTED
    assert (renewed.token, renewed.secret) == (ACTIVE.token, ACTIVE.secret)
    assert not renewed.is_active(NOON + DAY)


def test_a_denial_is_acknowledged_and_the_hub_left_alone_for_a_week() -> None:
    answer = answer_challenge(ACTIVE, challenge("denied"), NOON)
    assert answer.echo == ""
    assert answer.subscription is not None
    assert not answer.subscription.is_active(NOON)
    assert answer.subscription.due_at == NOON + 7 * DAY
    assert answer_challenge(ACTIVE, challenge("denied", topic="other"), NOON).echo is None


def signature(method: str, secret: str = "s" * 43, body: bytes = BODY) -> str:
    return f"{method}={hmac.new(secret.encode(), body, method).hexdigest()}"


@pytest.mark.parametrize(
    ("subscription", "header", "verdict"),
    [
        (ACTIVE, signature("sha1"), "accepted"),
        (ACTIVE, signature("sha256"), "accepted"),
        (ACTIVE, signature("sha384"), "accepted"),
        (ACTIVE, signature("sha512"), "accepted"),
        (ACTIVE, signature("sha256").replace("sha256", "SHA256").upper(), "accepted"),
        (ENDING, signature("sha256"), "accepted"),
        (replace(ACTIVE, secret=""), "", "accepted"),
        (replace(ACTIVE, secret=""), "sha1=wrong", "accepted"),
        (ACTIVE, "", "unsigned"),
        (ACTIVE, signature("md5"), "unsigned"),
        (ACTIVE, signature("sha256", "other"), "unsigned"),
        (ACTIVE, signature("sha256", body=b"<rss />"), "unsigned"),
        (ACTIVE, signature("sha256")[:-1], "unsigned"),
        (ACTIVE, signature("sha256").replace("sha256", "sha512"), "unsigned"),
        (ACTIVE, "sha256=é", "unsigned"),
        (ACTIVE, "sha256", "unsigned"),
        (PENDING, signature("sha256"), "unconfirmed"),
        (PENDING, "", "unsigned"),
        (None, signature("sha256"), "unknown"),
        (replace(ACTIVE, ended_at=NOON), signature("sha256"), "unknown"),
    ],
)
def test_a_push_counts_only_if_it_is_signed(
    subscription: Subscription | None, header: str, verdict: str
) -> None:
    assert judge_push(subscription, header, BODY) == verdict


def test_a_push_that_is_replayed_is_ignored() -> None:
    pushed = after_push(ACTIVE, PushVerdict.ACCEPTED, BODY, NOON)
    assert (pushed.pushed_at, pushed.pushes, pushed.ignored) == (NOON, 1, 0)
    verdict = judge_push(pushed, signature("sha256"), BODY)
    assert verdict is PushVerdict.REPEATED
    replayed = after_push(pushed, verdict, BODY, NOON + HOUR)
    assert replayed == replace(pushed, ignored=1)


def test_requests_that_are_not_confirmed_are_repeated_less_and_less_often() -> None:
    subscription, waits = replace(PENDING, attempts=0), []
    for _ in range(8):
        subscription = lifecycle.begin_request(subscription, NOON)
        waits.append((subscription.due_at - NOON) // HOUR)
    assert waits == [1, 2, 4, 8, 16, 24, 24, 24]


@pytest.mark.parametrize(
    ("failure", "wait", "outcome", "hours"),
    [
        ("", None, "accepted", 1),
        ("http_500", None, "http_500", 1),
        ("http_429", 7_200, "http_429", 2),
    ],
)
def test_the_answer_of_a_hub_decides_when_it_is_asked_again(
    failure: str, wait: float | None, outcome: str, hours: int
) -> None:
    asked = lifecycle.begin_request(replace(PENDING, attempts=0), NOON)
    answered = lifecycle.after_answer(asked, failure, wait, NOON)
    assert (answered.outcome, answered.due_at) == (outcome, NOON + hours * HOUR)
    assert (answered.pending_until is None) == bool(failure)


def test_an_answer_that_comes_after_the_confirmation_changes_nothing() -> None:
    assert lifecycle.after_answer(ACTIVE, "timeout", None, NOON) == ACTIVE


def test_a_hub_that_does_not_confirm_the_end_is_asked_three_times() -> None:
    ending = lifecycle.end(ACTIVE, NOON)
    assert (ending.mode, ending.due_at, ending.ended_at) == (UNSUBSCRIBE, NOON, None)
    for _ in range(3):
        ending = lifecycle.begin_request(ending, NOON)
        assert ending.ended_at is None
    assert lifecycle.begin_request(ending, NOON).ended_at == NOON


def test_what_was_never_confirmed_ends_without_a_request() -> None:
    assert lifecycle.end(PENDING, NOON).ended_at == NOON

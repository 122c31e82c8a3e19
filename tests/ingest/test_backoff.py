from __future__ import annotations

import random
from datetime import timedelta

import pytest

from config.i18n import Phrase, in_english
from core.http import Response
from ingest.polling.backoff import FailClass, FetchFailure, delay, failure_of, with_jitter


def answer(status: int, **headers: str) -> Response:
    return Response("https://a.example/f", status, headers, b"")


@pytest.mark.parametrize(
    ("outcome", "kind", "waits_minutes"),
    [
        ("dns", FailClass.NETWORK, [2, 4, 8, 16, 32, 60, 60]),
        ("timeout", FailClass.NETWORK, [2, 4, 8]),
        ("nxdomain", FailClass.UNKNOWN_HOST, [15, 30, 60, 120, 240, 480, 720, 720]),
        ("tls", FailClass.UNKNOWN_HOST, [15, 30]),
        ("server_error", FailClass.SERVER, [5, 10, 20, 40, 80, 160, 320, 360, 360]),
        ("rate_limited", FailClass.RATE_LIMITED, [15, 30, 60, 120, 240, 360, 360]),
        ("refused", FailClass.REFUSED, [240, 480, 960, 1440, 1440]),
        ("challenge", FailClass.REFUSED, [240]),
        ("not_found", FailClass.NOT_FOUND, [30, 60, 120, 240, 480, 960, 1440, 1440]),
        ("gone", FailClass.GONE, [1440, 1440]),
        ("html_instead", FailClass.CONTENT, [15, 30, 60, 120, 240, 360, 360]),
        ("too_large", FailClass.CONTENT, [15]),
        ("an unknown outcome", FailClass.CONTENT, [15]),
    ],
)
def test_waits_double_within_a_class_up_to_its_limit(
    outcome: str, kind: FailClass, waits_minutes: list[int]
) -> None:
    assert FetchFailure(outcome, Phrase("fetch.empty")).kind is kind
    waits = [delay(kind, n + 1) / timedelta(minutes=1) for n in range(len(waits_minutes))]
    assert waits == waits_minutes


def test_a_wait_after_very_many_failures_is_still_limited() -> None:
    assert delay(FailClass.NETWORK, 100_000) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (301, "http_error"),
        (400, "http_error"),
        (401, "refused"),
        (403, "refused"),
        (404, "not_found"),
        (410, "gone"),
        (429, "rate_limited"),
        (451, "refused"),
        (500, "server_error"),
        (503, "server_error"),
        (599, "server_error"),
    ],
)
def test_a_status_other_than_success_is_a_failure_with_an_outcome(
    status: int, outcome: str
) -> None:
    failure = failure_of(answer(status), None)
    assert failure is not None
    assert failure.outcome == outcome
    assert str(status) in in_english(failure.reason)


@pytest.mark.parametrize("status", [200, 203, 206, 226])
def test_any_success_is_read(status: int) -> None:
    assert failure_of(answer(status), 60.0) is None


def test_a_challenge_is_distinguished_from_a_refusal() -> None:
    failure = failure_of(answer(403, **{"cf-mitigated": "challenge"}), None)
    assert failure is not None
    assert failure.outcome == "challenge"


@pytest.mark.parametrize(("status", "heeded"), [(429, 90.0), (503, 90.0), (404, None), (403, None)])
def test_retry_after_is_respected_for_429_and_5xx_only(status: int, heeded: float | None) -> None:
    failure = failure_of(answer(status), 90.0)
    assert failure is not None
    assert failure.retry_after == heeded


def test_jitter_adds_at_most_a_tenth_and_at_most_half_an_hour() -> None:
    rng = random.Random(1)
    short = [with_jitter(timedelta(minutes=10), rng) for _ in range(200)]
    assert all(timedelta(minutes=10) <= w <= timedelta(minutes=11) for w in short)
    assert len(set(short)) > 100
    long = [with_jitter(timedelta(hours=24), rng) for _ in range(200)]
    assert max(long) <= timedelta(hours=24, minutes=30)

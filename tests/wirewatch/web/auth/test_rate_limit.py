"""The limit on wrong tokens, per address and minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from wirewatch.web.auth.rate_limit import MAX_ADDRESSES, MAX_FAILURES, FailureRate

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_an_address_waits_until_its_first_failure_is_a_minute_old() -> None:
    now = [NOW]
    rate = FailureRate(lambda: now[0])
    for _ in range(MAX_FAILURES):
        assert rate.seconds_to_wait("192.0.2.1") == 0
        rate.add_failure("192.0.2.1")
        now[0] += timedelta(seconds=5)
    assert rate.seconds_to_wait("192.0.2.1") == 60 - 5 * MAX_FAILURES
    assert rate.seconds_to_wait("192.0.2.2") == 0
    now[0] = NOW + timedelta(seconds=60)
    assert rate.seconds_to_wait("192.0.2.1") == 0


def test_the_number_of_remembered_addresses_is_limited() -> None:
    rate = FailureRate(lambda: NOW)
    for _ in range(MAX_FAILURES):
        rate.add_failure("first")
    for number in range(MAX_ADDRESSES):
        rate.add_failure(str(number))
    assert rate.seconds_to_wait("first") == 0

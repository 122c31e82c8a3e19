"""Backoff: doubling up to a limit, and jitter within its bounds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.backoff import exponential, jittered


def test_pauses_double_up_to_the_longest() -> None:
    assert [exponential(1.0, n, 60.0) for n in (0, 1, 2, 3, 7, 8)] == [1, 1, 2, 4, 60, 60]


def test_durations_work_like_numbers() -> None:
    minute = timedelta(minutes=1)
    assert exponential(minute, 3, timedelta(hours=1)) == timedelta(minutes=4)
    assert jittered(minute, 0.5) == timedelta(seconds=30)


def test_no_number_of_failures_overflows() -> None:
    assert exponential(timedelta(minutes=15), 10**9, timedelta(days=1)) == timedelta(days=1)


@given(st.floats(0, 1), st.floats(0, 1))
def test_jitter_stays_between_the_least_share_and_the_whole(chance: float, least: float) -> None:
    assert 10.0 * least - 1e-9 <= jittered(10.0, chance, least=least) <= 10.0 + 1e-9


@pytest.mark.parametrize(("chance", "pause"), [(0.0, 5.0), (0.5, 7.5), (1.0, 10.0)])
def test_equal_jitter_takes_at_least_half(chance: float, pause: float) -> None:
    assert jittered(10.0, chance, least=0.5) == pause

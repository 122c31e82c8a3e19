"""Times are converted to milliseconds and back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import from_ms, to_ms


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_keeps_its_milliseconds(moment: datetime) -> None:
    assert from_ms(to_ms(moment)) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        to_ms(datetime(2026, 11, 22))  # noqa: DTZ001 this is what the test is about


@pytest.mark.parametrize("nonsense", [2**62, -(2**62)])
def test_milliseconds_out_of_range_become_the_nearest_possible_time(nonsense: int) -> None:
    assert from_ms(nonsense).tzinfo is UTC

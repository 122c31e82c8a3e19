"""Times as milliseconds, as Kafka counts them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import from_ms, to_ms


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_is_kept_to_the_millisecond(moment: datetime) -> None:
    assert from_ms(to_ms(moment)) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        to_ms(datetime(2026, 11, 22))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize("nonsense", [2**62, -(2**62)])
def test_a_time_that_others_made_up_is_the_nearest_possible_one(nonsense: int) -> None:
    assert from_ms(nonsense).tzinfo is UTC

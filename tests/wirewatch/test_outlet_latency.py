"""The latency of outlets: percentiles of the time between two points of an article's way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.store.article_times import ArticleTimes
from wirewatch.outlet_latency import (
    ALL,
    OTHERS,
    OutletLatency,
    Percentiles,
    measure_outlets,
    percentile,
)

SEEN = datetime(2026, 11, 29, 12, tzinfo=UTC)


def article(outlet: str, published: float | None, told: float | None = None) -> ArticleTimes:
    """Return an article that was published seconds before it was seen, and told seconds after."""
    return ArticleTimes(
        outlet,
        None if published is None else SEEN - timedelta(seconds=published),
        SEEN,
        None if told is None else SEEN + timedelta(seconds=told),
    )


def test_each_outlet_has_the_percentiles_of_the_segments_that_are_known() -> None:
    kurier = [article("kurier", number) for number in range(1, 101)]
    times = [*kurier, article("blatt", None, 5), article("wire", 30, 2), article("wire", None)]
    everything, busiest, second, rest = measure_outlets(times, most=2)
    assert (everything.outlet, everything.articles) == (ALL, 103)
    assert everything.segments["seen_to_told"] == Percentiles(2, 2, 5)
    assert everything.segments["published_to_told"] == Percentiles(1, 32, 32)
    seen = Percentiles(100, 50, 95)
    assert busiest == OutletLatency("kurier", 100, {"published_to_seen": seen})
    assert (second.outlet, second.segments["published_to_seen"].articles) == ("wire", 1)
    assert rest == OutletLatency(OTHERS, 1, {"seen_to_told": Percentiles(1, 5, 5)})


def test_nothing_is_measured_of_no_article_and_no_time_is_negative() -> None:
    assert measure_outlets([], most=2) == []
    [_, ahead] = measure_outlets([article("kurier", -60)], most=2)
    assert ahead.segments["published_to_seen"] == Percentiles(1, 0, 0)
    assert [percentile([1, 2, 3], percent) for percent in (1, 50, 95, 100)] == [1, 2, 3, 3]

"""When a topic has far more articles in an hour than is usual at that time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from alerts.spikes import FACTORS, TopicHour, is_spike, spike_reason, usual_count
from config.i18n import in_english, translator

BERLIN = ZoneInfo("Europe/Berlin")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TUESDAY = datetime(2026, 11, 24, 14, tzinfo=UTC)


def daily(hour: datetime, articles: int, weekend: int | None = None) -> dict[datetime, int]:
    """Counts of the same hour on the 28 days before."""
    days = (hour - n * DAY for n in range(1, 29))
    return {d: articles if d.weekday() < 5 or weekend is None else weekend for d in days}


def usual(counts: dict[datetime, int], hour: datetime, days: float = 100) -> float | None:
    return usual_count(counts, hour - days * DAY, hour, UTC)


def test_the_mean_is_that_of_the_same_hour_of_working_days() -> None:
    counts = daily(TUESDAY, 6, weekend=50) | daily(TUESDAY - HOUR, 90) | daily(TUESDAY + HOUR, 80)
    assert usual(counts, TUESDAY) == 6.0


def test_weekends_have_a_mean_of_their_own() -> None:
    saturday = TUESDAY + 4 * DAY
    assert usual(daily(saturday, 6, weekend=2), saturday) == 2.0


def test_an_hour_without_articles_counts_as_none() -> None:
    assert usual({TUESDAY - 7 * DAY: 20}, TUESDAY) == 1.0


@pytest.mark.parametrize(
    ("days", "mean"), [(13.9, None), (14, 3.0), (20, 3.0), (28, 3.0), (300, 3.0)]
)
def test_a_topic_needs_fourteen_days(days: float, mean: float | None) -> None:
    assert usual(daily(TUESDAY, 3), TUESDAY, days) == mean


def test_a_topic_that_never_had_an_article_has_no_mean() -> None:
    assert usual_count({}, None, TUESDAY, UTC) is None


def test_days_before_the_first_article_do_not_lower_the_mean() -> None:
    assert usual(daily(TUESDAY, 3), TUESDAY, 21) == 3.0


def test_hours_are_compared_by_the_clock_of_the_zone() -> None:
    """On 25 October 2026 summer time ends: 9 o'clock in Berlin is 7:00 UTC, then 8:00 UTC."""
    nine = datetime(2026, 10, 27, 8, tzinfo=UTC)
    counts = {nine - HOUR - n * DAY: 7 for n in range(3, 29)} | {nine - DAY: 7}
    assert usual_count(counts, nine - 100 * DAY, nine, BERLIN) == 7.0
    assert usual_count(counts, nine - 100 * DAY, nine, UTC) != 7.0


def test_the_hour_that_summer_time_repeats_counts_as_two_hours() -> None:
    two = datetime(2026, 11, 8, 1, tzinfo=UTC)  # 2:00 in Berlin, on a Sunday
    repeated = {datetime(2026, 10, 25, h, tzinfo=UTC): 9 for h in (0, 1)}
    assert usual_count(repeated, two - 100 * DAY, two, BERLIN) == 18 / 9


def test_the_hour_that_summer_time_skips_counts_as_none() -> None:
    two = datetime(2026, 4, 12, 0, tzinfo=UTC)  # 2:00 in Berlin, on a Sunday
    assert usual_count({two - 7 * DAY: 14}, two - 100 * DAY, two, BERLIN) == 14 / 7


NOW = TUESDAY + timedelta(minutes=40)


@pytest.mark.parametrize(
    ("articles", "outlets", "mean", "sensitivity", "fires"),
    [
        (5, 3, 0.0, "normal", True),
        (4, 4, 0.0, "normal", False),
        (9, 2, 0.0, "normal", False),
        (12, 3, 4.0, "normal", True),
        (11, 9, 4.0, "normal", False),
        (15, 9, 4.0, "fewer", False),
        (16, 9, 4.0, "fewer", True),
        (8, 9, 4.0, "more", True),
        (7, 9, 4.0, "more", False),
        (99, 9, 4.0, "off", False),
        (99, 9, None, "normal", False),
    ],
)
def test_a_spike_is_a_multiple_of_what_is_usual(
    articles: int, outlets: int, mean: float | None, sensitivity: str, fires: bool
) -> None:
    hour = TopicHour(TUESDAY, articles, outlets, usual=mean)
    assert is_spike(hour, sensitivity, NOW) is fires


@pytest.mark.parametrize(
    ("last", "now", "fires"),
    [
        (None, NOW, True),
        (NOW - 5.9 * HOUR, NOW, False),
        (NOW - 6 * HOUR, NOW, True),
        (None, TUESDAY + 1.9 * HOUR, True),
        (None, TUESDAY + 2 * HOUR, False),
    ],
)
def test_a_topic_has_a_spike_in_six_hours_and_none_about_the_past(
    last: datetime | None, now: datetime, fires: bool
) -> None:
    assert is_spike(TopicHour(TUESDAY, 9, 9, last, 1.0), "normal", now) is fires


@pytest.mark.parametrize(
    ("mean", "english", "german"),
    [
        (2.3, "usually there are 2 at this time", "üblich sind um diese Zeit 2."),
        (0.2, "usually there is hardly any at this time", "üblich ist um diese Zeit kaum einer."),
    ],
)
def test_the_reason_names_both_numbers(mean: float, english: str, german: str) -> None:
    reason = spike_reason(TopicHour(TUESDAY, 12, 7, usual=mean))
    assert in_english(reason) == f"12 articles from 7 outlets within an hour; {english}."
    assert translator("de").phrase(reason).endswith(german)


def test_every_sensitivity_but_off_has_a_factor() -> None:
    from config.catalog.topics import SPIKES

    assert set(SPIKES) == {*FACTORS, "off"}

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from config.weekly_hours import WeeklyHours, parse_hours


def quiet(*texts: str, zone: str = "Europe/Berlin") -> WeeklyHours:
    hours = tuple(span for span in map(parse_hours, texts) if span is not None)
    assert len(hours) == len(texts)
    return WeeklyHours(hours, zone)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("texts", "moment", "end"),
    [
        (["22:00-06:00"], "2026-01-14 21:30", "2026-01-15 05:00"),
        (["22:00-06:00"], "2026-01-15 04:59", "2026-01-15 05:00"),
        (["22:00-06:00"], "2026-01-15 05:00", None),
        (["22:00-06:00"], "2026-01-15 20:59", None),
        (["22-6"], "2026-07-14 20:30", "2026-07-15 04:00"),  # summer time
        (["mon-fri 22:00-06:00"], "2026-01-16 22:00", "2026-01-17 05:00"),  # Friday night
        (["mon-fri 22:00-06:00"], "2026-01-17 22:00", None),  # Saturday night
        (["fri-mon 12:00-13:00"], "2026-01-18 11:30", "2026-01-18 12:00"),  # Sunday
        (["fri-mon 12:00-13:00"], "2026-01-20 11:30", None),  # Tuesday
        (["22:00-24:00", "00:00-07:30"], "2026-01-14 21:30", "2026-01-15 06:30"),
        (["fri 20:00-24:00", "sat-sun 0-24"], "2026-01-16 19:30", "2026-01-18 23:00"),
        ([], "2026-01-14 21:30", None),
    ],
)
def test_quiet_hours_end_at_the_time_of_a_clock_on_the_wall(
    texts: list[str], moment: str, end: str | None
) -> None:
    assert quiet(*texts).end_after(utc(moment)) == (end and utc(end))


def test_a_night_in_which_summer_time_begins_is_an_hour_shorter() -> None:
    night = quiet("22:00-06:00")
    assert night.end_after(utc("2026-03-28 21:00")) == utc("2026-03-29 04:00")
    assert night.end_after(utc("2026-03-27 21:00")) == utc("2026-03-28 05:00")


def test_a_night_in_which_summer_time_ends_is_an_hour_longer() -> None:
    assert quiet("22:00-06:00").end_after(utc("2026-10-24 20:00")) == utc("2026-10-25 05:00")


def test_an_end_that_summer_time_skips_counts_as_if_the_clock_had_not_been_changed() -> None:
    assert quiet("22:00-02:30").end_after(utc("2026-03-28 22:00")) == utc("2026-03-29 01:30")


def test_an_end_that_occurs_twice_is_the_first() -> None:
    night = quiet("22:00-02:30")
    assert night.end_after(utc("2026-10-24 23:00")) == utc("2026-10-25 00:30")
    assert night.end_after(utc("2026-10-25 00:45")) is None


def test_every_moment_is_either_outside_or_ends_later_and_outside() -> None:
    hours = quiet("22:00-06:30", "sat-sun 09:00-11:00", "wed 12-14")
    for minutes in range(0, 7 * 24 * 60, 7):
        moment = utc("2026-03-25 00:00") + timedelta(minutes=minutes)
        end = hours.end_after(moment)
        assert end is None or (end > moment and hours.end_after(end) is None)


def test_hours_that_cover_the_week_never_end() -> None:
    assert quiet("00:00-24:00").never_end
    assert quiet("00:00-12:00", "12:00-24:00").never_end
    assert not quiet("00:00-23:59").never_end
    assert not quiet().never_end


@pytest.mark.parametrize(
    "text", ["", "22:00", "22:00-", "25-6", "22:60-6", "22-22", "24-6", "someday 22-6", "mon-fri"]
)
def test_what_is_no_time_of_the_week_is_not_parsed(text: str) -> None:
    assert parse_hours(text) is None

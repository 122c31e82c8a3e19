from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from config.cron import CronSchedule, parse_cron

BERLIN = "Europe/Berlin"


def schedule(text: str, zone: str = BERLIN) -> CronSchedule:
    cron = parse_cron(text)
    assert cron is not None
    return CronSchedule(cron, text, zone)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


NEXT = (
    # cron                  after                         next
    ("0 8 * * *", "2026-11-22T07:59:59+01:00", "2026-11-22T08:00:00+01:00"),
    ("0 8 * * *", "2026-11-22T08:00:00+01:00", "2026-11-23T08:00:00+01:00"),
    ("0 8 * * mon-fri", "2026-11-27T08:00:00+01:00", "2026-11-30T08:00:00+01:00"),
    ("0 8,18 * * *", "2026-11-22T09:00:00+01:00", "2026-11-22T18:00:00+01:00"),
    ("*/20 6-7 * * *", "2026-11-22T06:41:00+01:00", "2026-11-22T07:00:00+01:00"),
    ("0 22 * * sat-sun", "2026-11-28T23:00:00+01:00", "2026-11-29T22:00:00+01:00"),
    ("0 0 1 jan *", "2026-11-22T00:00:00+01:00", "2027-01-01T00:00:00+01:00"),
    ("0 12 29 2 *", "2026-11-22T00:00:00+01:00", "2028-02-29T12:00:00+01:00"),
    ("0 12 13 * fri", "2026-11-14T00:00:00+01:00", "2026-11-20T12:00:00+01:00"),  # either
    ("0 12 */2 * sun", "2026-11-22T13:00:00+01:00", "2026-11-29T12:00:00+01:00"),  # both
    ("0 12 * * 7", "2026-11-22T13:00:00+01:00", "2026-11-29T12:00:00+01:00"),
    # the hour from 2 to 3 does not exist: an hour later by the clock, once
    ("30 2 * * *", "2026-03-28T12:00:00+01:00", "2026-03-29T03:30:00+02:00"),
    ("30 2 * * *", "2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"),
    # the hour from 2 to 3 comes twice: the first time counts
    ("30 2 * * *", "2026-10-24T12:00:00+02:00", "2026-10-25T02:30:00+02:00"),
    ("30 2 * * *", "2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"),
    ("30 2 * * *", "2026-10-25T02:10:00+01:00", "2026-10-26T02:30:00+01:00"),
)


@pytest.mark.parametrize(("cron", "after", "expected"), NEXT)
def test_the_next_occurrence_is_that_of_the_clock_on_the_wall(
    cron: str, after: str, expected: str
) -> None:
    assert schedule(cron).next_after(at(after)) == at(expected)


def test_the_last_occurrence_may_be_the_moment_itself() -> None:
    daily = schedule("0 8 * * mon-fri")
    eight = at("2026-11-27T08:00:00+01:00")
    assert daily.last_until(eight) == eight
    assert daily.last_until(eight - timedelta(seconds=1)) == eight - timedelta(days=1)
    assert daily.last_until(at("2026-11-29T23:00:00+01:00")) == eight


def test_a_far_zone_has_its_own_days() -> None:
    early = schedule("0 1 * * mon", "Pacific/Auckland")
    assert early.next_after(at("2026-11-22T00:00:00+00:00")) == at("2026-11-22T12:00:00+00:00")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0 8 * *",
        "0 0 8 * * *",
        "60 8 * * *",
        "0 24 * * *",
        "0 8 0 * *",
        "0 8 * 13 *",
        "0 8 * * 8",
        "0 8 * * fri-mon",
        "0 8 * * montag",
        "0 8-6 * * *",
        "*/0 8 * * *",
        "0 8,, * * *",
        "0 8 30 2 *",
        "@daily",
        "² 8 * * *",
    ],
)
def test_what_is_no_cron_expression_or_never_occurs_is_not_parsed(text: str) -> None:
    assert parse_cron(text) is None

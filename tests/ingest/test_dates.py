"""Dates as feeds write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.languages.de import central_european
from ingest.dates import parse_date, read_date

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

AS_UTC = {
    # RFC 822 and what is taken for it
    "Sun, 09 Mar 2025 19:57:42 GMT": "2025-03-09 19:57:42",
    "Sun, 9 Mar 2025 19:57:42 +0100": "2025-03-09 18:57:42",
    "Sun, 09 Mar 2025 19:57:42 +01:00": "2025-03-09 18:57:42",
    "Sun, 09 Mar 2025 19:57 -0330": "2025-03-09 23:27:00",
    "Sun, 09 Mar 2025 19:57:42 EST": "2025-03-10 00:57:42",
    "Sun, 09 Mar 2025 19:57:42 PDT": "2025-03-10 02:57:42",
    "Sun, 09 Mar 2025 19:57:42 Z": "2025-03-09 19:57:42",
    "Sun, 09 Mar 2025 19:57:42 UT": "2025-03-09 19:57:42",
    "Sun, 09 Mar 2025 19:57:42 GMT+0200": "2025-03-09 17:57:42",
    "Sun, 09 Mar 2025 19:57:42 +0000 (UTC)": "2025-03-09 19:57:42",
    "Sun, 09 Mar 2025 19:57:42 CET": "2025-03-09 18:57:42",
    "Wed, 09 Jul 2025 19:57:42 CEST": "2025-07-09 17:57:42",
    "Wed, 09 Jul 2025 19:57:42 MESZ": "2025-07-09 17:57:42",
    "Sun, 09 Mar 2025 19:57:42 MEZ": "2025-03-09 18:57:42",
    "Sun, 09 Mar 2025 19:57:42 MSK": "2025-03-09 16:57:42",
    "Sun, 09 Mar 2025 19:57:42 XYZ": "2025-03-09 19:57:42",
    "Sun, 09 Mar 2025 19:57:42": "2025-03-09 19:57:42",
    "09 Mar 2025 19:57:42 +0100": "2025-03-09 18:57:42",
    "Sunday, 09 March 2025 19:57:42 +0100": "2025-03-09 18:57:42",
    "Sun, 09 Mar 25 19:57:42 GMT": "2025-03-09 19:57:42",
    "Sun, 09 Mar 99 19:57:42 GMT": "1999-03-09 19:57:42",
    "Sun, 09-Mar-2025 19:57:42 GMT": "2025-03-09 19:57:42",
    "Sun Mar  9 19:57:42 2025": "2025-03-09 19:57:42",
    "Sun Mar 9 19:57:42 CET 2025": "2025-03-09 18:57:42",
    "Sun, 09 Mar 2025": "2025-03-09 23:59:59",
    "Sun, 09 Mar 2025 24:00:00 GMT": "2025-03-10 00:00:00",
    "Sun, 09 Mar 2025 07:57:42 PM GMT": "2025-03-09 19:57:42",
    "Sat, Dec 16 2023 02:02:33 PM": "2023-12-16 14:02:33",
    "Mar 9 2025 19:57": "2025-03-09 19:57:00",
    "So. 9. März 2025": "2025-03-09 22:59:59",
    "March 9, 2025 12:05 am": "2025-03-09 00:05:00",
    "March 9th, 2025 at 12:05 pm EST": "2025-03-09 17:05:00",
    # German
    "So, 09 Mär 2025 19:57:42 +0100": "2025-03-09 18:57:42",
    "Mi, 12 Mär 2025 11:14:00": "2025-03-12 10:14:00",
    "Fr, 11 Okt 2019 10:00:00 MESZ": "2019-10-11 08:00:00",
    "Fr, 11 Okt 2019": "2019-10-11 21:59:59",
    "Di, 3 Dez 2024 08:30:00": "2024-12-03 07:30:00",
    "Do, 1 Mai 2025 12:00:00 CEST": "2025-05-01 10:00:00",
    "12.03.2025 11:14": "2025-03-12 10:14:00",
    "12.7.2025, 11:14 Uhr": "2025-07-12 09:14:00",
    "12.03.25 11:14:30": "2025-03-12 10:14:30",
    "12. 3. 2025": "2025-03-12 22:59:59",
    "9. März 2025, 19:57 Uhr": "2025-03-09 18:57:00",
    "9. März 2025 um 19.57 Uhr": "2025-03-09 18:57:00",
    "Sonntag, 9. März 2025, 19:57": "2025-03-09 18:57:00",
    "19:57, 9. Juli 2025": "2025-07-09 17:57:00",
    "1. Jänner 2025": "2025-01-01 22:59:59",
    # other languages
    "dim., 9 mars 2025 19:57:42 +0100": "2025-03-09 18:57:42",
    "9 août 2025 12:00": "2025-08-09 12:00:00",
    "9 марта 2025, 12:00 MSK": "2025-03-09 09:00:00",
    "9 березня 2025 12:00 +0200": "2025-03-09 10:00:00",
    # ISO 8601 and numbers
    "2025-03-09T19:57:42Z": "2025-03-09 19:57:42",
    "2025-03-09T19:57:42+01:00": "2025-03-09 18:57:42",
    "2025-03-09T19:57:42.123+0100": "2025-03-09 18:57:42",
    "2025-03-09T19:57:42.123456789Z": "2025-03-09 19:57:42",
    "2025-03-09T19:57+01": "2025-03-09 18:57:00",
    "2025-03-09 19:57:42": "2025-03-09 19:57:42",
    "2025-03-09 19:57:42 CET": "2025-03-09 18:57:42",
    "2025-03-09": "2025-03-09 23:59:59",
    "20250309T195742Z": "2025-03-09 19:57:42",
    "20250309": "2025-03-09 23:59:59",
    "2016/6/29 15:07:41": "2016-06-29 15:07:41",
    "2016.06.29 15:07": "2016-06-29 15:07:00",
    "29/06/2016 15:07": "2016-06-29 15:07:00",
    "06/29/2016 15:07": "2016-06-29 15:07:00",
    "1700000000": "2023-11-14 22:13:20",
    "1700000000123": "2023-11-14 22:13:20",
    " \n Sun, 09 Mar\t2025 19:57:42 GMT \n": "2025-03-09 19:57:42",
}


def test_a_date_means_this_moment() -> None:
    expected = {raw: datetime.fromisoformat(f"{utc}+00:00") for raw, utc in AS_UTC.items()}
    assert {raw: parse_date(raw, now=NOW) for raw in AS_UTC} == expected


NO_DATES = (
    "", " ", "yesterday", "soon", "n/a", "0", "1", "-1", "2025", "12:30", "9 Foo 2025 10:00",
    "Sun, 31 Feb 2025 10:00:00 GMT", "32.01.2025", "2025-13-01", "2025-00-10T10:00:00Z",
    "Sun, 09 Mar 2025 25:00:00 GMT", "Sun, 09 Mar 2025 10:61:00 GMT", "0001-01-01T00:00:00Z",
    "Thu, 01 Jan 1970 00:00:00 GMT", "1989-12-31T23:59:59Z", "2026-11-23T10:00:01Z",
    "Wed, 30 Nov 2033 10:00:00 GMT", "9999-12-31T23:59:59-12:00", "99999999999999999999",
    "x" * 5000, "2025-03-09T19:57:42+99:99",
)  # fmt: skip


def test_what_is_no_believable_date_is_none() -> None:
    assert {raw: parse_date(raw, now=NOW) for raw in NO_DATES} == dict.fromkeys(NO_DATES)


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(hours=2), timedelta(days=1)])
def test_a_date_a_little_ahead_means_now(ahead: timedelta) -> None:
    assert parse_date((NOW + ahead).isoformat(), now=NOW) == NOW


def test_a_german_publisher_without_a_zone_means_local_time() -> None:
    local = "Wed, 09 Jul 2025 19:57:42"
    assert parse_date(local, now=NOW, publisher_language="de") == datetime(
        2025, 7, 9, 17, 57, 42, tzinfo=UTC
    )
    stated = parse_date(f"{local} GMT", now=NOW, publisher_language="de")
    assert stated == datetime(2025, 7, 9, 19, 57, 42, tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2025-03-30T01:59:59", "2025-03-30T00:59:59"),
        ("2025-03-30T03:00:00", "2025-03-30T01:00:00"),
        ("2025-10-26T01:59:59", "2025-10-25T23:59:59"),
        ("2025-10-26T03:00:00", "2025-10-26T02:00:00"),
        ("2024-03-31T03:00:00", "2024-03-31T01:00:00"),
        ("2026-01-01T00:30:00", "2025-12-31T23:30:00"),
    ],
)
def test_summer_time_begins_and_ends_on_a_sunday(local: str, utc: str) -> None:
    moment = central_european(datetime.fromisoformat(local))
    assert moment == datetime.fromisoformat(f"{utc}+00:00")


@given(st.text(alphabet="0123456789:.-/+TZ, MarOktGMT", max_size=40))
def test_nothing_makes_it_fail_and_nothing_comes_from_the_future(text: str) -> None:
    moment = parse_date(text, now=NOW)
    assert moment is None or datetime(1990, 1, 1, tzinfo=UTC) <= moment <= NOW


@given(st.datetimes(datetime(1991, 1, 1), datetime(2026, 1, 1)))  # noqa: DTZ001
def test_an_iso_date_comes_back(moment: datetime) -> None:
    whole = moment.replace(microsecond=0, tzinfo=UTC)
    assert parse_date(whole.isoformat(), now=NOW) == whole


ON_PAGES = {
    "heute, 10:05 Uhr": "2026-11-22 09:05:00", "gestern um 22.10 Uhr": "2026-11-21 21:10:00",
    "vor 2 Stunden": "2026-11-22 08:00:00", "vor 3 Tagen": "2026-11-19 22:59:59",
    "today at 2:05 am": "2026-11-22 01:05:00", "yesterday": "2026-11-21 22:59:59",
    "5 minutes ago": "2026-11-22 09:55:00", "2h ago": "2026-11-22 08:00:00",
    "il y a 2 heures": "2026-11-22 08:00:00", "2 часа назад": "2026-11-22 08:00:00",
    "3 години тому": "2026-11-22 07:00:00", "20. November, 14 Uhr": "2026-11-20 13:00:00",
    "Nov 20, 2:05 p.m.": "2026-11-20 13:05:00", "20.11., 14:05": "2026-11-20 13:05:00",
    "20 ноября, 14:05": "2026-11-20 13:05:00", "Nov. 20, 2026 2:05 p.m. ET": "2026-11-20 19:05:00",
    "July 20, 2026 2:05 p.m. ET": "2026-07-20 18:05:00",
}  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), ON_PAGES.items(), ids=ON_PAGES.keys())
def test_words_on_a_page_mean_this_moment_in_the_outlet_s_zone(raw: str, expected: str) -> None:
    date = read_date(raw, now=NOW, zone=ZoneInfo("Europe/Berlin"), on_page=True)
    assert date is not None
    assert date.at == datetime.fromisoformat(f"{expected}+00:00")


@pytest.mark.parametrize("raw", ["24. Dezember", "5. Mai", "May 5", "14:05", "November 2026"])
def test_a_day_that_may_be_of_an_event_is_no_date(raw: str) -> None:
    assert read_date(raw, now=NOW, zone=ZoneInfo("Europe/Berlin"), on_page=True) is None


def test_the_month_comes_first_in_america() -> None:
    days = {"America/New_York": 5, "Europe/London": 11}
    for zone, day in days.items():
        date = read_date("11/05/2025 14:05" if day == 5 else "11/5/2025 14:05", now=NOW,
                         zone=ZoneInfo(zone))  # fmt: skip
        assert date is not None
        assert date.at.day == day

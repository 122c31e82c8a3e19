from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from multidict import CIMultiDict

from config.i18n import Phrase, in_english
from ingest.polling import interval
from tests.support.records import feed_record
from tests.support.scripted_publisher import MONDAY


class NoJitter(random.Random):
    def random(self) -> float:
        return 0.0


NO_JITTER = NoJitter()
HTTP_MONDAY = "Mon, 16 Nov 2026 09:00:00 GMT"


@pytest.mark.parametrize(("tier", "minutes"), [("A", 5), ("B", 10), ("C", 30)])
def test_without_a_hint_the_tier_determines_the_interval(tier: str, minutes: int) -> None:
    feed = feed_record(tier=tier, last_304_at=MONDAY)
    wait = interval.after_success(feed, MONDAY, NO_JITTER)
    assert wait.time == timedelta(minutes=minutes)
    assert in_english(wait.reason) == f"every {minutes} min, the default for tier {tier}"


@pytest.mark.parametrize(
    ("tier", "hint", "minutes"),
    [
        ("A", 60, 5),
        ("A", 900, 15),
        ("A", 604_800, 30),
        ("B", 1800, 30),
        ("B", 86_400, 60),
        ("C", 7200, 120),
        ("C", 604_800, 24 * 60),
        ("C", 10.0**300, 24 * 60),
    ],
)
def test_a_hint_is_respected_up_to_the_limit_of_the_tier(
    tier: str, hint: float, minutes: int
) -> None:
    for hinted in (
        feed_record(tier=tier, cache_hint_s=hint),
        feed_record(tier=tier, doc_hint_s=hint),
    ):
        assert interval.after_success(hinted, MONDAY, NO_JITTER).time == timedelta(minutes=minutes)


def test_the_reason_says_that_a_hint_was_limited() -> None:
    wait = interval.after_success(feed_record(tier="A", doc_hint_s=86_400.0), MONDAY, NO_JITTER)
    assert in_english(wait.reason) == (
        "the publisher asks for 24 h; the longest interval for tier A is 30 min"
    )


def test_the_longer_of_two_hints_counts() -> None:
    feed = feed_record(tier="B", cache_hint_s=900.0, doc_hint_s=1800.0)
    assert interval.after_success(feed, MONDAY, NO_JITTER).time == timedelta(minutes=30)


def test_an_explicit_interval_beats_tier_and_hint_and_has_no_jitter() -> None:
    feed = feed_record(tier="C", every_s=90.0, cache_hint_s=7200.0)
    wait = interval.after_success(feed, MONDAY, random.Random(3))
    assert wait.time == timedelta(seconds=90)
    assert in_english(wait.reason) == "every 90 s, as set in sources.yaml"


def test_other_intervals_have_a_jitter_of_a_tenth() -> None:
    rng = random.Random(3)
    waits = {interval.after_success(feed_record(), MONDAY, rng).time for _ in range(50)}
    assert len(waits) == 50
    assert min(waits) >= timedelta(minutes=10)
    assert max(waits) <= timedelta(minutes=11)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Cache-Control": "max-age=300"}, 300),
        ({"Cache-Control": "public, Max-Age=300, must-revalidate", "Age": "120"}, 180),
        ({"Cache-Control": "max-age=300", "Age": "900"}, 0),
        ({"Cache-Control": "max-age=300", "Age": "soon"}, 300),
        ({"Cache-Control": 'max-age="300"'}, 300),
        ({"Cache-Control": "s-maxage=900"}, None),
        ({"Cache-Control": "no-cache, max-age=300"}, None),
        ({"Cache-Control": "max-age=x"}, None),
        ({"Expires": "Mon, 16 Nov 2026 09:20:00 GMT", "Date": HTTP_MONDAY}, 1200),
        ({"Expires": "Mon, 16 Nov 2026 09:20:00 GMT"}, 1200),
        ({"Expires": "0"}, None),
        ({"Expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({"cache-control": "max-age=60", "Expires": "Mon, 16 Nov 2026 09:20:00 GMT"}, 60),
    ],
)
def test_cache_headers_determine_the_hint(headers: dict[str, str], seconds: float | None) -> None:
    assert interval.cache_hint(CIMultiDict(headers), MONDAY) == seconds


@pytest.mark.parametrize(("every", "seconds"), [(None, 60), (600.0, 60), (5.0, 5)])
def test_a_url_may_be_requested_again_a_minute_after_an_attempt(
    every: float | None, seconds: int
) -> None:
    feed = feed_record(every_s=every)
    assert interval.earliest_repeat(feed, MONDAY) == MONDAY + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("values", "minutes"),
    [
        ({"tier": "A"}, 20),
        ({"tier": "B"}, 40),
        ({"tier": "C"}, 240),
        ({"tier": "A", "cache_hint_s": 900.0}, 30),
        ({"tier": "A", "every_s": 60.0}, 4),
        ({"tier": "A", "every_s": 7200.0}, 120),
    ],
)
def test_a_feed_that_is_read_in_part_is_polled_less_often(
    values: dict[str, Any], minutes: int
) -> None:
    cut = Phrase("feed.why.partial", n=1000).dump()
    wait = interval.after_success(feed_record(cut_reason=cut, **values), MONDAY, NO_JITTER)
    assert wait.time == timedelta(minutes=minutes)


def due(values: dict[str, Any]) -> tuple[float, str]:
    wait = interval.after_success(feed_record(**values), MONDAY, NO_JITTER)
    return wait.time / MINUTE, in_english(wait.reason)


MINUTE, HOUR, DAY = timedelta(minutes=1), 3600.0, timedelta(days=1)
OFTEN = {"last_304_at": MONDAY}


@pytest.mark.parametrize(
    ("values", "minutes", "reason"),
    [
        ({"tier": "A", "news_gap_s": 60.0}, 5, "every 5 min, the shortest interval of tier A"),
        ({"tier": "A", "news_gap_s": 1800.0}, 15, "every 15 min: news comes about every 30 min"),
        ({"tier": "A", "news_gap_s": 9 * HOUR}, 30, "every 30 min, the longest interval of tier A"),
        ({"tier": "B", "news_gap_s": 900.0}, 10, "every 10 min, the shortest interval of tier B"),
        ({"tier": "B", "news_gap_s": HOUR}, 30, "every 30 min: news comes about every 60 min"),
        ({"tier": "B", "news_gap_s": 50 * HOUR}, 60, "every 60 min, the longest interval"),
        ({"tier": "C", "news_gap_s": 8 * HOUR} | OFTEN, 240, "news comes about every 8 h"),
        ({"tier": "C", "news_gap_s": 90 * HOUR} | OFTEN, 720, "every 12 h, the longest interval"),
        ({"tier": "C", "news_gap_s": 60.0} | OFTEN, 30, "the shortest interval of tier C"),
        ({"tier": "B", "news_gap_s": HOUR, "pace": 0.5}, 15, "most entries of a document were new"),
        ({"tier": "B", "news_gap_s": HOUR, "pace": 0.05}, 10, "more often than usual"),
    ],
)
def test_the_interval_is_half_the_time_between_news_within_the_bounds_of_the_tier(
    values: dict[str, Any], minutes: float, reason: str
) -> None:
    wait, why = due(values)
    assert (wait, reason in why) == (minutes, True), why


@pytest.mark.parametrize(
    ("values", "minutes", "reason"),
    [
        ({"tier": "C"}, 60, "its server sends the whole document each time"),
        ({"tier": "C", "same_body": 3}, 24 * 60, "and it has not changed"),
        ({"tier": "C", "same_body": 2}, 60, "sends the whole document each time"),
        ({"tier": "C", "same_body": 3, "etag": "x"}, 60, "sends the whole document each time"),
        ({"tier": "C", "same_body": 3} | OFTEN, 30, "the default for tier C"),
        ({"tier": "C", "news_gap_s": 9 * HOUR}, 270, "news comes about every 9 h"),
        ({"tier": "B", "same_body": 3}, 10, "the default for tier B"),
        ({"tier": "A"}, 5, "the default for tier A"),
    ],
)
def test_a_blog_whose_server_never_answers_304_is_polled_less_often(
    values: dict[str, Any], minutes: float, reason: str
) -> None:
    wait, why = due(values)
    assert (wait, reason in why) == (minutes, True), why


@pytest.mark.parametrize(
    ("tier", "days", "hours"),
    [
        ("A", 6, None), ("A", 8, None), ("A", 400, None),
        ("B", 6, None), ("B", 7, 6), ("B", 15, 6), ("B", 40, 6),
        ("C", 6, None), ("C", 7, 6), ("C", 13, 6), ("C", 14, 12), ("C", 29, 12), ("C", 30, 24),
    ],
)  # fmt: skip
def test_a_feed_without_news_for_long_is_dormant_except_in_tier_a(
    tier: str, days: int, hours: int | None
) -> None:
    wait, why = due({"tier": tier, "last_new_at": MONDAY - days * DAY} | OFTEN)
    if hours is None:
        assert "the default for tier" in why
    else:
        assert (wait, f"nothing new for {days} days" in why) == (hours * 60, True)


def test_a_feed_that_never_had_an_entry_is_dormant_from_when_it_was_added() -> None:
    assert due({"added_at": MONDAY - 9 * DAY})[0] == 360


@pytest.mark.parametrize(
    ("tier", "hours", "minutes"),
    [
        ("C", "9,10,11", 3 * 60),  # 09:00 now, so that 09:30 is in a skipped hour
        ("C", "10,11", 30),
        ("B", "9", 60),
        ("B", "9,10", 60),  # at most the cap of the tier
        ("A", "9,10", 30),
        ("C", "20,21,22,23,0,1", 30),
        ("C", "", 30),
    ],
)
def test_hours_that_the_feed_excludes_are_waited_for_up_to_the_cap_of_the_tier(
    tier: str, hours: str, minutes: float
) -> None:
    assert due({"tier": tier, "skip_hours": hours} | OFTEN)[0] == minutes


def test_excluded_hours_are_those_of_the_next_poll_not_those_of_the_document() -> None:
    night = feed_record(tier="C", skip_hours="22,23", **OFTEN)
    assert interval.after_success(night, MONDAY, NO_JITTER).time == 30 * MINUTE
    evening = MONDAY.replace(hour=21, minute=45)
    wait = interval.after_success(night, evening, NO_JITTER)
    assert wait.time == 135 * MINUTE
    assert "the hours are over" in in_english(wait.reason)

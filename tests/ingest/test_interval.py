from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from multidict import CIMultiDict

from config.i18n import Phrase, in_english
from ingest import interval
from tests.support.records import feed_record
from tests.support.scripted_publisher import MONDAY


class NoJitter(random.Random):
    def random(self) -> float:
        return 0.0


NO_JITTER = NoJitter()
HTTP_MONDAY = "Mon, 16 Nov 2026 09:00:00 GMT"


@pytest.mark.parametrize(("tier", "minutes"), [("A", 5), ("B", 10), ("C", 30)])
def test_without_a_hint_the_tier_determines_the_interval(tier: str, minutes: int) -> None:
    wait = interval.after_success(feed_record(tier=tier), NO_JITTER)
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
        assert interval.after_success(hinted, NO_JITTER).time == timedelta(minutes=minutes)


def test_the_reason_says_that_a_hint_was_limited() -> None:
    wait = interval.after_success(feed_record(tier="A", doc_hint_s=86_400.0), NO_JITTER)
    assert in_english(wait.reason) == (
        "the publisher asks for 24 h; the longest interval for tier A is 30 min"
    )


def test_the_longer_of_two_hints_counts() -> None:
    feed = feed_record(tier="B", cache_hint_s=900.0, doc_hint_s=1800.0)
    assert interval.after_success(feed, NO_JITTER).time == timedelta(minutes=30)


def test_an_explicit_interval_beats_tier_and_hint_and_has_no_jitter() -> None:
    feed = feed_record(tier="C", every_s=90.0, cache_hint_s=7200.0)
    wait = interval.after_success(feed, random.Random(3))
    assert wait.time == timedelta(seconds=90)
    assert in_english(wait.reason) == "every 90 s, as set in sources.yaml"


def test_other_intervals_have_a_jitter_of_a_tenth() -> None:
    rng = random.Random(3)
    waits = {interval.after_success(feed_record(), rng).time for _ in range(50)}
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
        ({"tier": "C"}, 120),
        ({"tier": "A", "cache_hint_s": 900.0}, 30),
        ({"tier": "A", "every_s": 60.0}, 4),
        ({"tier": "A", "every_s": 7200.0}, 120),
    ],
)
def test_a_feed_that_is_read_in_part_is_polled_less_often(
    values: dict[str, Any], minutes: int
) -> None:
    cut = Phrase("feed.why.partial", n=1000).dump()
    wait = interval.after_success(feed_record(cut_reason=cut, **values), NO_JITTER)
    assert wait.time == timedelta(minutes=minutes)

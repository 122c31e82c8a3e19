"""The filter of the stories page, read from an address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.i18n import translator
from wirewatch.web.pages.story_filter import FIELDS, StoryQuery, active_filters, preset_links

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EN = translator("en")


def test_the_last_day_of_a_period_is_included() -> None:
    query = StoryQuery.read({"from": "2026-11-01", "to": "2026-11-02"}).story_filter(NOW)
    assert query.since == datetime(2026, 11, 1, tzinfo=UTC)
    assert query.until == datetime(2026, 11, 3, tzinfo=UTC)


def test_days_begin_at_midnight_in_the_readers_zone() -> None:
    last_of_summer = StoryQuery.read({"from": "2026-10-25", "to": "2026-10-25"})
    chosen = last_of_summer.story_filter(NOW, ZoneInfo("Europe/Berlin"))
    assert chosen.since == datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    assert chosen.until == datetime(2026, 10, 25, 23, 0, tzinfo=UTC)  # a day of 25 hours


def test_a_preset_counts_back_from_now_and_gives_way_to_days() -> None:
    assert StoryQuery.read({"last": "shift"}).story_filter(NOW).since == NOW - timedelta(hours=8)
    both = StoryQuery.read({"last": "week", "from": "2026-11-22"})
    assert both.values == {"from": "2026-11-22"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("state", "what"), ("state", "told"), ("last", "year"), ("from", "tomorrow"),
     ("to", "9999-01-01"), ("q", " \u202e ")],
)  # fmt: skip
def test_a_value_that_does_not_filter_is_left_out(name: str, value: str) -> None:
    assert StoryQuery.read({name: value}).values == {}


@given(st.dictionaries(st.sampled_from(FIELDS), st.text()))
def test_the_address_of_a_filter_is_read_as_the_same_filter(values: dict[str, str]) -> None:
    query = StoryQuery.read(values)
    assert StoryQuery.read(dict(parse_qsl(urlsplit(query.address()).query))) == query


def test_a_preset_keeps_the_rest_of_the_filter() -> None:
    query = StoryQuery.read({"topic": "nato", "from": "2026-11-01"})
    links = preset_links(query, EN)
    assert [link["href"] for link in links[:2]] == ["/?topic=nato", "/?topic=nato&last=shift"]
    assert not any(link["chosen"] for link in links)
    assert preset_links(StoryQuery.read({}), EN)[0]["chosen"]


def test_an_active_filter_is_named_and_leads_to_the_list_without_it() -> None:
    query = StoryQuery.read({"topic": "nato", "state": "acked", "language": "de", "last": "week"})
    assert active_filters(query, {"nato": "NATO"}, EN) == [
        {"text": "Topic: NATO", "href": "/?state=acked&language=de&last=week"},
        {"text": "Status: Acknowledged", "href": "/?topic=nato&language=de&last=week"},
        {"text": "Language: German", "href": "/?topic=nato&state=acked&last=week"},
    ]

"""Texts, numbers and times in the reader's language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from config.i18n import translator

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EN, DE = translator("en"), translator("de")


@pytest.mark.parametrize(
    ("age", "english", "german"),
    [(timedelta(seconds=3), "just now", "gerade eben"),
     (timedelta(minutes=12), "12 min ago", "vor 12 min"),
     (timedelta(hours=47), "47 h ago", "vor 47 h"),
     (timedelta(days=3), "3 days ago", "vor 3 Tagen"),
     (-timedelta(milliseconds=100), "just now", "gerade eben"),
     (-timedelta(minutes=7), "in 7 min", "in 7 min")],
)  # fmt: skip
def test_a_time_relative_to_now(age: timedelta, english: str, german: str) -> None:
    assert EN.ago(NOW - age, NOW) == english
    assert DE.ago(NOW - age, NOW) == german


def test_numbers_shares_and_moments() -> None:
    assert (EN.number(1234567), DE.number(1234567)) == ("1,234,567", "1.234.567")
    assert (EN.percent(0.374), DE.percent(0.374)) == ("37%", "37\N{NO-BREAK SPACE}%")
    assert DE.moment(NOW) == "22. Nov. 2026, 12:00 UTC"


def test_names_of_languages() -> None:
    assert (EN.language("uk"), DE.language("uk")) == ("Ukrainian", "Ukrainisch")
    assert DE.language("xx") == "xx"


def test_a_value_without_a_text_is_shown_itself() -> None:
    assert EN.of("story.state", "added_later") == "added later"


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        EN("no.such.key")
    with pytest.raises(KeyError):
        EN.plural("no.such.key", 2)

"""The browser's choice of a language, and its time zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import StoreFullError
from config.i18n import LANGUAGES, translator
from wirewatch.web.app import error_page_text
from wirewatch.web.language import find_zone, preferred_translator


@pytest.mark.parametrize(
    ("header", "code"),
    [("", "en"), ("de", "de"), ("de-CH,de;q=0.9,en;q=0.8", "de"), ("fr,en;q=0.7,de;q=0.3", "en"),
     ("en;q=0.2, DE-at;q=0.4", "de"), ("*", "en"), ("de;q=0", "en"), ("de;q=x", "en"),
     (";;,,=" * 999, "en")],
)  # fmt: skip
def test_the_browsers_preferred_language_is_used(header: str, code: str) -> None:
    assert preferred_translator(header).code == code


@given(st.text())
def test_any_header_leads_to_a_language(header: str) -> None:
    assert preferred_translator(header).code in LANGUAGES


def test_times_are_in_the_zone_that_the_browser_names_and_say_which() -> None:
    noon = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
    assert preferred_translator("de", "Europe/Berlin").moment(noon) == "29. Nov. 2026, 13:00 MEZ"
    assert preferred_translator("de", "Europe/Berlin").zone_name == "Europe/Berlin"
    assert preferred_translator("en").moment(noon) == "29 Nov 2026, 12:00 UTC"
    assert preferred_translator("en").zone_name == "UTC"


@given(st.text() | st.sampled_from(["../etc/passwd", "Europe", "/UTC", "Etc/UTC", "posix/../x"]))
def test_a_name_that_is_no_time_zone_means_utc(name: str) -> None:
    assert find_zone(name) is UTC or getattr(find_zone(name), "key", None) == name


def test_a_full_disk_is_explained_in_the_readers_language() -> None:
    error = StoreFullError("The disk is full.")
    text = error_page_text(error, 503, translator("de"))
    assert text.startswith("Die Festplatte der Datenbank ist voll")

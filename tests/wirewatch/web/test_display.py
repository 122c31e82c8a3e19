"""Text from outside is cleaned, cut and put into words before it reaches a template."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.catalog.models import Catalog, FilePosition, Outlet, Tier
from config.i18n import Phrase, translator, verbatim
from wirewatch.web import display

EN, DE = translator("en"), translator("de")


def test_a_reason_is_shown_in_the_readers_language() -> None:
    stored = Phrase("time.in", span=timedelta(days=3)).dump()
    assert display.reason(stored, DE) == display.Reason("in 3 Tagen", "de")
    assert display.reason(Phrase.load(stored), EN) == display.Reason("in 3 days", "en")


def test_a_reason_stored_as_plain_text_is_marked_as_english() -> None:
    assert display.reason("Too old.", DE) == display.Reason("Too old.", "en")
    assert display.reason(verbatim("HTTP 503."), DE) == display.Reason("HTTP 503.", "en")
    assert display.reason("", DE).text == ""


def test_a_reason_names_outlets_as_the_operators_files_do() -> None:
    why = Phrase("decision.nearest_story", outlet="bote", percent=21, needed=31)
    reason = Phrase("decision.new_story_why", why=why)
    place = FilePosition("sources.yaml", 1, 1)
    catalog = Catalog((Outlet("bote", "Deichbote", "DE", "de", Tier.B, (), place),))
    assert "is in Deichbote: 21%" in display.reason(reason, EN, catalog).text
    assert "is in bote: 21%" in display.reason(reason, EN, Catalog(())).text


def test_a_reason_is_one_clean_line_of_bounded_length() -> None:
    hostile = Phrase("story.notified.failed", receiver="a\n\u202eb\x1b[31m" + "x" * 10_000)
    text = display.reason(hostile, EN).text
    assert len(text) <= display.LONGEST_LINE
    assert text.startswith("a b[31mxxx")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "http://[", "//evil", "", "ftp://a/b",
            " javascript:x", "java\nscript:x"]
)  # fmt: skip
def test_only_web_addresses_become_links(url: str) -> None:
    assert display.link(url) == ""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from config.settings import Settings
from core.messages import ArticleRevision, Zone
from ingest.pages.article_revision import from_feed, from_page
from tests.ingest.test_revise import FEED, URL, page
from tests.support.records import entry_record, feed_record
from tests.support.scripted_publisher import MONDAY

SETTINGS = Settings(_env_file=None)
EARLIER = MONDAY - timedelta(hours=2)
EARLIEST = MONDAY - timedelta(hours=9)


def of_page(entry: dict[str, Any] | None = None, **values: Any) -> ArticleRevision:
    record = entry_record(**entry or {})
    return from_page(record, FEED, page(**values), "a" * 32, URL, SETTINGS)


def of_feed(**entry: Any) -> ArticleRevision | None:
    return from_feed(entry_record(**entry), FEED, "a" * 32, "", MONDAY, SETTINGS)


@pytest.mark.parametrize(
    ("page_time", "page_source", "feed_time", "expected", "source"),
    [
        (EARLIER, "jsonld", EARLIEST, EARLIER, "jsonld"),
        (EARLIER, "page", EARLIEST, EARLIEST, "feed"),
        (EARLIER, "page", None, EARLIER, "page"),
        (None, None, EARLIEST, EARLIEST, "feed"),
        (None, None, None, None, None),
        (MONDAY + timedelta(days=3), "jsonld", None, MONDAY, "jsonld"),
        (None, None, MONDAY + timedelta(days=3), MONDAY, "feed"),
    ],
)
def test_the_time_of_publication_comes_from_json_ld_then_the_feed_then_the_page(
    page_time: Any, page_source: Any, feed_time: Any, expected: Any, source: Any
) -> None:
    message = of_page(
        {"published_at": feed_time}, published_at=page_time, published_source=page_source
    )
    assert (message.published_at, message.published_source) == (expected, source)


def test_values_come_from_the_page_or_else_from_the_feed() -> None:
    entry = {"title": "Feedtitel", "authors": ("A. B.",), "language": "fr"}
    full = of_page(entry, title="Seitentitel", authors=("C. D.",), language="de")
    assert (full.title, full.authors, full.language) == ("Seitentitel", ("C. D.",), "de")
    bare = of_page(entry, title="", authors=(), language=None)
    assert (bare.title, bare.authors, bare.language) == ("Feedtitel", ("A. B.",), "fr")
    assert of_page({}, language=None).language == "de"


def test_the_outlet_is_that_of_the_feed() -> None:
    message = of_page()
    assert (message.outlet, message.feed_id, message.country) == ("kurier", "kurier-1", "DE")


def test_the_text_of_a_full_feed_replaces_that_of_a_thin_page() -> None:
    entry = {"summary": "Kurz.", "content": "Kurz. " + "Der ganze Text der Meldung. " * 20}
    thin = of_page(entry, text="Bitte JavaScript einschalten.", flags=("thin",))
    assert thin.text_source == "feed"
    assert thin.text.startswith("Der ganze Text")
    assert of_page(entry, text="Kurz, aber vollständig.").text_source == "page"


def test_lead_text_and_title_do_not_repeat_each_other() -> None:
    message = of_feed(title="T", summary="Der Rat tagt.", content="Der Rat tagt.\nEs geht um viel.")
    assert message is not None
    assert (message.lead, message.text) == ("Der Rat tagt.", "Es geht um viel.")
    same = of_feed(title="Der Rat tagt", summary="Der Rat tagt")
    assert same is not None
    assert (same.title, same.lead) == ("Der Rat tagt", "")


def test_a_missing_headline_is_taken_from_the_text() -> None:
    message = of_feed(title="", summary="Wort " * 100)
    assert message is not None
    assert len(message.title) <= 120
    assert message.title.startswith("Wort Wort")
    assert of_feed(title="", summary="", content="") is None


def test_an_entry_without_a_link_has_the_url_of_its_feed_without_password_and_token() -> None:
    feed = feed_record(url="https://user:word@kurier.example.org/feed?n=1&token=abc")
    message = from_feed(entry_record(url=""), feed, "a" * 32, "", MONDAY, SETTINGS)
    assert message is not None
    assert message.url == "https://kurier.example.org/feed?n=1&token=***"


def test_an_article_always_fits_into_a_record() -> None:
    limit = SETTINGS.streams_max_record_bytes // 2
    zones = (Zone(zone="comments", text="Ö" * limit),)
    without_zones = of_page(text="kurz", zones=zones)
    assert (without_zones.text, without_zones.zones) == ("kurz", ())
    for text in ("Ö" * limit, '"\\\n' * limit):
        cut = of_page(text=text, zones=zones)
        assert len(cut.to_json()) <= limit
        assert text.startswith(cut.text)
    assert len(of_page(text="x", lead="Ö" * limit).to_json()) <= limit


def test_a_day_is_not_later_than_when_the_article_was_first_seen() -> None:
    seen = MONDAY - timedelta(hours=3)
    day = {"published_at": MONDAY, "published_precision": "day", "published_source": "page"}
    message = of_page({"first_seen_at": seen, "published_at": None}, **day)
    assert (message.published_at, message.published_precision) == (seen, "day")
    from_entry = of_feed(published_at=MONDAY, published_is_day=True, first_seen_at=seen)
    assert from_entry is not None
    assert (from_entry.published_at, from_entry.published_precision) == (seen, "day")


def test_a_page_s_time_wins_over_a_day_of_the_feed_but_not_over_its_time() -> None:
    of_its_own = {
        "published_at": EARLIER,
        "published_source": "page",
        "published_precision": "time",
    }
    day = of_page({"published_at": MONDAY, "published_is_day": True}, **of_its_own)
    assert (day.published_at, day.published_source) == (EARLIER, "page")
    time = of_page({"published_at": EARLIEST}, **of_its_own)
    assert (time.published_at, time.published_source) == (EARLIEST, "feed")


def test_when_a_page_was_changed_is_passed_on_where_nothing_says_when_it_was_published() -> None:
    message = of_page({"published_at": None}, published_at=None, published_before=EARLIER)
    assert (message.published_at, message.published_before) == (None, EARLIER)


def test_the_title_of_a_feed_has_no_markers() -> None:
    message = of_feed(title="+++ Eil +++ Brücke bleibt gesperrt - Von Ina Beispiel")
    assert message is not None
    assert message.title == "Brücke bleibt gesperrt"

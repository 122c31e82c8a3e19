"""Lines of a file become article revisions, in the order of time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from config.catalog.models import Catalog, FilePosition, Outlet, Tier
from core.messages import ArticleRevision
from wirewatch.simulation.articles import arrivals, parse_lines, simulated_catalog

NINE = datetime(2026, 11, 22, 9, tzinfo=UTC)
KURIER = Outlet("kurier", "Kurier", "AT", "de", Tier.A, (), FilePosition("sources.yaml", 1, 1))


def revisions(*lines: dict[str, Any], catalog: Catalog | None = None) -> list[ArticleRevision]:
    """Return the revisions of lines, each seen at nine unless it says otherwise."""
    texts = [json.dumps({"first_seen_at": "2026-11-22T09:00:00Z"} | line) for line in lines]
    parsed = parse_lines("\n".join(texts).encode(), "test")
    known = simulated_catalog(catalog or Catalog((KURIER,)), parsed)
    arriving = arrivals(parsed, known, timedelta(hours=48))
    return [a.revision for a in arriving if a.revision is not None]


def test_lines_of_one_moment_keep_the_order_of_the_file() -> None:
    later, first, second = "https://a.example/1", "https://a.example/2", "https://a.example/3"
    lines = {"url": later, "first_seen_at": "2026-11-22T10:00:00+00:30"}, {"url": first}
    assert [r.url for r in revisions(*lines, {"url": second})] == [first, second, later]


def test_a_revision_keeps_the_time_when_the_article_was_first_seen() -> None:
    url = "https://kurier.example/a"
    changed = {"url": f"{url}#top", "first_seen_at": "2026-11-22T11:00:00Z", "title": "Neu"}
    first, second = revisions({"url": url, "title": "Alt"}, changed)
    assert first.article_id == second.article_id
    assert [(r.revision, r.title, r.first_seen_at) for r in (first, second)] == [
        (1, "Alt", NINE),
        (2, "Neu", NINE),
    ]
    assert second.fetched_at == datetime(2026, 11, 22, 11, tzinfo=UTC)


def test_an_outlet_of_the_sources_gives_country_and_language_unless_the_line_does() -> None:
    line = {"url": "https://kurier.example/a", "outlet": "kurier"}
    other = {"url": "https://kurier.example/b", "country": "DE", "language": "en"}
    [known], [stated] = revisions(line), revisions(line | other)
    assert (known.country, known.language) == ("AT", "de")
    assert (stated.country, stated.language) == ("DE", "en")


def test_an_unknown_outlet_has_neither_country_nor_language() -> None:
    [article] = revisions({"url": "https://fremd.example/a", "outlet": "fremd", "title": None})
    assert (article.outlet, article.country, article.language) == ("fremd", "", "")


def test_the_first_tier_that_a_line_gives_is_that_of_its_outlet() -> None:
    at, urls = "2026-11-22T09:00:00Z", ("https://a.example/1", "https://a.example/2")
    lines = [
        {"url": urls[0], "first_seen_at": at, "outlet": "fremd", "tier": "C"},
        {"url": urls[1], "first_seen_at": at, "outlet": "fremd", "tier": "A"},
        {"url": urls[1], "first_seen_at": at, "outlet": "kurier"},
    ]
    parsed = parse_lines("\n".join(map(json.dumps, lines)).encode(), "test")
    catalog = simulated_catalog(Catalog((KURIER,)), parsed)
    assert {outlet.id: outlet.tier for outlet in catalog.outlets} == {
        "kurier": Tier.A,
        "fremd": Tier.C,
    }


def test_texts_are_cleaned_and_no_article_is_published_after_it_was_seen() -> None:
    line = {"url": "https://a.example/1", "title": "Eins\x00 \ud800\nzwei", "text": "a\r\n\r\nb"}
    [article] = revisions(line | {"published_at": "2026-11-22T12:00:00Z"})
    assert (article.title, article.text, article.published_at) == ("Eins zwei", "a\nb", NINE)


def test_a_url_that_cannot_be_parsed_identifies_its_article_by_its_text() -> None:
    first, second = revisions({"url": "http://[a"}, {"url": "http://[a"})
    assert (first.url, first.revision, second.revision) == ("http://[a", 1, 2)


def test_backfill_was_missed_if_its_outlet_was_not_read_for_long_before() -> None:
    def at(day: int, **line: str) -> dict[str, Any]:
        moment = f"2026-11-{day}T09:00:00Z"
        return {"url": f"https://a.example/{day}", "first_seen_at": moment} | line

    lines = at(10, origin="backfill"), at(11), at(12, origin="backfill"), at(20), at(21)
    later = at(22, origin="backfill"), at(23, origin="backfill", outlet="fremd")
    missed = [article.missed_since for article in revisions(*lines, *later)]
    assert missed == [None] * 5 + [datetime(2026, 11, 12, 9, tzinfo=UTC), None]

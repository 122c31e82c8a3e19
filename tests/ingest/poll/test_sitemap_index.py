"""The sitemaps of an index are read as one document, at every poll."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from config.catalog.models import Catalog
from ingest.polling.sitemap_index import merge
from ingest.sources import ParsedFeed
from tests.ingest.poll.polls import poll
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import MONDAY, Installation, ScriptedPublisher

INDEX = "/sitemaps.xml"
XML = {"Content-Type": "application/xml", "ETag": '"same"'}
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)


def news(publisher: ScriptedPublisher, *numbers: int) -> Answer:
    date = (MONDAY - timedelta(hours=1)).isoformat()
    entries = "".join(
        f"<url><loc>{publisher.url}/a{n}</loc><news:news><news:publication_date>{date}"
        f"</news:publication_date><news:title>Meldung {n}</news:title></news:news></url>"
        for n in numbers
    )
    return Answer(f"<urlset {NAMESPACES}>{entries}</urlset>".encode(), headers=XML)


def index(publisher: ScriptedPublisher, *paths: str) -> Answer:
    listed = "".join(f"<sitemap><loc>{publisher.url}{path}</loc></sitemap>" for path in paths)
    return Answer(f"<sitemapindex {NAMESPACES}>{listed}</sitemapindex>".encode(), headers=XML)


def test_every_listed_sitemap_is_read_and_each_entry_counts_once(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    for number in (1, 2, 3):
        publisher.serve_page(f"/a{number}", f"Meldung {number}")
    url = publisher.serve(INDEX, index(publisher, "/news-1.xml", "/news-2.xml"))
    publisher.serve("/news-1.xml", news(publisher, 1, 2))
    publisher.serve("/news-2.xml", news(publisher, 2), news(publisher, 2, 3))
    installation.subscribe(url, kind="sitemap")
    first, second = poll(installation, 2)
    assert (first.new, second.new) == (2, 1)
    assert {a.title for a in installation.announced} == {"Meldung 1", "Meldung 2", "Meldung 3"}
    assert all("if-none-match" not in r.headers for r in publisher.requests_for(INDEX))


def test_what_the_sitemaps_of_an_index_leave_out_is_counted_by_its_reason() -> None:
    """URLs without a news tag are no news that was left out; times of change count in each."""
    parts = [
        ParsedFeed("", None, (), (f"k{n}",), total=9, skipped=5, repeated=1, empty=4,
                   modified={f"k{n}": "2026-11-22"})
        for n in range(2)
    ]  # fmt: skip
    merged = merge(parts, limit=10)
    assert (merged.total, merged.skipped, merged.repeated, merged.empty) == (18, 10, 2, 8)
    assert merged.modified.keys() == set(merged.known_keys) == {"k0", "k1"}


def test_dates_of_listed_sitemaps_are_in_the_time_zone_of_the_outlet(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    url = publisher.serve(INDEX, index(publisher, "/news.xml"))
    listed = news(publisher, 1).body.replace(b"+00:00", b"")
    publisher.serve("/news.xml", Answer(listed, headers=XML))
    publisher.serve("/a1", Answer(status=403))
    installation.subscribe(url, kind="sitemap")
    [outlet] = installation.catalog.outlets
    installation.catalog = Catalog((replace(outlet, language="", time_zone="Asia/Tokyo"),))
    poll(installation)
    [article] = installation.announced
    assert article.published_at == MONDAY - timedelta(hours=1) - timedelta(hours=9)


def test_a_sitemap_that_fails_costs_only_itself(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    publisher.serve_page("/a1", "Meldung 1")
    url = publisher.serve(INDEX, index(publisher, "/news-1.xml", "/gone.xml", "/other-news.xml"))
    publisher.serve("/news-1.xml", news(publisher, 1))
    publisher.serve("/other-news.xml", index(publisher, "/news-1.xml"))
    (feed,) = installation.subscribe(url, kind="sitemap")
    (counts,) = poll(installation)
    assert (counts.new, counts.failed) == (1, 0)
    publisher.serve("/news-1.xml", Answer(status=503))
    (counts,) = poll(installation)
    assert counts.failed == 1
    assert installation.state(feed).state == "failing"

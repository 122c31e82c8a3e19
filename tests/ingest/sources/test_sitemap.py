"""News sitemaps."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from config.errors import FetchError
from ingest.sources import ParsedFeed
from ingest.sources.context import ParseContext
from ingest.sources.parse import parse_sitemap
from tests.ingest.sources.documents import NOW, memory, rss

URL = "https://www.example.org/news-sitemap.xml"


def entry(number: int, *, news: str | None = None, date: str = "2026-11-22T08:00:00+01:00") -> str:
    news = news if news is not None else (
        "<news:news><news:publication><news:name>Beispiel</news:name><news:language>de"
        f"</news:language></news:publication><news:publication_date>{date}</news:publication_date>"
        f"<news:title>Meldung {number} &amp; mehr</news:title></news:news>"
    )  # fmt: skip
    return (
        f"<url><loc>https://www.example.org/a/{number}?x=1&amp;y=2</loc>{news}"
        "<image:image><image:loc>https://www.example.org/i.jpg</image:loc>"
        "<image:title>Bild</image:title></image:image></url>"
    )


def sitemap(*entries: str, root: str = "urlset") -> bytes:
    return (
        f"<?xml version='1.0' encoding='utf-8'?><{root} "
        'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
        'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
        f"{''.join(entries)}</{root}>"
    ).encode()


def parse(body: bytes, known: Mapping[str, str] | None = None, limit: int = 1000) -> ParsedFeed:
    return parse_sitemap(
        body,
        ParseContext(
            url=URL, content_type="application/xml", now=NOW, known=known or {}, limit=limit
        ),
    )


def test_a_url_with_a_news_tag_becomes_an_entry() -> None:
    feed = parse(sitemap(entry(1), entry(2, news="")))
    (first,) = feed.entries
    assert (first.title, first.url) == ("Meldung 1 & mehr", "https://www.example.org/a/1?x=1&y=2")
    assert first.key == "//example.org/a/1?x=1&y=2"
    assert first.published_at == datetime(2026, 11, 22, 7, tzinfo=UTC)
    assert (first.summary, first.content, first.authors, first.language) == ("", "", (), "de")
    assert (feed.title, feed.language, feed.total, feed.skipped) == ("Beispiel", "de", 2, 1)


def test_known_urls_are_listed_and_changed_titles_are_entries() -> None:
    known = memory(parse(sitemap(entry(1), entry(2))))
    changed = entry(2).replace("Meldung 2", "Neuer Titel")
    feed = parse(sitemap(entry(1), changed, entry(3)), known)
    assert [e.title for e in feed.entries] == ["Neuer Titel & mehr", "Meldung 3 & mehr"]
    assert feed.known_keys == ("//example.org/a/1?x=1&y=2",)


def test_beyond_the_limit_the_newest_are_selected() -> None:
    dated = [entry(n, date=f"2026-11-{n:02}T08:00:00Z") for n in range(1, 21)]
    feed = parse(sitemap(*dated), limit=2)
    assert [e.title[:10] for e in feed.entries] == ["Meldung 19", "Meldung 20"]
    assert feed.skipped == 18


def test_a_damaged_sitemap_is_read_as_far_as_possible() -> None:
    body = sitemap(entry(1), entry(2), entry(3))
    assert len(parse(body[: body.index(b"Meldung 3")]).entries) >= 2
    assert len(parse(body.replace(b"Meldung 2 &amp;", b"Meldung 2 &")).entries) == 3


def test_a_compressed_sitemap_is_decompressed() -> None:
    assert len(parse(gzip.compress(sitemap(entry(1)))).entries) == 1


def test_a_sitemap_without_urls_is_a_sitemap() -> None:
    assert parse(sitemap()).total == 0


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (sitemap(entry(1, news="")), "not_a_feed"),
        (sitemap(root="sitemapindex"), "not_a_feed"),
        (rss(), "not_a_feed"),
        (b"<!doctype html><title>x</title>", "html_instead"),
        (b"not xml", "not_a_feed"),
        (b"", "empty"),
        (b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;">]><urlset/>', "parse"),
    ],
)
def test_the_outcome_names_what_a_document_is_instead_of_a_news_sitemap(
    body: bytes, outcome: str
) -> None:
    with pytest.raises(FetchError) as caught:
        parse(body)
    assert caught.value.outcome == outcome


def index(*listed: tuple[str, str]) -> bytes:
    entries = (
        f"<sitemap><loc>{address}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</sitemap>"
        for address, at in listed
    )
    return sitemap(*entries, root="sitemapindex")


@pytest.mark.parametrize(
    ("listed", "chosen"),
    [
        pytest.param(
            [
                ("/a.xml", "2026-11-20"),
                ("/news-1.xml", "2026-11-21"),
                ("/news-2.xml", "2026-11-22"),
            ],
            ["/news-2.xml", "/news-1.xml"],
            id="those whose address says news, the newest first",
        ),
        pytest.param(
            [(f"/{n}.xml", f"2026-11-{10 + n}") for n in range(8)],
            ["/7.xml", "/6.xml", "/5.xml"],
            id="three at most",
        ),
        pytest.param(
            [("/2026-10.xml", ""), ("/2026-11.xml", "")],
            ["/2026-11.xml", "/2026-10.xml"],
            id="the last first where nothing has a time",
        ),
        pytest.param(
            [("https://other.example/news.xml", ""), ("/a.xml", ""), ("/a.xml", "")],
            ["/a.xml"],
            id="never another site, and none twice",
        ),
    ],
)
def test_an_index_names_the_sitemaps_to_read(
    listed: list[tuple[str, str]], chosen: list[str]
) -> None:
    feed = parse(index(*listed))
    assert list(feed.sitemaps) == [f"https://www.example.org{path}" for path in chosen]
    assert feed.entries == ()

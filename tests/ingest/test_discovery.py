"""The feeds of a site are found by what it links, lists, or has at the usual addresses."""

from __future__ import annotations

import pytest

from config.errors import FetchError
from config.i18n import Phrase
from ingest.discovery.find import FoundFeed
from ingest.discovery.links import find_feed_links
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import HTML, Installation, ScriptedPublisher, html, item, rss

URL = "https://www.bote.example/politik/"


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        (
            (
                "<link rel='alternate stylesheet' type='text/css' href='/a.css'>"
                "<link rel=alternate type='application/rss+xml' title='Politik' href='/rss'>"
            ),
            [("https://www.bote.example/rss", "Politik", True)],
        ),
        (
            (
                "<link rel=alternate hreflang=en href='/en/'>"
                "<link rel=Alternate type='application/feed+json; charset=utf-8' href='feed.json'>"
            ),
            [("https://www.bote.example/politik/feed.json", "", True)],
        ),
        (
            (
                "<a href='/service/rss-feeds/'>RSS</a><a href='https://other.example/rss'>other</a>"
                "<a href='/ueber-uns'>Über uns</a><a href='/index~rss2.xml'>Feed</a>"
            ),
            [
                ("https://www.bote.example/service/rss-feeds/", "RSS", False),
                ("https://www.bote.example/index~rss2.xml", "Feed", False),
            ],
        ),
        ("<a href='javascript:rss()'>x</a><link rel=alternate type=text/xml href='file:///x'>", []),
        ("", []),
    ],
)
def test_links_to_feeds_are_told_from_other_links(
    markup: str, found: list[tuple[str, str, bool]]
) -> None:
    body = f"<html><body>{markup}</body></html>".encode()
    links = find_feed_links(body, URL, "text/html")
    assert [(one.url, one.title, one.declared) for one in links] == found


def discover(installation: Installation, url: str) -> list[FoundFeed]:
    return installation.with_ingest(lambda ingest: ingest.discover(url))


def test_what_a_page_links_and_robots_lists_is_read_and_described(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    text = "Ein langer Absatz über die Sitzung des Rates. " * 20
    feed = publisher.serve("/rss.xml", rss(item("1", "Eins", summary=text), ETag='"a"'))
    gone = publisher.url + "/gone.rss"
    sitemap = (
        b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        b"xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>https://a.example/1"
        b"</loc><news:news><news:title>Eins</news:title></news:news></url></urlset>"
    )
    publisher.serve("/news-sitemap.xml", Answer(sitemap, headers={"Content-Type": "text/xml"}))
    listed = f"User-agent: *\nDisallow: /secret\nSitemap: {publisher.url}/pages.xml\n"
    listed += f"Sitemap: {publisher.url}/news-sitemap.xml\n"
    publisher.serve("/robots.txt", Answer(listed.encode()))
    links = "".join(
        f"<link rel=alternate type='application/rss+xml' title='{title}' href='{url}'>"
        for url, title in ((feed, "Alles"), (gone, "Weg"))
    )
    page = publisher.serve("/", Answer(html("Bote", head=links), headers=HTML))
    found = discover(installation, page)
    assert [(one.url, one.kind, one.problem is None) for one in found] == [
        (publisher.url + "/news-sitemap.xml", "sitemap", True),
        (feed, "feed", True),
        (gone, "feed", False),
    ]
    described = found[1]
    assert (described.entries, described.full_text, described.conditional) == (1, True, True)


def test_a_site_that_names_no_feed_is_asked_at_the_usual_addresses(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    page = publisher.serve_page("/", "Bote")
    feed = publisher.serve("/feed.xml", rss(item("1", "Eins")))
    assert [one.url for one in discover(installation, page)] == [feed]


def test_the_address_of_a_feed_is_that_feed(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    feed = publisher.serve("/x", rss(item("1", "Eins")))
    assert [one.url for one in discover(installation, feed)] == [feed]
    assert [r.path for r in publisher.requests] == ["/robots.txt", "/x"]


def test_a_robots_txt_that_cannot_be_read_is_named_as_the_reason(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    publisher.serve("/robots.txt", Answer(b"", status=503))
    with pytest.raises(FetchError) as refused:
        discover(installation, publisher.url + "/")
    assert refused.value.outcome == "robots_unreachable"
    why = Phrase("fetch.http", status=503)
    assert refused.value.reason == Phrase("fetch.robots_unreachable_because", why=why)


def test_robots_txt_is_respected(publisher: ScriptedPublisher, installation: Installation) -> None:
    publisher.serve("/robots.txt", Answer(b"User-agent: *\nDisallow: /\n"))
    with pytest.raises(FetchError, match="robots"):
        discover(installation, publisher.url + "/")
    assert [r.path for r in publisher.requests] == ["/robots.txt"]


def test_a_home_page_that_only_leads_on_is_followed_unless_it_names_feeds(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    feed = publisher.serve("/de/rss.xml", rss(item("1", "Eins")))
    head = f"<link rel=alternate type='application/rss+xml' href='{feed}'>"
    publisher.serve("/de/", Answer(html("Bote", head=head), headers=HTML))
    refresh = "<meta http-equiv=refresh content='0;url={}'>"
    stub = publisher.serve("/", Answer(html("", head=refresh.format("/de/")), headers=HTML))
    both = Answer(html("Bote", head=head + refresh.format("/ohne-skript")), headers=HTML)
    for page in (stub, publisher.serve("/home", both)):
        assert [(one.url, one.problem) for one in discover(installation, page)] == [(feed, None)]

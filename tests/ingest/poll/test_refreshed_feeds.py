"""A page that came instead of a feed: what only leads on is followed, what names a feed is said."""

from __future__ import annotations

import pytest

from config.i18n import Phrase, in_english
from core.http import Response
from ingest.pages.refresh import LONGEST_STUB
from ingest.polling.refreshed_feeds import may_replace_feed, with_login
from tests.ingest.poll.polls import poll
from tests.support.newsroom import Answer
from tests.support.scripted_publisher import (
    HTML,
    Installation,
    ScriptedPublisher,
    html,
    item,
    rss,
)

FEED_AT = "https://www.bote.example/rss.xml"


def stub(target: str, **headers: str) -> Answer:
    head = f"<meta http-equiv=Refresh content='0; URL={target}'>"
    return Answer(f"<html><head>{head}</head></html>".encode(), headers=HTML | headers)


def test_only_small_pages_may_replace_feed() -> None:
    page, long = b"<!doctype html><title>x</title>", b" " * LONGEST_STUB
    cases: dict[str, tuple[bytes, dict[str, str], str, bool]] = {
        "a page": (page, {}, "feed", True),
        "after a mark, a declaration and a comment": (
            b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- moved -->" + page,
            {},
            "sitemap",
            True,
        ),
        "a piece of a page": (b"<META http-equiv=refresh>", {}, "feed", True),
        "a title without a head": (b"\n<title>Moved</title><meta>", {}, "feed", True),
        "a long page": (page + long, {}, "feed", False),
        "a list of articles": (page + long[:5_000], {}, "page", False),
        "a page in place of a list": (page, {}, "page", True),
        "a feed": (b"<rss><channel><title>&lt;html>", {}, "feed", False),
        "a feed with a header": (b"<rss/>", {"Refresh": "0; url=/x"}, "feed", False),
        "nothing but a header": (b" \n", {"Refresh": "0; url=/x"}, "feed", True),
        "nothing": (b"", {}, "feed", False),
    }
    wrong = [
        name
        for name, (body, headers, kind, expected) in cases.items()
        if may_replace_feed(Response(FEED_AT, 200, headers, body), kind) is not expected
    ]
    assert wrong == []
    assert not may_replace_feed(Response(FEED_AT, 404, {}, page), "feed")


def test_a_login_is_for_its_own_origin() -> None:
    url = "https://desk:pass@www.bote.example/rss.xml"
    same, other = "https://www.bote.example/neu.xml", "https://feeds.bote.example/neu.xml"
    assert with_login(same, url) == "https://desk:pass@www.bote.example/neu.xml"
    assert with_login(other, url) == other
    assert with_login("http://www.bote.example/x", url) == "http://www.bote.example/x"
    assert with_login(same, FEED_AT) == same


@pytest.mark.slow
def test_a_page_in_place_of_a_feed_is_followed_or_says_where_the_feed_is(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    one = item("1", "Eins", publisher.serve_page("/1", "Eins"))
    publisher.serve("/new.xml", rss(one, ETag='"1"'), Answer(status=304), rss(one))
    publisher.serve("/other.xml", rss(one))
    publisher.serve("/loop-2.xml", stub("/loop.xml"))
    publisher.serve("/overview.html", Answer(b"<html><a href='/1'>Eins</a>", headers=HTML))
    link = "<link rel=alternate type='application/rss+xml' href='/real.xml'>"
    answers = {
        "stub": (stub("/new.xml"), "not_modified"),
        "header": (Answer(b"", headers={"Refresh": "1;url=other.xml"}), "unchanged"),
        "later": (Answer(b"", 302, {"Location": "/header.xml"}), "unchanged"),
        "loop": (stub("/loop-2.xml"), "redirect"),
        "named": (Answer(html("Bote", head=link), headers=HTML), "html_instead"),
        "to-page": (stub("/named.xml"), "html_instead"),
        "file": (stub("file:///etc/passwd"), "html_instead"),
        "list": (stub("/overview.html"), "unchanged"),
    }
    ids: dict[str, str] = {}
    for name, (answer, _) in answers.items():
        url = publisher.serve(f"/{name}.xml", answer)
        if name == "list":
            [ids[name]] = installation.subscribe(url, outlet=name, kind="page", links="a")
        else:
            [ids[name]] = installation.subscribe(url, outlet=name)
    poll(installation, 2)
    feeds = {name: installation.feed(ids[name]) for name in ids}
    outcomes = {name: feed.last_outcome for name, feed in feeds.items()}
    assert outcomes == {name: outcome for name, (_, outcome) in answers.items()}
    assert [r.headers.get("if-none-match") for r in publisher.requests_for("/new.xml")] == [
        None,
        '"1"',
    ]
    fault = in_english(Phrase.load(feeds["named"].last_error))
    assert fault.endswith(f"It names this feed: {publisher.url}/real.xml")
    targets = {name: feed.redirect_target for name, feed in feeds.items() if feed.redirect_target}
    assert targets == {
        "stub": publisher.url + "/new.xml",
        "header": publisher.url + "/other.xml",
        "list": publisher.url + "/overview.html",
    }
    installation.clock.advance(days=8)
    poll(installation)
    assert installation.feed(ids["stub"]).fetch_url == publisher.url + "/new.xml"

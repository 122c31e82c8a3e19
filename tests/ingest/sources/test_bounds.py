"""A document that costs too much keeps the newest entries that fit, each whole."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from config.errors import FetchError
from ingest.sources import feed as feed_module
from ingest.sources import jsonfeed, sitemap
from ingest.sources.bounds import SITEMAP_ENTRIES, bound, without_declarations
from ingest.sources.context import ParseContext
from ingest.sources.limits import (
    LONGEST_DOCUMENT,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_AUTHORS,
    Budget,
)
from ingest.sources.parse import parse_sitemap
from tests.ingest.sources.documents import NOW, URL, article, item, memory, only, parse, rss

SMALL = Budget(entries=3, tags=100, references=20, attributes=60)


def kept(body: bytes, budget: Budget = SMALL) -> tuple[list[int], int]:
    """Return the numbers of the articles that are left of a feed, and how many are missing."""
    bounded = bound(URL, body, budget, NOW)
    return [n for n in range(100) if f"<guid>id-{n}<".encode() in bounded.text], bounded.left_out


def test_a_document_within_its_budget_stays_as_it_is() -> None:
    body = rss(*(article(n) for n in range(3)))
    assert bound(URL, body, SMALL, NOW).text is body


@pytest.mark.parametrize(
    ("entries", "left"),
    [
        ([article(n) for n in range(9)], [0, 1, 2]),
        ([article(1, raw="<a/>" * 90), article(2)], [2]),
        ([article(1, raw="&amp;" * 30), article(2)], [2]),
        ([article(1, raw="<a b='' c='' d=''/>" * 20), article(2)], [2]),
        ([article(n, raw="<a/>" * 10) for n in range(3)], [0, 1, 2]),
        ([article(n, raw="<a/>" * 12) for n in range(4)], [0, 1, 2]),
        ([article(n).replace("</item>", "") for n in range(9)], [0, 1, 2]),
        ([article(1, raw="<![CDATA[</item><item>]]>"), *[article(n) for n in range(2, 9)]],
         [1, 2, 3]),
    ],
    ids=[
        "entries", "tags of one", "references of one", "attributes of one", "together they fit",
        "together they do not fit", "unclosed", "markup in text",
    ],
)  # fmt: skip
def test_entries_are_left_out_whole_until_the_rest_fits(
    entries: list[str], left: list[int]
) -> None:
    assert kept(rss(*entries)) == (left, len(entries) - len(left))


def test_of_a_feed_that_begins_with_the_oldest_the_newest_entries_are_left() -> None:
    dates = [(NOW - timedelta(hours=20 - n)).strftime("%a, %d %b %Y %H:%M GMT") for n in range(9)]
    assert kept(rss(*(article(n, pubDate=date) for n, date in enumerate(dates))))[0] == [6, 7, 8]


@pytest.mark.parametrize(
    "around",
    [
        "<a/>" * 200,
        "".join(f"<p{n}:a xmlns:p{n}='urn:{n}'/>" for n in range(101)),
        "<!---->" * 100_001,
    ],
    ids=["tags", "prefixes", "comments"],
)  # fmt: skip
def test_a_document_that_costs_too_much_around_its_entries_is_refused(around: str) -> None:
    with pytest.raises(FetchError, match="more elements, attributes or namespaces") as caught:
        bound(URL, rss(article(1), channel=around), SMALL, NOW)
    assert caught.value.outcome == "parse"


def test_an_element_with_very_many_attributes_costs_its_entry_only() -> None:
    attributes = " ".join(f"attribute{n}=''" for n in range(300))
    feed = parse(rss(article(1, raw=f"<a {attributes}/>"), article(2)))
    assert [entry.key for entry in feed.entries] == ["id-2"]
    bare = parse(rss(article(1, raw=f"A & B<a {'b ' * 20_000}/>"), article(2)))
    assert [entry.key for entry in bare.entries] == ["id-2"]


def test_a_feed_that_is_cut_says_how_many_entries_were_read() -> None:
    feed = parse(rss(article(1, raw="<a/>" * 100_000), article(2), article(3)))
    assert ([e.key for e in feed.entries], feed.total, feed.skipped) == (["id-2", "id-3"], 3, 1)
    assert feed.cut_reason
    assert feed.cut_reason.params == {"n": 2}
    assert parse(rss(article(1), article(2)), limit=2).cut_reason is None
    beyond = parse(rss(article(1), article(2)), limit=1).cut_reason
    assert beyond
    assert beyond.params == {"n": 1}


def test_the_elements_of_new_entries_are_limited_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "MOST_PARSED_ELEMENTS", 50)
    body = rss(*(article(n, raw="<a/>" * 15) for n in range(4)))
    feed = parse(body)
    assert [entry.key for entry in feed.entries] == ["id-0", "id-1"]
    assert feed.cut_reason
    again = parse(body, memory(feed))
    assert [entry.key for entry in again.entries] == ["id-2", "id-3"]


def test_a_malformed_feed_is_cut_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "MALFORMED", SMALL)
    articles = [article(n) for n in range(9)]
    feed = parse(rss(*articles, channel="A & B"))
    assert ([entry.key for entry in feed.entries], feed.total) == (["id-0", "id-1", "id-2"], 9)
    assert feed.cut_reason
    assert parse(rss(*articles)).cut_reason is None


def test_a_json_feed_of_many_values_keeps_its_first_items(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jsonfeed, "MOST_TOKENS", 2_000)
    items = [{"id": str(n), "title": f"T{n}"} for n in range(100)]
    body = json.dumps({"version": "x", "items": [*items, *[0] * 2_000]}).encode()
    feed = parse(body)
    assert [entry.key for entry in feed.entries] == [str(n) for n in range(100)]
    assert feed.cut_reason
    rest = json.dumps({"version": "x", "title": "X", "items": items, "x": [0] * 2_000})
    assert (len(parse(rest.encode()).entries), parse(rest.encode()).title) == (100, "X")
    nested = b'{"items": [{"id": "1", "title": "x", "a": [' + b"0," * 2_000 + b"0]}]}"
    with pytest.raises(FetchError, match="more elements"):
        parse(nested)


def test_a_sitemap_is_cut_like_a_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "WELL_FORMED", SMALL)
    news = "xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'"
    url = "<url><loc>https://a.example/{}</loc><n:news><n:title>T</n:title></n:news></url>"
    inside = "".join(url.format(n) for n in range(100))
    body = f"<urlset {news}>{inside}</urlset>".encode()
    feed = parse_sitemap(
        body, ParseContext(url=URL, content_type=None, now=NOW, known={}, limit=10)
    )
    assert (len(feed.entries), feed.total) == (3, 100)
    assert feed.cut_reason
    blanks = body + b" " * LONGEST_DOCUMENT
    assert bound(URL, blanks, SMALL, NOW, SITEMAP_ENTRIES).left_out == 98


def test_the_texts_of_an_entry_are_cut() -> None:
    entry = only(
        rss(
            item(
                guid="1" * 9_000,
                link=f"https://www.example.org/{'a' * 3_000}",
                title="Wort " * 9_000,
                description="Satz. " * 90_000,
                raw="".join(f"<dc:creator>Name{n} {'x' * 900}</dc:creator>" for n in range(99)),
            )
        )
    )
    assert len(entry.key) < 100
    assert entry.url is None
    assert len(entry.title) == LONGEST_TITLE
    assert len(entry.summary) == LONGEST_TEXT
    assert len(entry.authors) <= MOST_AUTHORS
    assert all(len(name) <= 200 for name in entry.authors)


def test_a_character_reference_of_very_many_digits_is_left_out() -> None:
    assert only(rss(item(guid="1", raw=f"<title><![CDATA[a&#{'9' * 5_000};b]]></title>"))).title


def test_declarations_in_text_are_text() -> None:
    body = rss(item(guid="1", raw="<title><![CDATA[<!ENTITY a 'b'> &a;]]></title>"))
    assert without_declarations(URL, body) == body

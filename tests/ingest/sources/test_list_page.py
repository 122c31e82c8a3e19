"""Pages that list articles, for publishers without a feed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from config.errors import FetchError
from ingest.sources import ParsedFeed
from ingest.sources.context import ParseContext
from ingest.sources.list_page import MOST_LINKS, parse_list_page
from tests.ingest.sources.documents import NOW

URL = "https://ministerium.example/presse/"
HEADLINE = "Ministerin eröffnet die neue Brücke in Auberg"


def parse(inner: str, links: str = "main a", head: str = "", limit: int = 100) -> ParsedFeed:
    html = f"<html lang=de><head><title>Presse</title>{head}</head><body>{inner}</body></html>"
    return parse_list_page(
        html.encode(),
        ParseContext(
            url=URL,
            content_type="text/html",
            now=NOW,
            known={},
            limit=limit,
            zone=ZoneInfo("Europe/Berlin"),
        ),
        links,
    )


@pytest.mark.parametrize(
    ("item", "links"),
    [
        pytest.param(f"<a href='/m/1'>{HEADLINE}</a>", "main a", id="a link with the headline"),
        pytest.param(
            f"<article><h3>{HEADLINE}</h3><p>Worum es geht.</p><a href='1'>mehr</a></article>",
            "article a",
            id="a heading beside a link that says more",
        ),
        pytest.param(
            f"<li class=item><span>Presse</span><a href='/m/1'><h2>{HEADLINE}</h2><p>Text</p></a>",
            "li.item",
            id="the item is selected, its link holds everything",
        ),
        pytest.param(
            f"<div class=t><a href='/m/1' title='{HEADLINE}'><img src=x></a></div>",
            ".t a",
            id="only an attribute names it",
        ),
        pytest.param(
            f"<table><tr><td>1. 2. 2026</td><td><a href='/m/1'>{HEADLINE}</a></td></tr></table>",
            "td a",
            id="a row of a table",
        ),
    ],
)
def test_an_item_is_an_entry_with_its_headline(item: str, links: str) -> None:
    (entry,) = parse(f"<main>{item}</main>", links).entries
    assert entry.title == HEADLINE
    assert entry.url in ("https://ministerium.example/m/1", f"{URL}1")


@pytest.mark.parametrize(
    ("date", "at", "is_day"),
    [
        ("<time datetime='2026-11-20T09:30'>heute</time>", (20, 8, 30), False),
        ("<time>20.11.2026, 09:30 Uhr</time>", (20, 8, 30), False),
        ("<span>20. November 2026</span>", (20, 23, 0), True),
        ("<p>20.11.2026 | Pressemitteilung</p>", (20, 23, 0), True),
        ("<p>Am 20.11.2026 wird in Auberg ein Fest gefeiert, zu dem alle kommen.</p>", None, False),
    ],
)
def test_the_date_of_an_item_is_that_of_its_entry(
    date: str, at: tuple[int, int, int] | None, is_day: bool
) -> None:
    (entry,) = parse(f"<main><div>{date}<a href='/m/1'>{HEADLINE}</a></div></main>").entries
    expected = datetime(2026, 11, *at, tzinfo=UTC) if at else None
    found = entry.published_at
    if is_day and found and expected:  # the end of that day in the outlet's zone
        assert (expected - found).total_seconds() <= 1
    else:
        assert found == expected
    assert entry.published_is_day == is_day


def test_each_address_is_one_entry_and_the_page_itself_none() -> None:
    inner = "".join(
        f"<li><a href='{address}'>Eine Meldung mit Überschrift {number}</a></li>"
        for number, address in enumerate(
            ["/m/1", "/m/1", "#top", URL, "javascript:x()", "mailto:a@b.example", "/m/2"]
        )
    )
    assert [e.url for e in parse(f"<main>{inner}</main>").entries] == [
        "https://ministerium.example/m/1",
        "https://ministerium.example/m/2",
    ]


def test_relative_links_follow_the_base() -> None:
    feed = parse(
        f"<main><a href='m/1'>{HEADLINE}</a></main>", head="<base href='https://cdn.example/x/'>"
    )
    assert [e.url for e in feed.entries] == ["https://cdn.example/x/m/1"]


@pytest.mark.parametrize(
    "inner", ["", "<main><p>Keine Meldungen</p></main>", "<a href='/x'>Impressum und mehr</a>"]
)
def test_a_page_without_such_links_is_said_and_no_empty_feed(inner: str) -> None:
    with pytest.raises(FetchError) as caught:
        parse(inner)
    assert caught.value.outcome == "not_a_feed"
    assert "links" in str(caught.value)


def test_a_page_with_too_many_links_is_cut_and_says_so() -> None:
    items = (f"<a href='/m/{n}'>Eine Meldung mit Überschrift {n}</a>" for n in range(600))
    feed = parse(f"<main>{''.join(items)}</main>", limit=1000)
    assert (len(feed.entries), feed.cut_reason is not None) == (MOST_LINKS, True)

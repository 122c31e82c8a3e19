"""The JSON-LD of a page: of its own article, and of others."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.extract.article import extract_page
from ingest.extract.jsonld import LinkedData, PageClues, read_linked_data
from ingest.extract.models import PageHints

URL = "https://www.hafenblatt.example/politik/deich-bricht-471130.html"
OTHER = "https://www.hafenblatt.example/reise/leuchtturm-aus-220077.html"
TITLE = "Deich bricht bei Sturm"
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
CLUES = PageClues([f"{TITLE} | Hafenblatt", TITLE], [URL])

OWN = {
    "@type": "NewsArticle",
    "headline": TITLE,
    "datePublished": "2026-11-16T08:00:00Z",
    "author": {"@type": "Person", "name": "Ina Beispiel"},
}
FOREIGN = {
    "@type": "NewsArticle",
    "headline": "Alte Geschichte vom Leuchtturm",
    "datePublished": "2024-03-01T08:00:00+01:00",
    "author": {"@type": "Person", "name": "Udo Fremd"},
    "articleBody": "Vor zwei Jahren ging der Leuchtturm aus.",
    "isAccessibleForFree": False,
}


def read(*scripts: Any) -> LinkedData:
    return read_linked_data([json.dumps(script) for script in scripts], CLUES)


@pytest.mark.parametrize(
    "scripts",
    [
        [FOREIGN, OWN],
        [OWN, [FOREIGN, FOREIGN]],
        [{"@graph": [{"@type": "WebPage", "name": "x"}, FOREIGN, OWN]}],
        [[FOREIGN], {"@type": "WebPage", "mainEntity": OWN}],
        [FOREIGN | {"url": OTHER}, OWN | {"url": URL}],
        [FOREIGN, OWN | {"headline": "Sturmflut: was wir wissen", "mainEntityOfPage": URL}],
        [FOREIGN, OWN | {"headline": "", "mainEntityOfPage": {"@id": f"{URL}#artikel"}}],
        [FOREIGN, OWN | {"headline": "Die Nacht", "url": "/amp", "@id": f"{URL}?utm_source=x"}],
        [FOREIGN | {"headline": TITLE[:7], "url": OTHER}, OWN],
    ],
)
def test_the_article_that_agrees_with_the_page_is_read(scripts: list[Any]) -> None:
    data = read(*scripts)
    assert data.authors == ("Ina Beispiel",)
    assert (data.published, data.body, data.free) == ("2026-11-16T08:00:00Z", "", None)


@pytest.mark.parametrize(
    "script",
    [
        FOREIGN,
        FOREIGN | {"url": OTHER},
        FOREIGN | {"mainEntityOfPage": {"@type": "WebPage", "@id": OTHER}},
        FOREIGN | {"headline": "", "url": OTHER},
        {"@graph": [FOREIGN]},
        {"@type": "WebPage", "mainEntity": FOREIGN},
    ],
)
def test_an_article_of_another_page_gives_nothing(script: Any) -> None:
    assert read(script) == LinkedData()


@pytest.mark.parametrize(
    "script",
    [
        OWN | {"url": "https://www.hafenblatt.example/"},
        OWN | {"url": "https://www.hafenblatt.example/politik/"},
        OWN | {"headline": "", "url": ""},
        OWN | {"headline": "Zwölf Höfe unter Wasser", "url": URL},
        OWN | {"url": "https://m.hafenblatt.example/amp/politik/deich-bricht-471130"},
    ],
)
def test_an_article_that_does_not_disagree_is_read(script: Any) -> None:
    assert read(script).authors == ("Ina Beispiel",)


@pytest.mark.parametrize(
    ("page", "published"),
    [
        ({"url": URL}, "2026-11-15T07:00:00Z"),
        ({"@id": f"{URL}#webpage"}, "2026-11-15T07:00:00Z"),
        ({"url": OTHER}, ""),
        ({}, ""),
        ({"url": URL, "@type": "WebSite"}, ""),
    ],
)
def test_a_page_that_names_no_article_may_name_its_own_date(page: Any, published: str) -> None:
    dated = {"@type": "WebPage", "datePublished": "2026-11-15T07:00:00Z"} | page
    assert read({"@graph": [FOREIGN | {"url": OTHER}, dated]}) == LinkedData(published=published)
    assert read(dated, OWN).published == OWN["datePublished"]
    undated = {"@type": "NewsArticle", "headline": TITLE}
    assert read(dated, undated).published == published


def test_the_end_of_a_live_page_is_read_and_one_that_is_no_time_costs_nothing_else() -> None:
    ends = {
        "2026-11-16T20:00:00+01:00": NOON + timedelta(hours=7),
        "2026-11-16T20:00:00": NOON + timedelta(hours=7),
        "0001-01-01T00:00:00+14:00": None,
        "9999-12-31T23:59:59-14:00": None,
        "heute Abend": None,
        "": None,
    }
    text = "Der Deich ist auf zwanzig Metern gebrochen, sagte der Deichgraf am Montag. " * 6
    pages = {
        end: extract_page(
            f"<title>{TITLE}</title><script type=application/ld+json>"
            f"{json.dumps(OWN | {'@type': 'LiveBlogPosting', 'coverageEndTime': end})}</script>"
            f"<article><h1>{TITLE}</h1><p>{text}</p></article>".encode(),
            url=URL,
            now=NOON,
            hints=PageHints(time_zone="Europe/Berlin"),
        )
        for end in ends
    }
    assert {end: page.live_until for end, page in pages.items()} == ends
    assert [end for end, page in pages.items() if page.text != text.strip()] == []


def test_a_live_blog_whose_entries_are_only_in_its_data_has_their_texts() -> None:
    entries = [
        {
            "@type": "BlogPosting",
            "headline": "Der Deich bricht",
            "articleBody": "Um acht brach der Deich am Hafen.",
        },
        {
            "@type": "BlogPosting",
            "headline": "Strom weg",
            "articleBody": "Auf der Insel ist Nacht.",
        },
    ]
    live = OWN | {"@type": "LiveBlogPosting", "liveBlogUpdate": entries}
    assert read(live).entries.split("\n") == [t for e in entries for t in list(e.values())[1:]]
    html = f"<html><head><title>{TITLE}</title><script type=application/ld+json>{json.dumps(live)}"
    html += f"</script></head><body><h1>{TITLE}</h1><p>Hier der Ticker.</p></body></html>"
    text = extract_page(html.encode(), url=URL, now=NOON).text
    assert all(entry["articleBody"] in text for entry in entries)
    assert read(OWN | {"liveBlogUpdate": [None, 3, {"headline": ["x"]}]}).entries == "x"

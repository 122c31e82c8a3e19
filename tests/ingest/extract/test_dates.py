"""When an article was published, as its page says it in markup and in words."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from ingest.extract import ExtractedPage, PageHints
from ingest.extract.article import extract_page

NOW = datetime(2026, 11, 29, 16, 0, tzinfo=UTC)
URL = "https://www.example.org/hafen/nordmole.html"
TITLE = "Hafenrat beschließt den Ausbau der Nordmole"
PROSE = (
    "Der Hafenrat hat am Abend den Ausbau der Nordmole beschlossen, der im Frühjahr beginnen soll.",
    "Die Kosten trägt zur Hälfte das Land, wie die Hafenmeisterin nach der Sitzung sagte.",
    "Gegen den Beschluss stimmten drei Mitglieder, die eine Prüfung durch Gutachter verlangen.",
)
BODY = "".join(f"<p>{text}</p>" for text in PROSE)


def read(
    *,
    head: str = "",
    above: str = "",
    below: str = "",
    after: str = "",
    url: str = "",
    **hints: object,
) -> ExtractedPage:
    html = (
        f"<html lang=de><head><meta charset=utf-8><title>{TITLE}</title>{head}</head>"
        f"<body><main><article>{above}<h1>{TITLE}</h1>{below}{BODY}</article>{after}</main>"
        "<footer><p>Impressum, © 2019</p><p>Stand: 03.02.2019</p></footer></body></html>"
    )
    hints = {"time_zone": "Europe/Berlin", **hints}
    return extract_page(html.encode(), url=URL, hints=PageHints(**hints), now=NOW)  # type: ignore[arg-type]


def meta(name: str, value: str, attribute: str = "name") -> dict[str, str]:
    return {"head": f'<meta {attribute}="{name}" content="{value}">'}


def linked(**values: object) -> dict[str, str]:
    node = {"@type": "NewsArticle", "headline": TITLE, **values}
    return {"head": f'<script type="application/ld+json">{json.dumps(node)}</script>'}


def box(html: str) -> dict[str, str]:
    return {"below": html}


AT_13_05 = {
    "JSON-LD, naive": linked(datePublished="2026-11-28T14:05:00"),
    "JSON-LD, created": linked(dateCreated="2026-11-28T14:05:00"),
    "JSON-LD, offset": linked(datePublished="2026-11-28T14:05:00+01:00"),
    "meta, naive": meta("article:published_time", "2026-11-28T14:05:00", "property"),
    "meta, in words": meta("date", "28. November 2026, 14:05 Uhr"),
    "meta, parsely": meta("parsely-pub-date", "2026-11-28T13:05:00Z"),
    "meta, sailthru": meta("sailthru.date", "Sat, 28 Nov 2026 13:05:00 +0000"),
    "meta, Dublin Core": meta("DC.date.issued", "2026-11-28T14:05+01:00"),
    "microdata, content": box('<span itemprop="datePublished" content="2026-11-28T14:05">x</span>'),
    "microdata, meta in the body": box(
        '<meta itemprop="datePublished" content="2026-11-28T14:05">'
    ),
    "microdata, text": box('<span itemprop="datePublished">28.11.2026, 14:05 Uhr</span>'),
    "RDFa": box('<span property="schema:datePublished" content="2026-11-28T14:05">x</span>'),
    "hAtom": box('<abbr class="published" title="2026-11-28T14:05:00+0100">Samstag</abbr>'),
    "time, naive": box('<time datetime="2026-11-28T14:05:00">gestern</time>'),
    "time, dotted": box('<time datetime="28.11.2026 14:05">gestern</time>'),
    "time, text": box("<p><time>28. November 2026, 14:05 Uhr</time></p>"),
    "time above the headline": {
        "above": '<div class=k><time datetime="2026-11-28T14:05">x</time></div>'
    },
    "time, published beside updated": box(
        '<time class="updated" datetime="2026-11-29T10:00">x</time>'
        '<time class="published" datetime="2026-11-28T14:05">x</time>'
    ),
    "line": box("<p class=datum>28.11.2026, 14:05 Uhr</p>"),
    "line, state": box("<div>Stand: 28.11.2026, 14:05 Uhr</div>"),
    "line, published": box("<div>Veröffentlicht am 28. November 2026 um 14.05 Uhr</div>"),
    "line, weekday": box("<div>Samstag, 28. November 2026 | 14:05</div>"),
    "line, byline": box("<p>Von Ina Beispiel, 28.11.2026, 14:05 Uhr</p>"),
    "line, published and changed": box(
        "<div>Aktualisiert: 29.11.2026, 09:00 Uhr | Veröffentlicht: 28.11.2026, 14:05 Uhr</div>"
    ),
    "line, without a year": box("<div>28. November, 14:05 Uhr</div>"),
    "line, yesterday": box("<div>gestern, 14:05 Uhr</div>"),
    "line, English": box("<div>Nov. 28, 2026 8:05 a.m. ET</div>"),
    "line, English, published": box("<div>Published Nov 28, 2026 at 2:05 pm</div>"),
    "line, French": box("<div>Publié le 28 novembre 2026 à 14h05</div>"),
    "line, Ukrainian": box("<div>28 листопада 2026 р., 14:05</div>"),
    "line, Russian": box("<div>28 ноября 2026, 16:05 мск</div>"),
    "a modified date beside the line": {
        **meta("article:modified_time", "2026-11-29T15:00:00Z", "property"),
        **box("<p>Veröffentlicht: 28. November 2026, 14:05 Uhr</p>"),
    },
}


@pytest.mark.parametrize("markup", AT_13_05.values(), ids=AT_13_05.keys())
def test_a_page_says_when_it_was_published(markup: dict[str, str]) -> None:
    page = read(**markup)
    assert page.published_at == datetime(2026, 11, 28, 13, 5, tzinfo=UTC)
    assert page.published_precision == "time"
    assert page.published_before is None


OF_SOMETHING_ELSE = {
    "related box": {
        "after": '<aside class="related"><time datetime="2024-05-05T10:00">x</time></aside>'
    },
    "related section": {
        "after": '<section class="related-articles"><h3>Mehr</h3><ul><li><a href="/x">'
        '<time datetime="2024-05-05">5. Mai 2024</time> Alte Sache am Hafen</a></li></ul></section>'
    },
    "teaser article": {
        "after": '<article><h3><a href="/x">Alte Sache am Hafen</a></h3>'
        '<span itemprop="datePublished" content="2024-05-05T10:00">x</span></article>'
    },
    "comment": {
        "after": '<div class="comments"><p>Ina <time datetime="2024-05-05T10:00">x</time></p></div>'
    },
    "quoted post": box(
        '<blockquote><p>Hafen!</p><time datetime="2024-05-05T10:00">x</time></blockquote>'
    ),
    "an event in a subtitle": box("<h2>Bürgerfest am 5. Dezember 2025 in der Halle</h2>"),
    "an event in a sentence": box("<p>Am 5. Mai 2024 hatte der Rat den Ausbau noch abgelehnt.</p>"),
    "an event to come": box('<time datetime="2026-12-05T10:00">5. Dezember</time>'),
    "footer": {"after": '<footer class="site"><time datetime="2024-05-05">x</time></footer>'},
    "caption": box("<figure><figcaption>Der Hafen am 5. Mai 2024</figcaption></figure>"),
}


@pytest.mark.parametrize("markup", OF_SOMETHING_ELSE.values(), ids=OF_SOMETHING_ELSE.keys())
def test_the_date_of_something_else_is_not_the_page_s(markup: dict[str, str]) -> None:
    assert read(**markup).published_at is None


@pytest.mark.parametrize("markup", OF_SOMETHING_ELSE.values(), ids=OF_SOMETHING_ELSE.keys())
def test_the_date_of_something_else_does_not_hide_the_page_s_own(markup: dict[str, str]) -> None:
    line = "<p>28.11.2026, 14:05 Uhr</p>"
    page = read(**markup | {"below": line + markup.get("below", "")})
    assert page.published_at == datetime(2026, 11, 28, 13, 5, tzinfo=UTC)


CHANGES = {
    "meta": meta("article:modified_time", "2026-11-29T09:00:00Z", "property"),
    "time": box('<time class="updated" datetime="2026-11-29T10:00">x</time>'),
    "microdata": box('<meta itemprop="dateModified" content="2026-11-29T10:00">'),
    "line": box("<p>Zuletzt aktualisiert am 29.11.2026 um 10:00 Uhr</p>"),
    "English line": box("<p>Updated 29 Nov 2026, 10:00</p>"),
}


@pytest.mark.parametrize("markup", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_is_only_a_bound_for_the_publication(markup: dict[str, str]) -> None:
    page = read(**markup)
    assert page.published_at is None
    assert page.published_before == datetime(2026, 11, 29, 9, tzinfo=UTC)


def test_a_day_is_its_end_where_the_outlet_is_or_now() -> None:
    page = read(**linked(datePublished="2026-11-28"))
    assert (page.published_at, page.published_precision) == (
        datetime(2026, 11, 28, 22, 59, 59, tzinfo=UTC),
        "day",
    )
    today = read(**linked(datePublished="2026-11-29"))
    assert (today.published_at, today.published_precision) == (NOW, "day")


def test_a_day_takes_its_time_from_the_next_source() -> None:
    page = read(**linked(datePublished="2026-11-28"), **box("<p>28.11.2026, 14:05 Uhr</p>"))
    assert page.published_at == datetime(2026, 11, 28, 13, 5, tzinfo=UTC)
    other = read(**linked(datePublished="2026-11-28"), **box("<p>26.11.2026, 14:05 Uhr</p>"))
    assert other.published_precision == "day"
    day = datetime(2026, 11, 28, 22, 59, 59, tzinfo=UTC)
    fed = read(**box("<p>28.11.2026, 14:05 Uhr</p>"), published_at=day, published_is_day=True)
    assert (fed.published_at, fed.published_source) == (page.published_at, "page")


def test_a_time_without_a_zone_is_local_or_utc_where_local_is_yet_to_come() -> None:
    naive = linked(datePublished="2026-11-29T10:05:00")
    zones = {
        "Europe/Kyiv": 8, "Europe/London": 10, "America/New_York": 15, "Asia/Tokyo": 1, "": 9,
        "America/Los_Angeles": 10,  # 18:05 UTC would be in two hours
    }  # fmt: skip
    for zone, hour in zones.items():
        page = read(**naive, time_zone=zone, language="de" if not zone else None)
        assert page.published_at == datetime(2026, 11, 29, hour, 5, tzinfo=UTC), zone


def test_the_path_of_the_url_and_what_htmldate_finds_date_a_page_that_says_nothing() -> None:
    body = f"<html lang=de><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{BODY}"
    dated = f"https://www.example.org/2026/11/28/{'nordmole.html'}"
    page = extract_page(f"{body}</body></html>".encode(), url=dated, now=NOW)
    assert page.published_at == datetime(2026, 11, 28, 22, 59, 59, tzinfo=UTC)
    assert (page.published_precision, page.published_confidence) == ("day", "medium")
    hidden = f'{body}<div class="postdate" title="x">Eintrag: 2026-11-27</div></body></html>'
    page = extract_page(hidden.encode(), url=URL, now=NOW)
    assert page.published_at == datetime(2026, 11, 27, 22, 59, 59, tzinfo=UTC)
    assert (page.published_precision, page.published_confidence) == ("day", "low")


def test_the_confidence_says_whether_programs_were_told_and_the_zone_is_written() -> None:
    confidences = {
        "high": linked(datePublished="2026-11-28T14:05:00+01:00"),
        "medium": linked(datePublished="2026-11-28T14:05:00"),
    }
    for confidence, markup in confidences.items():
        assert read(**markup).published_confidence == confidence
    assert read(**AT_13_05["line"]).published_confidence == "medium"
    assert read().published_confidence is None

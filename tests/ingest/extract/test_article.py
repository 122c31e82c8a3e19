"""Metadata, encodings, hostile pages: everything on a page is read, nothing is trusted."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import ExtractionError
from core.messages import Access
from ingest.extract import ExtractedPage, PageHints
from ingest.extract.article import extract_page
from tests.ingest.extract.sample_pages import DE, RU, Story, page
from tests.support.lanes import examples

NO_HINTS = PageHints()
NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
URL = "https://www.auberger-bote.example/politik/bruecke?utm=1"


def extract_article(
    head: str = "", *, story: Story = DE, after: str = "", hints: PageHints = NO_HINTS
) -> ExtractedPage:
    inner = "".join(f"<p>{line}</p>" for line in story.body)
    body = page(story, f"<article><h1>{story.title}</h1>{inner}{after}</article>", head)
    return extract_page(body, url=URL, hints=hints, now=NOW)


def json_ld(**fields: object) -> str:
    data = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": DE.title} | fields
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def test_json_ld_gives_time_authors_access_and_language() -> None:
    extracted = extract_article(
        json_ld(
            datePublished="2025-12-31T14:05:00+01:00",
            author=[
                {"@type": "Person", "name": "Maria Holm"},
                {"@type": "Person", "name": "Jan Peters"},
            ],
            publisher={"@type": "Organization", "name": "Auberger Bote"},
            isAccessibleForFree="False",
            inLanguage="de-DE",
        )
    )
    assert extracted.published_at == datetime(2025, 12, 31, 13, 5, tzinfo=UTC)
    assert extracted.published_source == "jsonld"
    assert extracted.authors == ("Maria Holm", "Jan Peters")
    assert extracted.access is Access.PAID
    assert extracted.language == "de"


@pytest.mark.parametrize(
    "script",
    [
        '<!-- {"@type":"Article","headline":"x","datePublished":"2025-12-31T13:05:00Z"} -->',
        '[{"@type":"BreadcrumbList"},{"@type":["Thing","ReportageNewsArticle"],"datePublished":"2025-12-31T13:05:00Z"}]',
        '{"@graph":[{"@type":"WebSite"},{"@type":"NewsArticle","datePublished":"2025-12-31T13:05:00Z"}]}',
        '{"@type":"NewsArticle","description":"a\nb","datePublished":"2025-12-31T13:05:00Z",}',
        '{"@type":"https://schema.org/NewsArticle","datePublished":["2025-12-31T13:05:00Z"]};',
    ],
    ids=["comment", "list", "graph", "sloppy", "uri"],
)
def test_json_ld_is_read_in_the_forms_that_pages_use(script: str) -> None:
    extracted = extract_article(f'<script type="application/ld+json">{script}</script>')
    assert (extracted.published_at, extracted.published_source) == (
        datetime(2025, 12, 31, 13, 5, tzinfo=UTC),
        "jsonld",
    )


@pytest.mark.parametrize(
    "fields",
    [
        {
            "headline": {"a": 1},
            "author": 7,
            "datePublished": 20251231,
            "isAccessibleForFree": [],
            "hasPart": "x",
        },
        {
            "author": [[["x"]], None, {"name": {"name": 3}}],
            "publisher": [],
            "inLanguage": {"@id": 1},
        },
        {"datePublished": "9999-99-99", "author": {"@id": "#nobody"}, "headline": "x" * 100_000},
        {
            "datePublished": "0001-01-01T00:00:00+14:00",
            "description": ["", None],
            "@graph": {"@graph": {}},
        },
    ],
)
def test_json_ld_with_wrong_types_is_harmless(fields: dict[str, object]) -> None:
    extracted = extract_article(json_ld(**fields))
    assert len(extracted.title) <= 1000
    assert extracted.published_at is None
    assert DE.body[0] in extracted.text


def test_deeply_nested_json_ld_takes_little_time() -> None:
    bomb = '{"@graph":' * 50_000 + "[" * 50_000
    start = time.process_time()
    extracted = extract_article(f'<script type="application/ld+json">{bomb}</script>')
    assert time.process_time() - start < 2
    assert DE.body[0] in extracted.text


def test_times_come_from_json_ld_then_the_feed_then_the_page_and_are_never_later_than_now() -> None:
    meta = '<meta property="article:published_time" content="2025-12-30T10:00:00+01:00">'
    hinted = PageHints(published_at=datetime(2025, 12, 29, 8, tzinfo=UTC))
    assert extract_article(meta).published_at == datetime(2025, 12, 30, 9, tzinfo=UTC)
    assert extract_article(meta).published_source == "page"
    assert extract_article(meta, hints=hinted).published_at == hinted.published_at
    assert (
        extract_article(
            json_ld(datePublished="2025-12-28T10:00:00Z"), hints=hinted
        ).published_source
        == "jsonld"
    )
    assert (
        extract_article(json_ld(datePublished="2025-12-28T10:00:00"), hints=hinted).published_at
        == hinted.published_at
    )
    assert extract_article(json_ld(datePublished="2026-01-02T14:00:00Z")).published_at == NOW
    assert extract_article(json_ld(datePublished="2027-01-02T14:00:00Z")).published_at is None
    ahead = PageHints(published_at=NOW + timedelta(hours=3))
    assert extract_article(hints=ahead).published_at == NOW


def test_the_title_has_no_outlet_name_and_agrees_with_the_feed() -> None:
    head = (
        '<meta property="og:title" content="Social title about a bridge">'
        '<meta property="og:site_name" content="Auberger Bote">'
    )
    assert extract_article(head).title == DE.title
    assert (
        extract_article(head, hints=PageHints(title="Social title about a bridge")).title
        == "Social title about a bridge"
    )
    titled = page(DE, "<p>" + "</p><p>".join(DE.body) + "</p>")
    assert (
        extract_page(titled, url="https://www.auberger-bote.example/x", now=NOW).title == DE.title
    )


def test_the_lead_is_taken_once_from_page_or_description() -> None:
    described = f'<meta name=description content="{DE.lead}">'
    assert extract_article(described).lead == DE.lead
    assert DE.lead not in extract_article(described).text
    first = f'<meta name=description content="{DE.body[0]}">'
    assert extract_article(first).lead == DE.body[0]
    assert DE.body[0] not in extract_article(first).text
    cut = f'<meta name=description content="{DE.body[0][:90]} ...">'
    assert DE.body[0] in extract_article(cut).text
    assert extract_article(cut).lead == ""


@pytest.mark.parametrize(
    ("mark", "agency"),
    [
        ("© dpa-infocom, dpa:230428-99-483045/5", "dpa"),
        ("(Quelle: APA/sda/dpa)", "apa"),
        ("dpa/cgo", "dpa"),
        ("Reuters", "reuters"),
        ("ТАСС", "tass"),
        ("Укрінформ", "ukrinform"),
        ("Mit Material von AFP", "afp"),
    ],
)
def test_an_agency_mark_is_cut_and_names_the_agency(mark: str, agency: str) -> None:
    extracted = extract_article(after=f"<p>{mark}</p>")
    assert extracted.agency == agency
    assert mark not in extracted.text
    assert any(zone.zone == "agency" and mark in zone.text for zone in extracted.zones)


def test_a_dateline_names_the_agency_and_is_not_cut() -> None:
    inner = f"<p>Auberg (dpa) - {DE.body[0]}</p>" + "".join(
        f"<p>{line}</p>" for line in DE.body[1:]
    )
    extracted = extract_page(page(DE, f"<h1>{DE.title}</h1>{inner}"), url=URL, now=NOW)
    assert extracted.agency == "dpa"
    assert "Auberg (dpa) - Der Stadtrat" in extracted.text


def test_the_canonical_url_is_absolute_and_neither_the_homepage_nor_elsewhere() -> None:
    assert (
        extract_article("<link rel=canonical href=/politik/bruecke>").canonical_url
        == "https://www.auberger-bote.example/politik/bruecke"
    )
    assert (
        extract_article("<meta property=og:url content=/politik/bruecke>").canonical_url
        == "https://www.auberger-bote.example/politik/bruecke"
    )
    for bad in (
        "https://other.example/politik/bruecke",
        "/",
        "javascript:alert(1)",
        "https://[",
        "http://a b/",
        "mailto:x@y",
    ):
        assert extract_article(f'<link rel=canonical href="{bad}">').canonical_url is None


@pytest.mark.parametrize(
    ("encoding", "content_type", "meta"),
    [
        ("utf-8", None, ""),
        ("utf-8", "text/html; charset=iso-8859-1", "<meta charset=iso-8859-1>"),
        ("utf-16", None, ""),
        ("cp1251", "text/html; charset=windows-1251", ""),
        (
            "cp1251",
            None,
            '<meta http-equiv=Content-Type content="text/html; charset=windows-1251">',
        ),
        ("koi8-r", None, "<meta charset=koi8-r>"),
        ("cp1251", "text/html; charset=utf-8", ""),
        ("cp1251", None, ""),
    ],
)
def test_the_encoding_is_found_even_if_it_is_declared_wrongly(
    encoding: str, content_type: str | None, meta: str
) -> None:
    inner = "".join(f"<p>{line}</p>" for line in RU.body)
    head = f"<head>{meta}<title>{RU.title}</title></head>"
    html = f"<html>{head}<body><h1>{RU.title}</h1>{inner}</body></html>"
    body = html.replace("—", "-").replace("«", '"').replace("»", '"').encode(encoding)
    extracted = extract_page(body, url=URL, content_type=content_type, now=NOW)
    assert extracted.title == RU.title
    assert RU.body[0] in extracted.text


def test_broken_bytes_damage_nothing_else() -> None:
    inner = "".join(f"<p>{line}</p>" for line in DE.body).encode()
    extracted = extract_page(
        b"<html><body><h1>Titel</h1>\xff\xfe\x00" + inner + b"\xc3", url=URL, now=NOW
    )
    assert all(line in extracted.text for line in DE.body)


@pytest.mark.parametrize(
    ("body", "content_type", "outcome"),
    [
        (b"", None, "empty"),
        (b"   \n", None, "empty"),
        (b"%PDF-1.7 ...", "text/html", "not_html"),
        (b"\x89PNG\r\n", None, "not_html"),
        (b'{"a": 1}', "application/json", "not_html"),
        (b"<?xml version='1.0'?><rss version='2.0'><channel/></rss>", None, "not_html"),
        (b"/etc/passwd", None, "not_html"),
        (b"https://www.example.com/", None, "not_html"),
        (b"<html></html>", None, "empty"),
        (b"<!doctype html><html><head><title>x</title></head><body></body></html>", None, "empty"),
        (
            b"<html><body><noscript>Enable JavaScript</noscript><div id=root></div></body></html>",
            None,
            "empty",
        ),
    ],
)
def test_a_page_without_an_article_fails_with_an_outcome(
    body: bytes, content_type: str | None, outcome: str
) -> None:
    with pytest.raises(ExtractionError) as caught:
        extract_page(body, url=URL, content_type=content_type, now=NOW)
    assert caught.value.outcome == outcome
    assert caught.value.url == URL


def test_a_page_of_links_is_flagged() -> None:
    line = "<li><a href=/{0}>Schlagzeile Nummer {0} über die Brücke</a></li>"
    links = "".join(line.format(i) for i in range(60))
    extracted = extract_page(page(DE, f"<h1>Übersicht</h1><ul>{links}</ul>"), url=URL, now=NOW)
    assert "list_page" in extracted.flags


def test_a_consent_wall_is_flagged() -> None:
    wall = (
        "<h1>Auberger Bote</h1><p>Wir und unsere Partner verwenden Cookies und Tracking, um "
        "Inhalte zu personalisieren und Ihnen Werbung zu zeigen, die zu Ihnen passt.</p>"
        "<p>Mit Werbung weiterlesen oder das Pur-Abo wählen, das geht jederzeit und überall.</p>"
    )
    assert "consent_wall" in extract_page(page(DE, wall), url=URL, now=NOW).flags


HOSTILE: dict[str, Callable[[], str]] = {
    "deep": lambda: "<div>" * 50_000 + "x",
    "deep_inline": lambda: "<b>" * 50_000 + "x",
    "attribute": lambda: f"<div class='{'comment ' * 200_000}'>x</div>",
    "attributes": lambda: "<div " + " ".join(f"a{i}=1" for i in range(20_000)) + ">x</div>",
    "large": lambda: f"<script>{'x' * 10_000_000}</script>",
    "long_line": lambda: "<p>" + "a " * 1_000_000,
    "entities": lambda: "&amp;" * 200_000,
    "marks": lambda: (
        "<p>" + "apapriadpa" * 16 + "</p><p>" + "- 1 " * 27 + "</p><p>name " + "1 | " * 25 + "</p>"
    ),
    "brackets": lambda: "<" * 100_000,
}
"""What follows on a page after its article; megabytes that only their test makes."""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_read_in_time(name: str) -> None:
    inner = "".join(f"<p>{line}</p>" for line in DE.body)
    body = f"<html><body><h1>{DE.title}</h1>{inner}{HOSTILE[name]()}".encode()
    start = time.process_time()
    extracted = extract_page(body, url=URL, now=NOW)
    assert time.process_time() - start < 5
    assert extracted.title == DE.title
    assert DE.body[0] in f"{extracted.lead}\n{extracted.text}"


PIECES = [
    *(
        b"<div>",
        b"</div>",
        b"<p>",
        b"<br>",
        b"<li>",
        b"<h1>",
        b"<a href=x>",
        b"<table>",
        b"<aside>",
    ),
    *(
        b"<form>",
        b"<script>",
        b"</script>",
        b"<!--",
        b"<svg>",
        b"\x00",
        b"\xff",
        b"&#0;",
        b"&nbsp;",
    ),
    b'<script type="application/ld+json">{"@type":"Article",',
    *(b"Kommentare (3)", b"Anna Berg, 12.03.2024, 14:05", b"Mehr zum Thema:", b"Anzeige", b"dpa"),
    b"Jetzt weiterlesen",
    b" Ein Satz, der ein Absatz sein will, steht hier und endet mit einem Punkt wie sonst. ",
]


def outcome(body: bytes, content_type: str | None) -> str:
    try:
        extracted = extract_page(body, url=URL, content_type=content_type, now=NOW)
    except ExtractionError as error:
        return error.outcome
    return "article" if extracted.text or extracted.lead else "nothing"


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(PIECES) | st.binary(max_size=12), max_size=40).map(b"".join),
    st.none() | st.text(max_size=30),
)
def test_arbitrary_bytes_raise_no_other_error(body: bytes, content_type: str | None) -> None:
    assert outcome(body, content_type) in ("article", "not_html", "empty")


def test_a_relative_canonical_url_beside_a_base_leaves_a_page_its_own() -> None:
    head = '<base href="/artikel/"><link rel=canonical href="{}">'
    for value in ("bruecke", "/politik/bruecke"):
        own = extract_article(head.format(value)).canonical_url
        assert own == "https://www.auberger-bote.example/politik/bruecke"
    assert extract_article(head.format("andere-bruecke-47113")).canonical_url is None

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from config.catalog.codes import COUNTRIES
from config.catalog.models import Tier
from config.catalog.time_zones import ZONES_BY_COUNTRY

if TYPE_CHECKING:
    from tests.config.conftest import Load


def test_all_keys_of_an_outlet_are_read(load: Load) -> None:
    catalog, faults = load(
        {
            "sources.yaml": """\
            outlets:
              - id: tagesschau
                name: tagesschau.de
                country: DE
                language: de
                tier: A
                feeds:
                  - https://www.tagesschau.example/index~rss2.xml
                  - {url: https://tagesschau.example/news.xml, kind: sitemap, every: 10m}
            """
        }
    )
    assert faults == []
    assert catalog is not None
    (outlet,) = catalog.outlets
    assert (outlet.name, outlet.country, outlet.language, outlet.tier) == (
        "tagesschau.de", "DE", "de", Tier.A,
    )  # fmt: skip
    feed, sitemap = outlet.feeds
    assert (feed.kind, feed.every, feed.outlet, feed.position.line) == (
        "feed",
        None,
        "tagesschau",
        8,
    )
    assert (sitemap.kind, sitemap.every) == ("sitemap", timedelta(minutes=10))
    assert feed.id.startswith("tagesschau-")
    assert len(feed.id) == len("tagesschau-") + 8


def test_only_an_id_and_feeds_are_required(load: Load) -> None:
    catalog, faults = load({"sources.yaml": "outlets: [{id: a, feeds: []}]"})
    assert faults == []
    assert catalog is not None
    (outlet,) = catalog.outlets
    assert (outlet.name, outlet.country, outlet.language, outlet.tier) == ("a", "", "", Tier.B)


def test_no_is_the_country_norway_and_a_language(load: Load) -> None:
    catalog, faults = load(
        {"sources.yaml": "outlets: [{id: nrk, country: NO, language: no, feeds: []}]"}
    )
    assert faults == []
    assert catalog is not None
    assert (catalog.outlets[0].country, catalog.outlets[0].language) == ("NO", "no")


def test_all_faults_of_a_file_are_found_at_once_with_their_positions(load: Load) -> None:
    catalog, faults = load(
        {
            "sources.yaml": """\
            outlets:
              - id: Tages Schau
                nmae: x
                country: DEU
                language: de-AT
                tier: D
                feeds:
                  - ftp://x.example/y
                  - {url: "https://a.example/f", kind: sitemp, every: 10min}
              - name: no id
                feeds: https://a.example/g
            sorces: 1
            """
        }
    )
    assert catalog is None
    assert [(f.line, f.column, f.code) for f in faults] == [
        (2, 9, "E221"),
        (3, 5, "E211"),
        (4, 14, "E221"),
        (5, 15, "E221"),
        (6, 11, "E221"),
        (8, 9, "E221"),
        (9, 44, "E221"),
        (9, 59, "E221"),
        (10, 5, "E212"),
        (11, 12, "E213"),
        (12, 1, "E211"),
    ]
    mends = " ".join(f.mend for f in faults)
    for word in ("`tages-schau`", "`name`", "`de`", "`sitemap`", "outlets"):
        assert word in mends


@pytest.mark.parametrize(
    "url",
    [
        "example.org/feed",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "http://[::1",
        "https://a.example:99999/",
        '"https://a b.example/"',
        '"https://a.example/\\n"',
        "[]",
        "{url: }",
        "12",
    ],
)
def test_a_feed_that_is_no_http_url_is_a_fault(load: Load, url: str) -> None:
    catalog, faults = load({"sources.yaml": f"outlets:\n  - id: a\n    feeds:\n      - {url}\n"})
    assert catalog is None
    assert [f.line for f in faults] == [4]


def test_a_repeated_id_names_its_first_position(load: Load) -> None:
    _, faults = load({"sources.yaml": "outlets:\n- {id: a, feeds: []}\n- {id: a, feeds: []}\n"})
    assert [(f.line, f.code) for f in faults] == [(3, "E009")]
    assert "line 2" in faults[0].message


@pytest.mark.parametrize(
    "again", ["https://a.example/f", "http://A.example/f", "https://a.example/f#top"]
)
def test_a_repeated_feed_is_found_however_it_is_spelled(load: Load, again: str) -> None:
    _, faults = load(
        {
            "sources.yaml": f"""\
            outlets:
              - {{id: a, feeds: ["https://a.example/f"]}}
              - {{id: b, feeds: ["{again}"]}}
            """
        }
    )
    assert [(f.line, f.code) for f in faults] == [(3, "E215")]


def test_feeds_with_different_queries_are_different(load: Load) -> None:
    _, faults = load(
        {
            "sources.yaml": """\
            outlets:
              - {id: a, feeds: ["https://a.example/?f=1", "https://a.example/?f=2"]}
            """
        }
    )
    assert faults == []


@pytest.mark.parametrize(
    ("key", "code", "mend"), [("language", "ua", "uk"), ("country", "UK", "GB")]
)
def test_a_code_that_iso_does_not_list_is_a_warning(
    load: Load, key: str, code: str, mend: str
) -> None:
    catalog, faults = load({"sources.yaml": f"outlets: [{{id: a, {key}: {code}, feeds: []}}]"})
    assert catalog is not None
    assert [f.code for f in faults] == ["W221"]
    assert f"`{mend}`" in faults[0].mend


@pytest.mark.parametrize("text", ["", "# nothing", "[]", "a", "outlets:", "outlets: {}", "{}"])
def test_a_file_without_outlets_is_a_fault(load: Load, text: str) -> None:
    catalog, faults = load({"sources.yaml": text})
    assert catalog is None
    assert len(faults) == 1


ONE_FEED = "outlets: [{{id: a, feeds: [{{url: 'http://a.example/', every: {}}}]}}]"


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("48h", 172_800), ("2d", 172_800), ("0s", 0)]
)
def test_every_is_a_whole_number_and_a_unit(load: Load, text: str, seconds: int) -> None:
    catalog, _ = load({"sources.yaml": ONE_FEED.format(text)})
    assert catalog is not None
    assert catalog.feeds[0].every == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["10", "1.5h", "-5m", "10 m", "m", "99999999d", "1h30m"])
def test_every_accepts_nothing_else(load: Load, text: str) -> None:
    catalog, faults = load({"sources.yaml": ONE_FEED.format(text)})
    assert catalog is None
    assert faults[0].code == "E221"


def test_an_outlet_repeated_by_an_alias_is_a_fault(load: Load) -> None:
    _, faults = load({"sources.yaml": "outlets: [&o {id: a, feeds: ['http://a.example/']}, *o]"})
    assert {f.code for f in faults} == {"E009", "E215"}


def test_outdated_tls_is_accepted_only_where_the_outlet_says_so(load: Load) -> None:
    text = "outlets: [{id: a, feeds: [], legacy_tls: true}, {id: b, feeds: []}]"
    catalog, faults = load({"sources.yaml": text})
    assert faults == []
    assert catalog is not None
    assert [outlet.legacy_tls for outlet in catalog.outlets] == [True, False]
    _, faults = load({"sources.yaml": text.replace("true", "old")})
    assert [fault.code for fault in faults] == ["E221"]


def test_full_texts_are_kept_always_never_or_for_a_time(load: Load) -> None:
    for text, expected in (
        ("always", None), ("never", timedelta()), ("30d", timedelta(days=30)),
    ):  # fmt: skip
        sources = f"outlets: [{{id: a, feeds: [], full_text: {text}}}]"
        catalog, faults = load({"sources.yaml": sources})
        assert catalog is not None
        assert (faults, catalog.outlets[0].full_text) == ([], expected)
    _, faults = load({"sources.yaml": "outlets: [{id: a, feeds: [], full_text: excerpt}]"})
    assert [(fault.code, fault.mend) for fault in faults] == [
        ("E221", "Write always, never, or for how long, such as 30d.")
    ]


def test_selectors_of_an_outlet_are_read(load: Load) -> None:
    selectors = '{body: "div.text > p, #text", remove: [".teaser", "aside:not(.fact)"]}'
    catalog, faults = load(
        {"sources.yaml": f"outlets: [{{id: a, feeds: [], selectors: {selectors}}}]"}
    )
    assert faults == []
    assert catalog is not None
    (outlet,) = catalog.outlets
    assert outlet.selectors.body == "div.text > p, #text"
    assert outlet.selectors.remove == (".teaser", "aside:not(.fact)")


@pytest.mark.parametrize(
    ("selectors", "code", "line"),
    [
        ('{body: "div["}', "E221", 4),
        ('{remove: [".a", "p::before"]}', "E221", 4),
        ("{remove: .a}", "E213", 4),
        ("{text: .a}", "E211", 4),
        ("{}", "E212", 4),
        ("div", "E213", 4),
    ],
    ids=["syntax", "pseudo-element", "no list", "unknown key", "empty", "no mapping"],
)
def test_a_faulty_selector_is_a_fault_with_its_line_and_mend(
    load: Load, selectors: str, code: str, line: int
) -> None:
    text = f"outlets:\n  - id: a\n    feeds: []\n    selectors: {selectors}\n"
    catalog, faults = load({"sources.yaml": text})
    assert catalog is None
    fault = faults[0]
    assert (fault.code, fault.line) == (code, line)
    assert fault.mend


@pytest.mark.parametrize(
    ("lines", "zone"),
    [
        ("country: DE", "Europe/Berlin"),
        ("country: us", "America/New_York"),
        ("country: UA", "Europe/Kyiv"),
        ("country: DE\n    time_zone: America/Denver", "America/Denver"),
        ("time_zone: UTC", "UTC"),
        ("name: Bote", ""),
        ("country: UN", ""),
    ],
)
def test_the_time_zone_of_an_outlet_is_its_own_or_that_of_its_country(
    load: Load, lines: str, zone: str
) -> None:
    catalog, faults = load({"sources.yaml": _OUTLET_WITH.format(lines)})
    assert faults == []
    assert catalog is not None
    assert [outlet.time_zone for outlet in catalog.outlets] == [zone]


def test_an_outlet_whose_dates_may_need_a_time_zone_is_a_warning(load: Load) -> None:
    list_page = "outlets: [{id: a, feeds: [{url: https://a.example/, kind: page, links: a}]}]"
    _, faults = load({"sources.yaml": list_page})
    assert [fault.code for fault in faults] == ["W222"]
    cases = {
        "language: pl": ["W222"],
        "language: en\n    country: UN": ["W222"],
        "language: de": [],
        "language: pl\n    country: PL": [],
        "language: en\n    time_zone: UTC": [],
    }
    for lines, codes in cases.items():
        catalog, faults = load({"sources.yaml": _OUTLET_WITH.format(lines)})
        assert catalog is not None
        assert [fault.code for fault in faults] == codes, lines
        assert all(fault.line == 2 and "time_zone" in fault.mend for fault in faults)


def test_an_unknown_time_zone_is_a_fault(load: Load) -> None:
    catalog, faults = load({"sources.yaml": _OUTLET_WITH.format("time_zone: Berlin")})
    assert catalog is None
    assert [(fault.code, fault.line) for fault in faults] == [("E221", 3)]


def test_every_time_zone_of_a_country_exists() -> None:
    assert all(ZoneInfo(name) for name in ZONES_BY_COUNTRY.values())
    assert frozenset({"UN", "BV", "HM"}) == COUNTRIES - ZONES_BY_COUNTRY.keys()


_OUTLET_WITH = """outlets:
  - id: bote
    {}
    feeds: [https://bote.example/feed]
"""

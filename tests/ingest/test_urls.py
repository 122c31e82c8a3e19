"""Articles are identified by canonical URLs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.urls import (
    canonical_url,
    fetchable_url,
    is_consent_wall,
    registrable_domain,
    same_site,
    shown_url,
)

HOME = "https://example.org"

SAME = {
    "http": "http://example.org/a",
    "www": "https://www.example.org/a",
    "www2": "https://www2.example.org/a",
    "mobile": "https://m.example.org/a",
    "mobile spelled out": "https://mobil.example.org/a",
    "amp": "https://amp.example.org/a",
    "www and mobile": "http://www.m.example.org/a",
    "port": "http://example.org:80/a",
    "capitals in the host": "https://EXAMPLE.org/a",
    "dot at the host's end": "https://example.org./a",
    "slash at the end": "https://example.org/a/",
    "fragment": "https://example.org/a#comments",
    "rss fragment": "https://example.org/a#ref=rss",
    "dots": "https://example.org/b/../a",
    "escapes": "https://example.org/%61",
    "blank before": "  https://example.org/a",
    "empty query": "https://example.org/a?",
    "ref=rss": "https://example.org/a?ref=rss",
    "source=feed": "https://example.org/a?source=feed",
    "escaped ampersand": "https://example.org/a?utm_source=rss&amp;utm_medium=feed",
}


@pytest.mark.parametrize("url", SAME.values(), ids=SAME.keys())
def test_different_links_to_the_same_article_have_one_canonical_url(url: str) -> None:
    assert canonical_url(url) == "https://example.org/a"


TRACKING = """
utm_source utm_medium utm_campaign utm_term utm_content utm_id utm_anything mtm_campaign mtm_kwd
pk_campaign pk_kwd piwik_campaign fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid twclid
ttclid igshid mc_cid mc_eid mkt_tok hsCtaTracking _hsenc _hsmi __hstc vero_id oly_anon_id wickedid
ref_src ref_url guccounter guce_referrer ncid cmpid soc_src srsltid _ga _gl s_cid campaign_id
itm_campaign icid intcmp echobox smid mibextid at_medium at_campaign at_custom1 xtor xts wt_mc
wt_zmc wtrid WT_MC etcc_cmp etcc_med emvcc nsctrid ns_mchannel ns_source ns_campaign dicbo
"""


@pytest.mark.parametrize("name", TRACKING.split())
def test_tracking_parameters_are_removed(name: str) -> None:
    assert canonical_url(f"{HOME}/a?{name}=x") == f"{HOME}/a"
    assert canonical_url(f"{HOME}/a?id=7&{name}=x&p=2") == f"{HOME}/a?id=7&p=2"


MEANT = "id=1 p=7 sort=x PHPSESSID=y ref=12 source=dpa sid=3 page=2 q=nato cid=9 ID=1 a= a utm=1"


@pytest.mark.parametrize("query", MEANT.split())
def test_any_other_parameter_identifies_another_article(query: str) -> None:
    assert canonical_url(f"{HOME}/a?{query}") == f"{HOME}/a?{query}"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/a?id=1", "/a?id=2"),
        ("/a", "/A"),
        ("/a?q=X", "/a?q=x"),
        ("/a", "/a/b"),
        ("/#!/a", "/#!/b"),
        ("/a%2Fb", "/a/b"),
    ],
)
def test_links_to_different_articles_have_different_canonical_urls(one: str, other: str) -> None:
    assert canonical_url(HOME + one) != canonical_url(HOME + other)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
        ("https://example.org", "https://example.org"),
        ("https://www.example.org/", "https://example.org"),
        ("https://m.de/a", "https://m.de/a"),
        ("https://www.de/a", "https://www.de/a"),
        ("https://boom.example.org/a", "https://boom.example.org/a"),
        ("https://news.m.example.org/a", "https://news.m.example.org/a"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("http://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        ("https://example.org/%c3%a4%7E", "https://example.org/%C3%A4~"),
        ("https://example.org/ä~", "https://example.org/%C3%A4~"),
        ("https://example.org/#!/a", "https://example.org#!/a"),
        ("https://www.bild.de/a?cid=kooperation", "https://bild.de/a"),
        ("https://rss.dw.com/a?maca=de-rss", "https://rss.dw.com/a"),
        ("not a url ", "not a url"),
    ],
)
def test_canonical_url(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@given(st.text(alphabet="abAB/?&=%.~#!2fF ü", max_size=30))
def test_the_canonical_url_of_a_canonical_url_is_itself(text: str) -> None:
    once = canonical_url(f"https://www.example.org/{text}")
    assert canonical_url(once) == once


@pytest.mark.parametrize(
    ("raw", "base", "expected"),
    [
        ("/a?x=1&amp;y=2", f"{HOME}/feed", f"{HOME}/a?x=1&y=2"),
        ("//cdn.example.org/a", f"{HOME}/feed", "https://cdn.example.org/a"),
        ("https://example.org/B?z=1&a=2#c", None, "https://example.org/B?z=1&a=2#c"),
        ("tag:example.org,2026:1", f"{HOME}/feed", None),
        ("https://example.org/" + "a" * 2050, None, None),
        ("https://www.tagesschau.de@evil.example/", None, None),
    ],
)
def test_fetchable_url(raw: str, base: str | None, expected: str | None) -> None:
    assert fetchable_url(raw, base) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.example.org/a", "http://m.example.org/b", True),
        ("https://a.example.co.uk/", "https://b.example.co.uk/", True),
        ("https://a.co.uk/", "https://b.co.uk/", False),
        ("https://example.org/", "https://example.com/", False),
        ("https://a.blogspot.com/", "https://b.blogspot.com/", False),
        ("https://a.github.io/", "https://a.github.io/x", True),
        ("http://127.0.0.1:80/", "http://127.0.0.1:81/", True),
        ("http://127.0.0.1/", "http://127.0.0.2/", False),
        ("http://localhost/", "http://localhost/a", True),
        ("", "", False),
    ],
)
def test_same_site(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) is same


@pytest.mark.parametrize(
    ("host", "domain", "shared"),
    [
        ("www.example.co.uk", "example.co.uk", "example.co.uk"),
        ("a.b.blogspot.com", "blogspot.com", "b.blogspot.com"),
        ("co.uk", None, None),
        ("localhost", None, None),
        ("10.0.0.1", None, None),
        ("xn--mller-kva.example.de", "example.de", "example.de"),
    ],
)
def test_registrable_domain(host: str, domain: str | None, shared: str | None) -> None:
    assert registrable_domain(host) == domain
    assert registrable_domain(host, shared=True) == shared


@pytest.mark.parametrize(
    ("url", "title", "wall"),
    [
        ("https://consent.google.com/m?continue=https://x", "", True),
        ("https://consent.google.de/ml", "", True),
        ("https://consent.yahoo.com/v2/collectConsent", "", True),
        ("https://guce.yahoo.com/consent", "", True),
        ("https://www.spiegel.de/consent-a-1?targetUrl=x", "", True),
        ("https://www.zeit.de/zustimmung?url=x", "", True),
        ("https://www.derstandard.at/consent/tcf/", "", True),
        ("https://example.org/a", "Before you continue to Google Search", True),
        ("https://example.org/a", "Bevor Sie zu Google weitergehen", True),
        ("https://example.org/a", "Lesen Sie mit Werbung oder im PUR-Abo", True),
        ("https://example.org/a", "Cookie-Einstellungen | Example", True),
        ("https://example.org/a", "Cookie-Einstellungen: was der BGH nun verlangt", False),
        ("https://example.org/a", "Verlage streiten über das Pur-Abo", False),
        ("https://www.spiegel.de/politik/zustimmung-zum-beitritt-a-1", "Zustimmung wächst", False),
        ("https://example.org/politik/zustimmung", "Große Zustimmung im Bundestag", False),
        ("https://example.org/a", "", False),
    ],
)
def test_consent_walls_are_recognised_and_news_about_consent_is_not_one(
    url: str, title: str, wall: bool
) -> None:
    assert is_consent_wall(url, title) is wall


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://www.kurier.de/a?b=2&a=1&gclid=x#comments", "https://www.kurier.de/a?b=2&a=1"),
        ("https://m.kurier.de/a/?utm_source=rss", "https://m.kurier.de/a/"),
        ("https://kurier.de/a%7e?sig=A%2fb", "https://kurier.de/a%7e?sig=A%2fb"),
        ("https://kurier.de/app#!/artikel/7", "https://kurier.de/app#!/artikel/7"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a"),
    ],
)
def test_urls_for_readers_have_no_tracking_and_are_otherwise_unchanged(
    url: str, shown: str
) -> None:
    assert shown_url(url) == shown

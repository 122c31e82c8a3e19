"""Articles are identified by canonical URLs."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.urls import (
    canonical_url,
    fetchable_url,
    is_consent_wall,
    is_homepage,
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


def test_different_links_to_the_same_article_have_one_canonical_url() -> None:
    assert {name: canonical_url(url) for name, url in SAME.items()} == dict.fromkeys(
        SAME, "https://example.org/a"
    )


TRACKING = """
utm_source utm_medium utm_campaign utm_term utm_content utm_id utm_anything mtm_campaign mtm_kwd
pk_campaign pk_kwd piwik_campaign matomo_kwd ns_mchannel ns_source ns_campaign oft_id vero_x hsa_x
fbclid gclid gclsrc dclid gbraid wbraid msclkid yclid ysclid twclid ttclid igshid igsh li_fat_id
mc_cid mc_eid mkt_tok hmb_campaign hmb_medium hmb_source hsCtaTracking _hsenc _hsmi __hssc __hstc
__hsfp hsa_acc hsa_ad hsa_cam hsa_grp hsa_kw hsa_mt hsa_net hsa_src hsa_tgt hsa_ver oly_anon_id
oly_enc_id vero_conv vero_id wickedid _openstat openstat ef_id s_kwcid s_cid rb_clickid soc_src
soc_trk guccounter guce_referrer guce_referrer_sig ncid cmpid cmp_id cndid srsltid campaign_id
campaign_medium campaign_name campaign_source campaign_term campaign_content itm_campaign itm_medium
itm_source itm_content itm_term int_cmp intcmp icid cm_mmc cm_mmca1 echobox sharetype smid smtyp
sfnsn mibextid _gl _ga _branch_match_id _branch_referrer at_medium at_campaign at_custom1 at_custom2
at_custom3 at_custom4 at_link_id at_link_origin at_link_type at_ptr_name at_bbc_team at_format
at_campaign_type at_recipient_id at_recipient_list wt_mc WT_MC wt_zmc wt_mc_o wt_cc1 wt_ga wt_kw
wt_ref wt_t wt_z wtrid wtmc xtor xts xtref etcc_cmp etcc_med etcc_acy etcc_var etcc_grp etcc_bky
etcc_ctv etcc_plc etcc_cu etcc_cust emvcc nsctrid ref_src ref_url referrer_guid dicbo obref tblci
outputtype echobx
"""


def test_tracking_parameters_are_removed() -> None:
    for name in TRACKING.split():
        assert canonical_url(f"{HOME}/a?{name}=x") == f"{HOME}/a", name
        assert canonical_url(f"{HOME}/a?id=7&{name}=x&p=2") == f"{HOME}/a?id=7&p=2", name
        assert shown_url(f"{HOME}/a?id=7&{name}=x") == f"{HOME}/a?id=7", name


TRACKING_OF_A_SITE = """
bbc.co.uk:ocid bbc.co.uk:intlink_from_url bbc.com:ocid bbc.com:intlink_from_url bild.de:cid
cnn.com:cid cnn.com:iid dw.com:maca faz.net:service faz.net:premium heise.de:source heise.de:hg
nytimes.com:partner nytimes.com:emc nytimes.com:rss spiegel.de:sara_ref theguardian.com:cmp
welt.de:source welt.de:cid zeit.de:page_source
"""


def test_what_is_tracking_on_one_site_is_not_removed_on_others() -> None:
    for site, _, name in (word.partition(":") for word in TRACKING_OF_A_SITE.split()):
        assert canonical_url(f"https://www.{site}/a?{name}=x") == f"https://{site}/a", name
        assert canonical_url(f"{HOME}/a?{name}=x") == f"{HOME}/a?{name}=x", name


SESSIONS = """
?PHPSESSID=abc1 ?phpsessid=0123456789abcdef ?JSESSIONID=A1.node2 ?sessionid=7 ?session_id=x
?CFID=12&CFTOKEN=345 ?ASPSESSIONIDQQ=A ?osCsid=1 ?zenid=9 ?fe_typo_user=1
?sid=9f86d081884c7d659a2feaa0c55ad015 ?sid=Zx81kQmP0aLr7tYvBn3c ;jsessionid=77AB.node1
;jsessionid=77AB?utm_source=rss ;PHPSESSID=1
"""


def test_session_ids_are_removed_from_identity_and_from_what_readers_get() -> None:
    for session in SESSIONS.split():
        assert canonical_url(f"{HOME}/a{session}") == f"{HOME}/a", session
        assert shown_url(f"{HOME}/a{session}") == f"{HOME}/a", session
        assert fetchable_url(f"{HOME}/a{session}") == f"{HOME}/a{session}", session
    cookieless = f"{HOME}/(S(abcdef0123456789abcdef01))/a.aspx"
    assert canonical_url(cookieless) == shown_url(cookieless) == f"{HOME}/a.aspx"
    assert canonical_url(f"{HOME}/wiki/Merkur_(Planet)/a").endswith("/wiki/Merkur_(Planet)/a")


MEANT = """
id=1 p=7 sort=x ref=12 source=dpa sid=3 sid=story-2026 session=12 page=2 q=nato cid=9 ID=1 a= a
utm=1
"""


def test_any_other_parameter_identifies_another_article() -> None:
    urls = [f"{HOME}/a?{query}" for query in MEANT.split()]
    assert list(map(canonical_url, urls)) == urls


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


@given(st.text(alphabet="abmpAB/?&=%.~#!256fF; ü", max_size=30))
@example("%%65536")
@example("?b&%61mp;a")
def test_the_canonical_url_of_a_canonical_url_is_itself(text: str) -> None:
    once = canonical_url(f"https://www.example.org/{text}")
    assert canonical_url(once) == once


LABEL = st.text(alphabet="aäb1-", min_size=1, max_size=4)
HOST = st.lists(LABEL | st.sampled_from(["www", "m", "amp", "co"]), max_size=4).map(".".join)
REST = st.text(alphabet="ab1/.?=&#!-_,", max_size=24)


@given(st.sampled_from(["http", "https"]), HOST, st.sampled_from(["de", "uk"]), REST)
@example("https", "www.spiegel", "de", "/a/?sara_ref=x&b=2&a=1&utm_source=y#ref=rss")
def test_a_plain_url_has_the_canonical_url_of_the_same_url_with_its_port(
    scheme: str, name: str, suffix: str, rest: str
) -> None:
    rest = f"/{rest}" if rest and rest[0] not in "/?#" else rest
    port = {"http": 80, "https": 443}[scheme]
    plain, ported = (f"{scheme}://{name}.{suffix}{colon}{rest}" for colon in ("", f":{port}"))
    if fetchable_url(plain):
        assert canonical_url(plain) == canonical_url(ported)


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


def test_homepages_are_distinguished_from_pages() -> None:
    assert is_homepage("https://kurier.example.org/")
    assert not is_homepage("https://kurier.example.org/?p=17")
    assert not is_homepage("https://kurier.example.org/a")

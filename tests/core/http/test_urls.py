"""Texts become URLs that can be requested, or none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.http import ascii_host, wire_url

CASES = {
    "HTTP://Example.ORG:80/": "http://example.org/",
    "https://example.org:443": "https://example.org/",
    "https://example.org:444/": "https://example.org:444/",
    " \n https://example.org/a\n/b \t": "https://example.org/a/b",
    "https://example.org/ä ö?q=ü #é": "https://example.org/%C3%A4%20%C3%B6?q=%C3%BC%20#%C3%A9",
    "https://example.org/%7ea%2Fb?x=%3d": "https://example.org/%7ea%2Fb?x=%3d",
    "https://example.org/?b=2&a=1&b=1": "https://example.org/?b=2&a=1&b=1",
    "https://example.org/a/../b/./c": "https://example.org/b/c",
    "https://example.org/../..": "https://example.org/",
    "https://example.org/a/%2E%2e/b/.": "https://example.org/b/",
    "https://example.org/a//b": "https://example.org/a//b",
    "https://example.org/<a>\"b'|{c}^`\\": "https://example.org/%3Ca%3E%22b'%7C%7Bc%7D%5E%60%5C",
    "https://example.org/100%": "https://example.org/100%",
    "https://example.org/#!/a": "https://example.org/#!/a",
    "https://müller.example/": "https://xn--mller-kva.example/",
    "https://faß.example/": "https://xn--fa-hia.example/",
    "https://ПРИМЕР.рф/": "https://xn--e1afmkfd.xn--p1ai/",
    "https://foo_bar.example/": "https://foo_bar.example/",
    "https://example.org./": "https://example.org./",
    "http://１２７.0.0.1/": "http://127.0.0.1/",
    "http://[2001:DB8:0:0::1]:8080/": "http://[2001:db8::1]:8080/",
}


@pytest.mark.parametrize(("raw", "expected"), CASES.items(), ids=CASES.keys())
def test_a_url_is_normalised_without_changing_its_meaning(raw: str, expected: str) -> None:
    assert wire_url(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("/b", "https://example.org/b"),
        ("b?x", "https://example.org/dir/b?x"),
        ("?x=1", "https://example.org/dir/a?x=1"),
        ("//other.example/b", "https://other.example/b"),
        ("../../../b", "https://example.org/b"),
        ("http://other.example/", "http://other.example/"),
        ("mailto:a@example.org", None),
        ("javascript:alert(1)", None),
    ],
)
def test_a_relative_url_is_relative_to_its_base(raw: str, expected: str | None) -> None:
    assert wire_url(raw, "https://example.org/dir/a?y#z") == expected


@pytest.mark.parametrize(
    "raw",
    [
        "", "   ", "example.org", "/path", "//example.org/", "ftp://example.org/", "file:///etc/x",
        "data:text/html,x", "javascript:alert(1)", "http://", "http:///x", "http://:80/",
        "http://user@example.org/", "http://user:pass@example.org/", "http://@example.org/",
        "https://good.example\\@evil.example/", "http://example.org:99999/", "http://example.org:x/",
        "http://exa mple.org/", "http://exa<mple.org/", "http://-a.example/", "http://a..b/",
        "http://127.1/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://2130706433/",
        "http://1.2.3.4.5/", "http://256.1.1.1/", "http://a.1/", "http://[::1", "http://[fe80::1%25e]/",
        "http://" + "a" * 64 + ".example/", "https://example.org/" + "a" * 2048, "http://\ud800.de/",
        "http://example.org/\ud800",
    ],
)  # fmt: skip
def test_a_text_that_is_no_web_url_has_none(raw: str) -> None:
    assert wire_url(raw) is None


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://e.example/"]))
def test_a_url_is_ascii_and_is_its_own_url(text: str, start: str) -> None:
    url = wire_url(start + text)
    if url is not None:
        assert url.isascii()
        assert url.isprintable()
        assert " " not in url
        assert wire_url(url) == url


@given(st.text(max_size=30))
def test_a_host_is_its_own_host(text: str) -> None:
    host = ascii_host(text)
    assert host is None or ascii_host(host.strip("[]")) == host

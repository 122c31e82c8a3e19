"""The console under a path of a reverse proxy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urljoin

import pytest

from tests.support.console import Console, add_delivery, add_feeds, add_story, open_console
from tests.support.web_server import Answer, WebServer, request
from wirewatch.web.render import HERE
from wirewatch.web.sub_path import parse_prefix, with_prefix

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PAGES = (
    *("/", "/?state=closed", "/search", "/topics", "/topics/nato", "/feeds", "/deliveries"),
    *("/login", "/articles/review", "/workbench", "/missed", "/nothing-here"),
)
ADDRESS = re.compile(r'\s(?!title|aria-label)[a-z-]+="(/[^"]*)"')
INTERNAL = re.compile(r'name="(?:back|next)" value="[^"]*"')
"""Fields that lead back to a page: the console puts the path before them when it redirects."""


@pytest.fixture
def proxied(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Console]:
    monkeypatch.setenv("WIREWATCH_WEB_TRUSTED_PROXIES", "127.0.0.1")
    with open_console(server, tmp_path, lambda: NOW) as console:
        yield console


def ask(
    console: Console, path: str, prefix: str = "/desk/wire", body: str = "", **more: str
) -> Answer:
    headers = {"Host": console.host, "Cookie": console.cookie, "X-Forwarded-Prefix": prefix} | more
    if body:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": console.url}
    return request(console.host, "POST" if body else "GET", path, body or None, headers)


def test_every_address_of_every_page_has_the_path_of_the_proxy(proxied: Console) -> None:
    add_feeds(proxied.store, proxied.catalog, NOW)
    alert = add_story(proxied.store, "NATO-Beitritt", NOW)
    add_delivery(proxied.store, alert, "desk", "failed", NOW)
    proxied.page("/")
    without, number = [], 0
    for page in (*PAGES, f"/alerts/{alert}"):
        found = ADDRESS.findall(INTERNAL.sub("", ask(proxied, page).body))
        number += len(found)
        without += [(page, each) for each in found if not each.startswith("/desk/wire/")]
    assert without == []
    assert number > 150

    form = urlencode([("csrf", proxied.csrf), ("back", f"/alerts/{alert}")])
    done = ask(proxied, "/deliveries/resend-all", body=form)
    assert (done.status, done.headers["location"][:11]) == (303, "/desk/wire/")
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Cookie": ""}
    assert 'url=/desk/wire/topics"' in ask(proxied, "/topics", **link).body


def test_a_path_is_believed_only_if_a_trusted_proxy_names_a_plain_one(console: Console) -> None:
    assert 'href="/topics"' in ask(console, "/", "/desk").body
    valid = {b"/wire": "/wire", b"/a/b-c_d.e~f/": "/a/b-c_d.e~f", b" /wire ": "/wire"}
    invalid = (
        *(b"", b"/", b"wire", b"//evil", b"/a//b", b'/"><script>', b"/a b", b"/../x", b"/a?b"),
        *(b"/" + b"a" * 300, "/ü".encode(), b"/\\evil", b"https://evil/"),
    )
    assert {raw: parse_prefix([raw]) for raw in valid} == valid
    assert {raw: parse_prefix([raw]) for raw in invalid} == dict.fromkeys(invalid, "")
    assert parse_prefix([b"/a", b"/b"]) == parse_prefix([]) == ""


def test_the_api_names_the_address_under_which_the_client_reaches_it(
    proxied: Console,
) -> None:
    document = "/api/v1/openapi.json"
    served = {
        "with a path": ask(proxied, document),
        "without one": ask(proxied, document, prefix=""),
        "with one that is not valid": ask(proxied, document, prefix="//evil.example"),
        "with another host": ask(proxied, document, **{"X-Forwarded-Host": "evil.example"}),
    }
    servers = {who: json.loads(answer.body)["servers"] for who, answer in served.items()}
    assert servers == {
        "with a path": [{"url": "/desk/wire/api/v1"}],
        "without one": [{"url": "/api/v1"}],
        "with one that is not valid": [{"url": "/api/v1"}],
        "with another host": [{"url": "/desk/wire/api/v1"}],
    }
    below = urljoin("https://news.example/desk/wire" + document, servers["with a path"][0]["url"])
    assert below == "https://news.example/desk/wire/api/v1"


def test_text_of_an_article_is_not_taken_for_an_address() -> None:
    page = '<a href="/a">&#34; href=&#34;/b&#34;</a><input value="/c"><a href="//d"></a>'
    assert with_prefix(page, "/p") == page.replace('"/a"', '"/p/a"')


def test_scripts_name_no_address_without_the_path_of_the_proxy() -> None:
    scripts = list((HERE / "static").glob("*.js"))
    assert len(scripts) >= 2
    text = {path.name: path.read_text() for path in scripts}
    assert {name: re.findall(r"[\"'`]/[a-z].*", script) for name, script in text.items()} == {
        name: [] for name in text
    }

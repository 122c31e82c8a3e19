"""The list of stories for feed readers: both documents, their filter, and who may read them."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from core.store.feed_addresses import FeedAddress, add_address, list_reader, revoke_address
from tests.support.console import HOSTILE, Console, add_story
from tests.support.feed_reader import parse_feed
from tests.support.web_server import Answer, request

pytestmark = pytest.mark.slow

TOKEN = "list-token-list-token-list-token"
ATOM = "{http://www.w3.org/2005/Atom}"


def get(console: Console, path: str = "atom.xml", token: str = TOKEN, **headers: str) -> Answer:
    address = f"/alert-feeds/{token}/stories/{path}"
    return request(console.host, "GET", address, None, {"Host": console.host} | headers)


def open_list(console: Console, reader: str, token: str, now: datetime) -> None:
    digest = hashlib.sha256(token.encode()).hexdigest()
    console.store.transact(lambda c: add_address(c, FeedAddress(reader, digest, now)))


@pytest.fixture
def opened(console: Console, now: datetime) -> Console:
    """A console whose list a reader may read, with two stories."""
    open_list(console, list_reader("desk"), TOKEN, now - timedelta(days=2))
    add_story(console.store, "old", now - timedelta(hours=30))
    add_story(console.store, "Paris", now, severity="urgent", copies=1)
    return console


def test_atom_has_what_the_standard_requires(opened: Console, now: datetime) -> None:
    add_story(opened.store, "bad", now, title=HOSTILE, url="javascript:alert(1)")
    answer = get(opened, "atom.xml?in=de")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert answer.headers["cache-control"] == "private, no-cache"
    root = ET.fromstring(answer.body)
    assert [len(root.findall(ATOM + name)) for name in ("id", "title", "updated", "author")] == [
        1
    ] * 4
    for entry in root.findall(f"{ATOM}entry"):
        for name in ("id", "title", "updated", "content"):
            assert len(entry.findall(ATOM + name)) == 1, name
        [alternate] = [x for x in entry.findall(f"{ATOM}link") if x.get("rel") == "alternate"]
        assert alternate.attrib["href"].startswith(("https://", "http://"))
        assert entry.findtext(f"{ATOM}author/{ATOM}name")
    parsed = parse_feed(answer.body)
    by_title = {entry.title[-5:]: entry for entry in parsed.entries}
    assert len({entry.id for entry in parsed.entries}) == 3
    paris = by_title["Paris"]
    assert "<strong>Nato tagt</strong>" in paris.summary
    assert "auch in 1 anderen Medium" in paris.summary
    assert (paris.updated, paris.author) == ("2026-11-22T12:00:00Z", "Der Kurier")
    assert paris.link == "https://kurier.example/0"
    assert "<script" not in answer.body
    assert TOKEN not in answer.body


def test_json_feed_has_what_the_standard_requires(opened: Console) -> None:
    answer = get(opened, "feed.json?last=24h")
    assert answer.headers["content-type"].startswith("application/feed+json")
    document = json.loads(answer.body)
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["title"] == "Wirewatch: Stories · 24 hours"
    assert document["home_page_url"].endswith("/?last=24h")
    [item] = document["items"]
    assert item["id"].startswith("urn:wirewatch:alert:")
    assert item["content_html"].startswith("<p>")
    assert "»Nato tagt«" in item["content_text"]
    assert item["url"] == "https://kurier.example/0"
    assert item["_wirewatch"]["severity"] == "urgent"
    assert (item["date_modified"], item["tags"]) == ("2026-11-22T12:00:00Z", ["NATO membership"])


def test_the_address_filters_the_list_and_mistakes_are_refused(opened: Console) -> None:
    def titles(path: str) -> list[str]:
        return [entry.title[-5:] for entry in parse_feed(get(opened, path).body).entries]

    assert titles("atom.xml") == titles("atom.xml?state=told") == ["Paris", ": old"]
    assert titles("atom.xml?severity=urgent&topic=nato") == ["Paris"]
    assert titles("atom.xml?topic=talks") == []
    ids = {parse_feed(get(opened, f"atom.xml{q}").body).feed.id for q in ("", "?topic=nato")}
    assert len(ids) == 2
    for wrong in ("topics=nato", "state=opne", "last=1y", "in=fr", "from=yesterday"):
        assert get(opened, f"atom.xml?{wrong}").status == 400, wrong


def test_a_reader_that_has_everything_gets_304(opened: Console, now: datetime) -> None:
    opened.clock.append(now + timedelta(minutes=5))
    first = get(opened)
    conditions = (
        {"If-None-Match": first.headers["etag"]},
        {"If-Modified-Since": first.headers["last-modified"]},
    )
    for known in conditions:
        again = get(opened, **known)
        assert (again.status, again.body) == (304, "")
    add_story(opened.store, "new", now + timedelta(minutes=1))
    assert [get(opened, **known).status for known in conditions] == [200, 200]


def test_nothing_but_the_token_of_a_list_opens_it(opened: Console, now: datetime) -> None:
    alert_feed = "alert-feed-alert-feed-alert-feed"
    open_list(opened, "reader", alert_feed, now)
    assert get(opened, token=alert_feed).status == 404
    assert get(opened, token="wrong").status == 404
    assert get(opened, "other.xml").status == 404
    headers = {"Host": opened.host}
    feed = request(opened.host, "GET", f"/alert-feeds/{TOKEN}/atom.xml", None, headers)
    assert feed.status == 404
    opened.store.transact(lambda c: revoke_address(c, list_reader("desk")))
    assert get(opened).status == 404

"""Feeds of alerts over HTTP: from a decision to a feed reader, and who may read what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.catalog.models import ReceiverDefinition
from core.messages import Match
from core.store.feed_addresses import FeedAddress, add_address, revoke_address
from tests.alerts.harness import NOON, PLACE, Harness, match, open_harness, topic
from tests.support.feed_reader import parse_feed
from tests.support.web_server import Answer, WebServer, request
from wirewatch.web.app import create_app
from wirewatch.web.runtime_status import RuntimeStatus

pytestmark = pytest.mark.slow

TOKEN = "feed-token-feed-token-feed-token"
CONSOLE_TOKEN = "console-token-console-token"


def feed_receiver(name: str = "reader", was: str = "", **options: str) -> ReceiverDefinition:
    return ReceiverDefinition(name, "feed", options, {}, PLACE, was=was)


@dataclass
class Reader:
    """A feed reader, and the installation whose console it asks."""

    harness: Harness
    host: str

    def deliver(self, *matches: Match) -> None:
        self.harness.decide(*matches)
        self.harness.dispatcher().run_once()

    def get(self, path: str = "atom.xml", token: str = TOKEN, **headers: str) -> Answer:
        path = path if path.startswith("/") else f"/alert-feeds/{token}/{path}"
        return request(self.host, "GET", path, None, {"Host": self.host} | headers)

    def titles(self, path: str = "atom.xml") -> list[str]:
        return [entry.title for entry in parse_feed(self.get(path).body).entries]


@pytest.fixture
def reader(server: WebServer, tmp_path: Path) -> Iterator[Reader]:
    """A console with a feed, an access token, and an alerts stage behind it."""
    with open_harness(tmp_path, web_token=CONSOLE_TOKEN) as harness:
        runtime = RuntimeStatus(lambda: harness.catalog, list, list, harness.settings)
        server.app = create_app(harness.store, harness.clock, runtime)
        harness.set_topics(topic(), topic(id="talks", title="Peace talks"))
        harness.set_receivers(feed_receiver())
        digest = hashlib.sha256(TOKEN.encode()).hexdigest()
        harness.store.transact(lambda c: add_address(c, FeedAddress("reader", digest, NOON)))
        yield Reader(harness, server.host)


def test_an_alert_is_in_both_documents_once_it_is_delivered(reader: Reader) -> None:
    reader.harness.decide(match(title="Oslo zieht Ausbau der Häfen vor"))
    assert reader.titles() == []
    reader.harness.dispatcher().run_once()
    [(notification, delivery)] = reader.harness.notifications()
    assert (delivery.state, delivery.target) == ("delivered", "feed")
    assert reader.titles() == ["Oslo zieht Ausbau der Häfen vor"]
    answer = reader.get("feed.json")
    [item] = json.loads(answer.body)["items"]
    assert item["id"] == f"urn:wirewatch:notification:{notification.id}"
    assert answer.headers["content-type"].startswith("application/feed+json")
    assert TOKEN not in answer.body + reader.get().body


def test_a_reader_that_has_everything_gets_304(reader: Reader) -> None:
    reader.deliver(match())
    reader.harness.advance(minutes=5)
    first = reader.get()
    etag, modified = first.headers["etag"], first.headers["last-modified"]
    assert first.headers["cache-control"] == "private, no-cache"
    for known in ({"If-None-Match": etag}, {"If-Modified-Since": modified}):
        again = reader.get(**known)
        assert (again.status, again.body) == (304, "")
    reader.deliver(match("https://bote.example.org/x", title="Anderes", text="Ganz anders."))
    for known in ({"If-None-Match": etag}, {"If-Modified-Since": modified}):
        assert reader.get(**known).status == 200


def test_an_entry_within_the_second_of_the_last_answer_is_not_missed(reader: Reader) -> None:
    modified = reader.get().headers["last-modified"]
    reader.deliver(match())
    assert reader.harness.now - NOON < timedelta(seconds=1)
    assert reader.get(**{"If-Modified-Since": modified}).status == 200


def test_a_reader_can_ask_for_topics_severities_and_kinds(reader: Reader) -> None:
    reader.deliver(match(title="Häfen"))
    reader.deliver(match("https://bote.example.org/w", title="Waffenruhe", topic="talks"))
    assert reader.titles("atom.xml?topic=talks") == ["Waffenruhe"]
    assert reader.titles("atom.xml?topic=talks&topic=nato-membership") == ["Waffenruhe", "Häfen"]
    assert reader.titles("atom.xml?severity=urgent") == []
    assert reader.titles("atom.xml?kind=new_story&topic=nato-membership") == ["Häfen"]
    answer = reader.get("atom.xml?outlet=kurier")
    assert (answer.status, "topic, severity, kind" in answer.body) == (400, True)


def test_a_feed_has_so_many_entries_as_it_is_configured_for(reader: Reader) -> None:
    reader.harness.set_receivers(feed_receiver(entries="1", title="Lagezentrum", language="de"))
    reader.deliver(match(title="Häfen"))
    reader.deliver(match("https://bote.example.org/w", title="Waffenruhe", topic="talks"))
    parsed = parse_feed(reader.get().body)
    assert [entry.title for entry in parsed.entries] == ["Waffenruhe"]
    assert (parsed.feed.title, parsed.feed.language) == ("Lagezentrum", "de")


def test_a_renamed_receiver_keeps_its_address_and_its_entries(reader: Reader) -> None:
    reader.deliver(match(title="Häfen"))
    reader.harness.set_receivers(feed_receiver("newsroom", was="reader"))
    reader.deliver(match("https://bote.example.org/w", title="Waffenruhe", topic="talks"))
    assert reader.titles() == ["Waffenruhe", "Häfen"]


def test_nothing_but_its_own_token_opens_a_feed(reader: Reader) -> None:
    bearer = {"Authorization": f"Bearer {CONSOLE_TOKEN}"}
    assert reader.get("/alerts", **bearer).status != 401
    assert reader.get(token="wrong", **bearer).status == 404
    assert reader.get(token=CONSOLE_TOKEN).status == 404
    assert reader.get(token=hashlib.sha256(TOKEN.encode()).hexdigest()).status == 404
    assert reader.get("other.xml").status == 404


def test_the_token_of_a_feed_opens_nothing_else(reader: Reader) -> None:
    for path in ("/", "/api/v1/stories", "/metrics", f"/alert-feeds/{TOKEN}/../../api/v1/stories"):
        for headers in ({"Authorization": f"Bearer {TOKEN}"}, {}):
            answer = reader.get(path, **headers)
            assert answer.status in (303, 307, 401, 404, 429), answer.body
    assert "set-cookie" not in reader.get().headers


def test_an_address_opens_nothing_once_it_is_revoked_or_the_receiver_is_no_feed(
    reader: Reader,
) -> None:
    assert reader.get().status == 200
    feed = reader.harness.catalog
    options: dict[str, Any] = {"url": "https://hook.example.org/"}
    reader.harness.set_receivers(ReceiverDefinition("reader", "webhook", options, {}, PLACE))
    assert reader.get().status == 404
    reader.harness.catalog = feed
    reader.harness.store.transact(lambda c: revoke_address(c, "reader"))
    assert reader.get().status == 404

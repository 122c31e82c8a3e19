"""A hub, a publisher and the console on loopback: subscribing, pushing, renewing and ending."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from config.catalog.models import Catalog
from config.i18n import Phrase
from core.store import Connection, feeds, hosts, websub
from core.store.feed_notes import load_feed_notes
from core.store.retention import RULES, forget_all
from core.store.websub import Subscription
from ingest.websub.notes import follow_push
from tests.support.newsroom import Answer, LoopbackServer, Request
from tests.support.postgres import ON_EVERY_DATABASE
from tests.support.scripted_publisher import (
    Installation,
    ManualClock,
    ScriptedPublisher,
    item,
    rss,
)
from tests.support.web_server import WebServer, request, web_server
from wirewatch.web.app import create_app
from wirewatch.web.runtime_status import RuntimeStatus

FEED = "/feed.xml"
DAY = timedelta(days=1)


class Hub(LoopbackServer):
    """A hub that verifies a request before it answers it.

    Attributes:
        status: What it answers with.
        verifies: Whether it sends challenges.
        modes: The modes that were requested.
        confirmed: Status and text of the answers to its challenges.
    """

    def __init__(self) -> None:
        self.status, self.verifies = 202, True
        self.modes: list[str] = []
        self.confirmed: list[tuple[int, str]] = []
        super().__init__(self._answer)

    def _answer(self, received: Request) -> Answer:
        form = {name: values[0] for name, values in parse_qs(received.body.decode()).items()}
        self.modes.append(form["hub.mode"])
        if self.verifies:
            query = {f"hub.{name}": form[f"hub.{name}"] for name in ("mode", "topic")}
            query |= {"hub.challenge": "c-1", "hub.lease_seconds": "864000"}
            callback = urlsplit(form["hub.callback"])
            answer = request(callback.netloc, "GET", f"{callback.path}?{urlencode(query)}")
            self.confirmed.append((answer.status, answer.body))
        return Answer(status=self.status)


@dataclass
class Scene:
    """A publisher whose feed names a hub, and an installation that the hub can reach."""

    installation: Installation
    publisher: ScriptedPublisher
    hub: Hub
    feed_id: str = ""

    @property
    def clock(self) -> ManualClock:
        return self.installation.clock

    def publish(self, *titles: str, hub: str | None = None) -> None:
        """Serve a feed with these entries and a hub; an empty hub is none."""
        items = [item(t, t, self.publisher.serve_page(f"/{t}", t)) for t in titles]
        hub = self.hub.url + "/" if hub is None else hub
        links = f'<{self.publisher.url}{FEED}>; rel="self"' + (f", <{hub}>; rel=hub" if hub else "")
        self.publisher.serve(FEED, rss(*items, Link=links))

    def subscriptions(self) -> list[Subscription]:
        with self.installation.store.read() as connection:
            return websub.load_wanted(connection)

    def push(self, body: bytes = b"news", signature: str = "") -> int:
        callback = urlsplit(self.subscriptions()[0].callback)
        headers = {"X-Hub-Signature": signature} if signature else {}
        return request(callback.netloc, "POST", callback.path, body, headers).status

    def polls(self) -> int:
        return self.publisher.asked(FEED)

    def note(self) -> tuple[str, dict[str, object]]:
        with self.installation.store.read() as connection:
            [note] = load_feed_notes(connection, self.clock())[self.feed_id]
        return note.code, {k: v for k, v in note.params.items() if k != "hub"}


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


@pytest.fixture
def scene(
    tmp_path: Path, database_url: str, publisher: ScriptedPublisher, server: WebServer
) -> Iterator[Scene]:
    installation = Installation(
        tmp_path,
        database_url=database_url,
        public_url=f"http://{server.host}/",
        web_token="t" * 16,
    )
    runtime = RuntimeStatus(lambda: Catalog(()), list, list, installation.settings)
    server.app = create_app(installation.store, installation.clock, runtime)
    hub = Hub()
    scene = Scene(installation, publisher, hub)
    scene.publish("1")
    [scene.feed_id] = installation.subscribe(publisher.url + FEED)
    yield scene
    hub.close()
    installation.close()


def test_a_push_makes_the_feed_due_and_the_poll_finds_what_is_new(scene: Scene) -> None:
    run, clock = scene.installation.run, scene.clock
    run()
    assert (scene.hub.modes, scene.hub.confirmed) == (["subscribe"], [(200, "c-1")])
    [subscription] = scene.subscriptions()
    assert subscription.is_active(clock())
    assert scene.note() == ("feed.websub.confirmed", {})
    assert subscription.topic == scene.publisher.url + FEED
    clock.advance(minutes=5)
    scene.publish("1", "2")
    run()
    assert scene.polls() == 1
    assert scene.push() == 202
    due = scene.installation.feed(scene.feed_id)
    assert (due.next_due_at, due.due_reason) == (clock(), Phrase(websub.PUSHED).dump())
    assert run().new == 1
    assert scene.polls() == 2
    assert scene.note() == (
        "feed.websub.active",
        {"push": 1, "times": 1, "push_all": 1, "times_all": 1},
    )


def sign(scene: Scene) -> str:
    """Give the subscription a secret, as over https, and return the signature of a push."""
    [subscription] = scene.subscriptions()
    signed = replace(subscription, secret="s" * 43)
    scene.installation.store.transact(lambda connection: websub.save(connection, signed))
    return f"sha256={hmac.new(signed.secret.encode(), b'news', 'sha256').hexdigest()}"


@ON_EVERY_DATABASE
def test_a_push_that_is_not_signed_or_replayed_is_answered_and_counts_for_nothing(
    scene: Scene,
) -> None:
    scene.installation.run()
    signature = sign(scene)
    scene.clock.advance(minutes=5)
    before = scene.installation.feed(scene.feed_id)
    assert scene.push() == 202
    assert scene.push(b"other", signature) == 202
    assert scene.installation.feed(scene.feed_id) == before
    assert scene.push(signature=signature) == 202
    assert scene.installation.feed(scene.feed_id).next_due_at == scene.clock()
    scene.installation.run()
    polled = scene.installation.feed(scene.feed_id)
    scene.clock.advance(minutes=5)
    assert scene.push(signature=signature) == 202
    assert scene.installation.feed(scene.feed_id) == polled
    [subscription] = scene.subscriptions()
    assert (subscription.pushes, subscription.ignored) == (1, 3)


def test_an_unknown_callback_and_an_unknown_topic_are_not_there(scene: Scene) -> None:
    scene.installation.run()
    [subscription] = scene.subscriptions()
    host = urlsplit(subscription.callback).netloc
    known = urlsplit(subscription.callback).path
    query = "?hub.mode=subscribe&hub.challenge=c&hub.topic=https://other.example/"
    for method, path in (
        ("GET", f"/websub/unknown{query}"),
        ("POST", "/websub/unknown"),
        ("GET", "/websub/%00"),
        ("POST", "/websub/%ff"),
        ("GET", known + query),
        ("GET", known),
    ):
        assert request(host, method, path, b"news" if method == "POST" else None).status == 404
    assert scene.subscriptions() == [subscription]


def test_pushes_do_not_break_the_pauses_of_a_feed_and_its_host(scene: Scene) -> None:
    scene.installation.run()
    scene.clock.advance(seconds=10)
    assert scene.push(b"one") == 202
    scene.installation.run()
    assert scene.polls() == 1
    scene.clock.advance(seconds=51)
    feed, until = scene.installation.feed(scene.feed_id), scene.clock() + timedelta(hours=1)
    scene.installation.store.transact(lambda c: hosts.pause(c, feed.host, until, ""))
    assert scene.push(b"two") == 202
    scene.installation.run()
    assert scene.polls() == 1
    scene.clock.advance(hours=1)
    scene.installation.run()
    assert scene.polls() == 2


def test_a_lease_is_renewed_before_it_expires_with_the_same_callback(scene: Scene) -> None:
    scene.installation.run()
    [subscription] = scene.subscriptions()
    scene.clock.advance(days=6)
    scene.installation.run()
    assert scene.hub.modes == ["subscribe"]
    scene.clock.advance(days=1)
    scene.installation.run()
    assert scene.hub.modes == ["subscribe"] * 2
    assert scene.hub.confirmed[1] == (200, "c-1")
    [renewed] = scene.subscriptions()
    assert renewed.token == subscription.token
    assert renewed.expires_at == scene.clock() + timedelta(days=10)


@pytest.mark.slow
def test_the_news_of_a_silent_hub_are_found_by_polls_and_that_is_counted(scene: Scene) -> None:
    scene.installation.run()
    for number in range(2, 5):
        scene.publish("1", str(number))
        scene.clock.advance(hours=1)
        assert scene.installation.run().new == 1
    assert scene.note()[1] == {"push": 0, "times": 3, "push_all": 0, "times_all": 3}


@pytest.mark.slow
def test_a_hub_that_refuses_or_never_confirms_is_asked_less_and_less_often(scene: Scene) -> None:
    scene.hub.status, scene.hub.verifies = 503, False
    asked = []
    for _ in range(8):
        scene.installation.run()
        asked.append(len(scene.hub.modes))
        scene.clock.advance(hours=1)
    assert asked == [1, 2, 2, 3, 3, 3, 3, 4]
    assert scene.note() == ("feed.websub.unconfirmed", {})
    assert scene.subscriptions()[0].outcome == "http_503"
    assert scene.push() == 202
    assert scene.subscriptions()[0].pushes == 0


@pytest.mark.slow
def test_an_unexpected_error_of_a_request_to_a_hub_stops_nothing_else(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("core.http.client.HttpClient.post", broken)
    assert scene.installation.run().new == 1
    [subscription] = scene.subscriptions()
    assert (subscription.outcome, subscription.due_at > scene.clock()) == ("internal", True)
    monkeypatch.undo()
    scene.clock.advance(hours=1)
    scene.installation.run()
    assert scene.subscriptions()[0].is_active(scene.clock())


@pytest.mark.slow
@ON_EVERY_DATABASE
def test_a_subscription_ends_when_the_feed_names_another_hub_or_is_removed(scene: Scene) -> None:
    scene.installation.run()
    [first] = scene.subscriptions()
    other = Hub()
    scene.publish("1", "2", hub=other.url + "/")
    scene.clock.advance(hours=2)
    scene.installation.run()
    assert [each.token for each in scene.subscriptions()] == [first.token]
    scene.publish("1", "2", "3", hub=other.url + "/")
    scene.clock.advance(days=1)
    scene.installation.run()
    assert (scene.hub.modes, other.modes) == (["subscribe", "unsubscribe"], ["subscribe"])
    assert scene.hub.confirmed[1] == (200, "c-1")
    scene.installation.catalog = Catalog(())
    scene.installation.run()
    assert other.modes == ["subscribe", "unsubscribe"]
    assert scene.subscriptions() == []
    scene.clock.advance(days=61)
    before = scene.clock() - timedelta(days=60)
    assert forget_all(scene.installation.store, RULES["subscriptions"], before) > 0
    callback = urlsplit(first.callback)
    assert request(callback.netloc, "POST", callback.path, b"news").status == 404
    with scene.installation.store.read() as connection:
        assert websub.peek(connection, first.token) is None
    other.close()


@pytest.mark.slow
def test_a_hub_on_a_private_address_gets_no_request(scene: Scene) -> None:
    guarded = scene.installation.settings.model_copy(update={"http_allow_private": False})
    scene.installation.run()
    asked = len(scene.hub.modes)
    scene.clock.advance(days=7)
    scene.installation.settings = guarded
    scene.installation.run()
    assert len(scene.hub.modes) == asked
    assert scene.subscriptions()[0].outcome == "blocked_port"


@pytest.mark.slow
def test_without_a_public_url_nothing_is_subscribed_and_no_callback_is_there(
    scene: Scene, server: WebServer
) -> None:
    scene.installation.run()
    callback = urlsplit(scene.subscriptions()[0].callback)
    closed = scene.installation.settings.model_copy(update={"public_url": ""})
    scene.installation.settings = closed
    scene.installation.subscribe(scene.publisher.url + "/two.xml", outlet="two")
    scene.publisher.script["/two.xml"] = scene.publisher.script[FEED]
    runtime = RuntimeStatus(lambda: Catalog(()), list, list, closed)
    server.app = create_app(scene.installation.store, scene.clock, runtime)
    scene.clock.advance(days=9)
    scene.installation.run()
    assert len(scene.hub.modes) == 1
    scene.clock.advance(days=2)
    with scene.installation.store.read() as connection:
        assert load_feed_notes(connection, scene.clock()) == {}
    assert request(callback.netloc, "POST", callback.path, b"news").status == 404


def test_a_push_during_a_poll_makes_the_feed_due_again_soon(scene: Scene) -> None:
    scene.installation.run()
    scene.clock.advance(hours=1)
    pushed_at = scene.clock() + timedelta(seconds=1)
    [subscription] = scene.subscriptions()

    def during(connection: Connection) -> tuple[timedelta, str]:
        feed = feeds.get(connection, scene.feed_id)
        websub.save(connection, replace(subscription, pushed_at=pushed_at))
        polled = replace(feed, last_attempt_at=pushed_at, next_due_at=pushed_at + DAY)
        saved = follow_push(connection, polled, feed.last_attempt_at, 0)
        return saved.next_due_at - pushed_at, saved.due_reason

    reason = Phrase(websub.PUSHED).dump()
    assert scene.installation.store.transact(during) == (feeds.POLL_AGAIN_AFTER, reason)


def test_a_callback_needs_no_sign_in_and_opens_nothing_else(scene: Scene) -> None:
    scene.installation.run()
    assert scene.push() == 202
    assert scene.push(b"x" * 1_000_001) == 413
    callback = urlsplit(scene.subscriptions()[0].callback)
    for path in ("/", "/metrics", "/websub", f"{callback.path}/../../api/v1/feeds"):
        assert request(callback.netloc, "GET", path).status in (303, 401, 404)
    assert request(callback.netloc, "DELETE", callback.path).status == 405

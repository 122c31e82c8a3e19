from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from config.catalog.load import load_catalog
from config.catalog.models import Catalog
from config.faults import Fault
from config.settings import Settings
from core.ids import alert_id, hash_parts, story_id
from core.store import Connection, Store, alert_changes, feed_days
from core.store import deliveries as delivery_store
from core.store import stories as story_store
from core.store.alerts import Alert, DecisionRow
from core.store.feed_record import FeedRecord
from core.store.feeds import sync
from tests.support.console import open_store
from tests.support.web_server import Answer, WebServer, request, web_server
from wirewatch.web.api import create_api
from wirewatch.web.auth.principal import NAMELESS_OPERATOR
from wirewatch.web.explain import Explainer
from wirewatch.web.runtime_status import RuntimeStatus

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass
class Api:
    """A client of the API."""

    host: str

    def request(
        self, method: str, path: str, *, body: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Send a request with a JSON body."""
        text = None if body is None else json.dumps(body)
        content_type = {"Content-Type": "application/json"} if text else {}
        return request(self.host, method, path, text, content_type | (headers or {}))

    def get(self, path: str, *, headers: dict[str, str] | None = None) -> Answer:
        """Send a GET request."""
        return self.request("GET", path, headers=headers)

    def post(self, path: str, *, body: object = None) -> Answer:
        """Send a POST request with a JSON body."""
        return self.request("POST", path, body=body)

    def json(self, path: str) -> Any:
        """Return the JSON at a path that exists."""
        answer = self.get(path)
        assert answer.status == 200, answer.body
        return answer.json()


def add(store: Store, name: str, at: datetime = NOW, outlet: str = "kurier") -> str:
    """Add a story; return the id of its alert."""
    with store.write() as connection:
        return _add(connection, name, at, outlet)


def _add(connection: Connection, name: str, at: datetime, outlet: str) -> str:
    article = hash_parts("article", name)
    story = story_id("nato", article)
    alert = alert_id("nato", story)
    alert_changes.record_decision(connection, DecisionRow(
        "nato", article, 1, "rev", "opened", "new_story", "New.", alert, story, outlet, name,
        f"https://{outlet}.example/{name}", at, "de", "DE", "normal", 40,
    ))  # fmt: skip
    story_store.add_story(connection, story_store.Story(story, "nato", name, at, at, 1))
    alert_changes.open_alert(connection, Alert(
        alert, "nato", "NATO", story, "open", "normal", name, "New.", "new_story", article, at, at,
    ))  # fmt: skip
    return alert


@contextmanager
def filled(folder: Path) -> Iterator[Store]:
    """Open a store with five stories, a feed and a pending delivery."""
    feed = FeedRecord(
        "kurier-1", "kurier", "https://kurier.example/rss", "feed", "B", None, "DE", "de",
        "kurier.example", NOW, NOW + timedelta(hours=1),
    )  # fmt: skip
    note = delivery_store.Notification("n" * 32, "a" * 32, "desk", "new_story", 0, "{}", NOW)
    store = open_store(folder)
    with store.write() as connection:
        for n in range(5):
            _add(connection, f"story-{n}", NOW - timedelta(hours=n), f"outlet-{n % 2}")
        sync(connection, [feed], NOW)
        feed_days.count_poll(connection, "kurier-1", NOW, not_modified=True)
        delivery_store.add_notification(connection, note, ["https://desk.example"], due=NOW)
    try:
        yield store
    finally:
        store.close()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A filled store for tests that only read."""
    with filled(tmp_path_factory.mktemp("api")) as opened:
        yield opened


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Store]:
    """A filled store for a test that changes it."""
    with filled(tmp_path) as opened:
        yield opened


def as_program(app: ASGIApp) -> ASGIApp:
    """Let every request be one with the access token."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["principal"] = NAMELESS_OPERATOR
        await app(scope, receive, send)

    return wrapped


def api_of(store: Store, catalog: Catalog, *faults: Fault) -> ASGIApp:
    runtime = RuntimeStatus(lambda: catalog, list, lambda: faults, Settings())
    explainer = Explainer(runtime.catalog, runtime.settings, lambda: NOW)
    return as_program(create_api(store, lambda: NOW, runtime, explainer))


@pytest.fixture(scope="module")
def api(store: Store) -> Iterator[Api]:
    """A client of an API that tracks no topic."""
    with web_server(api_of(store, Catalog(()))) as server:
        yield Api(server.host)


@pytest.fixture
def own_api(own_store: Store, server: WebServer) -> Api:
    """A client of an API whose store the test changes."""
    server.app = api_of(own_store, Catalog(()))
    return Api(server.host)


@pytest.fixture
def tracking(store: Store, server: WebServer, tmp_path: Path) -> Api:
    """A client of an API that tracks one topic, whose file has a warning."""
    (tmp_path / "topics").mkdir()
    (tmp_path / "sources.yaml").write_text("outlets: []\n")
    (tmp_path / "topics" / "nato.yaml").write_text(
        "id: nato\ntitle: NATO\nthreshold: 30\n"
        "rules:\n  - {id: direct, weight: 30, query: '\"NATO Beitritt*\"'}\n"
    )
    catalog, found = load_catalog(tmp_path, {})
    assert catalog is not None
    assert not found
    file = catalog.topics[0].position.file
    warning = Fault(file=file, line=3, column=1, code="W999", message="Odd.", mend="Mend it.")
    server.app = api_of(store, catalog, warning)
    return Api(server.host)

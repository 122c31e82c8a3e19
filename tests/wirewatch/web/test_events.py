"""Server-sent events: open pages hear of changes, whichever process made them."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from core.ids import hash_parts
from core.store import Store, alert_changes
from core.store.alerts import Alert
from tests.support.console import open_store
from tests.support.web_server import WebServer, web_server
from wirewatch.web import events
from wirewatch.web.events import StoryWatcher

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def add(store: Store, name: str, at: datetime) -> str:
    """Open an alert; return its id."""
    own = hash_parts("alert", name)
    with store.write() as connection:
        alert_changes.open_alert(connection, Alert(
            own, "nato", "NATO", own, "open", "normal", name, "New.", "new_story", own, at, at,
        ))  # fmt: skip
    return own


@dataclass
class Events:
    """A server of events and its listeners."""

    server: WebServer
    folder: Path
    connections: list[http.client.HTTPConnection] = field(default_factory=list)

    def listen(self) -> http.client.HTTPResponse:
        """Begin to listen."""
        connection = http.client.HTTPConnection(self.server.host, timeout=30)
        self.connections.append(connection)
        connection.request("GET", "/events")
        return connection.getresponse()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Events]:
    """A server that polls twenty times a second."""
    store = open_store(tmp_path)
    watcher = StoryWatcher(store, poll_seconds=0.05, heartbeat_seconds=0.5)
    app = FastAPI()
    app.add_api_route("/events", watcher.endpoint, methods=["GET"])
    with web_server(app) as server:
        started = Events(server, tmp_path)
        yield started
        for connection in started.connections:
            connection.close()
    store.close()


def next_newest(answer: http.client.HTTPResponse) -> str:
    """Return the cursor of the next event."""
    while line := answer.readline().decode():
        if line.startswith("data: "):
            return str(json.loads(line.removeprefix("data: "))["newest"])
    raise AssertionError("the stream ended")


def until(answer: http.client.HTTPResponse, alert_id: str) -> None:
    """Read events until one names the alert."""
    while not next_newest(answer).endswith(alert_id):
        pass


def test_every_listener_hears_of_what_another_process_writes(served: Events) -> None:
    answer = served.listen()
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert next_newest(answer) == ""
    other = Store.open(f"sqlite:///{served.folder}/store.db")
    first = add(other, "one", NOW)
    until(answer, first)
    late = served.listen()
    until(late, first)
    second = add(other, "two", NOW + timedelta(minutes=1))
    until(answer, second)
    until(late, second)
    other.close()


@pytest.mark.slow
def test_the_newest_story_is_repeated_while_nothing_changes(served: Events) -> None:
    answer = served.listen()
    assert [next_newest(answer) for _ in range(3)] == ["", "", ""]


def test_listeners_are_disconnected_at_once_when_the_server_stops(served: Events) -> None:
    answer = served.listen()
    next_newest(answer)
    began = time.monotonic()
    served.server.stop()
    answer.read()
    assert served.server.join(10)
    assert time.monotonic() - began < 2.5, "before the time that other answers get has passed"


def test_a_listener_too_many_is_refused_until_another_leaves(
    served: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MAX_LISTENERS", 2)
    first, second = served.listen(), served.listen()
    next_newest(first)
    next_newest(second)
    refused = served.listen()
    assert (refused.status, refused.headers["Retry-After"]) == (503, "60")
    first.close()
    served.connections[0].close()
    deadline = time.monotonic() + 20
    while (again := served.listen()).status == 503:
        assert time.monotonic() < deadline
        again.close()
        time.sleep(0.1)
    assert next_newest(again) == ""

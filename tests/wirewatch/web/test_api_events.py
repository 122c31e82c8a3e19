"""Server-sent events: a browser that stays hears of changes, whoever made them."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from core.ids import digest
from core.store import Store, alert_changes
from core.store.alerts import Alert
from wirewatch.web import events
from wirewatch.web.events import StoryWatcher
from wirewatch.web.server import address, listen, serve

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def add(store: Store, name: str, at: datetime) -> str:
    own = digest("alert", name)
    with store.write() as connection:
        alert_changes.open_alert(connection, Alert(
            own, "nato", "NATO", own, "open", "normal", name, "New.", "new_story", own, at, at,
        ))  # fmt: skip
    return own


@dataclass
class Served:
    host: str
    store: Store
    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event
    thread: threading.Thread
    connections: list[http.client.HTTPConnection]

    def listen(self) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(self.host, timeout=30)
        self.connections.append(connection)
        connection.request("GET", "/events")
        return connection.getresponse()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    store = Store.open(f"sqlite:///{tmp_path}/store.db")
    app = FastAPI()
    app.add_api_route("/events", StoryWatcher(store, look=0.05, beat=0.5).endpoint, methods=["GET"])
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    with listen("127.0.0.1", 0) as listener:
        work = serve(app, listener, stop)
        thread = threading.Thread(target=loop.run_until_complete, args=(work,))
        thread.start()
        host = address(listener).removeprefix("http://").rstrip("/")
        started = Served(host, store, loop, stop, thread, [])
        yield started
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        for connection in started.connections:
            connection.close()
    loop.close()
    store.close()


def next_newest(answer: http.client.HTTPResponse) -> str:
    """The cursor of the next event."""
    while line := answer.readline().decode():
        if line.startswith("data: "):
            return str(json.loads(line.removeprefix("data: "))["newest"])
    raise AssertionError("the stream ended")


def until(answer: http.client.HTTPResponse, own: str) -> None:
    while not next_newest(answer).endswith(own):
        pass


def test_who_listens_hears_what_another_process_writes(served: Served) -> None:
    answer = served.listen()
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert next_newest(answer) == ""
    other = Store.open(f"sqlite:///{served.store._engine.url.database}")
    own = add(other, "one", NOW)
    until(answer, own)
    late = served.listen()
    until(late, own)
    newer = add(other, "two", NOW + timedelta(minutes=1))
    until(answer, newer)
    until(late, newer)
    other.close()


def test_a_quiet_stream_keeps_beating(served: Served) -> None:
    answer = served.listen()
    assert [next_newest(answer) for _ in range(3)] == ["", "", ""]


def test_it_ends_with_the_program_at_once(served: Served) -> None:
    answer = served.listen()
    next_newest(answer)
    began = time.monotonic()
    served.loop.call_soon_threadsafe(served.stop.set)
    answer.read()
    served.thread.join(10)
    assert not served.thread.is_alive()
    assert time.monotonic() - began < 2.5, "shorter than what other answers are given to end"


def test_listeners_are_bounded_and_make_room_when_they_go(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST_LISTENERS", 2)
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

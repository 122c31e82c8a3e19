"""ASGI apps served on loopback as the program serves the console, and requests to them."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from wirewatch.web.limits import ConnectionLimits
from wirewatch.web.listener import address, listen
from wirewatch.web.server import serve


@dataclass(frozen=True)
class Answer:
    """An answer; names of headers are in lower case.

    Attributes:
        cookies: Name and value of each cookie that it sets.
    """

    status: int
    headers: dict[str, str]
    body: str
    cookies: tuple[str, ...] = ()

    @property
    def cookie(self) -> str:
        """The name and value of the cookie it sets; empty if it sets none."""
        return self.headers.get("set-cookie", "").partition(";")[0]

    def json(self) -> Any:
        """The body parsed as JSON."""
        return json.loads(self.body)


def request(
    host: str,
    method: str,
    path: str,
    body: bytes | str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send one request on a connection of its own."""
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        text = answer.read().decode()
        received = [(name.lower(), value) for name, value in answer.getheaders()]
        cookies = tuple(v.partition(";")[0] for name, v in received if name == "set-cookie")
        return Answer(answer.status, dict(received), text, cookies)
    finally:
        connection.close()


class WebServer:
    """A running server whose app can be exchanged, so that many tests share one server.

    Attributes:
        host: ``127.0.0.1:PORT``.
        app: What answers the next request.
    """

    def __init__(self, host: str, stop: asyncio.Event) -> None:
        self.host = host
        self.app: ASGIApp | None = None
        self._loop = asyncio.new_event_loop()
        self._stop = stop
        self._thread: threading.Thread

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the current app."""
        assert self.app is not None
        await self.app(scope, receive, send)

    def start(self, work: Any) -> None:
        """Run the server in a thread."""
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(work,))
        self._thread.start()

    def stop(self) -> None:
        """Ask the server to stop."""
        self._loop.call_soon_threadsafe(self._stop.set)

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the server has stopped; return whether it has."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def close(self) -> None:
        """Stop the server and wait for it."""
        if self._thread.is_alive():
            self.stop()
        self.join()
        self._loop.close()


@contextmanager
def web_server(
    app: ASGIApp | None = None, limits: ConnectionLimits | None = None
) -> Iterator[WebServer]:
    """Serve an app on a free port of loopback, by default with the usual limits."""
    stop = asyncio.Event()
    with listen("127.0.0.1", 0) as listener:
        server = WebServer(address(listener).removeprefix("http://").rstrip("/"), stop)
        server.app = app
        server.start(serve(server, listener, stop, limits))
        try:
            yield server
        finally:
            server.close()

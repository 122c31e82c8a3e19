"""Limits of the console's connections and answers; the decisions are pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.metrics import CONSOLE_REFUSED
from wirewatch.web.peers import Networks, client_network, is_trusted, last_hop

MAX_ANSWERS = 60
"""Answers being made: forty run in threads, the others wait for one."""

OWN_DESCRIPTORS = 64
"""Files and sockets of the console's process besides connections: the store, the streams, locks,
the log, the worker and the connections of the try box. At rest it has 19."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Limits of one console; times in seconds.

    Attributes:
        header: From the first byte of a request, or from a new connection, to the end of its head.
        body: From the end of the head to the end of the body.
        idle: Between two requests on a connection.
        write: How long a client may read nothing of an answer that waits for it.
        header_bytes: Size of a head.
        body_bytes: Size of a body that is read at all; what forms and the API accept is less.
        bodies_bytes: Size of all bodies together of requests that are not answered yet.
        connections: Connections in all, those of server-sent events included.
        per_peer: Connections of one client, or requests of one behind a trusted proxy.
        proxies: Trusted proxies, whose connections are those of many clients.
    """

    header: float = 10.0
    body: float = 30.0
    idle: float = 60.0
    write: float = 30.0
    header_bytes: int = 16_384
    body_bytes: int = 1_100_000
    bodies_bytes: int = 20_000_000
    connections: int = 200
    per_peer: int = 20
    proxies: Networks = ()


def fit_descriptors(limits: ConnectionLimits, most: int, reserved: int) -> ConnectionLimits:
    """Return limits with no more connections than the process has descriptors for.

    Args:
        limits: The limits without regard to descriptors.
        most: The most descriptors that the process may have (``RLIMIT_NOFILE``).
        reserved: How many everything else in the process needs.
    """
    return replace(limits, connections=max(1, min(limits.connections, most - reserved)))


class OpenConnections:
    """Counts connections, and decides whether another one is accepted.

    Args:
        limits: The limits.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._by_client: Counter[str] = Counter()

    def admit(self, host: str) -> bool:
        """Count a connection from an address. Return False, and do not count it, if it is too many.

        A trusted proxy may have as many as there are in all; its clients are limited by request.
        """
        client = client_network(host)
        is_proxy = is_trusted(host, self._limits.proxies)
        if self._by_client.total() >= self._limits.connections:
            CONSOLE_REFUSED.labels("connections").inc()
        elif self._by_client[client] >= self._limits.per_peer and not is_proxy:
            CONSOLE_REFUSED.labels("connections_of_client").inc()
        else:
            self._by_client[client] += 1
            return True
        return False

    def release(self, host: str) -> None:
        """Forget a connection that was counted."""
        client = client_network(host)
        self._by_client[client] -= 1
        if not self._by_client[client]:
            del self._by_client[client]


class BodyBudget:
    """Bytes of the bodies of all requests that are not answered yet.

    Args:
        most: How many there may be.
    """

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, size: int) -> bool:
        """Count bytes of a body. Return whether they are within the limit."""
        self._left -= size
        return self._left >= 0

    def give(self, size: int) -> None:
        """Give back all bytes of a body that were taken."""
        self._left += size


class ForwardedLimit:
    """Middleware that limits the requests at once of each client behind a trusted proxy.

    Args:
        app: The console.
        limits: The limits.
    """

    def __init__(self, app: ASGIApp, limits: ConnectionLimits) -> None:
        self._app = app
        self._limits = limits
        self._by_client: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        host = (scope.get("client") or ("", 0))[0]
        if scope["type"] != "http" or not is_trusted(host, self._limits.proxies):
            await self._app(scope, receive, send)
            return
        client = client_network(last_hop(scope["headers"], host))
        if self._by_client[client] >= self._limits.per_peer:
            CONSOLE_REFUSED.labels("requests_of_client").inc()
            await _busy()(scope, receive, send)
            return
        self._by_client[client] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._by_client[client] -= 1
            if not self._by_client[client]:
                del self._by_client[client]


class AnswerLimit:
    """Middleware that limits the answers that are being made.

    A client that is slow to send its body or to read its answer does not count: bodies have been
    read when this is called, and an answer has been made when its head is sent. Server-sent events
    have a limit of their own, and the health check is always answered.

    Args:
        app: The console.
        most: How many.
    """

    EXEMPT = ("/events", "/healthz")

    def __init__(self, app: ASGIApp, most: int = MAX_ANSWERS) -> None:
        self._app = app
        self._most = most
        self._count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or scope["path"] in self.EXEMPT:
            await self._app(scope, receive, send)
            return
        if self._count >= self._most:
            CONSOLE_REFUSED.labels("answers").inc()
            await _busy()(scope, receive, send)
            return
        self._count += 1
        counted = 1

        def release() -> None:
            nonlocal counted
            self._count, counted = self._count - counted, 0

        async def send_released(message: Message) -> None:
            release()
            await send(message)

        try:
            await self._app(scope, receive, send_released)
        finally:
            release()


def _busy() -> PlainTextResponse:
    return PlainTextResponse("Too many requests at once.", 503, {"Retry-After": "2"})

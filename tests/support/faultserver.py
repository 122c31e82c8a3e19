"""A web server on the loopback interface that misbehaves on purpose, byte by byte.

::

    with fault_server() as server:
        server.on("/feed", reply(b"<rss/>"))
        server.on("/slow", lambda exchange: exchange.send(b"HTTP/1.1 200 OK\\r\\n"))
        ... request server.url("/feed") ...
        assert server.requests[0].header("user-agent")

A handler writes any bytes to the connection. When it returns True the next request on the
connection is read, otherwise the connection is closed.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO


@dataclass(frozen=True)
class ReceivedRequest:
    """A request as it was received; header names in lower case, in order.

    Attributes:
        connection: Number of the connection, from 1.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection: int

    def header(self, name: str) -> str | None:
        """Return the first header of a name."""
        return next((v for k, v in self.headers if k == name.lower()), None)


@dataclass
class Exchange:
    """A request and the connection to respond on."""

    request: ReceivedRequest
    connection: socket.socket
    stopping: threading.Event

    def send(self, data: bytes) -> None:
        """Write bytes to the connection."""
        self.connection.sendall(data)

    def reply(
        self, body: bytes = b"", status: int = 200, headers: dict[str, str] | None = None
    ) -> bool:
        """Send a correct response, after which the connection can be used again."""
        fields = {"Content-Length": str(len(body)), **(headers or {})}
        lines = "".join(f"{k}: {v}\r\n" for k, v in fields.items())
        self.send(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body)
        return True

    def wait(self, seconds: float) -> None:
        """Wait some seconds, or until the server is stopped."""
        self.stopping.wait(seconds)

    def reset(self) -> None:
        """Close the connection with RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


Handler = Callable[[Exchange], bool | None]


def reply(body: bytes = b"", status: int = 200, **headers: str) -> Handler:
    """Return a handler that sends a correct response; ``content_type=`` is ``Content-Type``."""
    fields = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return lambda exchange: exchange.reply(body, status, fields)


def redirect(location: str, status: int = 302) -> Handler:
    """Return a handler that redirects."""
    return reply(status=status, location=location)


@dataclass
class FaultServer:
    """The server."""

    listener: socket.socket
    trust: ssl.SSLContext | None = None
    routes: dict[str, Handler] = field(default_factory=dict)
    requests: list[ReceivedRequest] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    connections: int = 0

    @property
    def port(self) -> int:
        """The port on which it listens."""
        return int(self.listener.getsockname()[1])

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Return an absolute URL of this server."""
        return f"{'https' if self.trust else 'http'}://{host}:{self.port}{path}"

    def on(self, path: str, handler: Handler) -> str:
        """Set the handler of a path and return its URL. Other paths are answered with 404."""
        self.routes[path] = handler
        return self.url(path)

    def requests_to(self, path: str) -> list[ReceivedRequest]:
        """Return the requests to a path so far."""
        return [r for r in self.requests if r.target.partition("?")[0] == path]

    def serve(self) -> None:
        """Accept connections until the server is stopped."""
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(
                target=self._respond, args=(connection, self.connections), daemon=True
            ).start()

    def _respond(self, connection: socket.socket, number: int) -> None:
        with suppress(OSError):
            if self.trust:
                connection = self.trust.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as stream:
                while (request := _read(stream, number)) is not None:
                    self.requests.append(request)
                    path = request.target.partition("?")[0]
                    handler = self.routes.get(path, reply(b"no such page", 404))
                    if not handler(Exchange(request, connection, self.stopping)):
                        return


@contextmanager
def fault_server(
    *, address: str = "127.0.0.1", trust: ssl.SSLContext | None = None
) -> Iterator[FaultServer]:
    """Run a server on a free port."""
    with socket.create_server((address, 0)) as listener:
        server = FaultServer(listener, trust)
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def closed_port() -> int:
    """Return a port of the loopback interface on which no process listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _read(stream: BinaryIO, number: int) -> ReceivedRequest | None:
    """Read the next request. Return None at the end of the connection, or if it is not HTTP.

    The random bytes of a TLS handshake have a first line of three parts now and then.
    """
    line = stream.readline().decode("latin-1").split()
    if len(line) != 3 or not line[2].startswith("HTTP/"):
        return None
    headers: list[tuple[str, str]] = []
    while (raw := stream.readline().rstrip(b"\r\n")) != b"":
        name, _, value = raw.decode("utf-8", "surrogateescape").partition(":")
        headers.append((name.lower(), value.strip()))
    size = int(dict(headers).get("content-length", 0))
    body = stream.read(size) if size else b""
    return ReceivedRequest(line[0], line[1], tuple(headers), body, number)

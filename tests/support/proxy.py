"""A TCP proxy in front of a Kafka broker, which can lose replies, delay them and cut connections.

::

    client ──▶ Proxy.port ──frames──▶ broker's listener, which advertises Proxy.port

Start the proxy first, let the broker advertise its port, then set the port of the listener::

    with Proxy() as proxy:
        broker = start_broker(listeners=[Listener("PROXIED", advertised=proxy.port)])
        proxy.target = broker.port("PROXIED")
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

HOST = "127.0.0.1"
PRODUCE = 0
"""Kafka's number of the request that sends records."""
END_TRANSACTION = 26
"""Kafka's number of the request that commits or aborts a transaction."""


@dataclass
class Proxy:
    """See the module's docstring.

    Attributes:
        target: Port of the broker's listener.
        delay: Seconds by which every reply is delayed.
        refusing: Whether new connections are closed at once.
        lost: Number of replies that :meth:`lose_reply_to` lost.
        requests: Number of requests by Kafka's number.
    """

    target: int = 0
    delay: float = 0.0
    refusing: bool = False
    lost: int = 0
    requests: dict[int, int] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._losing: int | None = None
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept
        self._listener.close()
        self.cut()

    def lose_reply_to(self, request: int) -> None:
        """Pass the next such request on, but cut the connection instead of passing on its reply."""
        self._losing = request

    def cut(self) -> None:
        """Cut every connection."""
        for end in list(self._open):
            _close(end)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                if self.refusing:
                    client.close()
                    continue
                server = socket.create_connection((HOST, self.target))
            except ConnectionError:
                client.close()
                continue
            except OSError:
                return
            self._open |= {client, server}
            lost: set[int] = set()
            for relay in (self._requests, self._replies):
                threading.Thread(target=relay, args=(client, server, lost), daemon=True).start()

    def _requests(self, client: socket.socket, server: socket.socket, lost: set[int]) -> None:
        while frame := _frame(client):
            kind, _, correlation = struct.unpack_from(">hhi", frame, 4)
            self.requests[kind] = self.requests.get(kind, 0) + 1
            if kind == self._losing:
                self._losing = None
                lost.add(correlation)
            _send(server, frame)
        self._end(client, server)

    def _replies(self, client: socket.socket, server: socket.socket, lost: set[int]) -> None:
        while frame := _frame(server):
            if struct.unpack_from(">i", frame, 4)[0] in lost:
                self.lost += 1
                break
            time.sleep(self.delay)
            _send(client, frame)
        self._end(client, server)

    def _end(self, *ends: socket.socket) -> None:
        for end in ends:
            self._open.discard(end)
            _close(end)


def _frame(source: socket.socket) -> bytes:
    """Return one length-prefixed message; empty when the connection has ended."""
    head = _exactly(source, 4)
    body = _exactly(source, struct.unpack(">i", head)[0]) if head else b""
    return head + body if body else b""


def _exactly(source: socket.socket, count: int) -> bytes:
    parts = bytearray()
    with suppress(OSError):
        while len(parts) < count and (part := source.recv(count - len(parts))):
            parts += part
    return bytes(parts) if len(parts) == count else b""


def _send(to: socket.socket, frame: bytes) -> None:
    with suppress(OSError):
        to.sendall(frame)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()

"""Bad neighbours: outlets, receivers and clients that cost the program as much as they can.

Each is a few lines; ``tests/support/neighbourhood.py`` runs the program beside them.
"""

from __future__ import annotations

import gzip
import io
import itertools
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from enum import StrEnum
from typing import NamedTuple

from tests.support.faultserver import Exchange, Handler
from tests.support.hostile.documents import MB, fill, page, rss
from tests.support.hostile.feeds import FEEDS
from tests.support.hostile.pages import PAGES

ADDRESS = "127.0.0.9"
"""Where bad clients connect from. The console limits the connections of each address."""

DEEP_JSON = b'{"ids": ' + b"[" * 500_000
"""A body for an endpoint of the API."""


class Role(StrEnum):
    """What a neighbour is to the program."""

    FEED = "feed"
    PAGE = "page"
    WEBHOOK = "webhook"
    CLIENT = "client"


Client = Callable[[int, threading.Event], None]
"""A client of the console on a port of loopback, until an event is set."""


class Neighbour(NamedTuple):
    """A bad neighbour.

    Attributes:
        role: What it is to the program.
        make_handler: Returns how its server answers: for a feed, a page, or a webhook.
        client: What it does as a client.
    """

    role: Role
    make_handler: Callable[[], Handler] | None = None
    client: Client | None = None


# ── servers ──────────────────────────────────────────────────────────────────────────────────────


def send_document(make: Callable[[], bytes], kind: str) -> Callable[[], Handler]:
    """Return what makes a handler that sends a document; it is made once."""

    def make_handler() -> Handler:
        body = make()
        return lambda exchange: exchange.reply(body, headers={"Content-Type": kind})

    return make_handler


def drip(exchange: Exchange) -> None:
    """Send a correct head, then a byte a second for ever."""
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n\r\n")
    while not exchange.stopping.is_set():
        exchange.send(b" ")
        exchange.wait(1.0)


def drip_head(exchange: Exchange) -> None:
    """Send the head of an answer, a byte a second."""
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 10_000:
        if exchange.stopping.is_set():
            return
        exchange.send(bytes([byte]))
        exchange.wait(1.0)


def hang(exchange: Exchange) -> None:
    """Answer nothing."""
    exchange.wait(3600)


def lie_about_length(exchange: Exchange) -> None:
    """Promise more than is sent."""
    exchange.reply(rss(), headers={"Content-Length": "1000000"})


def send_endlessly(exchange: Exchange) -> None:
    """Send chunks for ever."""
    exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b"<item/> " * 8192 + b"\r\n"
    while not exchange.stopping.is_set():
        exchange.send(chunk)


def redirect_onward(exchange: Exchange) -> bool:
    """Redirect to a new query of the same path each time."""
    path, _, number = exchange.request.target.partition("?")
    return exchange.reply(status=302, headers={"Location": f"{path}?{int(number or 0) + 1}"})


def send_gzip_bomb() -> Handler:
    """Return a handler that sends 300 MB of items in 300 KB."""
    packed = io.BytesIO()
    with gzip.open(packed, "wb", compresslevel=6) as file:
        for _ in range(300):
            file.write(b"<item/>" * (MB // 7))
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/xml"}
    return lambda exchange: exchange.reply(packed.getvalue(), headers=headers)


# ── clients ──────────────────────────────────────────────────────────────────────────────────────


def connect(port: int) -> socket.socket:
    """Return a connection to the console."""
    return socket.create_connection(("127.0.0.1", port), 5, source_address=(ADDRESS, 0))


def keep_idle(port: int, stop: threading.Event, count: int = 300) -> None:
    """Keep so many connections open without sending anything; replace those that are closed."""
    connections: list[socket.socket] = []
    while not stop.is_set():
        with suppress(OSError):  # refused, which is the point
            while len(connections) < count and not stop.is_set():
                connections.append(connect(port))
        stop.wait(0.5)
        closed = [c for c in connections if _is_closed(c)]
        for connection in closed:
            connection.close()
            connections.remove(connection)
    for connection in connections:
        connection.close()


def drip_requests(port: int, stop: threading.Event, count: int = 10) -> None:
    """Send heads and bodies of requests, a byte a second on each of some connections."""
    heads = (
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"x" * 10_000,
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999\r\n\r\n" + b"x" * 9999,
    )
    connections: list[tuple[socket.socket, itertools.count[int], bytes]] = []
    while not stop.is_set():
        with suppress(OSError):
            while len(connections) < count:
                head = heads[len(connections) % 2]
                start = head.find(b"\r\n\r\n") + 4 if b"POST" in head else 10
                connection = connect(port)
                connection.sendall(head[:start])
                connections.append((connection, itertools.count(start), head))
        for entry in list(connections):
            connection, position, head = entry
            try:
                connection.sendall(head[(n := next(position)) : n + 1])
            except OSError:
                connection.close()
                connections.remove(entry)
        stop.wait(1.0)
    for connection, _, _ in connections:
        connection.close()


def post_deep_json(port: int, stop: threading.Event) -> None:
    """Send bodies of nested brackets to the API, one after the other."""
    head = (
        "POST /api/v1/actions/ack HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(DEEP_JSON)}\r\n\r\n"
    ).encode()
    while not stop.is_set():
        with suppress(OSError), closing(connect(port)) as connection:
            connection.sendall(head + DEEP_JSON)
            while connection.recv(65_536):
                pass
        stop.wait(0.1)


def _is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(100) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def feed_of_pages(url: str) -> Handler:
    """Return a handler whose feed has five more entries every time; their pages are at a URL.

    Args:
        url: Of all pages; the query tells them apart.
    """
    began = time.monotonic()

    def answer(exchange: Exchange) -> bool:
        newest = 5 * int(time.monotonic() - began + 1)
        items = "".join(
            f"<item><title>Rat {n}</title><link>{url}?{n}</link><guid>{n}</guid></item>"
            for n in range(newest, max(0, newest - 50), -1)
        )
        return exchange.reply(rss(items), headers={"Content-Type": "application/rss+xml"})

    return answer


_RSS, _HTML = "application/rss+xml", "text/html; charset=utf-8"
_PAGE_OF_MARKS = send_document(lambda: page(f"<p>a{fill(chr(0x301), 2 * MB)}</p>"), _HTML)

NEIGHBOURS: Mapping[str, Neighbour] = {
    "feed: author of 100 KB": Neighbour(Role.FEED, send_document(FEEDS["author, 100 KB"], _RSS)),
    "feed: deep nesting": Neighbour(Role.FEED, send_document(FEEDS["nested elements"], _RSS)),
    "feed: nested escaped tags": Neighbour(
        Role.FEED, send_document(FEEDS["nested escaped tags"], _RSS)
    ),
    "feed: entity bomb": Neighbour(
        Role.FEED, send_document(FEEDS["the same after a comment <rss >"], _RSS)
    ),
    "feed: a million empty items": Neighbour(
        Role.FEED, send_document(FEEDS["a million empty items"], _RSS)
    ),
    "feed: a byte a second": Neighbour(Role.FEED, lambda: drip),
    "feed: head of a byte a second": Neighbour(Role.FEED, lambda: drip_head),
    "feed: no answer": Neighbour(Role.FEED, lambda: hang),
    "feed: wrong Content-Length": Neighbour(Role.FEED, lambda: lie_about_length),
    "feed: endless body": Neighbour(Role.FEED, lambda: send_endlessly),
    "feed: redirects for ever": Neighbour(Role.FEED, lambda: redirect_onward),
    "feed: gzip bomb": Neighbour(Role.FEED, send_gzip_bomb),
    "pages: a million tags": Neighbour(
        Role.PAGE, send_document(PAGES["page, a million <b>"], _HTML)
    ),
    "pages: a million combining marks": Neighbour(Role.PAGE, _PAGE_OF_MARKS),
    "pages: no answer": Neighbour(Role.PAGE, lambda: hang),
    "webhook: a byte a second": Neighbour(Role.WEBHOOK, lambda: drip_head),
    "webhook: no answer": Neighbour(Role.WEBHOOK, lambda: hang),
    "console: 300 idle connections": Neighbour(Role.CLIENT, client=keep_idle),
    "console: requests of a byte a second": Neighbour(Role.CLIENT, client=drip_requests),
    "console: nested brackets to the API": Neighbour(Role.CLIENT, client=post_deep_json),
}
"""All bad neighbours by name."""

"""``/metrics`` of a run without the console, for Prometheus.

One connection is answered at a time, in one thread, and each within a few seconds: whoever connects
too often or too slowly holds up Prometheus at most, never a stage. What is in the store and the
streams is left out: the console has it, and each run would repeat it.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import closing

import structlog
from prometheus_client import CONTENT_TYPE_LATEST

from config.errors import SettingsError
from config.settings.metrics import split_address

HEAD_SECONDS = 2.0
ANSWER_SECONDS = 5.0
HEAD_BYTES = 8_192
ACCEPT_SECONDS = 0.5
"""How long the end of the program may wait for this thread."""

log = structlog.get_logger(__name__)


class MetricsListener:
    """Answers ``GET /metrics``.

    Args:
        address: ``HOST:PORT``.
        metrics: Returns the metrics in Prometheus' format.
    """

    def __init__(self, address: str, metrics: Callable[[], bytes]) -> None:
        self._address = address
        self._metrics = metrics

    def run(self, stop: threading.Event) -> None:
        """Answer until ``stop`` is set.

        Raises:
            SettingsError: The address cannot be used.
        """
        with closing(self._listen()) as listener:
            log.info("metrics_listening", address=self._address)
            listener.settimeout(ACCEPT_SECONDS)
            while not stop.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                with connection:
                    self._answer(connection)

    def _listen(self) -> socket.socket:
        host, port = split_address(self._address)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            return socket.create_server((host, port), family=family)
        except OSError as error:
            raise SettingsError(
                f"Metrics cannot be answered on {self._address}: {error.strerror}.",
                mend="Set WIREWATCH_METRICS_LISTEN to another address or port.",
            ) from None

    def _answer(self, connection: socket.socket) -> None:
        try:
            head = read_head(connection, HEAD_SECONDS)
            connection.settimeout(ANSWER_SECONDS)
            connection.sendall(respond(head, self._metrics))
        except OSError as error:  # too slow, or gone
            log.debug("metrics_not_answered", reason=str(error))


def read_head(connection: socket.socket, seconds: float) -> bytes:
    """Return the head of a request, or what came of it before the connection was closed.

    Args:
        connection: The connection.
        seconds: How long all of it may take, however often bytes drip in.

    Raises:
        TimeoutError: It took longer.
    """
    head, end = b"", time.monotonic() + seconds
    while b"\r\n\r\n" not in head and len(head) < HEAD_BYTES:
        if (left := end - time.monotonic()) <= 0:
            raise TimeoutError("the request took too long")
        connection.settimeout(left)
        more = connection.recv(HEAD_BYTES)
        if not more:
            break
        head += more
    return head


def respond(head: bytes, metrics: Callable[[], bytes]) -> bytes:
    """Return the answer to a request."""
    method, path = (*head.split(b"\r\n", 1)[0].split(b" "), b"", b"")[:2]
    if b"\r\n\r\n" not in head:
        return _response("400 Bad Request", b"")
    if path.split(b"?", 1)[0] != b"/metrics":
        return _response("404 Not Found", b"")
    if method != b"GET":
        return _response("405 Method Not Allowed", b"", "Allow: GET\r\n")
    return _response("200 OK", metrics(), f"Content-Type: {CONTENT_TYPE_LATEST}\r\n")


def _response(status: str, body: bytes, headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body

"""From what the HTTP library raises to our one error.

The order below is that of the exceptions' family: the first line that fits decides.
"""

from __future__ import annotations

import socket
import ssl

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from config.errors import FetchError
from core.http.ssrf_guard import BlockedAddressError, blocked_error

_NO_SUCH_NAME = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))

_BY_TYPE: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str, str], ...] = (
    (
        (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError, ssl.SSLError),
        "tls",
        "No trusted TLS connection",
    ),
    (aiohttp.ConnectionTimeoutError, "connect", "No connection in time"),
    (TimeoutError, "timeout", "No complete answer in time"),
    (aiohttp.ClientConnectorError, "connect", "No connection"),
    (aiohttp.ClientPayloadError, "truncated", "The answer ends too early"),
    (aiohttp.InvalidURL, "bad_url", "The URL cannot be asked for"),
    (
        (aiohttp.ClientResponseError, HttpProcessingError, ValueError),
        "protocol",
        "The answer is not HTTP",
    ),
    ((aiohttp.ClientConnectionError, ConnectionError), "reset", "The connection was cut"),
)

CLIENT_ERRORS = (aiohttp.ClientError, HttpProcessingError, TimeoutError, OSError, ValueError)
"""What the HTTP library raises when an exchange fails."""


def as_fetch_error(url: str, error: BaseException) -> FetchError:
    """Name the failure of an exchange (outcomes: :mod:`core.http`)."""
    if _has(error, BlockedAddressError):
        return blocked_error(url)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return _dns(url, error)
    for types, outcome, words in _BY_TYPE:
        if isinstance(error, types):
            return FetchError(url, outcome, f"{words}.", retry=outcome != "bad_url")
    return FetchError(url, "connect", "No connection.")


def _dns(url: str, error: aiohttp.ClientConnectorDNSError) -> FetchError:
    if error.os_error.errno in _NO_SUCH_NAME:
        return FetchError(url, "nxdomain", "There is no host of that name.")
    return FetchError(url, "dns", "The host's name could not be resolved just now.")


def _has(error: BaseException, kind: type[BaseException]) -> bool:
    """Whether an error, or what it was raised from, is of a kind."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, kind) or isinstance(getattr(seen, "os_error", None), kind):
            return True
        seen = seen.__cause__
    return False

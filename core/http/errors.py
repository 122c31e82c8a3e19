"""Translate the errors of the HTTP library into FetchError.

Classes come before their base classes: the first that fits decides.
"""

from __future__ import annotations

import socket
import ssl

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from config.errors import FetchError
from config.i18n import Phrase
from core.http.legacy_tls import outcome_of
from core.http.ssrf_guard import BlockedAddressError, blocked_error

_NO_SUCH_NAME = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))

_BY_TYPE: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str, str], ...] = (
    (
        (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError, ssl.SSLError),
        "tls",
        "fetch.tls",
    ),
    (aiohttp.ConnectionTimeoutError, "connect", "fetch.connect_timeout"),
    (TimeoutError, "timeout", "fetch.timeout"),
    (aiohttp.ClientConnectorError, "connect", "fetch.connect"),
    (aiohttp.ClientPayloadError, "truncated", "fetch.truncated"),
    (aiohttp.InvalidURL, "bad_url", "fetch.bad_url"),
    (
        (aiohttp.ClientResponseError, HttpProcessingError, ValueError),
        "protocol",
        "fetch.not_http",
    ),
    ((aiohttp.ClientConnectionError, ConnectionError), "reset", "fetch.connection_cut"),
)

_BY_VERIFY_CODE = {
    2: "tls_chain",  # unable to get issuer certificate
    9: "tls_expired",  # not yet valid
    10: "tls_expired",
    18: "tls_self_signed",
    19: "tls_self_signed",  # in the chain
    20: "tls_chain",  # unable to get local issuer certificate
    21: "tls_chain",  # unable to verify the first certificate
    62: "tls_name",  # host name mismatch
    64: "tls_name",  # address mismatch
}
"""Outcomes by OpenSSL's codes (``x509_vfy.h``)."""

CLIENT_ERRORS = (aiohttp.ClientError, HttpProcessingError, TimeoutError, OSError, ValueError)
"""Exceptions of the HTTP library when a request fails."""


def as_fetch_error(url: str, error: BaseException, *, can_be_legacy: bool = False) -> FetchError:
    """Return the FetchError for the error of a request (outcomes: :mod:`core.http`).

    Args:
        url: The URL that failed.
        error: The exception of the HTTP library.
        can_be_legacy: Whether the operator can allow outdated TLS for this URL and has not.
    """
    if _has(error, BlockedAddressError):
        return blocked_error(url)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return _dns(url, error)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return _certificate(url, error.certificate_error)
    if isinstance(error, aiohttp.ClientConnectorSSLError | ssl.SSLError):
        return _handshake(url, error, can_be_legacy=can_be_legacy)
    for types, outcome, code in _BY_TYPE:
        if isinstance(error, types):
            return FetchError(url, outcome, Phrase(code), retry=outcome != "bad_url")
    return FetchError(url, "connect", Phrase("fetch.connect"))


def _dns(url: str, error: aiohttp.ClientConnectorDNSError) -> FetchError:
    if error.os_error.errno in _NO_SUCH_NAME:
        return FetchError(url, "nxdomain", Phrase("fetch.no_such_host"))
    return FetchError(url, "dns", Phrase("fetch.dns"))


def _handshake(url: str, error: BaseException, *, can_be_legacy: bool) -> FetchError:
    """Return the error for a TLS connection that could not be made."""
    cause = getattr(error, "os_error", error)
    outcome = outcome_of(getattr(cause, "reason", None) or "")
    if outcome == "tls_legacy" and not can_be_legacy:
        outcome = "tls"
    return FetchError(url, outcome, Phrase(f"fetch.{outcome}"))


def _certificate(url: str, cause: BaseException) -> FetchError:
    """Return the error for a certificate that cannot be trusted."""
    outcome = _BY_VERIFY_CODE.get(getattr(cause, "verify_code", 0), "tls")
    return FetchError(url, outcome, Phrase(f"fetch.{outcome}"))


def _has(error: BaseException, kind: type[BaseException]) -> bool:
    """Return whether an error, or one that it was raised from, is of a class."""
    current: BaseException | None = error
    while current is not None:
        if isinstance(current, kind) or isinstance(getattr(current, "os_error", None), kind):
            return True
        current = current.__cause__
    return False

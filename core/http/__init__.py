"""HTTP requests with limits, a guard against private addresses, and one kind of error.

Outcomes of the :class:`~config.errors.FetchError` that is raised (``OUTCOMES``):

=================== ===================================================================
``bad_url``         not a usable http or https URL
``dns``             the name cannot be resolved at the moment
``nxdomain``        the name does not exist
``blocked_port``    a port other than 80 and 443
``blocked_address`` the URL, or a redirect, leads to an address that is not public
``connect``         no connection could be made
``tls_expired``     the certificate has expired, or is not valid yet
``tls_name``        the certificate is for another name
``tls_chain``       an issuer is not known: mostly the server does not send an intermediate
``tls_self_signed`` the server, or its issuer, has signed its certificate itself
``tls_legacy``      the server's TLS is outdated, but may be allowed (:mod:`core.http.legacy_tls`)
``tls_version``     the server only speaks versions of TLS before 1.2
``tls``             no TLS connection could be made for another reason
``timeout``         no complete response in time
``reset``           the connection was closed before the response began
``redirect``        a redirect loop, too many redirects, or one to no http or https URL
``protocol``        not HTTP
``encoding``        the body has a ``Content-Encoding`` that was not asked for
``too_large``       more than the limit, or a decompression bomb
``truncated``       the body ends too early
=================== ===================================================================

Only what needs no HTTP library is imported here, as commands that only read need it too; the client
is in :mod:`core.http.client`, the guard in :mod:`core.http.ssrf_guard`.
"""

from __future__ import annotations

from core.http.response import REFRESH, Redirect, Response
from core.http.retry_after import RETRY_AFTER_CAP, retry_after
from core.http.urls import ascii_host, wire_url

OUTCOMES = (
    "bad_url",
    "dns",
    "nxdomain",
    "blocked_port",
    "blocked_address",
    "connect",
    "tls",
    "tls_expired",
    "tls_name",
    "tls_chain",
    "tls_self_signed",
    "tls_legacy",
    "tls_version",
    "timeout",
    "reset",
    "redirect",
    "protocol",
    "encoding",
    "too_large",
    "truncated",
)

__all__ = [
    "OUTCOMES",
    "REFRESH",
    "RETRY_AFTER_CAP",
    "Redirect",
    "Response",
    "ascii_host",
    "retry_after",
    "wire_url",
]

"""HTTP, as ingest and alerts use it: bounded, guarded, with one error.

Outcomes of a :class:`~config.errors.FetchError` raised here (``OUTCOMES``):

=================== ================================================================
``bad_url``         not an http or https URL that can be asked for
``dns``             the name could not be resolved just now
``nxdomain``        there is no such name
``blocked_port``    a port other than 80 and 443
``blocked_address`` an address that is not public, asked for or redirected to
``connect``         no connection
``tls``             no trusted TLS connection
``timeout``         no complete answer in time
``reset``           the connection was cut before the answer began
``redirect``        a circle, too many hops, or a hop that leads nowhere
``protocol``        not HTTP, or packed in a way we did not ask for
``too_large``       more than asked for, or a decompression bomb
``truncated``       the body ends too early
=================== ================================================================
"""

from __future__ import annotations

from core.http.client import HttpClient, user_agent
from core.http.response import Redirect, Response
from core.http.retry_after import retry_after
from core.http.ssrf_guard import SsrfGuard, is_blocked
from core.http.urls import ascii_host, wire_url

OUTCOMES = (
    "bad_url",
    "dns",
    "nxdomain",
    "blocked_port",
    "blocked_address",
    "connect",
    "tls",
    "timeout",
    "reset",
    "redirect",
    "protocol",
    "too_large",
    "truncated",
)

__all__ = [
    "OUTCOMES",
    "HttpClient",
    "Redirect",
    "Response",
    "SsrfGuard",
    "ascii_host",
    "is_blocked",
    "retry_after",
    "user_agent",
    "wire_url",
]

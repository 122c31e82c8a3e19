"""What every answer carries and every request must have, around the whole console.

A request under a foreign name is refused, so that no page elsewhere can read the console through
a name of its own that leads here (DNS rebinding). Only our own script runs, nothing is fetched
from elsewhere, no form leads elsewhere, and nobody may frame a page.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",  # no-referrer would make the Origin of our forms "null"
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""On every answer, those to faulty requests and of our own defects too."""

CACHING = {"/static/": "no-cache", "/api/": "private, no-cache"}
"""What may be kept and asked after by its ETag; everything else is not kept."""


class HostGuard:
    """Wraps the console.

    Args:
        app: The console.
        hosts: Names it may be called by, without port.
        by_address: Whether it may be called by any IP address too: it listens on all of this
            machine's, and no name leads a browser here.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], *, by_address: bool = False) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._by_address = by_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check and pass on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", _caching(scope["path"]))
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._is_ours(scope):
            await self._app(scope, receive, send_with_headers)
        else:
            refusal = PlainTextResponse("This console does not go by that name.", 421)
            await refusal(scope, receive, send_with_headers)

    def _is_ours(self, scope: Scope) -> bool:
        found = Headers(scope=scope).getlist("host")
        if len(found) != 1:
            return False
        name = _name(found[0])
        return name in self._hosts or (self._by_address and _is_address(name))


def _name(host: str) -> str:
    """The host without its port, in small letters."""
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdigit() else host.lower()


def _caching(path: str) -> str:
    return next((how for folder, how in CACHING.items() if path.startswith(folder)), "no-store")


def _is_address(name: str) -> bool:
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True

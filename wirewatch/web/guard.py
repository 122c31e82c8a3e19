"""What every answer carries and every request must have, around the whole console.

A request under a foreign name is refused, so that no page elsewhere can read the console through
a name of its own that leads here (DNS rebinding). No script runs at all, nothing is fetched from
elsewhere, and nobody may frame a page.
"""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every answer, those to faulty requests and of our own defects too."""


class Guard:
    """Wraps the console.

    Args:
        app: The console.
        hosts: Names it may be called by, without port.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check and pass on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
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
        return len(found) == 1 and _name(found[0]) in self._hosts


def _name(host: str) -> str:
    """The host without its port, in small letters."""
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdigit() else host.lower()

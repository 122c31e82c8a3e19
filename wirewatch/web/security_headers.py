"""Middleware that adds the security headers to every answer.

With these headers a browser runs only the console's own script, fetches nothing from elsewhere,
sends no form elsewhere, and lets no other page embed the console.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
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
"""Set on every answer, including those to invalid requests and after internal errors."""

CACHING = {
    "/static/": "no-cache",
    "/api/": "private, no-cache",
    "/alert-feeds/": "private, no-cache",
}
"""What browsers may cache and revalidate by its ETag. They must not store anything else."""


class SecurityHeaders:
    """Adds :data:`HEADERS`, and ``Cache-Control`` where the app did not set it.

    Args:
        app: The app whose answers get the headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to the answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", _caching(scope["path"]))
            await send(message)

        is_http = scope["type"] == "http"
        await self._app(scope, receive, send_with_headers if is_http else send)


def _caching(path: str) -> str:
    return next((how for folder, how in CACHING.items() if path.startswith(folder)), "no-store")

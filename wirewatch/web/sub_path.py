"""The console under a path of a reverse proxy, such as ``https://example.org/wirewatch/``.

The proxy takes the path away before it passes a request on, and names it in ``X-Forwarded-Prefix``.
Within the console all addresses begin at ``/``; the path is put before them on their way to the
browser::

    browser ─ /wirewatch/topics ─▶ proxy ─ /topics, X-Forwarded-Prefix: /wirewatch ─▶ console
    browser ◀──────────────── Location, links and forms with the path ◀───────────────┘

Scripts know the path from their own address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wirewatch.web.peers import Networks, is_trusted

_PATH = re.compile(r"(/[A-Za-z0-9._~-]+){1,8}")
_LONGEST = 200
_LINK = re.compile(r'(\s(?:href|src|action|formaction|data-events)=")/(?!/)')
"""An address in an attribute. What is not a template's own has its quotation marks escaped, so that
no text of an article looks like this."""


class SubPath:
    """Puts the proxy's path before the addresses of redirects, and notes it for the pages.

    Args:
        app: The console.
        proxies: Proxies whose ``X-Forwarded-Prefix`` is trusted.
    """

    def __init__(self, app: ASGIApp, proxies: Networks) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        prefix = self._prefix(scope) if scope["type"] == "http" else ""
        if not prefix:
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["prefix"] = prefix

        async def send_with_prefix(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                location = headers.get("location", "")
                if location.startswith("/") and not location.startswith("//"):
                    headers["location"] = prefix + location
            await send(message)

        await self._app(scope, receive, send_with_prefix)

    def _prefix(self, scope: Scope) -> str:
        host = (scope.get("client") or ("", 0))[0]
        if not is_trusted(host, self._proxies):
            return ""
        return parse_prefix(value for name, value in scope["headers"] if name == _HEADER)


_HEADER = b"x-forwarded-prefix"


def parse_prefix(values: Iterable[bytes]) -> str:
    """Return the path that a proxy names, without a slash at its end; empty if it is not valid.

    Args:
        values: The values of ``X-Forwarded-Prefix``.
    """
    texts = [value.decode("latin-1").strip().rstrip("/") for value in values]
    is_valid = len(texts) == 1 and len(texts[0]) <= _LONGEST and _PATH.fullmatch(texts[0])
    has_dots = any(part in (".", "..") for part in texts[0].split("/")) if texts else False
    return texts[0] if is_valid and not has_dots else ""


def prefix_of(connection: HTTPConnection) -> str:
    """Return the path under which the browser sees the console; empty without one."""
    return str(getattr(connection.state, "prefix", ""))


def with_prefix(html: str, prefix: str) -> str:
    """Return a page with a path before each address of the console in it."""
    return _LINK.sub(rf"\g<1>{prefix}/", html) if prefix else html

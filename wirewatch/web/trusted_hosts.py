"""Middleware that answers only requests for a host name of this console.

A page elsewhere could otherwise read the console through a name of its own that resolves to this
machine (DNS rebinding).
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_REFUSAL = (
    "This console does not have that host name. Where a proxy is in front of it, the proxy must"
    " pass on the Host header of the browser; WIREWATCH_WEB_HOSTS names the hosts of the console."
)


class TrustedHosts:
    """Refuses requests with a foreign ``Host`` header with 421.

    Args:
        app: The app to protect.
        hosts: Names of this console, without a port.
        any_address: Whether every IP address is accepted as well, because the console listens on
            all addresses of this machine. An address cannot be rebound as a name can.
        public: The name under which hubs reach their callbacks; nothing else is answered there.
        open_folder: The folder of the callbacks.
    """

    def __init__(
        self,
        app: ASGIApp,
        hosts: Iterable[str],
        *,
        any_address: bool = False,
        public: str = "",
        open_folder: str = "",
    ) -> None:
        self._app = app
        self._public, self._open_folder = public.lower(), open_folder
        self._hosts = frozenset(host.lower() for host in hosts)
        self._any_address = any_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check the host name and pass the request on."""
        if scope["type"] != "http" or self._is_trusted(
            Headers(scope=scope).getlist("host"), scope["path"]
        ):
            await self._app(scope, receive, send)
        else:
            refusal = PlainTextResponse(_REFUSAL, 421)
            await refusal(scope, receive, send)

    def _is_trusted(self, hosts: list[str], path: str) -> bool:
        if len(hosts) != 1:
            return False
        name = _without_port(hosts[0].lower())
        if self._public and name == self._public and path.startswith(self._open_folder):
            return True
        return name in self._hosts or (self._any_address and _is_address(name))


def host_of(url: str) -> str:
    """Return the host of a URL as a ``Host`` header has it, without a port; empty without one."""
    host = urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _is_address(name: str) -> bool:
    try:
        ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True

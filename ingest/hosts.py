"""Send one request at a time to a host, with a pause between requests.

::

    turn(url) ── host_key ── earlier turns are over ── pause is over ── request ── pause begins

All hosts of a publisher count as one (``www.example.com`` and ``api.example.com`` are
``example.com``), because servers limit by publisher. IP addresses and ``localhost`` are servers of
the operator and count separately, by port.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from config.settings import Settings
from ingest.urls import registrable_domain

LONGEST_PAUSE = 30.0
"""The longest ``Crawl-delay`` that is respected, in seconds."""

_FORGET_ABOVE = 2_000


def host_key(url: str) -> str:
    """Return what counts as one host: the registrable domain, or ``host:port`` for private ones."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return registrable_domain(host) or f"{host}:{port}"


def is_private_host(url: str) -> bool:
    """Return whether a URL's host is an IP address, ``localhost`` or has no public suffix."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return registrable_domain(host) is None
    return True


def pause_scope(url: str, bridges: str = "") -> str:
    """Return what a ``Retry-After`` applies to: the publisher, or the URL on a private host.

    Publishers limit by domain, as Tumblr does. A bridge passes on the answers of many publishers
    (https://github.com/FreshRSS/FreshRSS/issues/7870).

    Args:
        url: The URL that was requested.
        bridges: The setting ``http_bridges``: names of public hosts that are bridges.
    """
    is_bridge = (urlsplit(url).hostname or "") in {name.strip() for name in bridges.split(",")}
    return url if is_bridge or is_private_host(url) else host_key(url)


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0
    free_at: float = 0.0


class HostGate:
    """Lets requests to a host take turns.

    Args:
        pause: Seconds between the end of a request to a host and the start of the next.
        private_pause: The same for private hosts (:func:`is_private_host`).
        monotonic: A monotonic clock, in seconds.
        sleep: Waits for a number of seconds.
    """

    def __init__(
        self,
        *,
        pause: float,
        private_pause: float,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pause = pause
        self._private_pause = private_pause
        self._monotonic = monotonic
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}

    @classmethod
    def of(cls, settings: Settings) -> HostGate:
        """Return a gate with the pauses of the settings."""
        return cls(pause=settings.http_host_pause, private_pause=settings.http_private_host_pause)

    @asynccontextmanager
    async def turn(self, url: str, *, at_least: float = 0.0) -> AsyncIterator[None]:
        """Wait for the turn of a URL's host and keep it while the context is open.

        Contexts of one host must not be nested: the inner one would wait for ever.

        Args:
            url: The URL that will be requested.
            at_least: The host's ``Crawl-delay`` in seconds; respected up to ``LONGEST_PAUSE``.
        """
        key = host_key(url)
        host = self._hosts.setdefault(key, _Host())
        host.users += 1
        try:
            async with host.lock:
                if (wait := host.free_at - self._monotonic()) > 0:
                    await self._sleep(wait)
                try:
                    yield
                finally:
                    host.free_at = self._monotonic() + self._pause_of(url, at_least)
        finally:
            host.users -= 1
            self._forget()

    def _pause_of(self, url: str, at_least: float) -> float:
        usual = self._private_pause if is_private_host(url) else self._pause
        return max(usual, min(at_least, LONGEST_PAUSE))

    def _forget(self) -> None:
        """Forget hosts that are not in use and whose pause is over, once there are many."""
        if len(self._hosts) > _FORGET_ABOVE:
            now = self._monotonic()
            idle = [k for k, h in self._hosts.items() if not h.users and h.free_at <= now]
            for key in idle:
                del self._hosts[key]

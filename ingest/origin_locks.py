"""One caller at a time for each origin, so that several pages ask for its files once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


def origin_of(url: str) -> str:
    """Return ``scheme://host[:port]`` of an absolute URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class OriginLocks:
    """A lock for each origin in use."""

    def __init__(self) -> None:
        self._busy: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def hold(self, origin: str) -> AsyncIterator[None]:
        """Wait until nobody else holds this origin, and hold it while the context is open."""
        lock = self._busy.setdefault(origin, asyncio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.locked():
                self._busy.pop(origin, None)

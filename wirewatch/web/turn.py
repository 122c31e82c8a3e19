"""Lets expensive requests of one kind work one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from config.errors import BusyError
from core.metrics import CONSOLE_REFUSED

T = TypeVar("T")

MOST_WAITING = 4
"""Requests that wait for the one that works; further ones are refused."""


class Turn:
    """Lets one request work at a time in this process.

    Args:
        name: What counts the requests that are refused.
        most: How many requests work or wait.
    """

    def __init__(self, name: str, most: int = MOST_WAITING) -> None:
        self._name = name
        self._most = most
        self._lock = asyncio.Lock()
        self._waiting = 0

    async def run(self, work: Callable[[], T]) -> T | None:
        """Return the result of some work in a thread, or None where too many wait."""
        if self._refuses():
            return None
        async with self.taken():
            return await run_in_threadpool(work)

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Wait for the turn, and have it during the block.

        Raises:
            BusyError: Too many wait.
        """
        if self._refuses():
            raise BusyError("Too many requests at once.", mend="Try again in a few seconds.")
        self._waiting += 1
        try:
            async with self._lock:
                yield
        finally:
            self._waiting -= 1

    def _refuses(self) -> bool:
        """Return whether too many wait, and count the request that is refused then."""
        is_full = self._waiting >= self._most
        if is_full:
            CONSOLE_REFUSED.labels(self._name).inc()
        return is_full

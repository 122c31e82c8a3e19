"""Threads in which an event loop waits for the database, apart from all other work.

Documents, the store and deliveries share no threads: where one of them is slow, the others go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

THREADS = 4
"""Calls of one event loop at the same time; writes to SQLite wait for one another anyway."""


class StoreThreads:
    """A few threads for calls of the store; more calls wait.

    Args:
        name: Of the threads.
        number: How many there are.
    """

    def __init__(self, name: str, number: int = THREADS) -> None:
        self._executor = ThreadPoolExecutor(number, name)

    async def run(self, work: Callable[[], T]) -> T:
        """Call ``work`` in a thread.

        A cancelled caller waits until the call has ended. Otherwise a transaction could outlive
        the store that is being closed.
        """
        running = asyncio.get_running_loop().run_in_executor(self._executor, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise

    def close(self) -> None:
        """End the threads, after the calls that are running."""
        self._executor.shutdown()

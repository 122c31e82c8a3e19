"""The heartbeat to an outside monitor, which hears by its absence that the program is ill or dead.

::

    every minute ──▶ healthy? ──▶ POST WIREWATCH_HEARTBEAT_URL ──▶ sent | failed
                        └─ ill ──▶ nothing is sent
                                   each change of state is logged once

The URL contains the monitor's secret, so that only its host is logged.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import structlog

from config.errors import FetchError
from config.settings import Settings, secret
from core.http.client import HttpClient

EVERY_SECONDS = 60.0

LOOK_SECONDS = 5.0
"""How often health is looked at while nothing is sent."""

TIMEOUT_SECONDS = 10.0

SENT, FAILED, WITHHELD = "sent", "failed", "withheld"
"""States: the monitor got the last one, did not get it, or gets none because health is ill."""

log = structlog.get_logger(__name__)


class OutwardHeartbeat:
    """Sends heartbeats while health is good.

    Args:
        settings: The URL of the monitor, and the limits of the client.
        is_healthy: Returns whether health is good.
        every: Seconds from one heartbeat to the next.
        look: Seconds between two looks at health.
        http: Opens the client.
        now: Returns monotonic seconds.
    """

    def __init__(
        self,
        settings: Settings,
        is_healthy: Callable[[], bool],
        *,
        every: float = EVERY_SECONDS,
        look: float = LOOK_SECONDS,
        http: Callable[[Settings], HttpClient] = HttpClient.open,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._url = secret(settings.heartbeat_url)
        self._is_healthy = is_healthy
        self._every = every
        self._look = look
        self._http = http
        self._now = now
        self._state = SENT

    async def run(self, stop: asyncio.Event) -> None:
        """Send heartbeats until ``stop`` is set."""
        next_at = self._now() + self._look  # by then every process has reported
        stopped = asyncio.create_task(stop.wait())
        async with self._http(self._settings) as http:
            while not stop.is_set():
                if self._now() >= next_at:
                    if self._is_healthy():
                        next_at = self._now() + self._every
                        await _first_of(self._send(http), stopped)
                    else:
                        self._change(WITHHELD, "health is ill")
                await asyncio.wait([stopped], timeout=self._look)

    async def _send(self, http: HttpClient) -> None:
        try:
            answer = await http.post(self._url, headers={}, body=b"", timeout=TIMEOUT_SECONDS)
        except FetchError as error:
            self._change(FAILED, error.outcome)
        else:
            is_taken = 200 <= answer.status < 300
            self._change(SENT if is_taken else FAILED, f"HTTP {answer.status}")

    def _change(self, state: str, reason: str) -> None:
        """Log a state that differs from the last one."""
        if state == self._state:
            return
        self._state = state
        write = log.info if state == SENT else log.warning
        write(f"heartbeat_{state}", monitor=urlsplit(self._url).hostname, reason=reason)


async def _first_of(work: Awaitable[None], stopped: asyncio.Task[bool]) -> None:
    """Wait for the work, but not after the stop."""
    task = asyncio.ensure_future(work)
    await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task  # raises what it raised
    else:
        task.cancel()
        await asyncio.wait([task])

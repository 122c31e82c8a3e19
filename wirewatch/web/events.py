"""Server-sent events: tell open pages that the list of stories has changed.

::

    store ◀──polled once a second── StoryWatcher ──▶ every listener: ``stories`` {"newest": cursor}

One poll serves all listeners, and nothing is polled while there are none. The watcher polls the
store because any process may have changed it. Every :data:`HEARTBEAT_SECONDS` it sends the newest
cursor again, so that a change that was committed out of order is not missed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from config.errors import StoreError
from core.store import Store
from core.store.console import story_list

POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0

MAX_LISTENERS = 50
"""Each holds a connection; further ones are asked to try again later."""

STOP = "wirewatch.stop"
"""ASGI extension in which :mod:`wirewatch.web.server` passes the event that ends the server."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StoreSnapshot:
    """State of the list of stories.

    Attributes:
        changed_at: When any story last changed; None if there are none.
        newest: Cursor of the newest story; empty if there are none.
    """

    changed_at: datetime | None
    newest: str


class StoryWatcher:
    """Polls the store on behalf of everybody who listens.

    Args:
        store: The store.
        poll_seconds: Time between polls.
        heartbeat_seconds: Longest time without anything being sent to a listener.
    """

    def __init__(
        self,
        store: Store,
        *,
        poll_seconds: float = POLL_SECONDS,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._store = store
        self._poll_seconds = poll_seconds
        self._heartbeat_seconds = heartbeat_seconds
        self._listeners: set[asyncio.Queue[StoreSnapshot]] = set()
        self._polling: asyncio.Task[None] | None = None
        self._latest: StoreSnapshot | None = None

    async def endpoint(self, request: Request) -> Response:
        """Answer ``GET /events``."""
        if len(self._listeners) >= MAX_LISTENERS:
            return PlainTextResponse("Too many listeners.", 503, {"Retry-After": "60"})
        stop = request.scope.get("extensions", {}).get(STOP) or asyncio.Event()
        return StreamingResponse(
            self._events(stop),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _events(self, stop: asyncio.Event) -> AsyncIterator[str]:
        """Yield the events for one listener until it leaves or the server stops."""
        queue: asyncio.Queue[StoreSnapshot] = asyncio.Queue(maxsize=1)
        stopping, waiting = asyncio.ensure_future(stop.wait()), asyncio.ensure_future(queue.get())
        try:
            if len(self._listeners) >= MAX_LISTENERS:  # others came between the answer and its body
                yield "retry: 60000\n\n"
                return
            self._add(queue)
            yield "retry: 3000\n\n"
            while not stopping.done():
                done, _ = await asyncio.wait(
                    (waiting, stopping),
                    timeout=self._heartbeat_seconds,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if waiting in done:
                    yield _event(waiting.result())
                    waiting = asyncio.ensure_future(queue.get())
                elif not stopping.done():
                    yield ": keep-alive\n\n"
        finally:
            stopping.cancel()
            waiting.cancel()
            self._remove(queue)

    def _add(self, queue: asyncio.Queue[StoreSnapshot]) -> None:
        self._listeners.add(queue)
        if self._polling is None or self._polling.done():
            self._polling = asyncio.create_task(self._poll())
        elif self._latest is not None:  # the page may be older than the latest poll
            _replace(queue, self._latest)

    def _remove(self, queue: asyncio.Queue[StoreSnapshot]) -> None:
        self._listeners.discard(queue)
        if self._polling is not None and not self._listeners:
            self._polling.cancel()
            self._polling = None

    async def _poll(self) -> None:
        """Poll the store while anybody listens."""
        self._latest = None
        clock = asyncio.get_running_loop().time
        sent_at = clock()
        while self._listeners:
            started_at = clock()
            try:
                snapshot = await asyncio.to_thread(self._snapshot)
            except StoreError as error:  # pages report it; the next poll tries again
                log.warning("story_poll_failed", reason=str(error))
            else:
                if snapshot != self._latest or started_at - sent_at >= self._heartbeat_seconds:
                    self._latest, sent_at = snapshot, started_at
                    for queue in tuple(self._listeners):
                        _replace(queue, snapshot)
            await asyncio.sleep(self._poll_seconds)

    def _snapshot(self) -> StoreSnapshot:
        with self._store.read() as connection:
            newest = story_list.newest_cursor(connection, story_list.StoryFilter())
            return StoreSnapshot(story_list.last_change(connection), str(newest or ""))


def _replace(queue: asyncio.Queue[StoreSnapshot], snapshot: StoreSnapshot) -> None:
    """Put a snapshot into a queue in place of one that was not read yet."""
    with suppress(asyncio.QueueEmpty):
        queue.get_nowait()
    queue.put_nowait(snapshot)


def _event(snapshot: StoreSnapshot) -> str:
    return f"event: stories\ndata: {json.dumps({'newest': snapshot.newest})}\n\n"

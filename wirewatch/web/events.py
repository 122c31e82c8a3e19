"""Server-sent events: a browser that stays hears when the list has changed.

::

    store ◀──looks once a second── Watch ──▶ every listener: ``stories`` {"newest": cursor}

One look serves all listeners, and none is made while nobody listens. It is the store that is
looked at, so that it matters not which process decided. Every :data:`BEAT` seconds the newest
cursor is sent again: a change that was committed out of order is heard of then.
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

LOOK = 1.0
BEAT = 15.0
MOST_LISTENERS = 50
"""Each holds a connection; the next is told to come again later, and polls meanwhile."""

STOP = "wirewatch.stop"
"""Where :mod:`wirewatch.web.server` puts the event by which it ends, in the ASGI extensions."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class StoreSnapshot:
    """What a look at the store found."""

    changed_at: datetime | None
    newest: str


class StoryWatcher:
    """Looks at the store for everybody who listens.

    Args:
        store: What is looked at.
        look: Seconds between looks.
        beat: Seconds after which a listener hears something whatever happened.
    """

    def __init__(self, store: Store, *, look: float = LOOK, beat: float = BEAT) -> None:
        self._store = store
        self._look_seconds = look
        self._beat = beat
        self._listeners: set[asyncio.Queue[StoreSnapshot]] = set()
        self._looking: asyncio.Task[None] | None = None
        self._last: StoreSnapshot | None = None

    async def endpoint(self, request: Request) -> Response:
        """``GET /events``."""
        if len(self._listeners) >= MOST_LISTENERS:
            return PlainTextResponse("Too many listen.", 503, {"Retry-After": "60"})
        stop = request.scope.get("extensions", {}).get(STOP) or asyncio.Event()
        heard: asyncio.Queue[StoreSnapshot] = asyncio.Queue(maxsize=1)
        return StreamingResponse(
            self._tell(heard, stop),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _tell(
        self, heard: asyncio.Queue[StoreSnapshot], stop: asyncio.Event
    ) -> AsyncIterator[str]:
        stopping, waiting = asyncio.ensure_future(stop.wait()), asyncio.ensure_future(heard.get())
        try:
            self._listeners.add(heard)
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            elif self._last is not None:  # the page may be older than the last look
                _put(heard, self._last)
            yield "retry: 3000\n\n"
            while not stopping.done():
                done, _ = await asyncio.wait(
                    (waiting, stopping),
                    timeout=self._beat,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if waiting in done:
                    yield _event(waiting.result())
                    waiting = asyncio.ensure_future(heard.get())
                elif not stopping.done():
                    yield ": still here\n\n"
        finally:
            stopping.cancel()
            waiting.cancel()
            self._listeners.discard(heard)
            if self._looking is not None and not self._listeners:
                self._looking.cancel()
                self._looking = None

    async def _look(self) -> None:
        """Until nobody listens."""
        self._last = None
        told = asyncio.get_running_loop().time()
        while self._listeners:
            now = asyncio.get_running_loop().time()
            try:
                seen = await asyncio.to_thread(self._now)
            except StoreError as error:  # the pages say so; here it is tried again
                log.warning("events_cannot_look", reason=str(error))
            else:
                if seen != self._last or now - told >= self._beat:
                    self._last, told = seen, now
                    for heard in tuple(self._listeners):
                        _put(heard, seen)
            await asyncio.sleep(self._look_seconds)

    def _now(self) -> StoreSnapshot:
        with self._store.read() as connection:
            newest = story_list.newest_cursor(connection, story_list.StoryFilter())
            return StoreSnapshot(story_list.last_change(connection), str(newest or ""))


def _put(heard: asyncio.Queue[StoreSnapshot], seen: StoreSnapshot) -> None:
    """Who has not read the last yet reads this one instead."""
    with suppress(asyncio.QueueEmpty):
        heard.get_nowait()
    heard.put_nowait(seen)


def _event(seen: StoreSnapshot) -> str:
    return f"event: stories\ndata: {json.dumps({'newest': seen.newest})}\n\n"

"""The tick: one APScheduler job that wakes the dispatcher every second.

There is no job per feed. The store knows what is due, so that a tick that comes late, or not at
all, loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import structlog
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

EVERY_SECONDS = 1.0

_Scheduler: Any = AsyncIOScheduler  # the library has no types

log = structlog.get_logger(__name__)


class Ticker:
    """Calls ``tick`` every second on the running event loop.

    Late ticks are merged, not dropped, as the default grace of one second would do.
    """

    def __init__(self, tick: Callable[[], None], *, every: float = EVERY_SECONDS) -> None:
        self._scheduler = _Scheduler(timezone="UTC")
        self._scheduler.add_job(
            _as_coroutine(tick),
            "interval",
            seconds=every,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.add_listener(_on_error, EVENT_JOB_ERROR)

    async def __aenter__(self) -> Self:
        self._scheduler.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._scheduler.shutdown(wait=False)


def _as_coroutine(tick: Callable[[], None]) -> Callable[[], object]:
    """Return a coroutine function, which runs on the loop; a plain one would run in a thread."""

    async def on_loop() -> None:
        tick()

    return on_loop


def _on_error(event: JobExecutionEvent) -> None:
    log.error("tick_failed", error=str(event.exception), trace=event.traceback)

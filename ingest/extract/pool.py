"""Extraction in a pool of warm worker processes with a wall-clock limit for each page.

::

    extract() ─ semaphore ─ pebble ─▶ worker process ─ work() ─▶ ExtractedPage
                              └─ over the limit: that worker is killed, its page alone fails

pebble and not ``ProcessPoolExecutor``: there, one killed worker breaks every task in flight.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from multiprocessing import resource_tracker
from types import TracebackType
from typing import Self

import structlog
from pebble import ProcessExpired, ProcessPool

from config.errors import ExtractionError
from config.settings import Settings
from core.metrics import EXTRACT_SECONDS
from core.text.clean import for_log
from ingest.extract.models import ExtractedPage, PageHints
from ingest.extract.worker import Work, prepare, work

log = structlog.get_logger(__name__)

_NO_HINTS = PageHints()
_LOST = ("crash", "The extraction processes ended while they had this page, twice.")
_Page = tuple[bytes, str, str | None, PageHints, datetime, float]
# A worker's memory grows with the largest page it saw; a new one costs half a second.
_PAGES_A_WORKER = 1000
_IN_FLIGHT_A_WORKER = 2
_GRACE_SECONDS = 30.0
_STOP_SECONDS = 10.0


def cores() -> int:
    """Cores this process may run on; not every system tells, then all there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class ExtractPool:
    """Extracts pages in processes of their own. An async context manager.

    Args:
        settings: ``extract_workers`` (0: one per core) and ``extract_timeout``.
        work: What a worker does with a page; another only to see how the pool fails.
    """

    def __init__(self, settings: Settings, *, work: Work = work) -> None:
        self._workers = settings.extract_workers or cores()
        self._limit = settings.extract_timeout
        self._work = work
        self._pool: ProcessPool | None = None
        self._open = False
        self._renewing = asyncio.Lock()
        self._turns = asyncio.Semaphore(self._workers * _IN_FLIGHT_A_WORKER)

    async def __aenter__(self) -> Self:
        """Start the workers and wait until one of them is warm.

        Raises:
            ExtractionError: ``crash``: they cannot be started.
        """
        await self._renew()
        self._open = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop every worker; pages in work are given up."""
        self._open = False
        await self._stop()

    async def _stop(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            await asyncio.to_thread(pool.join, _STOP_SECONDS)

    async def extract(
        self,
        body: bytes,
        *,
        url: str,
        content_type: str | None = None,
        hints: PageHints = _NO_HINTS,
        now: datetime,
    ) -> ExtractedPage:
        """Extract one page; the arguments are those of :func:`ingest.extract.extract_page`.

        Raises:
            ExtractionError: ``timeout``, ``crash``, ``not_html`` or ``empty``.
            RuntimeError: The pool is not open.
        """
        async with self._turns:
            start = time.perf_counter()
            try:
                page = (body, url, content_type, hints, now, self._limit)
                found = await self._run(page) or await self._run(page) or _LOST
            finally:
                EXTRACT_SECONDS.observe(time.perf_counter() - start)
        if isinstance(found, ExtractedPage):
            return found
        raise ExtractionError(url, *found)

    async def _renew(self) -> ProcessPool:
        """The pool in force; a new one where there is none or the last one broke.

        pebble gives a whole pool up when a worker dies that has no page in work (killed for its
        memory, say). Nothing but the pool is lost by that.
        """
        async with self._renewing:
            if self._pool is None or not self._pool.active:
                await self._stop()
                pool = self._start()
                try:
                    await asyncio.wrap_future(pool.schedule(os.getpid))
                except BrokenProcessPool as error:
                    message = "The extraction processes cannot be started."
                    raise ExtractionError("", "crash", message) from error
                self._pool = pool
            return self._pool

    def _start(self) -> ProcessPool:
        # Workers, and the pool's threads that replace them, inherit the mask: a Ctrl-C that comes
        # while a worker still loads its modules must not kill it. (Starting multiprocessing's
        # resource tracker would lift the mask again, so it starts before.)
        resource_tracker.ensure_running()
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            pool = ProcessPool(
                max_workers=self._workers,
                max_tasks=_PAGES_A_WORKER,
                initializer=prepare,
                initargs=(os.getpid(),),
                context=multiprocessing.get_context("spawn"),
            )
            pool.schedule(os.getpid)  # starts its threads now, under the mask
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        return pool

    async def _run(self, page: _Page) -> ExtractedPage | tuple[str, str] | None:
        """What came of it; None where the pool broke under the page, for no fault of its own."""
        if not self._open:
            raise RuntimeError("the extraction pool is not open")
        pool, url = await self._renew(), page[1]
        try:
            future = pool.schedule(self._work, args=page, timeout=self._limit)
            # pebble counts from the moment a worker takes the page; this bound is for the day
            # that its own bookkeeping fails.
            return await asyncio.wait_for(
                asyncio.wrap_future(future), self._limit * _IN_FLIGHT_A_WORKER + _GRACE_SECONDS
            )
        except TimeoutError:
            future.cancel()  # type: ignore[no-untyped-call]
            return "timeout", f"The page took longer than {self._limit:g} s to extract."
        except BrokenProcessPool:
            log.warning("extract_pool_broke", url=for_log(url))
            return None
        except (ProcessExpired, CancelledError) as error:
            log.warning("extract_worker_died", url=for_log(url), error=for_log(str(error)))
            return "crash", "The extraction process died on this page."
        except Exception:
            log.exception("extract_failed", url=for_log(url))
            return "crash", "Extraction failed on this page."

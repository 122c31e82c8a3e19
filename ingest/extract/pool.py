"""Extract pages in a pool of warm worker processes, each page under a time limit.

::

    extract() ─ semaphore ─ pebble ─▶ worker process ─ extract_in_worker() ─▶ ExtractedPage
                              └─ time limit exceeded: the worker is killed, only its page fails

The pool is pebble's. In a ``ProcessPoolExecutor`` one killed worker breaks every task in flight.

Workers are spawned, never forked, so they inherit no file descriptor, lock or thread. They ignore
Ctrl-C, because the parent decides when work ends, and exit when the parent is gone, even while a
page holds the interpreter: the alarm of each page runs in a C thread. Only workers import the code
that reads pages; the parent imports this module and does not need it.
"""

from __future__ import annotations

import asyncio
import faulthandler
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime, timedelta
from multiprocessing import resource_tracker
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog
from pebble import ProcessExpired, ProcessPool

from config.errors import ExtractionError
from config.i18n import Phrase
from config.settings import Settings
from core.metrics import EXTRACT_SECONDS
from core.text.clean import for_log
from ingest.extract.models import ExtractedPage, PageHints

log = structlog.get_logger(__name__)

WorkerTask = Callable[..., ExtractedPage | tuple[str, Phrase]]
"""What a worker does with a page: returns the article, or the outcome and reason of a failure."""

_NO_HINTS = PageHints()
_POOL_BROKE_TWICE = ("crash", Phrase("extract.pool_broke_twice"))
_Page = tuple[bytes, str, str | None, PageHints, datetime, float]
# A worker's memory grows with the largest page it has read. Starting a new one takes half a second.
_PAGES_PER_WORKER = 1000
_IN_FLIGHT_PER_WORKER = 2
_POOL_GRACE_SECONDS = 30.0
_WORKER_GRACE_SECONDS = 10.0
_STOP_SECONDS = 10.0
_PARENT_CHECK_SECONDS = 0.5
_WARM_UP_PAGE = (
    b"<html lang=de><head><title>Probe</title></head><body><article><h1>Probe</h1>"
    + b"<p>Ein Absatz, an dem alles geladen wird, was ein Artikel braucht, bevor er kommt.</p>" * 4
    + b"</article></body></html>"
)


def available_cores() -> int:
    """Return how many cores this process may use, or all of them where the system cannot tell."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def prepare_worker(parent: int) -> None:
    """Initialize a new worker: watch the parent, ignore Ctrl-C, load everything pages need.

    Args:
        parent: Process id of the parent.
    """
    from ingest.extract.article import extract_page

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    watch = threading.Thread(target=_exit_with, args=(parent,), name="parent-watch", daemon=True)
    watch.start()
    extract_page(_WARM_UP_PAGE, url="https://www.example.com/warm-up", now=datetime.now(UTC))


def _exit_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_CHECK_SECONDS)
    os._exit(1)


def extract_in_worker(
    body: bytes, url: str, content_type: str | None, hints: PageHints, now: datetime, limit: float
) -> ExtractedPage | tuple[str, Phrase]:
    """Extract one page in a worker.

    Args:
        body: As for :func:`ingest.extract.article.extract_page`, like all but the last.
        url: The page's URL.
        content_type: Its ``Content-Type``.
        hints: What the feed says.
        now: The present.
        limit: Seconds after which the parent kills this process. Ten seconds later the process
            ends itself, in case the parent is gone.

    Returns:
        The article, or the outcome and reason of an :class:`ExtractionError`, which cannot be
        pickled.
    """
    from ingest.extract.article import extract_page

    with Path(os.devnull).open("w") as devnull:
        deadline = limit + _WORKER_GRACE_SECONDS
        faulthandler.dump_traceback_later(deadline, exit=True, file=devnull)
        try:
            return extract_page(body, url=url, content_type=content_type, hints=hints, now=now)
        except ExtractionError as error:
            return error.outcome, error.reason
        finally:
            faulthandler.cancel_dump_traceback_later()


class ExtractPool:
    """A pool of processes that extract pages; an async context manager.

    Args:
        settings: ``extract_workers`` (0: one per core) and ``extract_timeout``.
        task: What a worker does with a page. Tests replace it to make workers fail.
    """

    def __init__(self, settings: Settings, *, task: WorkerTask = extract_in_worker) -> None:
        self._workers = settings.extract_workers or available_cores()
        self._limit = settings.extract_timeout
        self._task = task
        self._pool: ProcessPool | None = None
        self._open = False
        self._starting = asyncio.Lock()
        self._in_flight = asyncio.Semaphore(self._workers * _IN_FLIGHT_PER_WORKER)

    async def __aenter__(self) -> Self:
        """Start the workers and wait until one of them is warm.

        Raises:
            ExtractionError: ``crash``: the workers cannot be started.
        """
        await self._running_pool()
        self._open = True
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop all workers, whatever page they are working on."""
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
        """Extract one page; the arguments are those of ``ingest.extract.article.extract_page``.

        Raises:
            ExtractionError: ``timeout``, ``crash``, ``not_html`` or ``empty``.
            RuntimeError: The pool is not open.
        """
        async with self._in_flight:
            start = time.perf_counter()
            try:
                page = (body, url, content_type, hints, now, self._limit)
                result = await self._try(page) or await self._try(page) or _POOL_BROKE_TWICE
            finally:
                EXTRACT_SECONDS.observe(time.perf_counter() - start)
        if isinstance(result, ExtractedPage):
            return result
        raise ExtractionError(url, *result)

    async def _running_pool(self) -> ProcessPool:
        """Return the pool, or start a new one if there is none or it broke.

        pebble gives up a whole pool when a worker dies while it has no page, for example because
        the system ran out of memory. Nothing is lost but the pool.
        """
        async with self._starting:
            if self._pool is None or not self._pool.active:
                await self._stop()
                pool = self._start()
                try:
                    await asyncio.wrap_future(pool.schedule(os.getpid))
                except BrokenProcessPool as error:
                    reason = Phrase("extract.cannot_start")
                    raise ExtractionError("", "crash", reason) from error
                self._pool = pool
            return self._pool

    def _start(self) -> ProcessPool:
        # Workers, and the pool's threads that replace them, inherit the signal mask: a Ctrl-C that
        # arrives while a worker still loads its modules must not kill it. multiprocessing's
        # resource tracker would lift the mask when it starts, so it is started before.
        resource_tracker.ensure_running()
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            pool = ProcessPool(
                max_workers=self._workers,
                max_tasks=_PAGES_PER_WORKER,
                initializer=prepare_worker,
                initargs=(os.getpid(),),
                context=multiprocessing.get_context("spawn"),
            )
            pool.schedule(os.getpid)  # starts its threads now, under the mask
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        return pool

    async def _try(self, page: _Page) -> ExtractedPage | tuple[str, Phrase] | None:
        """Return the result for a page, or None if the pool broke through no fault of the page."""
        if not self._open:
            raise RuntimeError("the extraction pool is not open")
        pool, url = await self._running_pool(), page[1]
        try:
            future = pool.schedule(self._task, args=page, timeout=self._limit)
            # pebble's limit counts from the moment a worker takes the page. This one is for the
            # case that pebble's own bookkeeping fails.
            longest = self._limit * _IN_FLIGHT_PER_WORKER + _POOL_GRACE_SECONDS
            return await asyncio.wait_for(asyncio.wrap_future(future), longest)
        except TimeoutError:
            future.cancel()  # type: ignore[no-untyped-call]
            return "timeout", Phrase("extract.timeout", limit=timedelta(seconds=self._limit))
        except BrokenProcessPool:
            log.warning("extract_pool_broke", url=for_log(url))
            return None
        except (ProcessExpired, CancelledError) as error:
            log.warning("extract_worker_died", url=for_log(url), error=for_log(str(error)))
            return "crash", Phrase("extract.worker_died")
        except Exception:
            log.exception("extract_failed", url=for_log(url))
            return "crash", Phrase("extract.failed")

"""A bounded set of polls and pages in flight, filled from the store.

::

    fill ── one transaction: lease due feeds, then due pages ──▶ tasks, one a host
      ▲                                                             │
      └──────────────── a tick, or a task that has ended ───────────┘
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from config.errors import StoreError
from core.store import Connection, entries, feeds, leases
from core.store.entries import EntryRecord
from core.store.feed_record import FeedRecord
from ingest.deps import Deps
from ingest.pages import EntryResult, PageReader
from ingest.poll import Poller, PollResult

GRACE_SECONDS = 5.0
"""How long work in hand may take to end when the program stops; then it is given back."""

PER_HOST = 4
"""Pages of one host taken at once, to be read one after the other: fewer looks at the store."""

Count = Callable[[list[PollResult | EntryResult]], None]

log = structlog.get_logger(__name__)


class FetchWork:
    """Leases, runs and collects work.

    Args:
        deps: The shared dependencies.
        once: See :func:`core.store.feeds.lease_due`.
    """

    def __init__(self, deps: Deps, poller: Poller, pages: PageReader, *, once: bool) -> None:
        self._deps = deps
        self._poller = poller
        self._pages = pages
        self._once = once
        self._running: dict[asyncio.Task[PollResult | EntryResult], FeedRecord | EntryRecord] = {}
        self._polled: set[str] = set()
        self._ready: list[EntryRecord] = []
        self._look = True

    @property
    def idle(self) -> bool:
        """Whether nothing is in flight."""
        return not self._running

    def new_round(self) -> None:
        """Let feeds be polled that were polled in this round already (an interval of 0)."""
        self._polled.clear()
        self._look = True

    async def fill(self) -> None:
        """Begin as much due work as there is room for.

        Raises:
            StoreError: Nothing was taken.
        """
        if self._look and self._room:
            due, pages = await self._deps.write(self._lease)
            self._look = False
            self._ready += pages
            for feed in due:
                self._polled.add(feed.feed_id)
                self._start(feed, self._poller.poll(feed))
        for page in list(self._ready):
            if self._room and page.host not in self._busy:
                self._ready.remove(page)
                self._start(page, self._pages.read(page))

    async def collect(self, count: Count, *also: asyncio.Task[bool]) -> None:
        """Wait until something in flight (or one of ``also``) ends, and count what has ended.

        Raises:
            StoreError: A piece of work could not be written down. It is not lost: it comes again.
        """
        await asyncio.wait([*self._running, *also], return_when=asyncio.FIRST_COMPLETED)
        failures: list[StoreError] = []
        for task in [task for task in self._running if task.done()]:
            self._ended(self._running.pop(task))
            try:
                count([task.result()])
            except StoreError as error:
                log.error("work_not_kept", work=task.get_name(), reason=str(error))
                failures.append(error)
        if failures:
            raise failures[0]

    async def stop(self, *, grace: float = GRACE_SECONDS) -> list[PollResult | EntryResult]:
        """Let what is in flight end, or end it, and give back what is leased; what has ended."""
        tasks = list(self._running)
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        self._running.clear()
        self._ready.clear()
        await self._deps.write(_give_back, self._deps)
        return [result for result in ended if isinstance(result, PollResult | EntryResult)]

    @property
    def _room(self) -> int:
        return self._deps.settings.http_concurrency - len(self._running)

    @property
    def _busy(self) -> set[str]:
        return {subject.host for subject in self._running.values()}

    def _ended(self, subject: FeedRecord | EntryRecord) -> None:
        """Look for more work after a poll, and when nothing is in hand for a host that is free."""
        waiting = {page.host for page in self._ready}
        self._look |= isinstance(subject, FeedRecord) or subject.host not in waiting

    def _start(
        self, subject: FeedRecord | EntryRecord, work: Awaitable[PollResult | EntryResult]
    ) -> None:
        async def run() -> PollResult | EntryResult:
            return await work

        self._running[asyncio.create_task(run(), name=_name(subject))] = subject

    def _lease(self, connection: Connection) -> tuple[list[FeedRecord], list[EntryRecord]]:
        now, me = self._deps.clock(), self._deps.me
        busy = self._busy | leases.begin_leasing_rows(
            connection, me, now, feeds.feeds, entries.entries
        )
        due = feeds.lease_due(
            connection, me, now, limit=self._room, skip=self._polled, busy=busy, once=self._once
        )
        held = [s.id for s in (*self._running.values(), *self._ready) if isinstance(s, EntryRecord)]
        busy |= {feed.host for feed in due} | {page.host for page in self._ready}
        pages = entries.lease_due(
            connection,
            me,
            now,
            limit=PER_HOST * max(self._room - len(due), 0),
            per_host=PER_HOST,
            skip=held,
            busy=busy,
        )
        return due, pages


def _give_back(connection: Connection, deps: Deps) -> None:
    leases.release_rows(connection, feeds.feeds, deps.me)
    leases.release_rows(connection, entries.entries, deps.me)


def _name(subject: FeedRecord | EntryRecord) -> str:
    return subject.feed_id if isinstance(subject, FeedRecord) else f"{subject.feed_id}#{subject.id}"

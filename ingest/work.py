"""A bounded set of polls and pages in flight, filled from the store.

::

    fill ── one transaction: lease due feeds, then due pages, one a host ──▶ tasks
      ▲                                                                        │
      └───────────────── a tick, or a task that has ended ─────────────────────┘
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from config.errors import StoreError
from core.store import Connection, entries, feeds, row_leases
from core.store.entries import EntryRecord
from core.store.feed_record import FeedRecord
from ingest.pages import Concluded, PageReader, is_copy
from ingest.parts import Parts
from ingest.poll import Polled, Poller

GRACE_SECONDS = 5.0
"""How long work in hand may take to end when the program stops; then it is given back."""

Count = Callable[[list[Polled | Concluded]], None]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Leased:
    """What one filling took; ``copies`` are the pages that need not be asked for."""

    feeds: list[FeedRecord]
    pages: list[EntryRecord]
    copies: set[int]


class Work:
    """Leases, runs and collects work.

    Args:
        parts: The tools.
        once: See :func:`core.store.feeds.lease_due`.
    """

    def __init__(self, parts: Parts, poller: Poller, pages: PageReader, *, once: bool) -> None:
        self._parts = parts
        self._poller = poller
        self._pages = pages
        self._once = once
        self._running: dict[asyncio.Task[Polled | Concluded], FeedRecord | EntryRecord] = {}
        self._polled: set[str] = set()

    @property
    def idle(self) -> bool:
        """Whether nothing is in flight."""
        return not self._running

    def new_round(self) -> None:
        """Let feeds be polled that were polled in this round already (an interval of 0)."""
        self._polled.clear()

    async def fill(self) -> None:
        """Take as much due work as there is room for.

        Raises:
            StoreError: Nothing was taken.
        """
        room = self._parts.settings.http_concurrency - len(self._running)
        if room < 1:
            return
        leased = await self._parts.write(self._lease, room)
        for feed in leased.feeds:
            self._polled.add(feed.feed_id)
            self._start(feed, self._poller.poll(feed))
        for page in leased.pages:
            self._start(page, self._pages.read(page, copy=page.id in leased.copies))

    async def collect(self, count: Count, *also: asyncio.Task[bool]) -> None:
        """Wait until something in flight (or one of ``also``) ends, and count what has ended.

        Raises:
            StoreError: A piece of work could not be written down. It is not lost: it comes again.
        """
        await asyncio.wait([*self._running, *also], return_when=asyncio.FIRST_COMPLETED)
        failures: list[StoreError] = []
        for task in [task for task in self._running if task.done()]:
            del self._running[task]
            try:
                count([task.result()])
            except StoreError as error:
                log.exception("work_not_kept", work=task.get_name())
                failures.append(error)
        if failures:
            raise failures[0]

    async def stop(self, *, grace: float = GRACE_SECONDS) -> list[Polled | Concluded]:
        """Let what is in flight end, or end it, and give back what is leased; what has ended."""
        tasks = list(self._running)
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        self._running.clear()
        await self._parts.write(_give_back, self._parts)
        return [result for result in ended if isinstance(result, Polled | Concluded)]

    def _start(
        self, subject: FeedRecord | EntryRecord, work: Awaitable[Polled | Concluded]
    ) -> None:
        async def run() -> Polled | Concluded:
            return await work

        self._running[asyncio.create_task(run(), name=_name(subject))] = subject

    def _lease(self, connection: Connection, room: int) -> Leased:
        now, me = self._parts.clock(), self._parts.me
        busy = {subject.host for subject in self._running.values()}
        due = feeds.lease_due(
            connection, me, now, limit=room, skip=self._polled, busy=busy, once=self._once
        )
        busy |= {feed.host for feed in due}
        held = [s.id for s in self._running.values() if isinstance(s, EntryRecord)]
        pages = entries.lease_due(connection, me, now, limit=room - len(due), skip=held, busy=busy)
        copies = {page.id for page in pages if is_copy(connection, page)}
        return Leased(due, pages, copies)


def _give_back(connection: Connection, parts: Parts) -> None:
    row_leases.give_back_all(connection, feeds.feeds, parts.me)
    row_leases.give_back_all(connection, entries.entries, parts.me)


def _name(subject: FeedRecord | EntryRecord) -> str:
    return subject.feed_id if isinstance(subject, FeedRecord) else f"{subject.feed_id}#{subject.id}"

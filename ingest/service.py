"""The stage as a whole: from the feeds of the catalog to announced articles.

::

    catalog ──sync──▶ feeds ──▶ JobRunner ──▶ Poller: entries ──▶ PageReader: articles, outbox
                  told articles ───┴────────▶ Rereader: revisions, outbox

``run_once`` does all work that is due and returns what was done; ``run`` continues until it is
stopped. Several processes may run at once on one store; they share the work by leases.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import structlog

from config.catalog.models import Catalog
from config.errors import StoreError, UsageError
from config.i18n import Phrase
from config.settings import Settings
from core.clock import Clock, utc_now
from core.dispositions import Dispositions
from core.http.client import HttpClient
from core.loop_delay import ReportTurn, ignore_turn
from core.processes.instance import Instance
from core.store import Connection, Store, feed_schedule, feeds, hosts
from core.store.feed_record import FeedRecord
from core.store.threads import StoreThreads
from ingest.deps import Deps, DocumentParser, Extractor, StoredRobots, write
from ingest.discovery.find import FoundFeed, discover
from ingest.extract.pool import ExtractPool
from ingest.hosts import HostGate
from ingest.job_runner import JobKind, JobResult, JobRunner
from ingest.jobs import FeedJobs, PageJobs
from ingest.legacy_hosts import LegacyHosts
from ingest.pages.page_fetcher import PageFetcher
from ingest.pages.page_reader import PageReader
from ingest.parsing.parser import FeedParser
from ingest.polling.feed_records import feed_records
from ingest.polling.feed_writer import PollResult
from ingest.polling.interval import earliest_repeat
from ingest.polling.poll import Poller
from ingest.rereads.jobs import RereadJobs
from ingest.rereads.reader import Rereader
from ingest.robots import Robots, fetch_in_turn
from ingest.scheduler import EVERY_SECONDS, Ticker
from ingest.websub.jobs import SubscriptionJobs

__all__ = ["Ingest", "IngestCounts"]

STAGE = "ingest"
"""The stage under which dispositions are counted."""

PAUSED_AFTER = timedelta(minutes=5)
"""After this long without a tick the machine was asleep, or its clock was set."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class IngestCounts:
    """What one run has done.

    Attributes:
        polled: Feeds polled, including those not modified and those that failed.
        not_modified: Feeds that answered 304.
        failed: Feeds that could not be fetched or read.
        new: Articles announced for the first time.
        revised: Revisions announced of known articles.
        known: Entries that were known, or whose article is known from another feed.
        reached_nothing: Whether feeds were polled and no server answered.
    """

    polled: int = 0
    not_modified: int = 0
    failed: int = 0
    new: int = 0
    revised: int = 0
    known: int = 0
    reached_nothing: bool = False


class IngestTally:
    """Adds up the results of jobs, and counts the dispositions."""

    def __init__(self, dispositions: Dispositions) -> None:
        self._dispositions = dispositions
        self._feeds: Counter[str] = Counter()
        self._items: Counter[str] = Counter()

    def count(self, results: Sequence[JobResult]) -> None:
        """Add the results of jobs that have ended."""
        for result in results:
            if isinstance(result, PollResult):
                self._count_poll(result)
            for disposition, number in result.dispositions.items():
                self._items[disposition] += number
                self._dispositions.count(STAGE, disposition, number)

    def counts(self) -> IngestCounts:
        """Return the sums."""
        polled = self._feeds["polled"]
        return IngestCounts(
            polled=polled,
            not_modified=self._feeds["not_modified"],
            failed=self._feeds["failed"],
            new=self._items["article_new"],
            revised=self._items["article_revised"],
            known=self._items["known"] + self._items["copy_url"] + self._items["unchanged"],
            reached_nothing=polled > 0 and not self._feeds["reached"],
        )

    def _count_poll(self, polled: PollResult) -> None:
        self._feeds["polled"] += 1
        self._feeds["not_modified"] += polled.outcome == "not_modified"
        self._feeds["failed"] += polled.failed
        self._feeds["reached"] += polled.reached


class Ingest:
    """The stage; an async context manager.

    Args:
        settings: Limits and times.
        store: Feeds, entries, articles.
        catalog: Returns the operator's files in force; called again while the stage runs.
        me: This process, as the holder of leases.
        clock: The present.
        dispositions: Where ended items are counted; by default they are counted separately.
        http: The client; by default one with these settings.
        parser: Parses feeds; by default a pool of worker processes.
        extract: Extracts articles from pages; by default another pool.
        rng: For jitter.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        catalog: Callable[[], Catalog],
        me: Instance,
        clock: Clock = utc_now,
        dispositions: Dispositions | None = None,
        *,
        http: HttpClient | None = None,
        parser: DocumentParser | None = None,
        extract: Extractor | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._catalog = catalog
        self._me = me
        self._clock = clock
        self._dispositions = dispositions or Dispositions()
        self._http = http
        self._parser = parser
        self._extract = extract
        self._threads = StoreThreads("ingest-store")
        self._rng = rng or random.Random()  # noqa: S311 jitter is no secret
        self._stack = AsyncExitStack()
        self._synced: Catalog | None = None
        self._ticked_at: datetime | None = None
        self._deps: Deps | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._enter()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def _enter(self) -> None:
        self._stack.callback(self._threads.close)
        http = self._http
        if http is None:
            client = HttpClient(self._settings, is_legacy=LegacyHosts(self._catalog))
            http = await self._stack.enter_async_context(client)
        parser, extract = await self._start_workers()
        gate = HostGate.of(self._settings)
        self._deps = Deps(
            settings=self._settings,
            store=self._store,
            threads=self._threads,
            me=self._me,
            clock=self._clock,
            rng=self._rng,
            dispositions=self._dispositions,
            http=http,
            gate=gate,
            robots=Robots(
                fetch_in_turn(http, gate),
                StoredRobots(self._store, self._threads),
                self._clock,
                parser.decide_robots,
            ),
            parser=parser,
            extract=extract,
        )
        self._poller = Poller(self._deps)
        self._fetcher = PageFetcher(self._deps)
        await self._fetcher.load()
        self._pages = PageReader(self._deps, self._fetcher)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    async def _start_workers(self) -> tuple[DocumentParser, Extractor]:
        """Start the pools that were not given, both at the same time: each imports its code.

        Raises:
            ExtractionError: The workers cannot be started.
        """
        parser = self._parser or FeedParser(self._settings)
        extract = self._extract or ExtractPool(self._settings)
        starting = (
            self._stack.enter_async_context(pool)
            for pool in (parser, extract)
            if isinstance(pool, AbstractAsyncContextManager)
            and pool not in (self._parser, self._extract)
        )
        for result in await asyncio.gather(*starting, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result
        return parser, extract

    def sync(self) -> None:
        """Copy the feeds of the files in force into the store, if they have changed.

        Raises:
            StoreError: The database failed.
        """
        catalog = self._catalog()
        if catalog is self._synced:
            return
        now = self._clock()

        def copy(connection: Connection) -> None:
            feeds.sync(connection, feed_records(catalog, now), now)
            hosts.forget_pauses(connection, now, limit=None)

        self._store.transact(copy)
        self._synced = catalog

    async def run_once(self) -> IngestCounts:
        """Poll every due feed once, read every due page, and return what was done.

        Raises:
            StoreError: The database failed; what was stored before stays.
        """
        await self._threads.run(self.sync)
        await write(self._store, self._threads, feed_schedule.follow_clock, self._clock())
        work = self._work(once=True)
        tally = IngestTally(self._dispositions)
        try:
            await work.fill()
            while not work.idle:
                await work.collect(tally.count)
                await work.fill()
        finally:
            tally.count(await work.stop(grace=0.0))
        return tally.counts()

    async def run(self, stop: asyncio.Event, report_turn: ReportTurn = ignore_turn) -> None:
        """Poll and read until ``stop`` is set; running jobs then end, or are released.

        After an error of the store it tries again at the next tick.

        Args:
            stop: Ends the stage.
            report_turn: Called at each turn, which waits for a tick at most.
        """
        work = self._work(once=False)
        tally = IngestTally(self._dispositions)
        ticked = asyncio.Event()
        ticked.set()
        try:
            async with Ticker(ticked.set):
                while not stop.is_set():
                    report_turn(EVERY_SECONDS)
                    await self._turn(work, tally, ticked, stop)
        finally:
            tally.count(await work.stop())

    async def poll_feed(self, feed_id: str) -> PollResult:
        """Poll one feed now, even if it is not due or is gone.

        The pages of its new entries are left for the next run. Nothing is requested while its host
        is paused, or if the URL was requested less than a minute ago.

        Raises:
            UsageError: There is no such feed in the files.
            StoreError: The database failed.
        """
        await self._threads.run(self.sync)
        leased = await write(self._store, self._threads, self._lease_one, feed_id)
        if isinstance(leased, PollResult):
            return leased
        try:
            polled = await self._poller.poll(leased)
        finally:
            await write(self._store, self._threads, feeds.release, feed_id, self._me)
        IngestTally(self._dispositions).count([polled])
        return polled

    async def discover(self, address: str) -> list[FoundFeed]:
        """Return the feeds and news sitemaps of a site (:func:`ingest.discovery.find.discover`).

        Raises:
            FetchError: The address cannot be requested.
        """
        if self._deps is None:
            raise RuntimeError("Ingest is an async context manager; enter it first")
        return await discover(self._deps, address)

    async def _turn(
        self, work: JobRunner, tally: IngestTally, ticked: asyncio.Event, stop: asyncio.Event
    ) -> None:
        """Start jobs, then wait for a tick, the end of a job, or the order to stop."""
        waiting = [asyncio.create_task(event.wait()) for event in (ticked, stop)]
        try:
            if ticked.is_set():
                ticked.clear()
                work.begin_round()
                await self._threads.run(self.sync)
                await self._follow_clock()
            await work.fill()
            await work.collect(tally.count, *waiting)
        except StoreError as error:
            log.error("store_failed", reason=str(error))
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    async def _follow_clock(self) -> None:
        """Adapt due times at the start, after a long pause, and when the clock was set back."""
        now, last = self._clock(), self._ticked_at
        self._ticked_at = now
        if last is not None and timedelta(0) <= now - last < PAUSED_AFTER:
            return
        await write(self._store, self._threads, feed_schedule.follow_clock, now)
        await write(self._store, self._threads, feed_schedule.spread_overdue, now, self._rng)

    def _work(self, *, once: bool) -> JobRunner:
        if self._deps is None:
            raise RuntimeError("Ingest is an async context manager; enter it first")
        kinds: list[JobKind] = [
            FeedJobs(self._deps, self._poller, once=once),
            PageJobs(self._deps, self._pages),
            RereadJobs(self._deps, Rereader(self._deps, self._fetcher)),
        ]
        kinds += [SubscriptionJobs(self._deps)] if self._settings.public_url else []
        return JobRunner(self._deps, kinds)

    def _lease_one(self, connection: Connection, feed_id: str) -> FeedRecord | PollResult:
        """Lease a feed, or return why it is not polled now."""
        now = self._clock()
        feed = feeds.find(connection, feed_id)
        if feed is None or feed.removed_at:
            raise UsageError(f"There is no feed {feed_id!r}.", mend="`feeds list` names them.")
        until = hosts.paused_until(connection, (feed.host, feed.url), now)
        if until:
            return PollResult(feed_id, "paused", Phrase("poll.paused", until=until))
        last = feed.last_attempt_at
        if last is not None and now < earliest_repeat(feed, last):
            return PollResult(feed_id, "too_soon", Phrase("poll.too_soon"))
        leased = feeds.lease(connection, feed_id, self._me, now)
        return leased or PollResult(feed_id, "busy", Phrase("poll.busy"))

"""The kinds of fetch jobs: feeds that are polled, and pages of entries that are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.store import Connection, entries, entry_leases, feeds
from core.store.entries import EntryRecord
from core.store.feed_record import FeedRecord
from ingest.deps import Deps
from ingest.job_runner import LeaseRequest
from ingest.pages.page_reader import EntryResult, PageReader
from ingest.polling.backoff import FailClass
from ingest.polling.feed_writer import PollResult
from ingest.polling.poll import Poller

SLOW_FEEDS = 1
"""Feeds at a time whose last document exceeded a limit: they wait for one another, and must not
take the turns of others meanwhile."""

PAGES_PER_HOST = 4
"""Pages of one host that are leased at once, to be read one after the other: fewer transactions."""


@dataclass(frozen=True, slots=True)
class FeedJob:
    """A feed to poll."""

    feed: FeedRecord
    kind: FeedJobs

    @property
    def name(self) -> str:
        """The feed's id."""
        return self.feed.feed_id

    @property
    def host(self) -> str:
        """The feed's host."""
        return self.feed.host

    async def run(self) -> PollResult:
        """Poll the feed."""
        return await self.kind.poll(self.feed)


class FeedJobs:
    """Feeds that are due, one a host.

    Args:
        deps: The shared dependencies.
        poller: What polls them.
        once: As in :func:`core.store.feeds.lease_due`.
    """

    table = feeds.feeds
    creates_jobs = True

    def __init__(self, deps: Deps, poller: Poller, *, once: bool) -> None:
        self._me = deps.me
        self._poller = poller
        self._once = once
        self._polled: set[str] = set()

    def lease(self, connection: Connection, request: LeaseRequest) -> Sequence[FeedJob]:
        """Lease due feeds that were not polled in this round."""
        working = [job.feed for job in request.leased if isinstance(job, FeedJob)]
        slow = sum(feed.fail_class == FailClass.LIMIT for feed in working)
        due = feeds.lease_due(
            connection,
            self._me,
            request.now,
            limit=request.limit,
            skip=self._polled | {feed.feed_id for feed in working},
            busy=request.busy,
            at_most={FailClass.LIMIT: SLOW_FEEDS - slow},
            once=self._once,
        )
        return [FeedJob(feed, self) for feed in due]

    async def poll(self, feed: FeedRecord) -> PollResult:
        """Poll a feed, once in this round."""
        self._polled.add(feed.feed_id)
        return await self._poller.poll(feed)

    def begin_round(self) -> None:
        """Allow feeds with an interval of 0 to be polled again."""
        self._polled.clear()


@dataclass(frozen=True, slots=True)
class PageJob:
    """An entry whose page is to be read."""

    entry: EntryRecord
    reader: PageReader

    @property
    def name(self) -> str:
        """The feed's id and the number of the entry."""
        return f"{self.entry.feed_id}#{self.entry.id}"

    @property
    def host(self) -> str:
        """The page's host."""
        return self.entry.host

    async def run(self) -> EntryResult:
        """Read the page."""
        return await self.reader.read(self.entry)


class PageJobs:
    """Entries whose page is due, several a host."""

    table = entries.entries
    creates_jobs = False

    def __init__(self, deps: Deps, reader: PageReader) -> None:
        self._me = deps.me
        self._reader = reader

    def lease(self, connection: Connection, request: LeaseRequest) -> Sequence[PageJob]:
        """Lease entries whose page is due."""
        due = entry_leases.lease_due(
            connection,
            self._me,
            request.now,
            limit=PAGES_PER_HOST * request.limit,
            per_host=PAGES_PER_HOST,
            skip=[job.entry.id for job in request.leased if isinstance(job, PageJob)],
            busy=request.busy,
        )
        return [PageJob(entry, self._reader) for entry in due]

    def begin_round(self) -> None:
        """Do nothing: a page that was read is due again only if its entry says so."""

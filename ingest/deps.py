"""The dependencies that polls and pages share, and transactions off the event loop."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, Literal, ParamSpec, Protocol, TypeVar, cast

from config.settings import Settings
from core.clock import Clock
from core.dispositions import Dispositions
from core.http.client import HttpClient
from core.processes.instance import Instance
from core.store import Connection, Store, hosts
from core.store.threads import StoreThreads
from ingest.discovery.feed_link import FeedLink
from ingest.extract.models import ExtractedPage, PageHints
from ingest.hosts import HostGate
from ingest.parsing.messages import FeedRequest, LinksRequest, RobotsAnswer, RobotsRequest
from ingest.robots import Robots, RobotsCopy
from ingest.sources.entry import ParsedFeed

P = ParamSpec("P")
T = TypeVar("T")
Verdict = Literal["rules", "allow", "disallow"]


class Extractor(Protocol):
    """Extracts articles from pages, as :class:`ingest.extract.pool.ExtractPool` does."""

    async def extract(
        self,
        body: bytes,
        *,
        url: str,
        content_type: str | None,
        hints: PageHints,
        now: datetime,
        outlet: str,
    ) -> ExtractedPage:
        """Extract one page of an outlet.

        Raises:
            ExtractionError: The page could not be read.
        """
        ...


class DocumentParser(Protocol):
    """Parses feeds and sitemaps, as :class:`ingest.parsing.parser.FeedParser` does."""

    async def parse(self, request: FeedRequest, outlet: str, *, slow: bool) -> ParsedFeed:
        """Return the new and changed entries of a document of an outlet.

        Raises:
            FetchError: It could not be read.
        """
        ...

    async def decide_robots(self, request: RobotsRequest) -> RobotsAnswer:
        """Return what a robots.txt says about a URL.

        Raises:
            FetchError: It could not be parsed.
        """
        ...

    async def find_links(self, request: LinksRequest) -> list[FeedLink]:
        """Return the links of a page that may lead to feeds.

        Raises:
            FetchError: It could not be parsed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Deps:
    """The dependencies of one running ingest.

    Attributes:
        settings: Limits and times.
        store: Feeds, entries, articles.
        threads: Where calls of the store run.
        me: This process, as the holder of leases.
        clock: The present.
        rng: For jitter.
        dispositions: Where ended items are counted.
        http: The client for feeds, pages and robots.txt.
        gate: Takes turns for hosts.
        robots: Decides by robots.txt.
        parser: Parses feeds and sitemaps.
        extract: Extracts articles from pages.
    """

    settings: Settings
    store: Store
    threads: StoreThreads
    me: Instance
    clock: Clock
    rng: random.Random
    dispositions: Dispositions
    http: HttpClient
    gate: HostGate
    robots: Robots
    parser: DocumentParser
    extract: Extractor

    async def write(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call ``work(connection, ...)`` in one transaction, off the event loop.

        After a conflict with another process ``work`` is called again.

        Raises:
            StoreError: Nothing was stored.
        """
        return await write(self.store, self.threads, work, *args, **kwargs)

    async def read(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call ``work(connection, ...)`` on one snapshot of the store, off the event loop.

        Raises:
            StoreError: The database failed.
        """
        return await read(self.store, self.threads, work, *args, **kwargs)


async def write(
    store: Store,
    threads: StoreThreads,
    work: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Do what :meth:`Deps.write` does, for any store."""

    def transaction() -> T:
        return store.transact(lambda connection: work(connection, *args, **kwargs))

    return await threads.run(transaction)


async def read(
    store: Store,
    threads: StoreThreads,
    work: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Do what :meth:`Deps.read` does, for any store."""

    def snapshot() -> T:
        with store.read() as connection:
            return work(connection, *args, **kwargs)

    return await threads.run(snapshot)


class StoredRobots:
    """Stores copies of robots.txt files, so that they outlive the process."""

    def __init__(self, store: Store, threads: StoreThreads) -> None:
        self._store = store
        self._threads = threads

    async def get(self, origin: str) -> RobotsCopy | None:
        """Return the copy of ``https://host[:port]``, or None."""
        record = await read(self._store, self._threads, hosts.find_robots, origin)
        if record is None:
            return None
        verdict = cast("Verdict", record.verdict)
        return RobotsCopy(verdict, record.text, record.fetched_at, record.checked_at)

    async def put(self, origin: str, copy: RobotsCopy) -> None:
        """Store a copy."""
        record = hosts.RobotsRecord(
            origin, copy.verdict, copy.text, copy.fetched_at, copy.checked_at
        )
        await write(self._store, self._threads, hosts.save_robots, record)

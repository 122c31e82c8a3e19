"""The dependencies that polls and pages share, and transactions off the event loop."""

from __future__ import annotations

import asyncio
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
from ingest.extract.models import ExtractedPage, PageHints
from ingest.hosts import HostGate
from ingest.robots import Robots, RobotsCopy

P = ParamSpec("P")
T = TypeVar("T")
Verdict = Literal["rules", "allow", "disallow"]


class Extractor(Protocol):
    """Extracts articles from pages, as :class:`ingest.extract.pool.ExtractPool` does."""

    async def extract(
        self, body: bytes, *, url: str, content_type: str | None, hints: PageHints, now: datetime
    ) -> ExtractedPage:
        """Extract one page.

        Raises:
            ExtractionError: The page could not be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Deps:
    """The dependencies of one running ingest.

    Attributes:
        settings: Limits and times.
        store: Feeds, entries, articles.
        me: This process, as the holder of leases.
        clock: The present.
        rng: For jitter.
        dispositions: Where ended items are counted.
        http: The client for feeds, pages and robots.txt.
        gate: Takes turns for hosts.
        robots: Decides by robots.txt.
        extract: Extracts articles from pages.
    """

    settings: Settings
    store: Store
    me: Instance
    clock: Clock
    rng: random.Random
    dispositions: Dispositions
    http: HttpClient
    gate: HostGate
    robots: Robots
    extract: Extractor

    async def write(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call ``work(connection, ...)`` in one transaction, off the event loop.

        After a conflict with another process ``work`` is called again.

        Raises:
            StoreError: Nothing was stored.
        """
        return await write(self.store, work, *args, **kwargs)

    async def read(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call ``work(connection, ...)`` on one snapshot of the store, off the event loop.

        Raises:
            StoreError: The database failed.
        """
        return await read(self.store, work, *args, **kwargs)


async def write(
    store: Store,
    work: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Do what :meth:`Deps.write` does, for any store."""

    def transaction() -> T:
        return store.transact(lambda connection: work(connection, *args, **kwargs))

    return await off_loop(transaction)


async def read(
    store: Store,
    work: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Do what :meth:`Deps.read` does, for any store."""

    def snapshot() -> T:
        with store.read() as connection:
            return work(connection, *args, **kwargs)

    return await off_loop(snapshot)


async def off_loop(work: Callable[[], T]) -> T:
    """Run a short function in a thread.

    A cancelled caller waits until the function has ended. Otherwise a transaction could outlive
    the store that is being closed.
    """
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


class StoredRobots:
    """Stores copies of robots.txt files, so that they outlive the process."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, origin: str) -> RobotsCopy | None:
        """Return the copy of ``https://host[:port]``, or None."""
        record = await read(self._store, hosts.find_robots, origin)
        if record is None:
            return None
        verdict = cast("Verdict", record.verdict)
        return RobotsCopy(verdict, record.text, record.fetched_at, record.checked_at)

    async def put(self, origin: str, copy: RobotsCopy) -> None:
        """Store a copy."""
        record = hosts.RobotsRecord(
            origin, copy.verdict, copy.text, copy.fetched_at, copy.checked_at
        )
        await write(self._store, hosts.save_robots, record)

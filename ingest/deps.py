"""What the shells of ingest share: store, clock, HTTP, the gate, and how they are used off-loop."""

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
from core.http import HttpClient
from core.processes.instance import Instance
from core.store import Connection, Store, hosts
from ingest.extract.models import ExtractedPage, PageHints
from ingest.hosts import HostGate
from ingest.robots import Robots, RobotsCopy

P = ParamSpec("P")
T = TypeVar("T")
Verdict = Literal["rules", "allow", "disallow"]


class Extractor(Protocol):
    """Reads pages: :class:`ingest.extract.pool.ExtractPool`."""

    async def extract(
        self, body: bytes, *, url: str, content_type: str | None, hints: PageHints, now: datetime
    ) -> ExtractedPage:
        """Extract one page.

        Raises:
            ExtractionError: It could not be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Deps:
    """The tools of one running ingest.

    Attributes:
        me: This process, as leases name it.
        rng: For jitter.
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
        """Do ``work(connection, ...)`` as one transaction, off the event loop.

        Where another process gets in its way, ``work`` is done again.

        Raises:
            StoreError: Nothing was kept.
        """
        return await write(self.store, work, *args, **kwargs)

    async def read(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Do ``work(connection, ...)`` on one view of the store, off the event loop.

        Raises:
            StoreError: The database refused.
        """
        return await read(self.store, work, *args, **kwargs)


async def write(
    store: Store,
    work: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """As :meth:`Deps.write`, on any store."""

    def transaction() -> T:
        return store.transact(lambda connection: work(connection, *args, **kwargs))

    return await off_loop(transaction)


async def read(
    store: Store,
    work: Callable[Concatenate[Connection, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """As :meth:`Deps.read`, on any store."""

    def view() -> T:
        with store.read() as connection:
            return work(connection, *args, **kwargs)

    return await off_loop(view)


async def off_loop(work: Callable[[], T]) -> T:
    """Run a short function in a thread; cancelled, it still ends before the caller goes on.

    Otherwise a transaction could outlive the store that is being closed.
    """
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


class StoredRobots:
    """Copies of robots.txt files, kept in the store between runs."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, origin: str) -> RobotsCopy | None:
        """The copy of ``https://host[:port]``."""
        kept = await read(self._store, hosts.find_robots, origin)
        if kept is None:
            return None
        return RobotsCopy(
            cast("Verdict", kept.verdict), kept.text, kept.fetched_at, kept.checked_at
        )

    async def put(self, origin: str, copy: RobotsCopy) -> None:
        """Keep a copy."""
        record = hosts.RobotsRecord(
            origin, copy.verdict, copy.text, copy.fetched_at, copy.checked_at
        )
        await write(self._store, hosts.save_robots, record)

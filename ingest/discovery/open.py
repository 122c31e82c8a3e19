"""What discovery needs, opened for itself: no stage runs in the process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from config.catalog.models import Catalog
from config.settings import Settings
from core.clock import Clock
from core.http.client import HttpClient
from core.store import Store
from core.store.threads import StoreThreads
from ingest.deps import DocumentParser, StoredRobots
from ingest.hosts import HostGate
from ingest.legacy_hosts import LegacyHosts
from ingest.parsing.parser import FeedParser
from ingest.robots import Robots, fetch_in_turn


@dataclass(frozen=True, slots=True)
class OpenedReader:
    """Reads sites; see :class:`ingest.discovery.find.SiteReader`."""

    settings: Settings
    clock: Clock
    http: HttpClient
    gate: HostGate
    robots: Robots
    parser: DocumentParser


@asynccontextmanager
async def open_reader(
    settings: Settings, store: Store, catalog: Callable[[], Catalog], clock: Clock
) -> AsyncIterator[OpenedReader]:
    """Open a client and a worker process that parses what it gets; close them after the block.

    Args:
        settings: Limits and times.
        store: Has copies of robots.txt files.
        catalog: Returns the files in force; outlets may need outdated TLS.
        clock: The present.

    Raises:
        ExtractionError: The worker cannot be started.
    """
    one_worker = settings.model_copy(update={"extract_workers": 1})
    threads = StoreThreads("discovery-store", 1)
    try:
        async with (
            HttpClient(settings, is_legacy=LegacyHosts(catalog)) as http,
            FeedParser(one_worker) as parser,
        ):
            gate = HostGate.of(settings)
            fetch, stored = fetch_in_turn(http, gate), StoredRobots(store, threads)
            robots = Robots(fetch, stored, clock, parser.decide_robots)
            yield OpenedReader(settings, clock, http, gate, robots, parser)
    finally:
        threads.close()

"""Run leased fetch jobs: as many at a time as the settings allow, one a host, no kind all of them.

::

    fill ── one transaction: every kind leases its due jobs, in order of priority ──▶ tasks
      ▲                                                                                │
      └─────────────────────── a tick, or a task that has ended ───────────────────────┘

What a job does is the affair of its kind (:mod:`ingest.jobs`): this module knows only that a job
belongs to a host, can be run, and that leases which were not used are released.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from config.errors import StoreError
from core.store import Connection, Table, leases
from ingest.deps import Deps

GRACE_SECONDS = 5.0
"""How long running jobs may take to end when the program stops; then they are cancelled."""

log = structlog.get_logger(__name__)


def most_of_a_kind(concurrency: int) -> int:
    """Return how many jobs of one kind may run at a time: three quarters of all, rounded up.

    Without this limit, feeds that are always due and slow take every turn, and no page is read.

    Args:
        concurrency: How many jobs of all kinds may run at a time.
    """
    return math.ceil(concurrency * 3 / 4)


class JobResult(Protocol):
    """The result of a job."""

    @property
    def dispositions(self) -> Mapping[str, int]:
        """How many items ended with the job, by disposition."""
        ...


class FetchJob(Protocol):
    """A request to a host, and what is made of the answer; leased by this process."""

    @property
    def name(self) -> str:
        """What the job is called in the log."""
        ...

    @property
    def host(self) -> str:
        """The host (:func:`ingest.hosts.host_key`) that the job sends requests to."""
        ...

    async def run(self) -> JobResult:
        """Do the job and store its result.

        Raises:
            StoreError: Nothing was stored; the lease expires and the job comes again.
        """
        ...


@dataclass(frozen=True, slots=True)
class LeaseRequest:
    """What a kind of job is asked to lease.

    Attributes:
        limit: How many jobs can be started now, one a host.
        busy: Hosts for which nothing is wanted.
        leased: Jobs of any kind that this process has leased already.
        now: The present.
    """

    limit: int
    busy: Collection[str]
    leased: Sequence[FetchJob]
    now: datetime


class JobKind(Protocol):
    """One kind of fetch job, whose jobs are rows of one table."""

    @property
    def table(self) -> Table:
        """The rows that are leased; with ``host``, ``lease_holder`` and ``lease_until``."""
        ...

    @property
    def creates_jobs(self) -> bool:
        """Whether a job that ends often leaves new jobs, so that it is worth looking for them."""
        ...

    def lease(self, connection: Connection, request: LeaseRequest) -> Sequence[FetchJob]:
        """Lease jobs that are due.

        More jobs than can be started at once may be leased for a host; they run one after the
        other.
        """
        ...

    def begin_round(self) -> None:
        """Allow jobs that have run in this round to run again, if they are due."""
        ...


class JobRunner:
    """Leases, runs and collects jobs.

    Args:
        deps: The shared dependencies.
        kinds: The kinds of jobs, the one with the highest priority first.
    """

    def __init__(self, deps: Deps, kinds: Sequence[JobKind]) -> None:
        self._deps = deps
        self._kinds = kinds
        self._running: dict[asyncio.Task[JobResult], tuple[JobKind, FetchJob]] = {}
        self._ready: list[tuple[JobKind, FetchJob]] = []
        self._look = True

    @property
    def idle(self) -> bool:
        """Whether no job is running."""
        return not self._running

    def begin_round(self) -> None:
        """Look for due jobs, including those that have run in the last round."""
        for kind in self._kinds:
            kind.begin_round()
        self._look = True

    async def fill(self) -> None:
        """Start as many due jobs as there is room for.

        Raises:
            StoreError: Nothing was leased.
        """
        if self._look and self._room:
            leased = await self._deps.write(self._lease)
            self._look = False
            self._ready += leased
            self._ready.sort(key=lambda ready: self._kinds.index(ready[0]))
        for kind, job in list(self._ready):
            if self._room_for(kind) and job.host not in self._busy:
                self._ready.remove((kind, job))
                self._running[asyncio.create_task(job.run(), name=job.name)] = kind, job

    async def collect(
        self, count: Callable[[Sequence[JobResult]], None], *also: asyncio.Task[bool]
    ) -> None:
        """Wait until a job, or one of ``also``, ends, and count the results of jobs that ended.

        Raises:
            StoreError: The result of a job could not be stored. The job is not lost: its lease
                expires and it comes again.
        """
        await asyncio.wait([*self._running, *also], return_when=asyncio.FIRST_COMPLETED)
        failures: list[StoreError] = []
        for task in [task for task in self._running if task.done()]:
            self._note_end(*self._running.pop(task))
            try:
                count([task.result()])
            except StoreError as error:
                log.error("job_not_stored", job=task.get_name(), reason=str(error))
                failures.append(error)
        if failures:
            raise failures[0]

    async def stop(self, *, grace: float = GRACE_SECONDS) -> list[JobResult]:
        """Let running jobs end, cancel those that do not, and release all leases.

        Args:
            grace: Seconds after which jobs are cancelled.

        Returns:
            The results of the jobs that ended.
        """
        tasks = list(self._running)
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        self._running.clear()
        self._ready.clear()
        await self._deps.write(self._release)
        return [result for result in ended if not isinstance(result, BaseException)]

    @property
    def _room(self) -> int:
        return self._deps.settings.http_concurrency - len(self._running)

    def _room_for(self, kind: JobKind) -> int:
        most = most_of_a_kind(self._deps.settings.http_concurrency)
        running = sum(owner is kind for owner, _ in self._running.values())
        return min(self._room, most - running)

    @property
    def _busy(self) -> set[str]:
        return {job.host for _, job in self._running.values()}

    def _note_end(self, kind: JobKind, job: FetchJob) -> None:
        """Look for more jobs if there may be new ones, or if no job is ready for the host."""
        hosts = {ready.host for _, ready in self._ready}
        self._look |= kind.creates_jobs or job.host not in hosts

    def _lease(self, connection: Connection) -> list[tuple[JobKind, FetchJob]]:
        """Lease jobs of every kind.

        Hosts with a running job are left out, and for each kind also hosts for which a job of the
        same or a higher priority is ready.
        """
        now = self._deps.clock()
        tables = [kind.table for kind in self._kinds]
        busy = self._busy | leases.begin_leasing_rows(connection, self._deps.me, now, *tables)
        earlier = [job for _, job in (*self._running.values(), *self._ready)]
        leased: list[tuple[JobKind, FetchJob]] = []
        for kind in self._kinds:
            busy |= {job.host for owner, job in self._ready if owner is kind}
            limit = max(min(self._room - len(leased), self._room_for(kind)), 0)
            request = LeaseRequest(limit, busy, [*earlier, *(job for _, job in leased)], now)
            jobs = kind.lease(connection, request)
            busy |= {job.host for job in jobs}
            leased += [(kind, job) for job in jobs]
        return leased

    def _release(self, connection: Connection) -> None:
        for kind in self._kinds:
            leases.release_rows(connection, kind.table, self._deps.me)

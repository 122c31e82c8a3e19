"""Run leased fetch jobs: as many at a time as the settings allow, one a host, each kind its share.

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
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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


def share_of_a_kind(concurrency: int) -> int:
    """Return how many jobs of a kind may run before those of the first kind get another turn.

    Without this share, feeds and pages that are always due take all turns, and no page is read
    again. It is an eighth of all, rounded up; a turn that no job of the kind waits for is free.

    Args:
        concurrency: How many jobs of all kinds may run at a time.
    """
    return math.ceil(concurrency / 8)


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
        while (ready := self._next_ready()) is not None:
            kind, job = ready
            self._ready.remove(ready)
            self._running[asyncio.create_task(job.run(), name=job.name)] = kind, job

    async def collect(
        self, count: Callable[[Sequence[JobResult]], None], *also: asyncio.Task[bool]
    ) -> None:
        """Wait until a job, or one of ``also``, ends, and count the results of jobs that ended.

        An unexpected error of a job is logged and stops no other job. Its lease expires and it
        comes again.

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
            except Exception:
                log.exception(
                    "job_failed",
                    job=task.get_name(),
                    effect="Its result is not stored; the job runs again when its lease expires.",
                )
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

    def _next_ready(self) -> tuple[JobKind, FetchJob] | None:
        """Return the job to start next: of a kind that has not had its share, else of the first."""
        busy = self._busy
        for kind in sorted(self._kinds, key=lambda kind: not self._missing_of_share(kind)):
            jobs = (job for owner, job in self._ready if owner is kind and job.host not in busy)
            if self._room_for(kind) and (job := next(jobs, None)):
                return kind, job
        return None

    def _missing_of_share(self, kind: JobKind) -> int:
        """Return how many jobs of a kind may go before others; the first kind goes first anyway."""
        share = share_of_a_kind(self._deps.settings.http_concurrency)
        is_first = kind is self._kinds[0]
        return 0 if is_first else max(min(share - self._running_of(kind), self._room), 0)

    def _running_of(self, kind: JobKind) -> int:
        return sum(owner is kind for owner, _ in self._running.values())

    @property
    def _room(self) -> int:
        return self._deps.settings.http_concurrency - len(self._running)

    def _room_for(self, kind: JobKind) -> int:
        most = most_of_a_kind(self._deps.settings.http_concurrency)
        return min(self._room, most - self._running_of(kind))

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
        for kind, most in self._lease_order(leased):
            room = self._room - len({job.host for _, job in leased})
            limit = max(min(room, most), 0)
            hosts = busy | self._ready_hosts(kind)
            request = LeaseRequest(limit, hosts, [*earlier, *(job for _, job in leased)], now)
            jobs = kind.lease(connection, request)
            busy |= {job.host for job in jobs}
            leased += [(kind, job) for job in jobs]
        return leased

    def _lease_order(
        self, leased: Sequence[tuple[JobKind, FetchJob]]
    ) -> Iterator[tuple[JobKind, int]]:
        """Yield the kinds, each with the most jobs to lease: first what is missing of shares.

        A share is looked at only while other jobs run: at the beginning the first kind goes first.
        A kind that has fewer jobs than are missing of its share is not asked twice.

        Args:
            leased: What is leased meanwhile.
        """
        exhausted: list[JobKind] = []
        for kind in self._kinds if self._running else ():
            if missing := self._missing_of_share(kind):
                yield kind, missing
                if len({job.host for owner, job in leased if owner is kind}) < missing:
                    exhausted.append(kind)
        for kind in self._kinds:
            if kind not in exhausted:
                yield kind, self._room_for(kind)

    def _ready_hosts(self, kind: JobKind) -> set[str]:
        """Return the hosts for which a job of a kind, or of one that goes before, is ready."""
        kinds = self._kinds[: self._kinds.index(kind) + 1]
        return {job.host for owner, job in self._ready if owner in kinds}

    def _release(self, connection: Connection) -> None:
        for kind in self._kinds:
            leases.release_rows(connection, kind.table, self._deps.me)

"""Fetch jobs of any kind are leased, run one per host, and released."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table, Text, select

from core.processes.instance import Instance
from core.store import Connection, leases
from core.store.column_types import UtcDateTime
from ingest.job_runner import JobResult, JobRunner, LeaseRequest
from ingest.jobs import FeedJobs, PageJobs
from ingest.service import Ingest
from tests.support.postgres import ON_EVERY_DATABASE
from tests.support.scripted_publisher import Installation, ScriptedPublisher, item, rss

pytestmark = ON_EVERY_DATABASE

PROBES = Table(
    "probes",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("host", Text),
    Column("done", Boolean),
    Column("lease_holder", String(120)),
    Column("lease_until", UtcDateTime),
)


@dataclass
class ProbeResult:
    dispositions: Mapping[str, int]


@dataclass
class ProbeJob:
    """A page to look at; the job ends when the test sets ``finish``."""

    id: int
    host: str
    kind: ProbeJobs
    finish: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def name(self) -> str:
        return f"probe {self.id}"

    async def run(self) -> ProbeResult:
        self.kind.running.add(self.id)
        try:
            await self.finish.wait()
        finally:
            self.kind.running.discard(self.id)
        if self.id in self.kind.failing:
            raise RuntimeError("a mistake of ours")
        with self.kind.installation.store.write() as connection:
            row = PROBES.update().where(PROBES.c.id == self.id)
            connection.execute(row.values(done=True, lease_holder=None, lease_until=None))
        return ProbeResult({"probe": 1})


class ProbeJobs:
    """Pages to look at: a kind of job that the program does not have."""

    table = PROBES
    creates_jobs = False

    def __init__(self, installation: Installation, ids: range = range(100)) -> None:
        self.installation = installation
        self.ids = ids
        self.jobs: dict[int, ProbeJob] = {}
        self.running: set[int] = set()
        self.failing: set[int] = set()

    def lease(self, connection: Connection, request: LeaseRequest) -> Sequence[ProbeJob]:
        me, table = self.installation.me, PROBES
        reclaimable = leases.reclaimable_holders(connection, table, me, request.now)
        due = select(table.c.id, table.c.host).where(
            ~table.c.done,
            table.c.id.in_(self.ids),
            leases.row_is_free(table, reclaimable, request.now),
            table.c.host.not_in(request.busy),
            table.c.id.not_in([job.id for job in request.leased if isinstance(job, ProbeJob)]),
        )
        rows = connection.execute(due.order_by(table.c.id).limit(request.limit))
        jobs = [ProbeJob(row.id, row.host, self) for row in rows]
        self.jobs |= {job.id: job for job in jobs}
        until = request.now + leases.ROW_LEASE_TIME
        row = table.update().where(table.c.id.in_([job.id for job in jobs]))
        connection.execute(row.values(lease_holder=me.id, lease_until=until))
        return jobs

    def begin_round(self) -> None:
        """Nothing is remembered between rounds."""


def prepare(installation: Installation, **hosts: str) -> ProbeJobs:
    """Store probes: ``_1="a.example"`` is number 1 on that host."""
    with installation.store.write() as connection:
        PROBES.create(connection)
        rows = [{"id": int(n[1:]), "host": host, "done": False} for n, host in hosts.items()]
        connection.execute(PROBES.insert(), rows)
    return ProbeJobs(installation)


def holders(installation: Installation) -> dict[int, str | None]:
    with installation.store.read() as connection:
        query = select(PROBES.c.id, PROBES.c.lease_holder)
        return {row.id: row.lease_holder for row in connection.execute(query)}


def all_kinds(ingest: Ingest, probes: ProbeJobs) -> JobRunner:
    deps = ingest._deps
    assert deps is not None
    polls = FeedJobs(deps, ingest._poller, once=True)
    return JobRunner(deps, [polls, PageJobs(deps, ingest._pages), probes])


async def settle() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


def test_a_third_kind_of_job_is_leased_run_one_per_host_and_released(
    installation: Installation,
) -> None:
    probes = prepare(installation, _1="a.example", _2="a.example", _3="b.example", _4="c.example")
    counted: list[JobResult] = []

    async def scene(ingest: Ingest) -> list[JobResult]:
        work = all_kinds(ingest, probes)
        await work.fill()
        await settle()
        assert set(holders(installation).values()) == {installation.me.id}
        assert probes.running == {1, 3, 4}
        probes.jobs[1].finish.set()
        await work.collect(counted.extend)
        await work.fill()
        await settle()
        assert probes.running == {2, 3, 4}
        probes.jobs[3].finish.set()
        return await work.stop(grace=0.2)

    ended = installation.with_ingest(scene)
    assert [result.dispositions for result in (*counted, *ended)] == [{"probe": 1}] * 2
    assert probes.running == set()
    assert holders(installation) == dict.fromkeys((1, 2, 3, 4))


def test_an_unexpected_error_of_a_job_stops_no_other(installation: Installation) -> None:
    probes = prepare(installation, _1="a.example", _2="b.example")
    probes.failing = {1}
    counted: list[JobResult] = []

    async def scene(ingest: Ingest) -> None:
        work = all_kinds(ingest, probes)
        await work.fill()
        for job in probes.jobs.values():
            job.finish.set()
        while not work.idle:
            await work.collect(counted.extend)
        assert holders(installation) == {1: installation.me.id, 2: None}
        await work.stop(grace=0.0)

    installation.with_ingest(scene)
    assert [result.dispositions for result in counted] == [{"probe": 1}]


def test_hosts_of_leased_jobs_are_busy_for_other_processes(installation: Installation) -> None:
    probes = prepare(installation, _1="a.example")
    other = Instance.start(installation.settings.data_dir)

    async def scene(ingest: Ingest) -> set[str]:
        work = all_kinds(ingest, probes)
        await work.fill()
        with installation.store.write() as connection:
            busy = leases.begin_leasing_rows(connection, other, installation.clock(), PROBES)
        await work.stop(grace=0.0)
        return busy

    assert installation.with_ingest(scene) == {"a.example"}
    other.close()


def test_jobs_of_all_kinds_share_a_host_and_feeds_come_first(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    page = publisher.serve_page("/1", "Titel")
    installation.subscribe(publisher.serve("/feed.xml", rss(item("1", "Titel", page))))
    host = publisher.url.removeprefix("http://")
    probes = prepare(installation, _1=host, _2="b.example")

    async def scene(ingest: Ingest) -> None:
        ingest.sync()
        work = all_kinds(ingest, probes)
        results: list[JobResult] = []
        await work.fill()
        await settle()
        assert probes.running == {2}  # the feed has the host
        while not any(result.dispositions.get("article_new") for result in results):
            await work.collect(results.extend)
            await work.fill()
            assert probes.running <= {2}  # then its page
        await settle()
        assert probes.running == {1, 2}
        await work.stop(grace=0.0)

    installation.with_ingest(scene)
    assert (publisher.asked("/feed.xml"), publisher.asked("/1")) == (1, 1)


def test_jobs_of_one_kind_that_never_end_leave_a_quarter_to_the_others(
    publisher: ScriptedPublisher, installation: Installation
) -> None:
    installation.settings = installation.settings.model_copy(update={"http_concurrency": 4})
    installation.subscribe(publisher.serve("/feed.xml", rss()))
    probes = prepare(installation, _1="a.example", _2="b.example", _3="c.example", _4="d.example")

    async def scene(ingest: Ingest) -> None:
        ingest.sync()
        deps = ingest._deps
        assert deps is not None
        work = JobRunner(deps, [probes, FeedJobs(deps, ingest._poller, once=True)])
        await work.fill()
        await settle()
        assert probes.running == {1, 2, 3}
        results: list[JobResult] = []
        while not results:
            await work.collect(results.extend)
        await work.fill()
        await settle()
        assert probes.running == {1, 2, 3}
        await work.stop(grace=0.0)

    installation.with_ingest(scene)
    assert publisher.asked("/feed.xml") == 1


def test_the_last_kind_gets_a_turn_though_the_others_fill_all(installation: Installation) -> None:
    installation.settings = installation.settings.model_copy(update={"http_concurrency": 4})
    prepare(installation, **{f"_{n}": f"{n}.example" for n in range(30)})
    kinds = first, middle, last = [ProbeJobs(installation, range(n, n + 10)) for n in (0, 10, 20)]

    async def scene(ingest: Ingest) -> None:
        assert ingest._deps is not None
        work = JobRunner(ingest._deps, kinds)
        for running, ending in (
            ((3, 1, 0), first),
            ((2, 1, 1), first),
            ((2, 1, 1), last),
            ((2, 1, 1), middle),
            ((2, 1, 1), middle),
        ):
            await work.fill()
            await settle()
            assert tuple(len(kind.running) for kind in kinds) == running
            ending.jobs[min(ending.running)].finish.set()
            await work.collect(lambda _: None)
        await work.stop(grace=0.0)

    installation.with_ingest(scene)

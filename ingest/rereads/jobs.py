"""The fetch jobs of re-reads: pages that are due to be read again, one a host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.store import Connection, rereads
from core.store.rereads import RereadRecord
from ingest.deps import Deps
from ingest.job_runner import LeaseRequest
from ingest.rereads.reader import Rereader, RereadResult


@dataclass(frozen=True, slots=True)
class RereadJob:
    """A page to read again."""

    record: RereadRecord
    kind: RereadJobs

    @property
    def name(self) -> str:
        """The article's id and the reason."""
        return f"{self.record.article_id}#{self.record.reason}"

    @property
    def host(self) -> str:
        """The page's host."""
        return self.record.host

    async def run(self) -> RereadResult:
        """Read the page."""
        return await self.kind.read(self.record)


class RereadJobs:
    """Pages that are due to be read again, one a host."""

    table = rereads.rereads
    creates_jobs = False

    def __init__(self, deps: Deps, reader: Rereader) -> None:
        self._me = deps.me
        self._reader = reader
        self._read: set[str] = set()

    def lease(self, connection: Connection, request: LeaseRequest) -> Sequence[RereadJob]:
        """Lease pages that are due to be read again."""
        leased = [job.record.article_id for job in request.leased if isinstance(job, RereadJob)]
        due = rereads.lease_due(
            connection,
            self._me,
            request.now,
            limit=request.limit,
            skip=self._read.union(leased),
            busy=request.busy,
        )
        return [RereadJob(record, self) for record in due]

    async def read(self, record: RereadRecord) -> RereadResult:
        """Read a page, once in this round."""
        self._read.add(record.article_id)
        return await self._reader.read(record)

    def begin_round(self) -> None:
        """Allow pages that are read at an interval of 0 to be read again."""
        self._read.clear()

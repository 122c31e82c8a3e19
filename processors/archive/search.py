"""Search: candidates of the index, newest first, decided by the engine, until a page is full."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from config.errors import ArchiveTimeoutError
from core.archive import Archive, ArchivedRevision, ArchiveFilter
from core.messages import Evidence
from processors.archive.proposal import propose
from processors.archive.query import SearchQuery

CHUNK = 50
"""Candidates that are read at once."""
LEAST_SECONDS = 0.5
"""Time that each read of the archive has, so that a search advances on a busy machine too."""
COUNT_SECONDS = 0.05
"""Time for counting candidates; where it is not enough, a page says less than it could."""


class Stopped(StrEnum):
    """Why a search ended before it had read everything."""

    NO = ""
    FULL = "full"
    READ = "read"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """How much one page may cost.

    Attributes:
        hits: Most hits.
        read: Most candidates that are read; None for any number.
        seconds: How long it may take; None for any time.
        counted: Up to how many candidates are counted where the first page is full; 0 counts none.
    """

    hits: int = 20
    read: int | None = None
    seconds: float | None = None
    counted: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A revision that the query matches."""

    revision: ArchivedRevision
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A page of hits.

    Attributes:
        hits: Newest first; an article once, in its newest matching revision of the page.
        next: Where the next page begins (``before``); None where everything has been read.
        stopped: Why the page ends here.
        read: Candidates that were read.
        back_to: When the last of them was fetched; None where none was read.
        is_indexed: Whether the index proposed them; else articles were read one after the other.
        candidates: How many there are in all, up to :attr:`SearchLimits.counted`; None where they
            were not counted, because everything was read, nothing is indexed, or it took too long.
    """

    hits: tuple[Hit, ...]
    next: int | None
    stopped: Stopped
    read: int
    back_to: datetime | None
    is_indexed: bool
    candidates: int | None = None


def search(
    archive: Archive,
    query: SearchQuery,
    selection: ArchiveFilter | None = None,
    *,
    before: int | None = None,
    limits: SearchLimits | None = None,
    now: Callable[[], float] = time.monotonic,
) -> SearchPage:
    """Return a page of what a query matches.

    Args:
        archive: The archive.
        query: The query.
        selection: Times, outlet and language; None for all.
        before: ``next`` of the page before; None for the first page.
        limits: How much it may cost.
        now: Returns monotonic seconds.

    Raises:
        ArchiveTimeoutError: The time was over before the index proposed anything.
        ArchiveError: The archive is unavailable or damaged.
    """
    limits = limits or SearchLimits()
    clock = _Deadline(limits.seconds, now)
    proposal = propose(query, archive, clock.left)
    wanted = replace(selection or ArchiveFilter(), proposal=proposal)
    page = _Page(query, limits, bool(proposal))
    is_first = before is None
    while True:
        try:
            chunk = archive.page(wanted, before=before, limit=CHUNK, seconds=clock.left)
        except ArchiveTimeoutError:
            if page.read == 0:
                raise
            return page.ended(before, Stopped.TIME)
        for revision in chunk:
            before = revision.number
            page.look_at(revision)
            if stopped := page.is_over(clock):
                ended = page.ended(before, stopped)
                return _with_count(ended, archive, wanted, limits) if is_first else ended
        if len(chunk) < CHUNK:
            return page.ended(None, Stopped.NO)


def _with_count(
    page: SearchPage, archive: Archive, wanted: ArchiveFilter, limits: SearchLimits
) -> SearchPage:
    """Return a full first page with the number of candidates, if that is quick to find."""
    if page.stopped != Stopped.FULL or not (page.is_indexed and limits.counted):
        return page
    try:
        number = archive.count(wanted, most=limits.counted, seconds=COUNT_SECONDS)
    except ArchiveTimeoutError:
        return page
    return replace(page, candidates=number)


class _Deadline:
    """Seconds that are left of a time limit."""

    def __init__(self, seconds: float | None, now: Callable[[], float]) -> None:
        self._now = now
        self._at = None if seconds is None else now() + seconds

    @property
    def left(self) -> float | None:
        """Seconds, at least :data:`LEAST_SECONDS`; None where there is no limit."""
        return None if self._at is None else max(LEAST_SECONDS, self._at - self._now())

    @property
    def is_over(self) -> bool:
        return self._at is not None and self._now() >= self._at


class _Page:
    """A page that is being filled."""

    def __init__(self, query: SearchQuery, limits: SearchLimits, is_indexed: bool) -> None:
        self._query = query
        self._limits = limits
        self._is_indexed = is_indexed
        self._hits: dict[str, Hit] = {}
        self._back_to: datetime | None = None
        self.read = 0

    def look_at(self, revision: ArchivedRevision) -> None:
        """Add a candidate if the query matches it."""
        self.read += 1
        self._back_to = revision.article.fetched_at
        if revision.article.article_id in self._hits:
            return
        evidence = self._query.evidence_in(revision)
        if evidence is not None:
            self._hits[revision.article.article_id] = Hit(revision, evidence)

    def is_over(self, clock: _Deadline) -> Stopped:
        """Return why no further candidate is read; ``NO`` where one is."""
        if len(self._hits) >= self._limits.hits:
            return Stopped.FULL
        if self._limits.read is not None and self.read >= self._limits.read:
            return Stopped.READ
        return Stopped.TIME if clock.is_over else Stopped.NO

    def ended(self, following: int | None, stopped: Stopped) -> SearchPage:
        """Return the page."""
        hits = tuple(self._hits.values())
        return SearchPage(hits, following, stopped, self.read, self._back_to, self._is_indexed)

"""What a run came to, in figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from core.dispositions import Dispositions
from ingest.pages import EntryResult
from ingest.poll import PollResult

STAGE = "ingest"
"""The stage under which dispositions are counted."""


@dataclass(frozen=True, slots=True)
class IngestCounts:
    """What one run came to.

    Attributes:
        polled: Feeds asked, those not modified and those that failed among them.
        not_modified: Feeds that answered 304.
        failed: Feeds that could not be had or read.
        new: Articles announced for the first time.
        revised: Revisions announced of known articles.
        known: Entries that were known, or whose article is known through another feed.
        reached_nothing: Whether feeds were asked and nobody answered at all.
    """

    polled: int = 0
    not_modified: int = 0
    failed: int = 0
    new: int = 0
    revised: int = 0
    known: int = 0
    reached_nothing: bool = False


class IngestTally:
    """Sums up what ends, and counts each end as a disposition."""

    def __init__(self, dispositions: Dispositions) -> None:
        self._dispositions = dispositions
        self._feeds: Counter[str] = Counter()
        self._ends: Counter[str] = Counter()

    def count(self, ended: list[PollResult | EntryResult]) -> None:
        """Add what has ended."""
        for result in ended:
            if isinstance(result, PollResult):
                self._count_poll(result)
            elif result.disposition:
                self._end(result.disposition, 1)

    def counts(self) -> IngestCounts:
        """The sums."""
        polled = self._feeds["polled"]
        return IngestCounts(
            polled=polled,
            not_modified=self._feeds["not_modified"],
            failed=self._feeds["failed"],
            new=self._ends["article_new"],
            revised=self._ends["article_revised"],
            known=self._ends["known"] + self._ends["copy_url"] + self._ends["unchanged"],
            reached_nothing=polled > 0 and not self._feeds["reached"],
        )

    def _count_poll(self, polled: PollResult) -> None:
        self._feeds["polled"] += 1
        self._feeds["not_modified"] += polled.outcome == "not_modified"
        self._feeds["failed"] += polled.failed
        self._feeds["reached"] += polled.reached
        for disposition, number in polled.dispositions.items():
            self._end(disposition, number)

    def _end(self, disposition: str, number: int) -> None:
        self._ends[disposition] += number
        self._dispositions.count(STAGE, disposition, number)

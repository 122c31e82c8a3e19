"""What is known about a document besides its bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from ingest.dates import parse_date
from ingest.sources.identity import EntrySelection, RawEntry, select_entries
from ingest.sources.key_level import KeyLevel


@dataclass(frozen=True, slots=True)
class ParseContext:
    """What a parser knows about a document besides its bytes.

    Attributes:
        url: Where it came from; relative links are relative to it.
        now: The present, aware.
        known: Digest by key of the entries seen before.
        limit: How many entries to return at most; the newest are selected.
        content_type: The ``Content-Type``; only its charset is used.
        zone: The time zone of dates that name none, if it is known.
        level: What identifies the entries of the feed so far.
    """

    url: str
    now: datetime
    known: Mapping[str, str]
    limit: int
    content_type: str | None = None
    zone: tzinfo | None = None
    level: str = KeyLevel.ID

    def select(
        self, raws: Sequence[RawEntry], newest_first: Callable[[RawEntry], float] | None = None
    ) -> EntrySelection:
        """Select the new and changed entries of the document.

        Args:
            raws: All entries, in order.
            newest_first: Sort key, smaller for newer entries; :meth:`age` if there is none.
        """
        return select_entries(raws, self.known, self.limit, newest_first or self.age, self.level)

    def age(self, raw: RawEntry) -> float:
        """Return the seconds since an entry was published; those without a date are the oldest."""
        at = parse_date(raw.published, now=self.now)
        return (self.now - at).total_seconds() if at else float("inf")

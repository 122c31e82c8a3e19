"""What a feed says, in our words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry as the feed gave it, cleaned.

    Attributes:
        key: Identity within its feed (``ingest.sources.identity``).
        url: Absolute and fetchable; None where the entry has no usable link.
        title: One line of text, without markup.
        summary: Text, paragraphs parted by line feeds.
        content: Text of the full content the feed carries; may be empty.
        published_at: When it was published, never later than now; None where the feed does not
            say, or says what cannot be.
        published_raw: What the feed said.
        authors: Names, in order.
        language: Two letters, where the feed says.
        digest: Changes when title, summary, content, link or publication date do.
    """

    key: str
    url: str | None
    title: str
    summary: str
    content: str
    published_at: datetime | None
    published_raw: str
    authors: tuple[str, ...]
    language: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What one answer of a feed holds.

    Attributes:
        title: Of the feed, without markup.
        language: Two letters, where the feed says.
        entries: New and changed ones only, in the feed's order.
        known_keys: Of entries present and unchanged.
        total: Entries in the document.
        tossed: Entries not in ``entries`` nor known: over the limit, the same one again, or with
            nothing to know them by.
        hint: How long the feed asks to be left alone, where it says.
        self_url: What the feed calls its own URL, where it says.
        whole: Whether the document ends where it should; one that breaks off may have lost
            entries.
    """

    title: str
    language: str | None
    entries: tuple[FeedEntry, ...]
    known_keys: tuple[str, ...]
    total: int
    tossed: int
    hint: timedelta | None = None
    self_url: str | None = None
    whole: bool = True

"""The entries of a feed, whatever its format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.i18n import Phrase


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of a feed, cleaned.

    Attributes:
        key: Identity within its feed (:mod:`ingest.sources.identity`).
        url: Absolute and fit to be requested; None if the entry has no usable link.
        title: One line of text, without markup.
        summary: Text, one paragraph a line.
        content: Text of the full content, if the feed has it.
        published_at: When it was published, never later than the present; None if the feed does
            not say, or names an impossible date.
        published_is_day: Whether the feed names only the day; ``published_at`` is then its end.
        published_raw: The date as the feed writes it.
        authors: Names, in order.
        language: Two letters, if the feed names a language.
        content_hash: Changes when title, summary, content, link or publication date change.
        text_hash: The same without the link.
        guid: Its guid without the scheme; empty if the feed gives none.
        link_key: Its key if the guids of its feed cannot be trusted.
        publisher_url: The site of its publisher, if its link hides that and the feed says it; else
            empty.
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
    content_hash: str
    published_is_day: bool = False
    text_hash: str = ""
    guid: str = ""
    link_key: str = ""
    publisher_url: str = ""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What a document of a feed contains.

    Attributes:
        title: The feed's title, without markup.
        language: Two letters, if the feed names a language.
        entries: New and changed entries only, in the order of the feed.
        known_keys: Keys of entries that have not changed.
        total: How many entries the document has.
        skipped: How many entries are neither in ``entries`` nor known: beyond a limit, repeated,
            or empty.
        hint: How long the feed asks to wait until the next request, if it does.
        skip_hours: Hours of the day, in UTC, in which it does not change, if it names any.
        self_url: The URL that the feed names as its own, if it does.
        hub_url: The first WebSub hub that it names, if it names one.
        whole: Whether the document is complete; one that breaks off may have lost entries.
        cut_reason: Why entries were left out, if a limit was exceeded.
        repeated: How many of the skipped entries the document shows once more.
        empty: How many of the skipped entries have nothing that identifies them.
        renamed: How many known entries have another guid than before.
        level: What identifies the entries (:class:`ingest.sources.key_level.KeyLevel`).
        modified: When entries were changed last, by key, as the feed writes it.
    """

    title: str
    language: str | None
    entries: tuple[FeedEntry, ...]
    known_keys: tuple[str, ...]
    total: int
    skipped: int
    hint: timedelta | None = None
    self_url: str | None = None
    hub_url: str | None = None
    whole: bool = True
    cut_reason: Phrase | None = None
    sitemaps: tuple[str, ...] = ()
    repeated: int = 0
    empty: int = 0
    renamed: int = 0
    level: str = "id"
    modified: Mapping[str, str] = field(default_factory=dict)
    skip_hours: tuple[int, ...] = ()

"""Find which entries of a document are known under another key. Pure.

::

    entry ── its key ──▶ its link ──▶ its guid without host ──▶ its link without query ──▶ known row
                                                       └── most entries are new: its headline

Each known entry is taken by one entry of the document at most, the better evidence first: what is
shown beside its old self is another entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from core.store.entries import EntryRecord
from ingest.entries.same_entry import (
    Headline,
    alias_of_link,
    aliases_of,
    has_no_page,
    headline_of,
    is_among,
    is_other_story,
    is_renamed,
    is_same_entry,
    is_same_headline,
    is_same_link,
    is_same_page,
    link_of,
)
from ingest.sources.entry import FeedEntry, ParsedFeed
from ingest.sources.key_level import KeyLevel
from ingest.sources.likeness import title_key

MANY_NEW = 0.8
"""Share of unknown keys from which a document is compared by headlines, too."""

ENOUGH_MATCHED = 0.7
"""Share of entries known by another name from which a feed counts as renamed."""

SMALLEST_RENAMED = 3
"""Entries of the smallest document that can count as renamed."""

BY_LINK = frozenset({KeyLevel.ID, KeyLevel.LINK, KeyLevel.TITLE_DATE})
"""Levels at which a link leads to one entry."""


@dataclass(frozen=True, slots=True)
class KnownEntries:
    """What the store knows about the entries of a document.

    Attributes:
        by_key: Entries of this feed, by key.
        by_link: Entries of any feed, oldest first, by the canonical form of their link.
        articles: Ids of articles, by canonical URL.
        feed_sizes: Characters of those of them whose pages were not read, by id.
        by_alias: Entries of this feed by alias, oldest first.
        crowded: Aliases of more entries than ``by_alias`` has of them.
        newest: The newest entries of this feed, oldest first, if most of the document is unknown.
        notices: Entries without a page that other feeds of the outlet show, by canonical link.
    """

    by_key: Mapping[str, EntryRecord]
    by_link: Mapping[str, Sequence[EntryRecord]]
    articles: Mapping[str, str]
    by_alias: Mapping[str, Sequence[EntryRecord]] = field(default_factory=dict)
    crowded: Collection[str] = ()
    feed_sizes: Mapping[str, int] = field(default_factory=dict)
    newest: Sequence[EntryRecord] = ()
    notices: Mapping[str, Sequence[EntryRecord]] = field(default_factory=dict)


@dataclass
class Matches:
    """Which entries of a document are known.

    Attributes:
        rows: Known entries, by the key of the entry in the document.
        reused: Keys of entries whose guid is that of another story.
        shared: Canonical links that lead to several entries.
        collections: Those of them whose page has several entries: many, or each at its anchor.
        renamed: How many entries are known by another name than before.
        is_renamed: Whether the feed has renamed most of its entries.
    """

    rows: dict[str, EntryRecord] = field(default_factory=dict)
    reused: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    collections: set[str] = field(default_factory=set)
    renamed: int = 0
    is_renamed: bool = False


def is_mostly_new(unknown: int, parsed: ParsedFeed) -> bool:
    """Return whether so many entries of a document are unknown that it may have been renamed."""
    total = len(parsed.entries) + len(parsed.known_keys)
    return total >= SMALLEST_RENAMED and unknown + parsed.renamed > MANY_NEW * total


def match_entries(
    parsed: ParsedFeed, records: Mapping[str, EntryRecord], known: KnownEntries
) -> Matches:
    """Find the known entries among those of a document.

    Args:
        parsed: The document.
        records: Its new and changed entries as rows, by key.
        known: What the store knows.
    """
    return _Matcher(parsed, records, known).match()


class _Matcher:
    def __init__(
        self, parsed: ParsedFeed, records: Mapping[str, EntryRecord], known: KnownEntries
    ) -> None:
        self._parsed = parsed
        self._records = records
        self._known = known
        self._level = KeyLevel(parsed.level)
        self._taken = set(parsed.known_keys)
        self._feed_id = next((record.feed_id for record in records.values()), "")
        self._matches = Matches()
        self._find_shared_links()
        self._open: list[FeedEntry] = []

    def match(self) -> Matches:
        matches = self._matches
        self._open = [entry for entry in self._parsed.entries if not self._by_key(entry)]
        unknown = len(self._open)
        for find in (self._same_link, self._same_guid, self._same_page):
            self._open = [entry for entry in self._open if not self._take(entry, find)]
        matches.renamed = unknown - len(self._open) + self._parsed.renamed
        if is_mostly_new(unknown, self._parsed):
            self._by_headlines()
        return matches

    def _by_key(self, entry: FeedEntry) -> bool:
        """Take the entry with the same key, unless the guid has been used again."""
        old = self._known.by_key.get(entry.key)
        if old is None:
            return False
        if old.key not in self._taken and self._is_same(old, entry):
            self._add(entry, old)
            return True
        if entry.key == entry.guid:
            self._matches.reused.add(entry.key)
        return False

    def _is_same(self, old: EntryRecord, entry: FeedEntry) -> bool:
        """Return whether a key still means what it meant: a link does if it leads to a page."""
        record = self._records[entry.key]
        if link_of(record.url) in self._matches.shared and is_other_story(old, record):
            return False
        if entry.key != entry.guid and link_of(record.url) == link_of(old.url) != "":
            return is_same_link(old, record)
        return is_same_entry(old, record)

    def _take(
        self, entry: FeedEntry, find: Callable[[FeedEntry, EntryRecord], Sequence[EntryRecord]]
    ) -> bool:
        rows = find(entry, self._records[entry.key])
        free = [row for row in rows if row.key not in self._taken]
        if not free:
            return False
        self._add(entry, free[-1])
        return True

    def _add(self, entry: FeedEntry, old: EntryRecord) -> None:
        self._taken.add(old.key)
        self._matches.rows[entry.key] = old

    def _same_link(self, entry: FeedEntry, record: EntryRecord) -> Sequence[EntryRecord]:
        """Return the entries with the link of an entry; only equal ones where entries share it."""
        by_key = self._known.by_key.get(entry.link_key)
        rows = [by_key] if by_key and entry.link_key != entry.key else []
        if not (link := link_of(entry.url)):
            return [row for row in rows if is_same_headline(row, record)]
        linked = [row for row in (*rows, *self._linked(link)) if is_same_link(row, record)]
        if link in self._matches.shared:
            return [row for row in linked if is_same_headline(row, record)]
        has_other_id = self._level is KeyLevel.ID and bool(entry.guid)
        return [row for row in linked if not (has_other_id and is_other_story(row, record))]

    def _same_guid(self, entry: FeedEntry, record: EntryRecord) -> Sequence[EntryRecord]:
        if self._level is not KeyLevel.ID:
            return ()
        rows = self._aliased(entry, "guid")
        return [row for row in rows if is_same_entry(row, record) or is_renamed(row, record)]

    def _same_page(self, entry: FeedEntry, record: EntryRecord) -> Sequence[EntryRecord]:
        if self._level not in BY_LINK or link_of(entry.url) in self._matches.shared:
            return ()
        return [row for row in self._aliased(entry, "page") if is_same_page(row, record)]

    def _linked(self, link: str) -> list[EntryRecord]:
        """Return the entries of this feed that have a link, oldest first."""
        aliased = self._known.by_alias.get(alias_of_link(link), ())
        rows = {row.id: row for row in (*self._known.by_link.get(link, ()), *aliased)}
        return sorted((r for r in rows.values() if r.feed_id == self._feed_id), key=lambda r: r.id)

    def _aliased(self, entry: FeedEntry, kind: str) -> Sequence[EntryRecord]:
        alias = aliases_of(entry, entry.guid).get(kind)
        return self._known.by_alias.get(alias, ()) if alias else ()

    def _by_headlines(self) -> None:
        """Take entries with the same headline, if that explains most of the document.

        A headline counts if the document and the feed have it once.
        """
        titles = Counter(title_key(entry.title) for entry in self._parsed.entries)
        rows: dict[str, list[EntryRecord]] = {}
        for row in self._known.newest:
            if row.key not in self._taken:
                rows.setdefault(title_key(row.title), []).append(row)
        by_title = {
            entry.key: rows[title][0]
            for entry in self._open
            if (title := title_key(entry.title))
            and titles[title] == 1
            and len(rows.get(title, ())) == 1
            and is_same_headline(rows[title][0], self._records[entry.key])
        }
        total = len(self._parsed.entries) + len(self._parsed.known_keys)
        if self._matches.renamed + len(by_title) < ENOUGH_MATCHED * total:
            return
        for entry in self._open:
            if entry.key in by_title:
                self._add(entry, by_title[entry.key])
        self._matches.renamed += len(by_title)
        self._matches.is_renamed = True

    def _find_shared_links(self) -> None:
        """Find the links that lead to several entries, in this document or before it."""
        headlines: dict[str, set[Headline]] = {}
        for entry in self._parsed.entries:
            if link := link_of(entry.url):
                headline = headline_of(self._records[entry.key])
                headlines.setdefault(link, set()).add(headline)
        for link, different in headlines.items():
            rows = self._linked(link)
            different |= {headline_of(row) for row in rows if row.key in self._taken}
            different = _without_kickers(different)
            was_shared = alias_of_link(link) in self._known.crowded or any(map(has_no_page, rows))
            anchors = {anchor for _, _, anchor in different}
            if len(different) > 1 or was_shared:
                self._matches.shared.add(link)
            if len(different) > 1 and (len(different) > 2 or len(anchors) > 1 or was_shared):
                self._matches.collections.add(link)


def _without_kickers(headlines: set[Headline]) -> set[Headline]:
    """Return headlines without those that are another one with a kicker."""
    distinct: set[Headline] = set()
    for headline in sorted(headlines, key=lambda one: len(one[0])):
        if not is_among(headline, distinct):
            distinct.add(headline)
    return distinct

"""Decide which entries of a document are new, changed or known, before they are stored. Pure.

::

    parsed entry ── known (entry_match) ── same text: known
                 │                └─────── another text: changed, its page is read again
                 └── unknown ── shown twice in the document: known
                             ├── a notice without a page that another section shows: a sighting
                             ├── beside others with its link: an entry without a page of its own
                             ├── its article is known from another feed: a sighting (copy_url),
                             │   unless only this feed has its full text
                             └── otherwise new: its page is read next

Where guids turn out to be worthless, the feed's entries are identified by something else from then
on (:class:`ingest.sources.key_level.KeyLevel`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from config.i18n import Phrase
from config.settings import Settings
from core.messages import Origin
from core.store.entries import DONE, PENDING, EntryRecord
from core.store.feed_record import FeedRecord
from ingest.entries.entry_match import KnownEntries, Matches, match_entries
from ingest.entries.fuller_text import brings_more
from ingest.entries.same_entry import (
    WITHOUT_LINK,
    Headline,
    aliases_of,
    has_no_page,
    headline_of,
    is_among,
    is_foreign_page,
    is_only_link_changed,
    is_renamed,
    is_same_headline,
    is_same_notice,
    link_of,
)
from ingest.hosts import host_key
from ingest.sources.entry import FeedEntry, ParsedFeed
from ingest.sources.key_level import KeyLevel
from ingest.sources.likeness import title_key

RENAMED_AGAIN = timedelta(days=7)
"""A feed whose entries are renamed twice within this time renames them at every poll."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A known article that a feed shows."""

    article_id: str
    url: str


@dataclass
class Admission:
    """What to store of a document.

    Attributes:
        add: Entries to add.
        change: Entries to overwrite.
        rename: Entries that have another key or link and otherwise are as before.
        sightings: Sightings to add.
        aliases: Aliases of entries, by key.
        keys: Keys of all entries of the document.
        dispositions: How many entries end here, by disposition.
        new: How many entries were never seen before, under no name.
        renamed: How many changed entries were seen before under another key.
        reidentified: How many entries have another name than before, if most of them have; else 0.
        level: What identifies the entries of the feed from now on.
        level_reason: Why it is another level than before; None if it is not.
    """

    add: list[EntryRecord] = field(default_factory=list)
    change: list[EntryRecord] = field(default_factory=list)
    rename: list[EntryRecord] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    dispositions: Counter[str] = field(default_factory=Counter)
    new: int = 0
    renamed: int = 0
    reidentified: int = 0
    level: str = KeyLevel.ID
    level_reason: Phrase | None = None


def link_key(feed_id: str, entry: FeedEntry) -> str:
    """Return the canonical form of an entry's link.

    If there is no link, or only one to a homepage, as in feeds of short notices, the entry itself
    is the identity.
    """
    return link_of(entry.url) or key_without_link(feed_id, entry.key)


def key_without_link(feed_id: str, key: str) -> str:
    """Return the identity of an entry that no link identifies."""
    return f"{WITHOUT_LINK}{feed_id}#{key}"


def origin_of(
    feed: FeedRecord, published_at: datetime | None, now: datetime, settings: Settings
) -> Origin:
    """Return whether a new entry is live, or backfill.

    New entries of a feed that was read within the live gap are live. After a first read, or a
    longer gap, only entries that were published recently are; a time in the future does not count.
    """
    last = feed.last_success_at
    if last is not None and now - last <= settings.fetch_live_gap:
        return Origin.LIVE
    if published_at is not None and now - settings.fetch_first_live <= published_at <= now:
        return Origin.LIVE
    return Origin.BACKFILL


def admit(
    feed: FeedRecord, parsed: ParsedFeed, known: KnownEntries, now: datetime, settings: Settings
) -> Admission:
    """Decide what to store of every entry of a document."""
    records = {entry.key: _new_record(feed, entry, now, settings) for entry in parsed.entries}
    matches = match_entries(parsed, records, known)
    result = Admission(keys=list(parsed.known_keys))
    result.level, result.level_reason = _next_level(feed, parsed, matches, now)
    result.reidentified = matches.renamed if _is_renamed_first(feed, matches, now) else 0
    result.dispositions.update(
        known=len(parsed.known_keys),
        repeated=parsed.repeated,
        not_an_entry=parsed.empty,
        too_many=parsed.skipped - parsed.repeated - parsed.empty,
    )
    admitter = _Admitter(result, feed, parsed, known, matches, now)
    for entry in parsed.entries:
        admitter.admit(entry, records[entry.key])
    return result


def _next_level(
    feed: FeedRecord, parsed: ParsedFeed, matches: Matches, now: datetime
) -> tuple[str, Phrase | None]:
    """Return what identifies the entries from now on, and why, if it has changed."""
    level, reason = KeyLevel(parsed.level), ""
    if level != feed.key_level:
        has_guids = any(entry.guid for entry in parsed.entries)
        reason = {KeyLevel.LINK: "shared_ids" if has_guids else "no_ids"}.get(level, "shared_links")
    elif level is KeyLevel.ID and matches.reused:
        level, reason = KeyLevel.LINK, "reused_ids"
    elif matches.is_renamed and feed.renamed_at and now - feed.renamed_at <= RENAMED_AGAIN:
        if level is KeyLevel.ID:
            level, reason = KeyLevel.LINK, "changing_ids"
        elif level is KeyLevel.LINK:
            level, reason = KeyLevel.TITLE_DATE, "changing_links"
    return level.value, Phrase(f"feed.key.{reason}") if reason else None


def _is_renamed_first(feed: FeedRecord, matches: Matches, now: datetime) -> bool:
    """Return whether a feed has renamed its entries, and does not do so all the time."""
    is_often = feed.renamed_at is not None and now - feed.renamed_at <= RENAMED_AGAIN
    return matches.is_renamed and not matches.reused and not is_often


class _Admitter:
    """Decides about the entries of one document, one after the other."""

    def __init__(
        self,
        result: Admission,
        feed: FeedRecord,
        parsed: ParsedFeed,
        known: KnownEntries,
        matches: Matches,
        now: datetime,
    ) -> None:
        self._result = result
        self._feed_id = feed.feed_id
        self._known = known
        self._matches = matches
        self._now = now
        self._loses_ids = result.level != parsed.level
        shown = {*parsed.known_keys, *(row.key for row in matches.rows.values())}
        rows = (row for linked in known.by_link.values() for row in linked)
        self._used = set(parsed.known_keys)
        self._headlines: dict[str, list[Headline]] = {}
        for row in rows:
            if row.feed_id == self._feed_id and row.key in shown:
                self._note_headline(row)

    def admit(self, entry: FeedEntry, record: EntryRecord) -> None:
        """Decide about an entry.

        Args:
            entry: The entry as parsed.
            record: The entry as if it were new; a change of it has the origin of its own moment.
        """
        old = self._matches.rows.get(entry.key)
        record = replace(record, key=self._key(entry, old))
        self._used.add(record.key)
        self._result.keys.append(record.key)
        self._result.aliases[record.key] = tuple(aliases_of(entry, entry.guid).values())
        if old is not None:
            self._admit_known(old, record)
        else:
            self._admit_unknown(record)
        self._note_headline(record)

    def _note_headline(self, record: EntryRecord) -> None:
        self._headlines.setdefault(link_of(record.url), []).append(headline_of(record))

    def _key(self, entry: FeedEntry, old: EntryRecord | None) -> str:
        """Return a key that no other entry has: the old one, where the new one is taken."""
        if old is not None and old.key == entry.key:
            return old.key
        key = entry.key
        is_taken = old is None and entry.key in self._known.by_key
        if is_taken or self._loses_ids:
            key = entry.link_key or entry.key
        row = self._known.by_key.get(key)
        if key not in self._used and (row is None or (old is not None and row.key == old.key)):
            return key
        return old.key if old is not None else f"{key[:400]}|{entry.content_hash}"

    def _admit_known(self, old: EntryRecord, record: EntryRecord) -> None:
        if self._is_unchanged(old, record):
            self._result.dispositions["known"] += 1
            if record.key != old.key or record.content_hash != old.content_hash:
                self._result.rename.append(
                    replace(
                        old,
                        key=record.key,
                        content_hash=record.content_hash,
                        text_hash=record.text_hash,
                        url=record.url or old.url,
                    )
                )
            return
        if old.state == PENDING and not old.disposition:
            self._result.dispositions["superseded"] += 1
        self._result.renamed += record.key != old.key
        self._result.change.append(_changed(old, record, self._now))

    def _is_unchanged(self, old: EntryRecord, record: EntryRecord) -> bool:
        """Return whether an entry says what it said, whatever it is called and linked by now."""
        if old.content_hash == record.content_hash or is_only_link_changed(old, record):
            return True
        return self._matches.is_renamed and title_key(old.title) == title_key(record.title) != ""

    def _admit_unknown(self, record: EntryRecord) -> None:
        link = link_of(record.url)
        linked = self._known.by_link.get(record.url_key, ()) if link else ()
        article = self._known.articles.get(link) or next(
            (e.article_id for e in reversed(linked) if e.article_id), None
        )
        if link and is_among(headline_of(record), self._headlines.get(link, ())):
            self._end(record, "known", article)
            return
        self._result.new += 1
        notices = self._known.notices.get(link, ()) if link else ()
        elsewhere = [*(row for row in linked if row.feed_id != self._feed_id), *notices]
        twin = next((row for row in reversed(elsewhere) if is_same_notice(row, record)), None)
        if twin is not None:
            self._show_again(record, twin)
        elif not link or self._has_others(link, linked) or _is_of_others(record, linked, notices):
            own = key_without_link(self._feed_id, record.key)
            self._result.add.append(replace(record, url_key=own))
        elif article and not brings_more(record, self._known.feed_sizes.get(article)):
            self._end(record, "copy_url", article)
            self._result.sightings.append(Sighting(article, record.url))
        else:
            self._result.add.append(record)

    def _show_again(self, record: EntryRecord, twin: EntryRecord) -> None:
        """Let an entry be the one that another feed shows at its link."""
        shared = replace(record, url_key=twin.url_key)
        if twin.article_id is None:
            self._result.add.append(shared)
            return
        self._end(shared, "copy_url", twin.article_id)
        self._result.sightings.append(Sighting(twin.article_id, record.url))

    def _has_others(self, link: str, linked: Sequence[EntryRecord]) -> bool:
        """Return whether the page of an entry is that of other entries of the feed, too."""
        return (
            link in self._matches.collections
            or any(row.feed_id == self._feed_id for row in linked)
            or link in self._headlines
        )

    def _end(self, record: EntryRecord, disposition: str, article: str | None) -> None:
        self._result.dispositions[disposition] += 1
        self._result.add.append(
            replace(
                record,
                state=DONE,
                disposition=disposition,
                article_id=article,
                summary="",
                content="",
            )
        )


def _is_of_others(
    record: EntryRecord, linked: Sequence[EntryRecord], notices: Sequence[EntryRecord]
) -> bool:
    """Return whether a link that other feeds show leads to a page that is not an entry's own.

    One notice beside an article whose page was read may be the article under another headline, and
    so may be an entry whose headline is only edited: that the page was another one may pass.
    """
    if any(is_same_headline(row, record) for row in linked):
        return False
    if len(notices) > 1:
        return True
    is_edited = any(is_renamed(row, record) for row in linked)
    is_read = any(row.page_outcome == "ok" for row in linked)
    return not is_edited and (is_foreign_page(linked) or (bool(notices) and not is_read))


def _changed(old: EntryRecord, record: EntryRecord, now: datetime) -> EntryRecord:
    """Return a known entry with what the document says of it now."""
    is_announced = old.article_id is not None
    keep_link = has_no_page(old) or not record.url
    return replace(
        record,
        id=old.id,
        url_key=old.url_key if keep_link else record.url_key,
        host=record.host if record.url else old.host,
        article_id=old.article_id,
        first_seen_at=old.first_seen_at,
        changed_at=now,
        page_outcome=old.page_outcome,
        origin=record.origin if is_announced else old.origin,
        missed_since=record.missed_since if is_announced else old.missed_since,
    )


def _new_record(
    feed: FeedRecord, entry: FeedEntry, now: datetime, settings: Settings
) -> EntryRecord:
    origin = origin_of(feed, entry.published_at, now, settings)
    return EntryRecord(
        feed_id=feed.feed_id,
        key=entry.key,
        url_key=link_key(feed.feed_id, entry),
        host=host_key(entry.url or feed.url),
        origin=origin.value,
        missed_since=feed.last_success_at if origin is Origin.BACKFILL else None,
        first_seen_at=now,
        changed_at=now,
        next_page_at=now,
        **_content_of(entry),
    )


def _content_of(entry: FeedEntry) -> dict[str, Any]:
    return {
        "content_hash": entry.content_hash,
        "text_hash": entry.text_hash,
        "url": entry.url or "",
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "published_at": entry.published_at,
        "published_is_day": entry.published_is_day,
        "authors": entry.authors,
        "language": entry.language,
        "publisher_url": entry.publisher_url,
    }

"""Decide which entries of a document are new, changed or known, before they are stored. Pure.

::

    parsed entry ── its key is known in this feed ── same content hash: known
                         │                └── another content hash: changed, its page is read again
                         └── key unknown ── the same link under a guid that is gone: the same entry
                               └── the same link next to another guid: known or, with another
                                   title, an entry of its own (short notices that share a page)
                               └── its article is known from another feed: a sighting (copy_url)
                               └── otherwise new: its page is read next
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from config.settings import Settings
from core.messages import Origin
from core.store.entries import DONE, PENDING, EntryRecord
from core.store.feed_record import FeedRecord
from ingest.hosts import host_key
from ingest.sources.entry import FeedEntry, ParsedFeed
from ingest.urls import canonical_url

_WITHOUT_LINK = "entry:"


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
        sightings: Sightings to add.
        dispositions: How many entries end here, by disposition.
        new: How many entries were never seen before, neither their key nor their link.
        renamed: How many changed entries were seen before under another key.
    """

    add: list[EntryRecord] = field(default_factory=list)
    change: list[EntryRecord] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    dispositions: Counter[str] = field(default_factory=Counter)
    new: int = 0
    renamed: int = 0


@dataclass(frozen=True, slots=True)
class KnownEntries:
    """What the store knows about the entries of a document.

    Attributes:
        by_key: Entries of this feed, by key.
        by_link: Entries of any feed, oldest first, by the canonical form of their link.
        articles: Ids of articles, by canonical URL.
    """

    by_key: Mapping[str, EntryRecord]
    by_link: Mapping[str, Sequence[EntryRecord]]
    articles: Mapping[str, str]


def link_key(feed_id: str, entry: FeedEntry) -> str:
    """Return the canonical form of an entry's link.

    If there is no link, or only one to a homepage, as in feeds of short notices, the entry itself
    is the identity.
    """
    if entry.url and not is_homepage(entry.url):
        return canonical_url(entry.url)
    return key_without_link(feed_id, entry.key)


def key_without_link(feed_id: str, key: str) -> str:
    """Return the identity of an entry that no link identifies."""
    return f"{_WITHOUT_LINK}{feed_id}#{key}"


def has_no_page(record: EntryRecord) -> bool:
    """Return whether an entry has no page of its own, so that the feed has all of its text."""
    return record.url_key.startswith(_WITHOUT_LINK)


def is_homepage(url: str) -> bool:
    """Return whether a URL consists of a host and nothing else."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


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
    result = Admission()
    result.dispositions["known"] = len(parsed.known_keys)
    result.dispositions["too_many"] = parsed.skipped
    present = {entry.key for entry in parsed.entries} | set(parsed.known_keys)
    titles: dict[str, dict[str, str]] = {}
    for entry in parsed.entries:
        old = known.by_key.get(entry.key)
        record = _new_record(feed, entry, now, settings)
        if old is not None:
            _admit_known(result, old, record, now)
            continue
        beside = [e for e in known.by_link.get(record.url_key, ()) if e.feed_id == feed.feed_id]
        shown = titles.setdefault(
            record.url_key, {e.key: e.title for e in beside if e.key in present}
        )
        _admit_unknown(result, record, known, present, shown)
        shown[record.key] = record.title
    return result


def _admit_known(result: Admission, old: EntryRecord, record: EntryRecord, now: datetime) -> None:
    """Decide about an entry with a known key.

    Args:
        result: Where to add what to store.
        old: The entry as it is stored.
        record: The entry as if it were new; a change of it has the origin of its own moment.
        now: The present.
    """
    if old.content_hash == record.content_hash:
        result.dispositions["known"] += 1
        return
    if old.state == PENDING and not old.disposition:
        result.dispositions["superseded"] += 1
    is_announced = old.article_id is not None
    keep_key = has_no_page(old) or not record.url
    result.change.append(
        replace(
            record,
            id=old.id,
            url_key=old.url_key if keep_key else record.url_key,
            host=record.host if record.url else old.host,
            article_id=old.article_id,
            first_seen_at=old.first_seen_at,
            changed_at=now,
            page_outcome=old.page_outcome,
            origin=record.origin if is_announced else old.origin,
            missed_since=record.missed_since if is_announced else old.missed_since,
        )
    )


def _admit_unknown(
    result: Admission,
    record: EntryRecord,
    known: KnownEntries,
    present: set[str],
    shown: Mapping[str, str],
) -> None:
    """Decide about an entry with a new key.

    Args:
        result: Where to add what to store.
        record: The entry.
        known: What the store knows.
        present: Keys of all entries of the document.
        shown: Titles of other entries of the document with the same link, by key.
    """
    same_link = known.by_link.get(record.url_key, ())
    article = known.articles.get(record.url_key) or next(
        (e.article_id for e in reversed(same_link) if e.article_id), None
    )
    gone = [e for e in same_link if e.feed_id == record.feed_id and e.key not in present]
    if any(record.title == title or _same_guid(record.key, key) for key, title in shown.items()):
        _add_ended(result, record, "known", article)
    elif shown:
        result.new += 1
        result.add.append(replace(record, url_key=key_without_link(record.feed_id, record.key)))
    elif gone:
        _renamed(result, record, gone[-1], article)
    elif article:
        result.new += 1
        _add_ended(result, record, "copy_url", article)
        result.sightings.append(Sighting(article, record.url))
    else:
        result.new += 1
        result.add.append(record)


def _same_guid(a: str, b: str) -> bool:
    """Return whether two keys have the same guid and differ only by their links."""
    return a.startswith(f"{b}|") or b.startswith(f"{a}|")


def _renamed(result: Admission, record: EntryRecord, old: EntryRecord, article: str | None) -> None:
    """Admit a known entry with another guid; its page is read again only if its text differs."""
    if old.content_hash == record.content_hash:
        _add_ended(result, record, "known", article)
        return
    result.renamed += 1
    if article is None:
        record = replace(record, origin=old.origin, missed_since=old.missed_since)
    result.add.append(replace(record, article_id=article))


def _add_ended(
    result: Admission, record: EntryRecord, disposition: str, article: str | None
) -> None:
    result.dispositions[disposition] += 1
    result.add.append(
        replace(
            record,
            state=DONE,
            disposition=disposition,
            article_id=article,
            summary="",
            content="",
        )
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
        "url": entry.url or "",
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "published_at": entry.published_at,
        "published_is_day": entry.published_is_day,
        "authors": entry.authors,
        "language": entry.language,
    }

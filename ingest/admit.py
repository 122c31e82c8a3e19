"""Which entries of a document are new, changed or known: a pure decision before they are stored.

::

    parsed entry ── its key known in this feed? ── same digest: known
                         │                └── other digest: changed, its page is read again
                         └── no ── the same link under a guid that is gone: the same entry
                               └── the same link beside another guid: known, or, with another
                                   title, an entry of its own (short notices that share a page)
                               └── its article known through another feed: a sighting (copy_url)
                               └── else new: its page is to be read
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

_OWN = "entry:"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A feed shows an article that is known."""

    article_id: str
    url: str


@dataclass
class Admission:
    """What a document's entries came to.

    Attributes:
        add: To be stored.
        change: To be stored over what was there.
        sightings: To be noted.
        dispositions: Of the entries that end here.
        new: Entries never seen before, by key and link.
        renamed: Entries seen before under another key, with something else to say.
    """

    add: list[EntryRecord] = field(default_factory=list)
    change: list[EntryRecord] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    dispositions: Counter[str] = field(default_factory=Counter)
    new: int = 0
    renamed: int = 0


@dataclass(frozen=True, slots=True)
class KnownEntries:
    """What the store knows of a document's entries.

    Attributes:
        by_key: This feed's entries, by key.
        by_link: Entries of any feed, oldest first, by the canonical form of their link.
        articles: Ids of articles by canonical URL.
    """

    by_key: Mapping[str, EntryRecord]
    by_link: Mapping[str, Sequence[EntryRecord]]
    articles: Mapping[str, str]


def link_key(feed_id: str, entry: FeedEntry) -> str:
    """The canonical form of an entry's link.

    Where there is no link, or all it leads to is a homepage (feeds of short notices link every
    one there), the entry itself is the identity.
    """
    if entry.url and not is_homepage(entry.url):
        return canonical_url(entry.url)
    return own_key(feed_id, entry.key)


def own_key(feed_id: str, key: str) -> str:
    """The identity of an entry that no link can stand for."""
    return f"{_OWN}{feed_id}#{key}"


def stands_alone(record: EntryRecord) -> bool:
    """Whether an entry is its own identity: no page is its page, the feed has all there is."""
    return record.url_key.startswith(_OWN)


def is_homepage(url: str) -> bool:
    """Whether a URL is a host and nothing else."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def origin_of(
    feed: FeedRecord, published_at: datetime | None, now: datetime, settings: Settings
) -> Origin:
    """Whether a new entry is news, or only new to us.

    A feed read within the live gap shows news. On a first read, or after a longer gap, only what
    was published just now is; a time in the future is not believed.
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
    """Decide what becomes of every entry of a document."""
    result = Admission()
    result.dispositions["known"] = len(parsed.known_keys)
    result.dispositions["too_many"] = parsed.tossed
    present = {entry.key for entry in parsed.entries} | set(parsed.known_keys)
    titles: dict[str, dict[str, str]] = {}
    for entry in parsed.entries:
        old = known.by_key.get(entry.key)
        if old is not None:
            _again(result, old, entry, now)
            continue
        record = _record(feed, entry, now, settings)
        beside = [e for e in known.by_link.get(record.url_key, ()) if e.feed_id == feed.feed_id]
        shown = titles.setdefault(
            record.url_key, {e.key: e.title for e in beside if e.key in present}
        )
        _unknown_key(result, record, known, present, shown)
        shown[record.key] = record.title
    return result


def _again(result: Admission, old: EntryRecord, entry: FeedEntry, now: datetime) -> None:
    if old.digest == entry.digest:
        result.dispositions["known"] += 1
        return
    if old.state == PENDING and not old.disposition:
        result.dispositions["superseded"] += 1
    alone = stands_alone(old) or not entry.url
    result.change.append(
        replace(
            old,
            **_said(entry),
            url_key=old.url_key if alone else link_key(old.feed_id, entry),
            host=host_key(entry.url) if entry.url else old.host,
            state=PENDING,
            disposition="",
            attempts=0,
            next_page_at=now,
            changed_at=now,
        )
    )


def _unknown_key(
    result: Admission,
    record: EntryRecord,
    known: KnownEntries,
    present: set[str],
    shown: Mapping[str, str],
) -> None:
    """Decide on an entry with a new key; ``shown``: key and title of others at its link."""
    same_link = known.by_link.get(record.url_key, ())
    article = known.articles.get(record.url_key) or next(
        (e.article_id for e in reversed(same_link) if e.article_id), None
    )
    gone = [e for e in same_link if e.feed_id == record.feed_id and e.key not in present]
    if any(record.title == title or _one_guid(record.key, key) for key, title in shown.items()):
        _end(result, record, "known", article)
    elif shown:
        result.new += 1
        result.add.append(replace(record, url_key=own_key(record.feed_id, record.key)))
    elif gone:
        _renamed(result, record, gone[-1], article)
    elif article:
        result.new += 1
        _end(result, record, "copy_url", article)
        result.sightings.append(Sighting(article, record.url))
    else:
        result.new += 1
        result.add.append(record)


def _one_guid(a: str, b: str) -> bool:
    """Whether two keys are of one guid, told apart by the link alone (``ingest.sources``)."""
    return a.startswith(f"{b}|") or b.startswith(f"{a}|")


def _renamed(result: Admission, record: EntryRecord, old: EntryRecord, article: str | None) -> None:
    """The same link under another guid: the same entry, read again only if it says more."""
    if old.digest == record.digest:
        _end(result, record, "known", article)
        return
    result.renamed += 1
    result.add.append(replace(record, article_id=article, origin=old.origin))


def _end(result: Admission, record: EntryRecord, disposition: str, article: str | None) -> None:
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


def _record(feed: FeedRecord, entry: FeedEntry, now: datetime, settings: Settings) -> EntryRecord:
    return EntryRecord(
        feed_id=feed.feed_id,
        key=entry.key,
        url_key=link_key(feed.feed_id, entry),
        host=host_key(entry.url or feed.url),
        origin=origin_of(feed, entry.published_at, now, settings).value,
        first_seen_at=now,
        changed_at=now,
        next_page_at=now,
        **_said(entry),
    )


def _said(entry: FeedEntry) -> dict[str, Any]:
    return {
        "digest": entry.digest,
        "url": entry.url or "",
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "published_at": entry.published_at,
        "authors": entry.authors,
        "language": entry.language,
    }

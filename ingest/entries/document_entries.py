"""Load what the store knows about the entries of a document, and store what was decided of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.store import Connection, articles, entries, entry_aliases
from core.store.entries import EntryRecord
from core.store.entry_aliases import MOST_OF_AN_ALIAS
from core.store.feed_record import FeedRecord
from core.store.notices import find_notices
from core.store.sightings import add_sighting
from ingest.entries.admit import Admission, link_key
from ingest.entries.entry_match import KnownEntries, is_mostly_new
from ingest.entries.same_entry import WITHOUT_LINK, alias_of_link, aliases_of, link_of
from ingest.sources.entry import ParsedFeed
from ingest.urls import shown_url


def recognise_unchanged(connection: Connection, feed: FeedRecord, parsed: ParsedFeed) -> ParsedFeed:
    """Return a document in which entries that the store has, unchanged, count as known.

    The parser knows only those of the newest documents; a feed may show an older one again.
    """
    hashes = (entry.content_hash for entry in parsed.entries)
    keys = entries.find_keys_by_content(connection, feed.feed_id, hashes)
    taken, stored = set(parsed.known_keys), dict[str, str]()
    same_key_first = sorted(
        parsed.entries, key=lambda entry: entry.key not in keys.get(entry.content_hash, ())
    )
    for entry in same_key_first:
        free = [key for key in keys.get(entry.content_hash, ()) if key not in taken]
        if free:
            stored[entry.key] = entry.key if entry.key in free else free[0]
            taken.add(stored[entry.key])
    known = [entry for entry in parsed.entries if entry.key in stored]
    return replace(
        parsed,
        entries=tuple(entry for entry in parsed.entries if entry.key not in stored),
        known_keys=(*parsed.known_keys, *stored.values()),
        renamed=parsed.renamed + sum(stored[e.key] != e.key == e.guid for e in known),
        modified={stored.get(key, key): stamp for key, stamp in parsed.modified.items()},
    )


def load_known_entries(
    connection: Connection, feed: FeedRecord, parsed: ParsedFeed, now: datetime
) -> KnownEntries:
    """Return what the store knows about the entries of a document."""
    links = {link_key(feed.feed_id, entry) for entry in parsed.entries}
    by_link: dict[str, list[EntryRecord]] = {}
    for record in entries.find_by_url_keys(connection, links):
        by_link.setdefault(record.url_key, []).append(record)
    keys = {key for entry in parsed.entries for key in (entry.key, entry.link_key) if key}
    by_key = entries.find_by_keys(connection, feed.feed_id, keys, lock=True)
    unknown = sum(entry.key not in by_key for entry in parsed.entries)
    names = {a for e in parsed.entries for a in aliases_of(e, e.guid).values()}
    ids = entry_aliases.find(connection, feed.feed_id, names, now)
    known = articles.find_ids_by_url_keys(connection, links)
    return KnownEntries(
        by_key=by_key,
        by_link=by_link,
        articles=known,
        feed_sizes=articles.load_feed_sizes(connection, set(known.values())),
        by_alias=_load_aliased(connection, ids),
        crowded={alias for alias, rows in ids.items() if len(rows) > MOST_OF_AN_ALIAS},
        newest=entries.load_newest(connection, feed.feed_id)
        if is_mostly_new(unknown, parsed)
        else (),
        notices=_load_notices(connection, feed, parsed, by_key, now),
    )


def _load_notices(
    connection: Connection,
    feed: FeedRecord,
    parsed: ParsedFeed,
    by_key: Mapping[str, EntryRecord],
    now: datetime,
) -> dict[str, list[EntryRecord]]:
    """Return the notices of the outlet's other feeds at the links of unknown entries."""
    links = {link_of(entry.url) for entry in parsed.entries if entry.key not in by_key}
    names = {alias_of_link(link): link for link in links if link}
    rows = find_notices(connection, feed, names, WITHOUT_LINK, now) if names else {}
    return {names[alias]: notices for alias, notices in rows.items()}


def _load_aliased(
    connection: Connection, ids: Mapping[str, Sequence[int]]
) -> dict[str, list[EntryRecord]]:
    """Return the newest entries of each alias."""
    newest = {alias: rows[-MOST_OF_AN_ALIAS:] for alias, rows in ids.items()}
    records = entries.find_by_ids(connection, {row for rows in newest.values() for row in rows})
    return {alias: [records[i] for i in rows if i in records] for alias, rows in newest.items()}


def store_admission(
    connection: Connection, feed: FeedRecord, admission: Admission, now: datetime
) -> None:
    """Store the entries of a document; a part of the transaction of its poll."""
    for record in admission.rename:  # first: another entry may need the old key
        entries.rename(connection, record)
    for record in admission.change:
        entries.record_change(connection, record)
    entries.add(connection, admission.add)
    entries.mark_shown(connection, feed.feed_id, admission.keys, now)
    ids = entries.find_ids(connection, feed.feed_id, admission.aliases)
    names = {ids[key]: aliases for key, aliases in admission.aliases.items() if key in ids}
    entry_aliases.add(connection, feed.feed_id, names, now)
    for sighting in admission.sightings:
        url = shown_url(sighting.url)
        add_sighting(connection, sighting.article_id, feed.feed_id, url, now)

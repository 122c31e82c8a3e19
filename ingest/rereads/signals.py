"""Read pages again of which a feed says that they have changed.

::

    document ── moved_entries (pure) ──▶ rereads ── Rereader ── after_read (pure) ──▶ feed_signals

The signals are the times that feeds give for the last change of an entry (``updated`` of Atom,
``dcterms:modified``, ``dc:date``, ``lastmod`` of sitemaps, ``date_modified`` of JSON Feed). They
count where the entry itself shows what it showed before. A feed whose times move though its pages
stay as they are, as where they are those of each poll, is not believed for a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from config.i18n import Phrase
from core.store import Connection, articles, entries, page_reads, page_signals, rereads
from core.store.entries import DONE, EntryRecord
from core.store.feed_record import FeedRecord
from core.store.page_signals import FeedSignals
from ingest.pages.linked_documents import type_in
from ingest.pages.revise import revision_spacing
from ingest.sources.entry import ParsedFeed

MOST_IN_VAIN = 3
"""Signals of a feed, one after the other, without a change of the page."""

IGNORED_FOR = timedelta(days=1)
"""How long the signals of such a feed are ignored."""

MOST_PER_POLL = 10
"""Signals of one document; the others are noticed when the document changes again."""

MOST_PER_HOST = 20
"""Pages of one host that wait for such a read."""

log = structlog.get_logger(__name__)


def moved_entries(before: FeedSignals, parsed: ParsedFeed, most: int) -> tuple[str, ...]:
    """Return keys of unchanged entries that the document says were changed, in its order.

    Args:
        before: What the feed said the last time.
        parsed: The document.
        most: How many to return at most.
    """
    known = frozenset(parsed.known_keys)
    moved = (
        key
        for key, stamp in parsed.modified.items()
        if key in known and before.stamps.get(key, stamp) != stamp
    )
    return tuple(key for key, _ in zip(moved, range(most), strict=False))


def with_stamps(before: FeedSignals, parsed: ParsedFeed, taken: Iterable[str]) -> FeedSignals:
    """Return what the feed says now; entries that have moved and were not taken have yet to be."""
    known, noticed = frozenset(parsed.known_keys), frozenset(taken)
    stamps = {
        key: stamp if key in noticed or key not in known else before.stamps.get(key, stamp)
        for key, stamp in parsed.modified.items()
    }
    return replace(before, stamps=stamps)


def after_read(before: FeedSignals, now: datetime, *, changed: bool) -> FeedSignals:
    """Return what is known of the signals of a feed after a page was read for one."""
    if changed:
        return replace(before, in_vain=0, ignored_until=None, reason="")
    in_vain = before.in_vain + 1
    if in_vain < MOST_IN_VAIN or before.is_ignored(now):
        return replace(before, in_vain=in_vain)
    until = now + IGNORED_FOR
    reason = Phrase("feed.signals_ignored", n=in_vain, until=until).dump()
    return replace(before, in_vain=0, ignored_until=until, reason=reason)


def schedule_signals(
    connection: Connection, feed: FeedRecord, parsed: ParsedFeed, now: datetime
) -> int:
    """Schedule re-reads of the pages that a document says have changed. Return how many.

    Args:
        connection: The transaction of the poll, after its entries were stored.
        feed: The feed.
        parsed: Its document.
        now: The present.
    """
    if not parsed.modified:
        return 0
    stored = page_signals.find(connection, feed.feed_id, lock=True)
    before = stored or FeedSignals(feed.feed_id)
    if before.is_ignored(now):
        return 0
    records = _with_room(connection, feed, moved_entries(before, parsed, MOST_PER_POLL))
    after = with_stamps(before, parsed, [record.key for record in records])
    if after != before:
        page_signals.save(connection, after)
    return sum(_schedule(connection, feed, record, now) for record in records)


def _with_room(connection: Connection, feed: FeedRecord, keys: Sequence[str]) -> list[EntryRecord]:
    """Return the entries whose host has few pages that wait for such a read."""
    found = entries.find_by_keys(connection, feed.feed_id, keys) if keys else {}
    waiting: Counter[str] = Counter()
    for host in {record.host for record in found.values()}:
        waiting[host] = rereads.count_waiting(connection, rereads.SIGNAL, host)
    taken: list[EntryRecord] = []
    for record in (found[key] for key in keys if key in found):
        if waiting[record.host] < MOST_PER_HOST:
            taken.append(record)
            waiting[record.host] += 1
    return taken


def note_read(connection: Connection, feed_id: str, now: datetime, *, changed: bool) -> None:
    """Store whether a page had changed that was read for a signal of a feed."""
    before = page_signals.find(connection, feed_id, lock=True)
    if before is None:
        return
    after = after_read(before, now, changed=changed)
    page_signals.save(connection, after)
    if after.ignored_until and not before.is_ignored(now):
        log.info("page_signals_ignored", feed=feed_id, until=after.ignored_until.isoformat())


def is_ignored(connection: Connection, feed_id: str, now: datetime) -> bool:
    """Return whether the signals of a feed are ignored now."""
    signals = page_signals.find(connection, feed_id)
    return signals is not None and signals.is_ignored(now)


def _schedule(connection: Connection, feed: FeedRecord, record: EntryRecord, now: datetime) -> bool:
    """Schedule the re-read of an entry's page, unless it is to be read anyway.

    A page that could not be read for an earlier signal has its own times for that.
    """
    article = articles.find(connection, record.article_id) if record.article_id else None
    if article is None or record.state != DONE or type_in(record.page_outcome):
        return False
    waiting = rereads.find(connection, article.article_id, rereads.SIGNAL)
    if waiting is not None and waiting.attempts:
        return False
    last = page_reads.find(connection, article.article_id)
    read_at = max(article.revised_at, last.read_at) if last else article.revised_at
    due = max(now, read_at + revision_spacing(feed, article.revision))
    rereads.schedule(
        connection,
        article.article_id,
        reason=rereads.SIGNAL,
        now=now,
        due_at=due,
        feed_id=feed.feed_id,
    )
    return True

"""Fill a new archive with what was published before it existed.

::

    article_revisions of the store ──▶ texts, also of articles that the streams no longer have
    news.articles, news.enriched   ──▶ only if the group has read on without this archive

An archive that was never filled is new: this is the first start with an archive, or its file was
moved away because it was damaged. A group without a position begins at the streams' beginning and
reads them anyway. Adding is idempotent, so that a fill that was interrupted starts over, and
several processes may do it at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

import structlog

from core.archive.archive import Archive
from core.clock import Clock, rfc3339
from core.loop_delay import ReportTurn, ignore_turn
from core.messages import ArticleRevision, Enriched
from core.messages.envelope import ARTICLES, ENRICHED, from_record
from core.store import Store, articles
from core.streams.port import StreamLog

FILLED = "filled_at"
"""Name of the note that the archive was filled, with the time."""
CHUNK = 100

T = TypeVar("T")

log = structlog.get_logger(__name__)


def fill_archive(
    archive: Archive,
    store: Store,
    streams: StreamLog,
    group: str,
    clock: Clock,
    stop: Callable[[], bool],
    report_turn: ReportTurn = ignore_turn,
) -> None:
    """Add everything that is still there of the time before the archive, unless it was done.

    Args:
        archive: The archive.
        store: Has the revisions of articles.
        streams: Have the records that the group has read.
        group: The archive's consumer group.
        clock: The present.
        stop: Ends the work early; the next start repeats it.
        report_turn: Called before each step.

    Raises:
        ArchiveError: The archive takes no writes; nothing is lost, the next start repeats the work.
        StoreError: The store is unavailable.
        StreamError: The streams are unavailable.
    """
    if is_filled(archive):
        return
    now = clock()
    beginning = datetime(1970, 1, 1, tzinfo=UTC)
    new = 0
    for chunk in _chunks(articles.scan(store, beginning, now)):
        report_turn(0.0)
        new += archive.add(chunk)
        if stop():
            return
    if any(lag.position for lag in streams.lag(group, (ARTICLES, ENRICHED))):
        new += _read_streams(archive, streams, stop, report_turn)
    if stop():
        return
    archive.set_note(FILLED, rfc3339(now))
    if new:
        log.info("archive_filled", revisions=new)


def is_filled(archive: Archive) -> bool:
    """Return whether the archive stage has filled an archive, so that it lacks nothing."""
    return archive.note(FILLED) is not None


def _read_streams(
    archive: Archive, streams: StreamLog, stop: Callable[[], bool], report_turn: ReportTurn
) -> int:
    new = 0
    for records in _chunks(streams.read(ARTICLES)):
        report_turn(0.0)
        new += archive.add([from_record(record, ArticleRevision) for record in records])
        if stop():
            return new
    for records in _chunks(streams.read(ENRICHED)):
        report_turn(0.0)
        archive.add((), [from_record(record, Enriched) for record in records])
        if stop():
            return new
    return new


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk

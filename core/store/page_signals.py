"""What feeds say about changes of pages: when each entry was changed, and whether that was so.

::

    document ── stamp of an entry has moved ──▶ rereads ── changed, or in vain ──▶ feed_signals
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import JSON, Column, Connection, Integer, String, Table, select

from core.store.column_types import SafeText, UtcDateTime, metadata
from core.store.sql import insert

feed_signals = Table(
    "feed_signals",
    metadata,
    Column("feed_id", String(120), primary_key=True),
    Column("stamps", JSON, nullable=False),
    Column("in_vain", Integer, nullable=False),
    Column("ignored_until", UtcDateTime),
    Column("reason", SafeText, nullable=False),
)


@dataclass(frozen=True, slots=True)
class FeedSignals:
    """A row of ``feed_signals``.

    Attributes:
        stamps: When the entries of the newest document were changed, by key, as the feed writes it.
        in_vain: How many pages were read for such a change, one after the other, and were as
            before.
        ignored_until: Until when the feed's changes are ignored; None where they are not.
        reason: Why they are, as a stored phrase; empty where they are not.
    """

    feed_id: str
    stamps: Mapping[str, str] = field(default_factory=dict)
    in_vain: int = 0
    ignored_until: datetime | None = None
    reason: str = ""

    def is_ignored(self, now: datetime) -> bool:
        """Return whether the feed's changes are ignored."""
        return self.ignored_until is not None and now < self.ignored_until


def find(connection: Connection, feed_id: str, *, lock: bool = False) -> FeedSignals | None:
    """Return what a feed says about changes; None where it has never said anything.

    Args:
        connection: Any transaction.
        feed_id: The feed.
        lock: Lock the row until the transaction ends.
    """
    query = select(feed_signals).where(feed_signals.c.feed_id == feed_id)
    query = query.with_for_update() if lock else query
    row = connection.execute(query).mappings().one_or_none()
    return FeedSignals(**row) if row else None


def save(connection: Connection, signals: FeedSignals) -> None:
    """Store a row."""
    values = asdict(signals)
    row = insert(connection, feed_signals).values(values)
    del values["feed_id"]
    connection.execute(row.on_conflict_do_update(index_elements=["feed_id"], set_=values))


def load_ignored(connection: Connection, now: datetime) -> dict[str, FeedSignals]:
    """Return the feeds whose changes are ignored at a time, by id."""
    query = select(feed_signals).where(feed_signals.c.ignored_until > now)
    return {row["feed_id"]: FeedSignals(**row) for row in connection.execute(query).mappings()}

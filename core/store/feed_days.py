"""The polls of each feed, counted by day (UTC)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, Connection, Date, Integer, String, Table, select

from core.store.column_types import metadata
from core.store.sql import FORGET_LIMIT, delete_rows, insert

feed_days = Table(
    "feed_days",
    metadata,
    Column("feed_id", String(120), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("polls", Integer, nullable=False),
    Column("not_modified", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("entries", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class FeedDay:
    """The polls of a feed on one day.

    Attributes:
        polls: All polls; of these ``not_modified`` were answered 304, and ``failed`` failed.
        entries: New entries.
    """

    day: date
    polls: int = 0
    not_modified: int = 0
    failed: int = 0
    entries: int = 0


def count_poll(
    connection: Connection,
    feed_id: str,
    now: datetime,
    *,
    not_modified: bool = False,
    failed: bool = False,
    entries: int = 0,
) -> None:
    """Add a poll to the counts of its feed and day."""
    counts = {
        "polls": 1,
        "not_modified": int(not_modified),
        "failed": int(failed),
        "entries": entries,
    }
    day = insert(connection, feed_days).values(feed_id=feed_id, day=now.date(), **counts)
    sums = {name: feed_days.c[name] + number for name, number in counts.items()}
    connection.execute(day.on_conflict_do_update(index_elements=["feed_id", "day"], set_=sums))


def forget(connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT) -> int:
    """Delete days before a day, at most ``limit``. Return how many."""
    return delete_rows(connection, feed_days, feed_days.c.day < before.date(), limit=limit)


def load_days_since(connection: Connection, since: date) -> dict[str, dict[date, FeedDay]]:
    """Return the days of every feed from a day on; days without a poll are missing."""
    days: dict[str, dict[date, FeedDay]] = {}
    for row in connection.execute(select(feed_days).where(feed_days.c.day >= since)).mappings():
        values = {name: row[name] for name in FeedDay.__slots__}
        days.setdefault(row["feed_id"], {})[row["day"]] = FeedDay(**values)
    return days

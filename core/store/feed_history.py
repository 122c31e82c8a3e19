"""The last polls of each feed, and the changes in its health.

::

    poll ──one transaction──▶ feed_polls    the last 50 of each feed (`wirewatch feeds why`)
                          └─▶ feed_events   failing, recovered, moved … (also `news.feed-health`)

The polls of a feed are a ring of :data:`POLLS_PER_FEED` rows: a poll overwrites the oldest one, so
that the table grows with the number of feeds only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Index, Integer, String, Table, select

from core.store.column_types import SafeText, UtcDateTime, metadata
from core.store.sql import FORGET_LIMIT, delete_rows, insert

POLLS_PER_FEED = 50

RECENT = timedelta(days=7)
"""Events this recent are shown beside the state of a feed."""

feed_polls = Table(
    "feed_polls",
    metadata,
    Column("feed_id", String(120), primary_key=True),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("status", Integer),
    Column("milliseconds", Integer),
    Column("size", Integer),
    Column("new", Integer, nullable=False),
    Column("known", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("next_due_at", UtcDateTime, nullable=False),
    Column("due_reason", SafeText, nullable=False),
)

feed_events = Table(
    "feed_events",
    metadata,
    Column("feed_id", String(120), primary_key=True),
    Column("at", UtcDateTime, primary_key=True),
    Column("event", String(20), primary_key=True),
    Column("reason", SafeText, nullable=False),
)
Index("ix_feed_events_at", feed_events.c.at)


@dataclass(frozen=True, slots=True)
class FeedPoll:
    """One poll of a feed.

    Attributes:
        number: How many polls of the feed there were before.
        at: When its result was stored.
        outcome: One of a bounded set; for example ``read``, ``not_modified`` or ``timeout``.
        status: HTTP status of the answer; None if there was none.
        milliseconds: From the request to the last byte; None as above.
        size: Bytes of the body, decompressed; None as above.
        new: Entries never seen before.
        known: Entries seen before that have not changed.
        updated: Entries seen before that have changed.
        next_due_at: When the feed was to be polled next; ``due_reason`` is why, a stored phrase.
    """

    feed_id: str
    number: int
    at: datetime
    outcome: str
    status: int | None
    milliseconds: int | None
    size: int | None
    new: int
    known: int
    updated: int
    next_due_at: datetime
    due_reason: str


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """A change in the health of a feed.

    Attributes:
        event: A kind of :class:`core.messages.FeedHealthKind`.
        reason: What happened, as a stored phrase.
    """

    feed_id: str
    at: datetime
    event: str
    reason: str


def add_poll(connection: Connection, poll: FeedPoll) -> None:
    """Store a poll in place of the oldest one of its feed."""
    values = asdict(poll) | {"slot": poll.number % POLLS_PER_FEED}
    row = insert(connection, feed_polls).values(values)
    connection.execute(row.on_conflict_do_update(index_elements=["feed_id", "slot"], set_=values))


def load_polls(
    connection: Connection, feed_id: str, *, limit: int = POLLS_PER_FEED
) -> list[FeedPoll]:
    """Return the last polls of a feed, the newest first."""
    columns = [feed_polls.c[field.name] for field in fields(FeedPoll)]
    query = select(*columns).where(feed_polls.c.feed_id == feed_id)
    rows = connection.execute(query.order_by(feed_polls.c.number.desc()).limit(limit)).mappings()
    return [FeedPoll(**row) for row in rows]


def add_events(connection: Connection, events: Sequence[FeedEvent]) -> None:
    """Store changes in the health of feeds."""
    if events:
        rows = insert(connection, feed_events).on_conflict_do_nothing()
        connection.execute(rows, [asdict(event) for event in events])


def load_events_since(connection: Connection, since: datetime) -> dict[str, list[FeedEvent]]:
    """Return the changes of every feed since a time, by feed, the newest first."""
    query = select(feed_events).where(feed_events.c.at >= since)
    events: dict[str, list[FeedEvent]] = {}
    for row in connection.execute(query.order_by(feed_events.c.at.desc())).mappings():
        events.setdefault(row["feed_id"], []).append(FeedEvent(**row))
    return events


def forget_polls(
    connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT
) -> int:
    """Delete polls from before a time, at most ``limit``. Return how many."""
    return delete_rows(connection, feed_polls, feed_polls.c.at < before, limit=limit)


def forget_events(
    connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT
) -> int:
    """Delete events from before a time, at most ``limit``. Return how many."""
    return delete_rows(connection, feed_events, feed_events.c.at < before, limit=limit)

"""Feeds whose publisher reserves text and data mining, as its answers say (TDMRep).

A row is written when an answer says so, once a day at most. It holds for :data:`IN_FORCE` after it
was last said, so that a reservation that was withdrawn ends by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, String, Table, select

from core.store.column_types import UtcDateTime, metadata
from core.store.feeds import feeds
from core.store.sql import FORGET_LIMIT, delete_rows, insert

IN_FORCE = timedelta(days=30)
"""How long a reservation holds after an answer last said so."""

SEEN_AGAIN = timedelta(days=1)
"""Within this time the same feed is not written again."""

tdm_opt_outs = Table(
    "tdm_opt_outs",
    metadata,
    Column("feed_id", String(120), primary_key=True),
    Column("signal", String(20), nullable=False),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class TdmOptOut:
    """A reservation.

    Attributes:
        signal: Where it was said: ``meta``, ``header`` or ``tdmrep.json``.
        seen_at: When it was last written down.
    """

    feed_id: str
    signal: str
    seen_at: datetime


def note_opt_out(connection: Connection, feed_id: str, signal: str, now: datetime) -> None:
    """Record that an answer for a feed, or for a page of it, reserves text and data mining."""
    values = {"signal": signal, "seen_at": now}
    row = insert(connection, tdm_opt_outs).values(feed_id=feed_id, **values)
    stale = tdm_opt_outs.c.seen_at < now - SEEN_AGAIN
    connection.execute(
        row.on_conflict_do_update(index_elements=["feed_id"], set_=values, where=stale)
    )


def load_opt_outs(connection: Connection, now: datetime) -> list[TdmOptOut]:
    """Return the reservations in force."""
    query = select(tdm_opt_outs).where(tdm_opt_outs.c.seen_at > now - IN_FORCE)
    return [TdmOptOut(**row) for row in connection.execute(query).mappings()]


def is_opted_out(
    connection: Connection, feed_id: str, now: datetime, within: timedelta = IN_FORCE
) -> bool:
    """Return whether a reservation of a feed is in force, or was noted within another time."""
    columns = tdm_opt_outs.c
    query = select(columns.feed_id).where(columns.feed_id == feed_id)
    return connection.scalar(query.where(columns.seen_at > now - within)) is not None


def load_opted_out_outlets(connection: Connection, now: datetime) -> set[str]:
    """Return the outlets of which a feed has a reservation in force."""
    query = select(feeds.c.outlet).join(tdm_opt_outs, tdm_opt_outs.c.feed_id == feeds.c.feed_id)
    return set(connection.scalars(query.where(tdm_opt_outs.c.seen_at > now - IN_FORCE)))


def forget(connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT) -> int:
    """Delete reservations last said before a time, at most ``limit``. Return how many."""
    return delete_rows(connection, tdm_opt_outs, tdm_opt_outs.c.seen_at < before, limit=limit)

"""How much work waits in the store, and since when: messages, pages and records.

Each query reads only rows that wait, along an index where the table also has others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal_column, or_, select

from core.store.deliveries import UNFINISHED, deliveries, is_no_canary
from core.store.entries import IS_PENDING, entries
from core.store.outbox import count_pending, count_refused, outbox


@dataclass(frozen=True, slots=True)
class Undelivered:
    """The messages to one receiver that are neither delivered nor given up.

    Attributes:
        receiver: Id of the receiver.
        due: Number of deliveries whose first attempt was due.
        held: Number of deliveries that the plan holds until later: for a digest, a cap, or quiet
            hours.
        pending: Number of deliveries that are not held and whose time has not come: they wait for
            other articles of the story.
        age: How long ago the first attempt of the oldest due one was due.
    """

    receiver: str
    due: int
    held: int
    pending: int
    age: timedelta


@dataclass(frozen=True, slots=True)
class Backlog:
    """Work that waits.

    Attributes:
        waiting: Number of rows that wait.
        age: How long the oldest has waited since it was due.
    """

    waiting: int
    age: timedelta


def load_undelivered(connection: Connection, now: datetime) -> list[Undelivered]:
    """Return what waits for each receiver that anything waits for; canaries do not count.

    Messages that a digest tells instead count with that digest.
    """
    columns = deliveries.c
    states: list[ColumnElement[str]] = [
        literal_column(f"'{state}'") for state in UNFINISHED
    ]  # as the index has them
    is_held = columns.held_until > now
    is_due = and_(columns.created_at <= now, or_(columns.held_until.is_(None), ~is_held))
    query = (
        select(
            columns.receiver,
            func.count(),
            func.sum(case((is_due, 1), else_=0)),
            func.sum(case((is_held, 1), else_=0)),
            func.min(case((is_due, columns.created_at))),
        )
        .where(columns.state.in_(states), columns.replaced_by.is_(None), is_no_canary())
        .group_by(columns.receiver)
        .order_by(columns.receiver)
    )
    return [
        Undelivered(
            receiver, due, held, waiting - due - held, now - oldest if oldest else timedelta()
        )
        for receiver, waiting, due, held, oldest in connection.execute(query)
    ]


def load_page_backlog(connection: Connection, now: datetime) -> Backlog:
    """Return the pages of entries that are due to be read, those being read included."""
    columns = entries.c
    query = select(func.count(), func.min(columns.next_page_at))
    query = query.where(IS_PENDING, columns.next_page_at <= now)
    waiting, oldest = connection.execute(query).one()
    return Backlog(waiting, now - oldest if oldest else timedelta())


def load_outbox_backlog(connection: Connection, now: datetime) -> tuple[Backlog, int]:
    """Return the records that wait for the streams, and how many no stream accepts."""
    query = select(outbox.c.time).where(outbox.c.refused == "").order_by(outbox.c.id).limit(1)
    oldest: datetime | None = connection.scalar(query)
    age = max(now - oldest, timedelta()) if oldest else timedelta()
    return Backlog(count_pending(connection), age), count_refused(connection)

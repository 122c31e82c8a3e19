"""The outbox: records for the streams, written in the transaction that made them true.

Rows have increasing ids, are relayed in that order (:mod:`core.relay`), and are deleted when the
stream has them. On PostgreSQL, where transactions run side by side, a row may become visible after
one with a higher id was relayed, and is relayed then. Records whose order matters (revisions of an
article, events of an alert) are written by transactions that exclude each other
(:mod:`core.store.engine`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, LargeBinary, String, Table, Text, func, select

from core.store.column_types import BigId, SafeText, UtcDateTime, metadata
from core.store.sql import FORGET_LIMIT, delete_rows
from core.streams.port import NewRecord

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("stream", String(200), nullable=False),
    Column("key", LargeBinary),
    Column("value", LargeBinary),
    Column("headers", Text, nullable=False),
    Column("time", UtcDateTime, nullable=False),
    Column("refused", SafeText, nullable=False, server_default=""),
    sqlite_autoincrement=True,  # ids are never reused: streams recognise repeats by them
)


def put(connection: Connection, records: Iterable[NewRecord]) -> None:
    """Add records for the streams, in this order."""
    rows = [
        {
            "stream": r.stream,
            "key": r.key,
            "value": r.value,
            "headers": json.dumps(
                [[n, v.decode("utf-8", "surrogateescape")] for n, v in r.headers]
            ),
            "time": r.time,
        }
        for r in records
    ]
    if rows:
        connection.execute(outbox.insert(), rows)


def load_oldest(connection: Connection, limit: int, *, claim: bool = False) -> list[NewRecord]:
    """Return the next records to relay, oldest first; their ``sequence`` is the row's id.

    Args:
        connection: Any transaction; to relay the records, the one that acquired the lease.
        limit: How many at most.
        claim: Whether they will be relayed. Rows are skipped then that another relay, whose lease
            has expired, is deleting because the stream has them.
    """
    query = select(outbox).where(outbox.c.refused == "").order_by(outbox.c.id).limit(limit)
    query = query.with_for_update(skip_locked=True) if claim else query
    return [
        NewRecord(
            stream=row.stream,
            key=row.key,
            value=row.value,
            headers=tuple(
                (n, v.encode("utf-8", "surrogateescape")) for n, v in json.loads(row.headers)
            ),
            time=row.time,
            sequence=row.id,
        )
        for row in connection.execute(query)
    ]


def delete(connection: Connection, records: Sequence[NewRecord]) -> None:
    """Delete records that the stream has."""
    connection.execute(outbox.delete().where(outbox.c.id.in_([r.sequence for r in records])))


def refuse(connection: Connection, record: NewRecord, reason: str) -> None:
    """Set aside a record that no stream accepts, with the reason, for the operator to see."""
    connection.execute(outbox.update().where(outbox.c.id == record.sequence).values(refused=reason))


def forget(connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT) -> int:
    """Delete refused records from before a time, at most ``limit``. Return how many.

    Records that wait for the streams stay.
    """
    is_refused = outbox.c.refused != ""
    return delete_rows(connection, outbox, is_refused, outbox.c.time < before, limit=limit)


def find_oldest(connection: Connection) -> int | None:
    """Return the id of the next record to relay; None where none waits for the streams."""
    query = select(func.min(outbox.c.id)).where(outbox.c.refused == "")
    oldest: int | None = connection.scalar(query)
    return oldest


def is_empty(connection: Connection) -> bool:
    """Return whether no record waits for the streams."""
    query = select(outbox.c.id).where(outbox.c.refused == "").limit(1)
    return connection.execute(query).first() is None


def count_refused(connection: Connection) -> int:
    """Return the number of records that no stream accepts."""
    query = select(func.count()).select_from(outbox).where(outbox.c.refused != "")
    return int(connection.scalar(query) or 0)


def count_pending(connection: Connection) -> int:
    """Return the number of records that wait for the streams."""
    query = select(func.count()).select_from(outbox).where(outbox.c.refused == "")
    return int(connection.scalar(query) or 0)

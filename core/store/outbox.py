"""The outbox: records that go to a stream, written in the transaction that made them true.

Rows get growing ids, are relayed in that order (:mod:`core.relay`) and deleted once the stream has
them. On PostgreSQL, where transactions run side by side, a lower id may become visible after a
higher one was relayed. It is relayed then. What belongs in order (the revisions of an article, the
events of an alert) is written by transactions that wait for one another (:mod:`core.store.engine`).
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
    sqlite_autoincrement=True,  # an id is never used twice: streams tell repeats by it
)


def put(connection: Connection, records: Iterable[NewRecord]) -> None:
    """Queue records for the streams, in this order."""
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
    """The next records to relay, oldest first; ``sequence`` is the row's id.

    Args:
        connection: The transaction that took the relay's lease, else any.
        limit: At most so many.
        claim: To relay them: rows that another relay, whose lease ran out, is just deleting are
            passed over, the stream has them.
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
    """Forget records that the stream has."""
    connection.execute(outbox.delete().where(outbox.c.id.in_([r.sequence for r in records])))


def refuse(connection: Connection, record: NewRecord, reason: str) -> None:
    """Set a record aside that no stream will ever take, with the reason, for the operator."""
    connection.execute(outbox.update().where(outbox.c.id == record.sequence).values(refused=reason))


def forget(connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT) -> int:
    """Delete records of before a time that no stream takes, at most ``limit``. Return how many.

    Records that wait for the streams stay.
    """
    is_refused = outbox.c.refused != ""
    return delete_rows(connection, outbox, is_refused, outbox.c.time < before, limit=limit)


def is_empty(connection: Connection) -> bool:
    """Whether nothing waits for the streams."""
    query = select(outbox.c.id).where(outbox.c.refused == "").limit(1)
    return connection.execute(query).first() is None


def count_refused(connection: Connection) -> int:
    """How many records are set aside that no stream takes."""
    query = select(func.count()).select_from(outbox).where(outbox.c.refused != "")
    return int(connection.scalar(query) or 0)


def count_pending(connection: Connection) -> int:
    """How many records wait for the streams."""
    query = select(func.count()).select_from(outbox).where(outbox.c.refused == "")
    return int(connection.scalar(query) or 0)

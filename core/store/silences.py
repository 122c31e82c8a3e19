"""Silences that people made: timed mutes of notifications, with who made them and why.

Those of ``alerts.yaml`` are not stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, Text, select

from config.errors import NotFoundError
from core.ids import hash_parts
from core.store import audit, leases
from core.store.column_types import SafeText, UtcDateTime, metadata

silences = Table(
    "silences",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("matchers", Text, nullable=False),
    Column("reason", SafeText, nullable=False),
    Column("author", SafeText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class StoredSilence:
    """A silence.

    Attributes:
        matchers: Label to pattern; all must fit.
        author: Who made it.
        until: When it ends, or was ended.
    """

    id: str
    matchers: Mapping[str, str]
    reason: str
    author: str
    created_at: datetime
    until: datetime


def add_silence(
    connection: Connection,
    matchers: Mapping[str, str],
    *,
    reason: str,
    author: str,
    now: datetime,
    until: datetime,
) -> StoredSilence:
    """Add a silence that begins now."""
    text = json.dumps(dict(matchers), sort_keys=True)
    silence_id = hash_parts("silence", text, author, reason, now.isoformat(), until.isoformat())
    row = {"matchers": text, "reason": reason, "author": author}
    times = {"created_at": now, "until": until}
    connection.execute(silences.insert().values(id=silence_id, **row, **times))
    audit.record(connection, "silenced", silence_id, by=author, at=now, detail=reason)
    return StoredSilence(silence_id, dict(matchers), reason, author, now, until)


def lock_silences(connection: Connection, *, shared: bool = False) -> None:
    """Lock the silences until the transaction ends, before what waits is withdrawn.

    What queues messages locks them shared, before it loads them: a silence that is committed
    meanwhile would neither mute what is being decided nor find that it waits.

    Args:
        connection: A write transaction that has locked no rows that both sides use.
        shared: Whether it is for queueing messages: others may queue too.
    """
    leases.lock_names(connection, "silences", "all", shared=shared)


def load_in_force(connection: Connection, now: datetime) -> list[StoredSilence]:
    """Return the silences that have not ended, those that end first in front."""
    query = select(silences).where(silences.c.until > now).order_by(silences.c.until, silences.c.id)
    return [
        StoredSilence(**dict(row) | {"matchers": json.loads(row["matchers"])})
        for row in connection.execute(query).mappings()
    ]


def end_silence(connection: Connection, silence_id: str, *, by: str, now: datetime) -> str:
    """End a silence now and return its whole id.

    Args:
        connection: A write transaction.
        silence_id: Its id, or at least the first eight digits.
        by: Who ends it.
        now: The present.

    Raises:
        NotFoundError: No silence in force has this id.
    """
    in_force = [row.id for row in load_in_force(connection, now)]
    ids = [each for each in in_force if len(silence_id) >= 8 and each.startswith(silence_id)]
    if len(ids) != 1:
        raise NotFoundError(
            f"{silence_id!r} is no silence in force.",
            mend="`wirewatch alerts silence` without options lists them.",
        )
    connection.execute(silences.update().where(silences.c.id == ids[0]).values(until=now))
    audit.record(connection, "silence_ended", ids[0], by=by, at=now)
    return ids[0]


def forget_silences(connection: Connection, before: datetime, *, limit: int = 1000) -> int:
    """Delete silences that ended before a time. Return how many were deleted."""
    ids = select(silences.c.id).where(silences.c.until < before).limit(limit)
    return connection.execute(silences.delete().where(silences.c.id.in_(ids))).rowcount

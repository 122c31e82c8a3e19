"""Named leases: who may do a thing of which there must be one doer at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, String, Table, select

from core.processes.instance import Instance
from core.store.column_types import UtcDateTime, metadata
from core.store.upsert import insert

leases = Table(
    "leases",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("holder", String(120), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)


def take(connection: Connection, name: str, me: Instance, *, now: datetime, ttl: timedelta) -> bool:
    """Take or renew a lease; False while another living instance holds it."""
    query = select(leases).where(leases.c.name == name).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:  # of two that find nothing, one writes the row
        first = insert(connection, leases).values(name=name, holder=me.id, expires_at=now + ttl)
        return connection.execute(first.on_conflict_do_nothing()).rowcount == 1
    if not free(row.holder, row.expires_at, me, now):
        return False
    connection.execute(
        leases.update().where(leases.c.name == name).values(holder=me.id, expires_at=now + ttl)
    )
    return True


def release(connection: Connection, name: str, me: Instance) -> None:
    """Give a lease back, if it is ours."""
    connection.execute(leases.delete().where(leases.c.name == name, leases.c.holder == me.id))


def free(holder: str | None, expires_at: datetime | None, me: Instance, now: datetime) -> bool:
    """Whether ``me`` may take what ``holder`` leased: ours, expired, or its holder is dead."""
    if holder is None or holder == me.id or expires_at is None or expires_at <= now:
        return True
    return me.alive(holder) is False

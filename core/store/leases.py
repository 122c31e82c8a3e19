"""Leases and locks: what decides which process may do a piece of work.

=============  ===================================  =============================================
Named leases   rows of ``leases``                   one process at a time does a thing, such as
                                                    relaying the outbox
Row leases     columns ``lease_holder`` and         one process at a time works on a row, such as
               ``lease_until`` of a table of work   a feed that is due
Locks          PostgreSQL's advisory locks          guard names for the rest of a transaction:
                                                    rows that do not exist yet, or several rows
=============  ===================================  =============================================

A lease is free when it has no holder, when it has expired, or when its holder is dead
(:meth:`core.processes.instance.Instance.alive`), so that another process takes up the work of one
that was killed without waiting for the lease to expire.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    String,
    Table,
    bindparam,
    func,
    or_,
    select,
)

from core.processes.instance import Instance
from core.store.column_types import UtcDateTime, metadata
from core.store.sql import insert

ROW_LEASE_TIME = timedelta(seconds=300)
"""How long a row is leased: longer than any poll or page takes, the wait for its host included."""

leases = Table(
    "leases",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("holder", String(120), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)


def row_lease_columns() -> tuple[Column[str], Column[datetime]]:
    """Return the columns of a table of work by which its rows are leased."""
    return Column("lease_holder", String(120)), Column("lease_until", UtcDateTime)


def acquire(
    connection: Connection, name: str, instance: Instance, *, now: datetime, ttl: timedelta
) -> bool:
    """Acquire or renew a named lease. Return False while another living instance holds it."""
    query = select(leases).where(leases.c.name == name).with_for_update()
    row = connection.execute(query).one_or_none()
    values = {"holder": instance.id, "expires_at": now + ttl}
    if row is None:  # where two processes get here, one of them writes the row
        new = insert(connection, leases).values(name=name, **values)
        return connection.execute(new.on_conflict_do_nothing()).rowcount == 1
    if not is_free(row.holder, row.expires_at, instance, now):
        return False
    connection.execute(leases.update().where(leases.c.name == name).values(values))
    return True


def release(connection: Connection, name: str, instance: Instance) -> None:
    """Release a named lease if the instance holds it."""
    connection.execute(leases.delete().where(leases.c.name == name, leases.c.holder == instance.id))


def is_free(
    holder: str | None, expires_at: datetime | None, instance: Instance, now: datetime
) -> bool:
    """Return whether an instance may acquire a lease.

    It may where the lease has no holder, is its own, has expired, or belongs to a dead instance.
    """
    if holder is None or holder == instance.id or expires_at is None or expires_at <= now:
        return True
    return instance.alive(holder) is False


def begin_leasing_rows(
    connection: Connection, instance: Instance, now: datetime, *tables: Table
) -> set[str]:
    """Lock the leasing of rows and return the hosts that other instances are working on.

    Only one process leases rows at a time, so that two processes never send requests to one host
    at once.

    Args:
        connection: A write transaction in which nothing was done yet.
        instance: The instance that is going to lease rows.
        now: The present moment.
        tables: Tables of work with a column ``host``.

    Returns:
        The hosts of rows that other living instances have leased.
    """
    lock_names(connection, "leasing", "feeds and entries")
    busy: set[str] = set()
    for table in tables:
        holder = table.c.lease_holder
        query = select(table.c.host, holder, table.c.lease_until).distinct()
        others = query.where(holder.is_not(None), holder != instance.id, table.c.lease_until > now)
        rows = connection.execute(others).all()
        dead = {name for name in {row[1] for row in rows} if instance.alive(name) is False}
        busy |= {host for host, name, _ in rows if name not in dead}
    return busy


def reclaimable_holders(
    connection: Connection, table: Table, instance: Instance, now: datetime
) -> list[str]:
    """Return the holders whose rows may be leased before they expire: dead instances and itself."""
    holder = table.c.lease_holder
    holders = connection.scalars(select(holder).where(holder.is_not(None)).distinct())
    return [name for name in holders if is_free(name, now + ROW_LEASE_TIME, instance, now)]


def row_is_free(
    table: Table,
    reclaimable: list[str] | BindParameter[list[str]],
    now: datetime | BindParameter[datetime],
) -> ColumnElement[bool]:
    """Return the SQL condition that a row may be leased.

    Args:
        table: A table of work.
        reclaimable: What :func:`reclaimable_holders` returned.
        now: The present moment.
    """
    holder = table.c.lease_holder
    return or_(holder.is_(None), table.c.lease_until <= now, holder.in_(reclaimable))


def release_rows(connection: Connection, table: Table, instance: Instance) -> int:
    """Release every row of a table that an instance has leased. Return how many there were."""
    rows = table.update().where(table.c.lease_holder == instance.id)
    return connection.execute(rows.values(lease_holder=None, lease_until=None)).rowcount


_KEYS = func.unnest(bindparam("keys", type_=ARRAY(BigInteger))).column_valued("key")
_ACQUIRE_LOCKS = select(func.pg_advisory_xact_lock(_KEYS))
_ACQUIRE_SHARED_LOCKS = select(func.pg_advisory_xact_lock_shared(_KEYS))


def lock_names(connection: Connection, kind: str, *names: str, shared: bool = False) -> None:
    """Lock names until the transaction ends. Block while another process holds one of them.

    The next statement sees everything that former holders committed. On SQLite, where one process
    writes at a time, there is nothing to do.

    To exclude deadlocks, pass all names of a kind in one call, and lock kinds in the same order
    everywhere.

    Args:
        connection: A write transaction in which nothing was done yet.
        kind: What is guarded, such as ``topic``.
        names: Which ones; may be empty.
        shared: Let others hold shared locks of the same names meanwhile.
    """
    if connection.dialect.name == "postgresql" and names:
        keys = sorted({_lock_key(kind, name) for name in names})
        locks = _ACQUIRE_SHARED_LOCKS if shared else _ACQUIRE_LOCKS
        connection.execute(locks, {"keys": keys})


def _lock_key(kind: str, name: str) -> int:
    digest = hashlib.blake2b(f"wirewatch\0{kind}\0{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)

"""Leases on the rows of a table of work: columns ``lease_holder`` and ``lease_until``.

A row is free when nobody holds it, when its lease ran out, or when the instance that holds it is
dead (:func:`core.store.leases.free`): work that a killed process had in hand is taken up at once.

One process leases at a time (:func:`take_turn`), so that no two of them ask one host at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, Connection, Table, or_, select

from core.processes.instance import Instance
from core.store import leases, locks

LEASE_TIME = timedelta(seconds=300)
"""Longer than any poll or page may take, waiting for its host included."""


def take_turn(connection: Connection, me: Instance, now: datetime, *tables: Table) -> set[str]:
    """Wait until nobody else gives out leases; the hosts whose rows other living processes hold.

    Args:
        connection: A write transaction, at its beginning.
        me: Who leases.
        now: The present moment.
        tables: Tables of work with a column ``host``.
    """
    locks.hold(connection, "leasing", "feeds and entries")
    held: set[str] = set()
    for table in tables:
        holder = table.c.lease_holder
        query = select(table.c.host, holder, table.c.lease_until).distinct()
        others = query.where(holder.is_not(None), holder != me.id, table.c.lease_until > now)
        rows = connection.execute(others).all()
        dead = {name for name in {row[1] for row in rows} if me.alive(name) is False}
        held |= {host for host, name, _ in rows if name not in dead}
    return held


def dead_holders(connection: Connection, table: Table, me: Instance, now: datetime) -> list[str]:
    """Holders of rows whose leases may be taken although they have not run out; ours too."""
    holder = table.c.lease_holder
    held = connection.scalars(select(holder).where(holder.is_not(None)).distinct())
    return [name for name in held if leases.free(name, now + LEASE_TIME, me, now)]


def is_free(
    table: Table,
    dead: list[str] | BindParameter[list[str]],
    now: datetime | BindParameter[datetime],
) -> ColumnElement[bool]:
    """The condition that a row may be taken."""
    holder = table.c.lease_holder
    return or_(holder.is_(None), table.c.lease_until <= now, holder.in_(dead))


def give_back_all(connection: Connection, table: Table, me: Instance) -> int:
    """Let others take every row that ``me`` holds; how many there were."""
    mine = table.update().where(table.c.lease_holder == me.id)
    return connection.execute(mine.values(lease_holder=None, lease_until=None)).rowcount

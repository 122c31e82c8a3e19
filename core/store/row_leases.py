"""Leases on the rows of a table of work: columns ``lease_holder`` and ``lease_until``.

A row is free when nobody holds it, when its lease ran out, or when the instance that holds it is
dead (:func:`core.store.leases.free`): work that a killed process had in hand is taken up at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, Connection, Table, or_, select

from core.instance import Instance
from core.store import leases

LEASE_TIME = timedelta(seconds=300)
"""Longer than any poll or page may take, waiting for its host included."""


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

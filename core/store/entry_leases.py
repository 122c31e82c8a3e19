"""Leases on entries: whose pages are read next, by which process, and how that ended.

::

    pending ──lease_due──▶ leased ──save──▶ pending or done
                              └──release──▶ pending
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, bindparam, func, select

from core.processes.instance import Instance
from core.store import hosts, leases
from core.store.column_types import UtcDateTime
from core.store.entries import COLUMNS, DONE, IS_PENDING, EntryRecord, entries, read_row

_OUTCOME = ("state", "disposition", "article_id", "attempts", "next_page_at", "page_outcome")


def _due() -> Select[Any]:
    """Return the query for the ids that :func:`lease_due` may lease. It is built once.

    The first entry of every host comes before any host's second.
    """
    now = bindparam("now", type_=UtcDateTime)
    rank = func.row_number().over(
        partition_by=entries.c.host, order_by=(entries.c.origin.desc(), entries.c.id)
    )
    due = (
        select(entries.c.id, entries.c.origin, rank.label("rank"))
        .where(
            IS_PENDING,
            entries.c.next_page_at <= now,
            leases.row_is_free(entries, bindparam("reclaimable", expanding=True), now),
            ~hosts.is_paused(entries.c.host, entries.c.url, now),
            entries.c.id.not_in(bindparam("skip", expanding=True)),
            entries.c.host.not_in(bindparam("busy", expanding=True)),
        )
        .subquery()
    )
    ranked = select(due.c.id).where(due.c.rank <= bindparam("per_host", type_=Integer))
    ordered = ranked.order_by(due.c.rank, due.c.origin.desc(), due.c.id)
    return ordered.limit(bindparam("limit", type_=Integer))


_DUE = _due()


def lease_due(
    connection: Connection,
    instance: Instance,
    now: datetime,
    *,
    limit: int,
    per_host: int = 1,
    skip: Collection[int] = (),
    busy: Collection[str] = (),
) -> list[EntryRecord]:
    """Lease entries whose page is due, live ones first.

    Args:
        connection: A write transaction.
        instance: The new holder.
        now: The present moment.
        limit: How many at most.
        per_host: How many of one host at most; every host's first comes before any second.
        skip: Row numbers of entries to leave out.
        busy: Hosts to leave out.
    """
    reclaimable = leases.reclaimable_holders(connection, entries, instance, now)
    values = {"now": now, "reclaimable": reclaimable, "skip": list(skip), "busy": list(busy)}
    ids = list(connection.scalars(_DUE, values | {"limit": limit, "per_host": per_host}))
    ids = _lock_free_rows(connection, ids, reclaimable, now)
    if not ids:
        return []
    until = now + leases.ROW_LEASE_TIME
    rows = entries.update().where(entries.c.id.in_(ids))
    connection.execute(rows.values(lease_holder=instance.id, lease_until=until))
    leased = connection.execute(select(*COLUMNS).where(entries.c.id.in_(ids)))
    return sorted(map(read_row, leased.mappings()), key=lambda record: ids.index(record.id))


def _lock_free_rows(
    connection: Connection, ids: list[int], reclaimable: list[str], now: datetime
) -> list[int]:
    """Leave out rows that another transaction is writing, and lock the others (PostgreSQL)."""
    if not ids or connection.dialect.name == "sqlite":
        return ids
    free = select(entries.c.id).where(
        entries.c.id.in_(ids), IS_PENDING, leases.row_is_free(entries, reclaimable, now)
    )
    locked = set(connection.scalars(free.with_for_update(skip_locked=True)))
    return [entry_id for entry_id in ids if entry_id in locked]


def save(connection: Connection, record: EntryRecord, instance: Instance) -> bool:
    """Store the outcome of reading an entry's page and release the entry.

    An entry that is done keeps its title; its text is emptied, because the article has it.

    Returns:
        False where the instance lost the lease; nothing is stored then.
    """
    row = {name: getattr(record, name) for name in _OUTCOME}
    if record.state == DONE:
        row |= {"summary": "", "content": ""}
    leased = _leased_by(record.id, instance)
    released = row | {"lease_holder": None, "lease_until": None}
    return bool(connection.execute(entries.update().where(*leased).values(released)).rowcount)


def is_leased_by(connection: Connection, entry_id: int, instance: Instance) -> bool:
    """Return whether an instance has leased an entry. A write transaction locks the row."""
    query = select(entries.c.id).where(*_leased_by(entry_id, instance))
    return connection.scalar(query.with_for_update()) is not None


def release(connection: Connection, entry_id: int, instance: Instance) -> None:
    """Release an entry whose page was not read."""
    row = entries.update().where(*_leased_by(entry_id, instance))
    connection.execute(row.values(lease_holder=None, lease_until=None))


def _leased_by(entry_id: int, instance: Instance) -> tuple[ColumnElement[bool], ...]:
    return entries.c.id == entry_id, entries.c.lease_holder == instance.id

"""Re-reads: pages of articles that are read again, and why.

::

    schedule (in the transaction that decides so) ──▶ due ──lease_due──▶ save (due later) or finish

There is a row for each article and reason. Its times count from ``begun_at``; they begin anew where
the reason occurs again: people are told of the article again, or a feed says again that it has
changed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    RowMapping,
    Select,
    String,
    Table,
    Text,
    bindparam,
    case,
    func,
    select,
)

from core.processes.instance import Instance
from core.store import hosts, leases
from core.store.articles import articles
from core.store.column_types import UtcDateTime, metadata
from core.store.entries import entries
from core.store.sql import FORGET_LIMIT, delete_rows, insert

TOLD = "told"
"""Reason of the re-reads of an article that people were told of."""

SIGNAL = "signal"
"""Reason of the re-read of an article of which a feed says that it has changed."""

LIVE = "live"
"""Reason of the re-reads of a live page while it changes."""

INCOMPLETE = "incomplete"
"""Reason of the re-reads of an article of which one of several pages could not be read."""

rereads = Table(
    "rereads",
    metadata,
    Column("article_id", String(32), primary_key=True),
    Column("reason", String(20), primary_key=True),
    Column("outlet", String(200), nullable=False),
    Column("url", Text, nullable=False),
    Column("host", Text, nullable=False, index=True),
    Column("feed_id", String(120)),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("attempts", Integer, nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("missing_since", UtcDateTime),
    *leases.row_lease_columns(),
)
_leased = rereads.c.lease_holder.is_not(None)
Index("ix_rereads_leased", rereads.c.lease_holder, sqlite_where=_leased, postgresql_where=_leased)


@dataclass(frozen=True, slots=True)
class RereadRecord:
    """A row of ``rereads``.

    Attributes:
        reason: Why the page is read again, such as :data:`TOLD`.
        url: Its link in the feed, as for entries; ``host`` is the scope of politeness.
        begun_at: The times at which it is due count from here.
        attempts: Number of attempts since then.
        outcome: Outcome of the last attempt, which is why it is due next; empty before the first.
        missing_since: When the page was missing for the first time, if it still is.
        feed_id: The feed that says that it has changed, if that is the reason.
    """

    article_id: str
    reason: str
    outlet: str
    url: str
    host: str
    begun_at: datetime
    due_at: datetime
    attempts: int = 0
    outcome: str = ""
    missing_since: datetime | None = None
    feed_id: str | None = None


_COLUMNS = [rereads.c[f.name] for f in fields(RereadRecord)]
_OUTCOME = ("due_at", "attempts", "outcome", "missing_since")


def schedule(
    connection: Connection,
    article_id: str,
    *,
    reason: str,
    now: datetime,
    due_at: datetime,
    feed_id: str | None = None,
) -> None:
    """Schedule the re-reads of an article, or begin them anew.

    Nothing is scheduled for an article that no entry of a feed links to. A page that was missing at
    the last attempt stays due when it was.

    Args:
        connection: A write transaction.
        article_id: The article.
        reason: Why, such as :data:`TOLD`.
        now: The present; all times count from it.
        due_at: When the first one is due.
        feed_id: The feed that is the reason, if one is.
    """
    page = connection.execute(_PAGE, {"article": article_id}).mappings().one_or_none()
    if page is None:
        return
    row = RereadRecord(article_id, reason, begun_at=now, due_at=due_at, feed_id=feed_id, **page)
    new = insert(connection, rereads).values({f.name: getattr(row, f.name) for f in fields(row)})
    is_missing = rereads.c.missing_since.is_not(None)
    again = {
        "begun_at": now,
        "due_at": case((is_missing, rereads.c.due_at), else_=due_at),
        "attempts": 0,
        "outcome": "",
        "feed_id": feed_id,
    }
    connection.execute(
        new.on_conflict_do_update(index_elements=["article_id", "reason"], set_=again)
    )


def _page() -> Select[Any]:
    """Return the query for outlet, link and host of an article: those of its first feed."""
    is_first = entries.c.feed_id == articles.c.feed_id
    return (
        select(articles.c.outlet, entries.c.url, entries.c.host)
        .join(entries, entries.c.article_id == articles.c.article_id)
        .where(articles.c.article_id == bindparam("article"), entries.c.url != "")
        .order_by(is_first.desc(), entries.c.id)
        .limit(1)
    )


_PAGE = _page()


def find(connection: Connection, article_id: str, reason: str = TOLD) -> RereadRecord | None:
    """Return the re-reads of an article for a reason, or None where none are due any more."""
    query = select(*_COLUMNS).where(*_is(article_id, reason))
    row = connection.execute(query).mappings().one_or_none()
    return _record(row) if row else None


def count_waiting(connection: Connection, reason: str, host: str) -> int:
    """Return how many pages of a host wait to be read again for a reason."""
    is_waiting = rereads.c.host == host, rereads.c.reason == reason
    return connection.scalar(select(func.count()).select_from(rereads).where(*is_waiting)) or 0


def _due() -> Select[Any]:
    """Return the query for the rows that :func:`lease_due` may lease: one a host."""
    now = bindparam("now", type_=UtcDateTime)
    order = (rereads.c.due_at, rereads.c.article_id, rereads.c.reason)
    rank = func.row_number().over(partition_by=rereads.c.host, order_by=order)
    due = (
        select(rereads.c.article_id, rereads.c.reason, rereads.c.due_at, rank.label("rank"))
        .where(
            rereads.c.due_at <= now,
            leases.row_is_free(rereads, bindparam("reclaimable", expanding=True), now),
            ~hosts.is_paused(rereads.c.host, rereads.c.url, now),
            rereads.c.article_id.not_in(bindparam("skip", expanding=True)),
            rereads.c.host.not_in(bindparam("busy", expanding=True)),
        )
        .subquery()
    )
    first = select(due.c.article_id, due.c.reason).where(due.c.rank == 1)
    ordered = first.order_by(due.c.due_at, due.c.article_id)
    return ordered.limit(bindparam("limit", type_=Integer))


_DUE = _due()


def lease_due(
    connection: Connection,
    instance: Instance,
    now: datetime,
    *,
    limit: int,
    skip: Collection[str] = (),
    busy: Collection[str] = (),
) -> list[RereadRecord]:
    """Lease the re-reads that are due, one a host, those that are due longest first.

    Args:
        connection: A write transaction in which leasing is locked
            (:func:`core.store.leases.begin_leasing_rows`).
        instance: The new holder.
        now: The present moment.
        limit: How many at most.
        skip: Ids of articles to leave out.
        busy: Hosts to leave out.
    """
    reclaimable = leases.reclaimable_holders(connection, rereads, instance, now)
    values = {"now": now, "reclaimable": reclaimable, "skip": list(skip), "busy": list(busy)}
    keys = connection.execute(_DUE, values | {"limit": limit}).all()
    until = now + leases.ROW_LEASE_TIME
    leased: list[RereadRecord] = []
    for article_id, reason in keys:
        row = rereads.update().where(*_is(article_id, reason))
        connection.execute(row.values(lease_holder=instance.id, lease_until=until))
        record = find(connection, article_id, reason)
        leased += [record] if record else []
    return leased


def is_leased_by(connection: Connection, record: RereadRecord, instance: Instance) -> bool:
    """Return whether an instance has leased a row. A write transaction locks the row."""
    query = select(rereads.c.article_id).where(*_leased_by(record, instance))
    return connection.scalar(query.with_for_update()) is not None


def save(connection: Connection, record: RereadRecord, instance: Instance) -> None:
    """Store the outcome of an attempt and release the row.

    Where people were told of the article meanwhile, its times count from then: only the lease is
    released.
    """
    row = {name: getattr(record, name) for name in _OUTCOME}
    connection.execute(rereads.update().where(*_unchanged(record, instance)).values(row))
    released = {"lease_holder": None, "lease_until": None}
    connection.execute(rereads.update().where(*_leased_by(record, instance)).values(released))


def finish(connection: Connection, record: RereadRecord, instance: Instance) -> None:
    """Delete a row that is not due any more, unless people were told of the article meanwhile."""
    connection.execute(rereads.delete().where(*_unchanged(record, instance)))
    released = {"lease_holder": None, "lease_until": None}
    connection.execute(rereads.update().where(*_leased_by(record, instance)).values(released))


def forget(connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT) -> int:
    """Delete re-reads that were due before a time and never made. Return how many."""
    return delete_rows(connection, rereads, rereads.c.due_at < before, limit=limit)


def _is(article_id: str, reason: str) -> tuple[ColumnElement[bool], ...]:
    return rereads.c.article_id == article_id, rereads.c.reason == reason


def _leased_by(record: RereadRecord, instance: Instance) -> tuple[ColumnElement[bool], ...]:
    return *_is(record.article_id, record.reason), rereads.c.lease_holder == instance.id


def _unchanged(record: RereadRecord, instance: Instance) -> tuple[ColumnElement[bool], ...]:
    return *_leased_by(record, instance), rereads.c.begun_at == record.begun_at


def _record(row: RowMapping) -> RereadRecord:
    return RereadRecord(**row)

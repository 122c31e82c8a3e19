"""What publishers' hosts have asked for: pauses, and their robots.txt.

A pause has a *scope*: a registrable domain, or a single URL where the host is an IP address
(:func:`ingest.hosts.pause_scope`). Feeds and pages of a paused scope are not leased. Another scope
(:func:`ingest.pages.unreachable_hosts.page_scope`) is that of the pages of a host out of reach:
they are leased, so that their feed's text is announced, but not requested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    String,
    Table,
    Text,
    exists,
    select,
)

from core.store.column_types import SafeText, UtcDateTime, metadata
from core.store.sql import FORGET_LIMIT, delete_rows, insert

host_pauses = Table(
    "host_pauses",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("until", UtcDateTime, nullable=False),
    Column("reason", SafeText, nullable=False),
)

robots = Table(
    "robots",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("verdict", String(10), nullable=False),
    Column("text", SafeText, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True, slots=True)
class RobotsRecord:
    """A row of ``robots``.

    Attributes:
        verdict: What the file means (:mod:`ingest.robots`).
        fetched_at: When ``text`` was fetched.
        checked_at: When the origin was last asked for it.
    """

    origin: str
    verdict: str
    text: str
    fetched_at: datetime
    checked_at: datetime


def find_robots(connection: Connection, origin: str) -> RobotsRecord | None:
    """Return the stored robots.txt of an origin, if there is one."""
    query = select(robots).where(robots.c.origin == origin)
    row = connection.execute(query).mappings().one_or_none()
    return RobotsRecord(**row) if row else None


def save_robots(connection: Connection, record: RobotsRecord) -> None:
    """Store an origin's robots.txt; it replaces the one before."""
    row = asdict(record)
    new = insert(connection, robots).values(row)
    connection.execute(new.on_conflict_do_update(index_elements=["origin"], set_=row))


def pause(connection: Connection, scope: str, until: datetime, reason: str) -> None:
    """Pause a scope until a time. A pause that lasts longer stays."""
    values = {"until": until, "reason": reason}
    new = insert(connection, host_pauses).values(scope=scope, **values)
    is_longer = host_pauses.c.until < until
    connection.execute(
        new.on_conflict_do_update(index_elements=["scope"], set_=values, where=is_longer)
    )


def paused_until(connection: Connection, scopes: Sequence[str], now: datetime) -> datetime | None:
    """Return when the longest pause of these scopes ends, or None where none is in force."""
    query = (
        select(host_pauses.c.until)
        .where(host_pauses.c.scope.in_(scopes), host_pauses.c.until > now)
        .order_by(host_pauses.c.until.desc())
    )
    until: datetime | None = connection.scalars(query).first()
    return until


def load_pauses(connection: Connection, now: datetime) -> dict[str, datetime]:
    """Return the end of every pause in force, by scope."""
    query = select(host_pauses.c.scope, host_pauses.c.until).where(host_pauses.c.until > now)
    return {row.scope: row.until for row in connection.execute(query)}


def is_paused(
    host: Column[str], url: Column[str], now: datetime | BindParameter[datetime]
) -> ColumnElement[bool]:
    """Return the SQL condition that a row's host or its URL is paused."""
    in_force = host_pauses.c.until > now
    return exists(select(host_pauses.c.scope).where(host_pauses.c.scope.in_((host, url)), in_force))


def forget_pauses(
    connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT
) -> int:
    """Delete pauses that ended before a time, at most ``limit``. Return how many."""
    return delete_rows(connection, host_pauses, host_pauses.c.until <= before, limit=limit)


def forget_robots(
    connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT
) -> int:
    """Delete robots.txt files last checked before a time, at most ``limit``. Return how many."""
    return delete_rows(connection, robots, robots.c.checked_at < before, limit=limit)

"""What publishers' hosts asked of us: pauses, and their robots.txt.

A pause has a *scope*: a registrable domain, or a single URL where the host is an IP address
(``ingest.hosts.pause_scope`` makes scopes). Feeds and pages of a paused scope are not leased.
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
    """A row of ``robots``: what an origin said at ``fetched_at``, and was last asked."""

    origin: str
    verdict: str
    text: str
    fetched_at: datetime
    checked_at: datetime


def find_robots(connection: Connection, origin: str) -> RobotsRecord | None:
    """What is kept of an origin's robots.txt."""
    query = select(robots).where(robots.c.origin == origin)
    row = connection.execute(query).mappings().one_or_none()
    return RobotsRecord(**row) if row else None


def save_robots(connection: Connection, record: RobotsRecord) -> None:
    """Keep a verdict in the place of the one before."""
    row = asdict(record)
    kept = insert(connection, robots).values(row)
    connection.execute(kept.on_conflict_do_update(index_elements=["origin"], set_=row))


def pause(connection: Connection, scope: str, until: datetime, reason: str) -> None:
    """Ask nothing of a scope until then; an earlier, longer pause stays."""
    new = {"until": until, "reason": reason}
    asked = insert(connection, host_pauses).values(scope=scope, **new)
    longer = host_pauses.c.until < until
    connection.execute(
        asked.on_conflict_do_update(index_elements=["scope"], set_=new, where=longer)
    )


def paused_until(connection: Connection, scopes: Sequence[str], now: datetime) -> datetime | None:
    """When the last pause of any of the scopes ends; None where none is in force."""
    query = (
        select(host_pauses.c.until)
        .where(host_pauses.c.scope.in_(scopes), host_pauses.c.until > now)
        .order_by(host_pauses.c.until.desc())
    )
    found: datetime | None = connection.scalars(query).first()
    return found


def load_pauses(connection: Connection, now: datetime) -> dict[str, datetime]:
    """When each pause in force ends, by scope."""
    query = select(host_pauses.c.scope, host_pauses.c.until).where(host_pauses.c.until > now)
    return {row.scope: row.until for row in connection.execute(query)}


def is_paused(
    host: Column[str], url: Column[str], now: datetime | BindParameter[datetime]
) -> ColumnElement[bool]:
    """The condition that a row's host, or its own URL, is paused."""
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

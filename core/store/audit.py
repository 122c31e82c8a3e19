"""Who did what, to what, and when: a row for each action, written in the action's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, String, Table, select

from core.store.column_types import BigId, SafeText, UtcDateTime, metadata
from core.store.sql import FORGET_LIMIT, check_parameter, delete_rows
from core.text import clean_line

MAX_SUBJECT = 200
"""Characters of what was acted on, and of the detail."""

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("number", BigId, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("author", SafeText, nullable=False),
    Column("action", String(24), nullable=False),
    Column("subject", SafeText, nullable=False),
    Column("detail", SafeText, nullable=False),
    Index("ix_audit_entries_at", "at"),
)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An action of a person.

    Attributes:
        number: Counts up; newer entries have higher numbers.
        author: Name of the account, or the name that was stated.
        action: What was done, as a code of the catalogues under ``audit``.
        subject: What it was done to: the id of an alert, feed, delivery or silence, or a name.
        detail: What else there is to know, such as the new role; may be empty.
    """

    number: int
    at: datetime
    author: str
    action: str
    subject: str
    detail: str


def record(
    connection: Connection,
    action: str,
    subject: str,
    *,
    by: str,
    at: datetime,
    detail: str = "",
) -> None:
    """Record an action in its own transaction.

    Args:
        connection: The write transaction of the action.
        action: A code of at most 24 characters.
        subject: What it was done to.
        by: Who did it.
        at: The present moment.
        detail: What else there is to know.
    """
    connection.execute(
        audit_entries.insert().values(
            at=at,
            author=by,
            action=action,
            subject=clean_line(subject, MAX_SUBJECT),
            detail=clean_line(detail, MAX_SUBJECT),
        )
    )


def list_entries(
    connection: Connection, *, by: str = "", before: int | None = None, limit: int = 100
) -> list[AuditEntry]:
    """Return entries, newest first.

    Args:
        connection: A transaction.
        by: Only those of this author; empty: of all.
        before: Only those with a lower number.
        limit: How many at most.
    """
    columns = audit_entries.c
    query = select(audit_entries).order_by(columns.number.desc()).limit(limit)
    if by:
        query = query.where(columns.author == check_parameter(by))
    if before is not None:
        query = query.where(columns.number < before)
    return [AuditEntry(**row) for row in connection.execute(query).mappings()]


def forget_entries(
    connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT
) -> int:
    """Delete entries from before a time, at most ``limit``. Return how many."""
    return delete_rows(connection, audit_entries, audit_entries.c.at < before, limit=limit)

"""Counts of matches by how they ended, for each topic and day.

::

    decisions ──────────┬─ joined, suppressed ──▶ counted along one index
                        └─ notified ──▶ notification_items ──▶ deliveries: how far each has got
    replayed_matches ───── suppressed: replay

Every match is in exactly one row: a decision for each (topic, article, revision), or a replayed
match that has no decision. How a notified match ended depends on its deliveries, which is why it is
computed when it is asked for (:mod:`alerts.match_end`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    and_,
    func,
    select,
)

from core.store.alerts import DecisionRow, decisions
from core.store.column_types import UtcDateTime, metadata
from core.store.deliveries import DELIVERED, FAILED, UNFINISHED, deliveries
from core.store.notification_items import notification_items
from core.store.sql import FORGET_LIMIT, delete_rows, insert

NOTIFIED, JOINED = "notified", "joined"
"""Values of ``decisions.match_end``: people are notified of the match, or it joined such a one."""

replayed_matches = Table(
    "replayed_matches",
    metadata,
    Column("topic_id", String(200), primary_key=True),
    Column("article_id", String(32), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("topic_state", String(10), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_replayed_matches_at", "at", "topic_id", "topic_state"),
)


@dataclass(frozen=True, slots=True)
class DecidedCount:
    """The number of matches that ended when they were decided.

    Attributes:
        topic_state: State of the topic at that time.
        match_end: ``joined`` or ``suppressed``.
    """

    topic_id: str
    day: date
    topic_state: str
    match_end: str
    end_code: str
    matches: int


@dataclass(frozen=True, slots=True)
class NotifiedMatch:
    """A match that people are notified of, and how far its messages have got.

    Attributes:
        end_code: Reason code of the decision.
        delivered: Number of targets that have accepted it.
        waiting: Number of deliveries that wait or are being sent; ``attempted`` of these were
            tried before.
        failed: Number of deliveries that were refused for good or given up.
        hold_code: Why a message waits that is held; empty where none is.
    """

    topic_id: str
    article_id: str
    revision: int
    day: date
    topic_state: str
    end_code: str
    delivered: int = 0
    waiting: int = 0
    attempted: int = 0
    failed: int = 0
    hold_code: str = ""


def record_replay(
    connection: Connection,
    topic_id: str,
    article_id: str,
    revision: int,
    *,
    topic_state: str,
    at: datetime,
) -> None:
    """Record a replayed match that has no decision; one that was replayed before stays."""
    row = {"topic_id": topic_id, "article_id": article_id, "revision": revision}
    new = insert(connection, replayed_matches).values(**row, topic_state=topic_state, at=at)
    connection.execute(new.on_conflict_do_nothing())


def is_replayed(connection: Connection, topic_id: str, article_id: str) -> bool:
    """Return whether a match of an article was replayed and has no decision."""
    columns = replayed_matches.c
    query = select(columns.revision).where(
        columns.topic_id == topic_id, columns.article_id == article_id
    )
    return connection.execute(query).first() is not None


def forget_replay(connection: Connection, row: DecisionRow) -> None:
    """Delete the replay of a match that is decided now, so that it counts once."""
    columns = replayed_matches.c
    connection.execute(
        replayed_matches.delete().where(
            columns.topic_id == row.topic_id,
            columns.article_id == row.article_id,
            columns.revision == row.revision,
        )
    )


def count_decided(
    connection: Connection, days: tuple[date, ...], topic_id: str | None = None
) -> list[DecidedCount]:
    """Return the number of matches that nobody is notified of, replayed ones included.

    Args:
        connection: Any transaction.
        days: Days (UTC) of the decisions.
        topic_id: Only matches of this topic.
    """
    return [count for day in days for count in _count_day(connection, day, topic_id)]


def load_notified(
    connection: Connection,
    days: tuple[date, ...],
    topic_id: str | None = None,
    article_id: str | None = None,
) -> list[NotifiedMatch]:
    """Return the matches of days that people are notified of.

    Args:
        connection: Any transaction.
        days: Days (UTC) of the decisions, in order and without a gap.
        topic_id: Only matches of this topic.
        article_id: Only matches of this article, of whatever day.
    """
    columns = decisions.c
    conditions: list[ColumnElement[bool]] = [columns.match_end == NOTIFIED]
    if topic_id is not None:
        conditions.append(columns.topic_id == topic_id)
    if article_id is not None:
        conditions.append(columns.article_id == article_id)
    elif days:
        conditions += [columns.decided_at >= _start(days[0]), columns.decided_at < _end(days[-1])]
    else:
        return []
    matches: dict[tuple[str, str, int], NotifiedMatch] = {}
    for row in connection.execute(_notified(conditions)):
        key = (row.topic_id, row.article_id, row.revision)
        match = matches.get(key) or NotifiedMatch(
            *key, row.decided_at.date(), row.topic_state, row.end_code
        )
        matches[key] = _with_delivery(match, row)
    return list(matches.values())


def days_until(now: datetime, count: int) -> tuple[date, ...]:
    """Return the last days (UTC) up to now, today last."""
    today = now.astimezone(UTC).date()
    return tuple(today - timedelta(days=count - 1 - number) for number in range(count))


def forget_replays(
    connection: Connection, before: datetime, *, limit: int | None = FORGET_LIMIT
) -> int:
    """Delete replayed matches from before a time, at most ``limit``. Return how many."""
    return delete_rows(connection, replayed_matches, replayed_matches.c.at < before, limit=limit)


def _count_day(connection: Connection, day: date, topic_id: str | None) -> Iterator[DecidedCount]:
    columns, replays = decisions.c, replayed_matches.c
    by = (columns.topic_id, columns.topic_state, columns.match_end, columns.end_code)
    query = (
        select(*by, func.count())
        .where(_is_on(columns.decided_at, day), columns.match_end != NOTIFIED)
        .group_by(*by)
    )
    replayed = (
        select(replays.topic_id, replays.topic_state, func.count())
        .where(_is_on(replays.at, day))
        .group_by(replays.topic_id, replays.topic_state)
    )
    if topic_id is not None:
        query = query.where(columns.topic_id == topic_id)
        replayed = replayed.where(replays.topic_id == topic_id)
    for topic, state, end, code, number in connection.execute(query):
        yield DecidedCount(topic, day, state, end, code, number)
    for topic, state, number in connection.execute(replayed):
        yield DecidedCount(topic, day, state, "suppressed", "replay", number)


def _notified(conditions: list[ColumnElement[bool]]) -> Select[Any]:
    """Return a query of decisions with each of their deliveries; not grouped.

    Grouped by the key of decisions, SQLite would read all of them in the order of that key.
    """
    about, items, sent = decisions.c, notification_items.c, deliveries.c
    is_item = and_(
        items.topic_id == about.topic_id,
        items.article_id == about.article_id,
        items.revision == about.revision,
    )
    return (
        select(about.topic_id, about.article_id, about.revision, about.decided_at)
        .add_columns(about.topic_state, about.end_code, items.hold_code)
        .add_columns(sent.state, sent.attempts)
        .select_from(
            decisions.outerjoin(notification_items, is_item).outerjoin(
                deliveries, sent.notification_id == items.notification_id
            )
        )
        .where(*conditions)
    )


def _with_delivery(match: NotifiedMatch, row: Row[Any]) -> NotifiedMatch:
    """Return a match with one of its deliveries counted."""
    waits = row.state in UNFINISHED
    hold = row.hold_code if waits and not row.attempts else ""
    return replace(
        match,
        delivered=match.delivered + (row.state == DELIVERED),
        waiting=match.waiting + waits,
        attempted=match.attempted + (waits and row.attempts > 0),
        failed=match.failed + (row.state == FAILED),
        hold_code=match.hold_code or hold,
    )


def _is_on(column: ColumnElement[datetime], day: date) -> ColumnElement[bool]:
    return and_(column >= _start(day), column < _end(day))


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _end(day: date) -> datetime:
    return _start(day) + timedelta(days=1)

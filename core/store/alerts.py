"""Alerts, and the decisions behind them.

::

    match ──decided once──▶ decisions ──▶ alerts ──▶ notifications, deliveries
                                │                    (core.store.deliveries)
                                └──▶ outbox ──▶ news.alerts

A decision is unique per topic, article and revision: a match that comes again, for whatever reason,
finds it and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    and_,
    func,
    or_,
    select,
)

from config.errors import NotFoundError, UsageError
from core.messages import AlertEvent, AlertEventKind
from core.messages.envelope import to_record
from core.store import cards, outbox
from core.store.column_types import UtcDateTime, metadata

OPEN, ACKED, CLOSED = "open", "acked", "closed"

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("topic_id", String(200), nullable=False, index=True),
    Column("topic_title", Text, nullable=False),
    Column("story_id", String(32), nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("severity", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reason_code", String(40), nullable=False),
    Column("article_id", String(32), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False, index=True),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("acked_by", Text, nullable=False, server_default=""),
    Column("acked_at", UtcDateTime),
    Column("closed_by", Text, nullable=False, server_default=""),
    Column("closed_at", UtcDateTime),
)

decisions = Table(
    "decisions",
    metadata,
    Column("topic_id", String(200), primary_key=True),
    Column("article_id", String(32), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("topic_revision", String(64), nullable=False),
    Column("event", String(20), nullable=False),
    Column("reason_code", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("alert_id", String(32), nullable=False, index=True),
    Column("story_id", String(32), nullable=False),
    Column("outlet", String(200), nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("language", String(10), nullable=False, server_default=""),
    Column("country", String(10), nullable=False, server_default=""),
    Column("severity", String(40), nullable=False, server_default=""),
    Column("score", Integer, nullable=False, server_default="0"),
    Index("ix_decisions_article_id", "article_id"),
    Index("ix_decisions_decided_at", "decided_at"),
)


@dataclass(frozen=True, slots=True)
class Alert:
    """A (topic, story) worth telling.

    Attributes:
        state: open, acked or closed.
        title: Title of the story.
        article_id: The article that opened it.
        acked_by: Who took it; empty while nobody has.
    """

    id: str
    topic_id: str
    topic_title: str
    story_id: str
    state: str
    severity: str
    title: str
    reason: str
    reason_code: str
    article_id: str
    opened_at: datetime
    updated_at: datetime
    acked_by: str = ""
    acked_at: datetime | None = None
    closed_by: str = ""
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What was decided about one article revision under one topic.

    Attributes:
        topic_revision: The topic's definition it was decided (or last seen) under.
        event: opened, updated or suppressed.
        language: Of the article, as found; country as its outlet's entry has it.
        severity: Of the topic.
        score: Of the article under the topic.
    """

    topic_id: str
    article_id: str
    revision: int
    topic_revision: str
    event: str
    reason_code: str
    reason: str
    alert_id: str
    story_id: str
    outlet: str
    title: str
    url: str
    decided_at: datetime
    language: str = ""
    country: str = ""
    severity: str = ""
    score: int = 0


def decision(
    connection: Connection, topic_id: str, article_id: str, revision: int
) -> DecisionRow | None:
    """What was decided about this revision, else about the newest other one; None if nothing."""
    query = (
        select(decisions)
        .where(decisions.c.topic_id == topic_id, decisions.c.article_id == article_id)
        .order_by((decisions.c.revision == revision).desc(), decisions.c.revision.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _decision(row)


def record_decision(
    connection: Connection, row: DecisionRow, sentences: Iterable[str] = ()
) -> None:
    """Keep a decision; by the ``sentences`` that matched the desk finds the story, too.

    Raises:
        StoreConflictError: It was decided before; nothing is kept.
    """
    connection.execute(decisions.insert().values(asdict(row)))
    cards.decided(connection, row, sentences)


def seen_under(connection: Connection, row: DecisionRow, topic_revision: str) -> None:
    """Remember that a decided match came again under another definition of its topic."""
    connection.execute(
        decisions.update()
        .where(
            decisions.c.topic_id == row.topic_id,
            decisions.c.article_id == row.article_id,
            decisions.c.revision == row.revision,
        )
        .values(topic_revision=topic_revision)
    )


def decisions_of(connection: Connection, alert_id: str) -> list[DecisionRow]:
    """Every decision that concerns an alert, oldest first; suppressed ones too."""
    query = (
        select(decisions)
        .where(decisions.c.alert_id == alert_id)
        .order_by(decisions.c.decided_at, decisions.c.article_id, decisions.c.revision)
    )
    return [_decision(row) for row in connection.execute(query).mappings()]


def suppressed(
    connection: Connection,
    *,
    topic_id: str | None = None,
    since: datetime | None = None,
    limit: int = 100,
) -> list[DecisionRow]:
    """What people were spared, newest first."""
    query = select(decisions).where(decisions.c.event == AlertEventKind.SUPPRESSED.value)
    if topic_id is not None:
        query = query.where(decisions.c.topic_id == topic_id)
    if since is not None:
        query = query.where(decisions.c.decided_at >= since)
    query = query.order_by(decisions.c.decided_at.desc(), decisions.c.article_id).limit(limit)
    return [_decision(row) for row in connection.execute(query).mappings()]


def open_alert(connection: Connection, row: Alert) -> None:
    """Open an alert."""
    connection.execute(alerts.insert().values(asdict(row)))
    cards.opened(connection, row)


def touch(connection: Connection, alert_id: str, now: datetime) -> None:
    """Remember that something was added to an alert's story."""
    cards.touched(connection, alert_id, now)  # the card first, as who acts on it does
    connection.execute(alerts.update().where(alerts.c.id == alert_id).values(updated_at=now))


def is_open(connection: Connection, alert_id: str) -> bool:
    """Whether the alert was ever opened (it may be acked or closed since)."""
    query = select(func.count()).select_from(alerts).where(alerts.c.id == alert_id)
    return bool(connection.scalar(query))


def alert(connection: Connection, alert_id: str) -> Alert:
    """The alert of that id.

    Args:
        connection: Any transaction.
        alert_id: The whole id, or its first eight digits or more.

    Raises:
        UsageError: There is none, or several begin so.
    """
    begins = and_(alerts.c.id >= alert_id, alerts.c.id < f"{alert_id}g")  # ids are hex digits
    query = select(alerts).where(begins).limit(2)
    could_be = len(alert_id) >= 8 and alert_id.isalnum()
    rows = connection.execute(query).mappings().all() if could_be else []
    if len(rows) == 1:
        return _alert(rows[0])
    error: type[UsageError] = NotFoundError
    problem = "is no alert"
    if rows:
        error, problem = UsageError, "is the beginning of several alerts"
    raise error(
        f"{alert_id!r} {problem}.", mend="`wirewatch alerts list` shows the ids of all of them."
    )


def list_alerts(
    connection: Connection,
    *,
    topic_id: str | None = None,
    state: str | None = None,
    severity: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: Alert | None = None,
    limit: int = 100,
    offset: int = 0,
) -> list[Alert]:
    """Alerts, newest first; those opened at one moment by their ids.

    Args:
        connection: Any transaction.
        topic_id: Only this topic's.
        state: Only ``open``, ``acked`` or ``closed`` ones.
        severity: Only this severity.
        since: Opened at this time or later.
        until: Opened before this time.
        before: Those that come after this one in the list: the next page.
        limit: At most so many.
        offset: After so many.
    """
    query = select(alerts).order_by(alerts.c.opened_at.desc(), alerts.c.id)
    equal = {"topic_id": topic_id, "state": state, "severity": severity}
    for name, value in equal.items():
        if value is not None:
            query = query.where(alerts.c[name] == value)
    if since is not None:
        query = query.where(alerts.c.opened_at >= since)
    if until is not None:
        query = query.where(alerts.c.opened_at < until)
    if before is not None:
        earlier = alerts.c.opened_at < before.opened_at
        same = and_(alerts.c.opened_at == before.opened_at, alerts.c.id > before.id)
        query = query.where(or_(earlier, same))
    return [_alert(row) for row in connection.execute(query.limit(limit).offset(offset)).mappings()]


def ack(connection: Connection, alert_id: str, *, by: str, at: datetime) -> Alert:
    """Take an alert: somebody is on it. Acked or closed before, nothing changes.

    Raises:
        UsageError: There is no such alert.
    """
    found = held(connection, alert_id)
    if found.state != OPEN:
        return found
    after = replace(found, state=ACKED, acked_by=by, acked_at=at)
    return change(connection, found, after, AlertEventKind.ACKED, f"acked by {by}", ACKED, at)


def close(connection: Connection, alert_id: str, *, by: str, at: datetime, why: str = "") -> Alert:
    """Close an alert. Closed before, nothing changes, unless there is something to be said.

    Args:
        connection: A write transaction.
        alert_id: The alert.
        by: Who closes it.
        at: The present.
        why: What came of it, as a word (``relevant``, ``irrelevant_duplicate`` ...): the event's
            reason code.

    Raises:
        UsageError: There is no such alert.
    """
    found = held(connection, alert_id)
    if found.state == CLOSED and not why:
        return found
    after = replace(found, state=CLOSED, closed_by=by, closed_at=at)
    said = f": {why.replace('_', ' ')}" if why else ""
    reason = f"closed by {by}{said}"
    return change(connection, found, after, AlertEventKind.CLOSED, reason, why or CLOSED, at)


def held(connection: Connection, alert_id: str) -> Alert:
    """The alert as nobody else can change it until the transaction ends.

    Raises:
        UsageError: There is no such alert.
    """
    whole = alert(connection, alert_id).id
    query = select(alerts).where(alerts.c.id == whole).with_for_update()
    return _alert(connection.execute(query).mappings().one())


def change(
    connection: Connection,
    found: Alert,
    after: Alert,
    event: AlertEventKind,
    reason: str,
    reason_code: str,
    at: datetime,
) -> Alert:
    """Write an alert as somebody made it, and say so on ``news.alerts``.

    Args:
        connection: The transaction that :func:`held` it.
        found: As it was.
        after: As it is to be.
        event: What consumers are told.
        reason: Why, in words.
        reason_code: Why, as a word.
        at: The present.
    """
    after = replace(after, updated_at=at)
    connection.execute(alerts.update().where(alerts.c.id == found.id).values(asdict(after)))
    cards.moved(connection, found.id, after.state, at)
    message = AlertEvent(
        alert_id=found.id,
        event=event,
        topic_id=found.topic_id,
        story_id=found.story_id,
        article_id=found.article_id,
        severity=found.severity,
        reason=reason,
        reason_code=reason_code,
        at=at,
    )
    outbox.put(connection, [to_record(message, at=at)])
    return after


def _alert(row: RowMapping) -> Alert:
    return Alert(**row)


def _decision(row: RowMapping) -> DecisionRow:
    return DecisionRow(**row)

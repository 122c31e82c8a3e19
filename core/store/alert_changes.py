"""Changes to alerts and decisions, each in the caller's transaction.

::

    record_decision ──▶ decisions ─┐
    open_alert, touch ─▶ alerts ───┼──▶ cards (what the console's list shows)
    ack, close, change ▶ alerts ───┘
                            └──────────▶ outbox ──▶ news.alerts

Tables and queries are in :mod:`core.store.alerts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Connection, select

from core.messages import AlertEvent, AlertEventKind
from core.messages.envelope import to_record
from core.store import cards, outbox
from core.store.alerts import (
    ACKED,
    CLOSED,
    OPEN,
    Alert,
    DecisionRow,
    alerts,
    decisions,
    get_alert,
)
from core.store.cards import ToldDevelopment


def record_decision(
    connection: Connection, row: DecisionRow, sentences: Iterable[str] = ()
) -> None:
    """Record a decision and add it to its story's card.

    Args:
        connection: A write transaction.
        row: The decision.
        sentences: The sentences that matched, by which the console's search finds the story.

    Raises:
        StoreConflictError: The article revision was decided before under this topic. Nothing is
            written.
    """
    connection.execute(decisions.insert().values(asdict(row)))
    cards.add_decision(connection, row, sentences)


def set_topic_revision(connection: Connection, row: DecisionRow, topic_revision: str) -> None:
    """Record that a decided match came again under another definition of its topic."""
    connection.execute(
        decisions.update()
        .where(
            decisions.c.topic_id == row.topic_id,
            decisions.c.article_id == row.article_id,
            decisions.c.revision == row.revision,
        )
        .values(topic_revision=topic_revision)
    )


def open_alert(connection: Connection, row: Alert) -> None:
    """Open an alert."""
    connection.execute(alerts.insert().values(asdict(row)))
    cards.mark_told(connection, row)


def tell_development(connection: Connection, alert_id: str, told: ToldDevelopment) -> None:
    """Bring an alert up to date when people are told what is new in its story.

    The alert and its card take the newest headline, the card moves to the top of the list, and an
    alert that was acknowledged or closed is open again, with an event that says so.

    Args:
        connection: A write transaction.
        alert_id: The alert.
        told: The development.
    """
    cards.tell_development(connection, alert_id, told)
    alert = lock_alert(connection, alert_id)
    newest = replace(alert, title=told.title, updated_at=told.at)
    if alert.state == OPEN:
        connection.execute(alerts.update().where(alerts.c.id == alert.id).values(asdict(newest)))
        return
    again = replace(newest, state=OPEN, acked_by="", acked_at=None, closed_by="", closed_at=None)
    why = f"opened again: it was {alert.state} when something new was reported"
    change(connection, alert, again, AlertEventKind.UPDATED, why, "reopened", told.at)


def touch(connection: Connection, alert_id: str, now: datetime) -> None:
    """Set an alert's time of change, because something was added to its story."""
    cards.touch(connection, alert_id, now)  # in the order in which console actions lock the rows
    connection.execute(alerts.update().where(alerts.c.id == alert_id).values(updated_at=now))


def ack(connection: Connection, alert_id: str, *, by: str, at: datetime) -> Alert:
    """Acknowledge an open alert. One that is acknowledged or closed stays as it is.

    Args:
        connection: A write transaction.
        alert_id: The alert's id, or at least its first eight digits.
        by: Who acknowledges it.
        at: The present moment.

    Returns:
        The alert as it is now.

    Raises:
        UsageError: There is no such alert.
    """
    alert = lock_alert(connection, alert_id)
    if alert.state != OPEN:
        return alert
    after = replace(alert, state=ACKED, acked_by=by, acked_at=at)
    return change(connection, alert, after, AlertEventKind.ACKED, f"acked by {by}", ACKED, at)


def close(connection: Connection, alert_id: str, *, by: str, at: datetime, why: str = "") -> Alert:
    """Close an alert. A closed one stays as it is unless a reason is given.

    Args:
        connection: A write transaction.
        alert_id: The alert's id, or at least its first eight digits.
        by: Who closes it.
        at: The present moment.
        why: The reason code of the event, such as ``relevant`` or ``irrelevant_duplicate``.

    Returns:
        The alert as it is now.

    Raises:
        UsageError: There is no such alert.
    """
    alert = lock_alert(connection, alert_id)
    if alert.state == CLOSED and not why:
        return alert
    after = replace(alert, state=CLOSED, closed_by=by, closed_at=at)
    verdict = f": {why.replace('_', ' ')}" if why else ""
    reason = f"closed by {by}{verdict}"
    return change(connection, alert, after, AlertEventKind.CLOSED, reason, why or CLOSED, at)


def lock_alert(connection: Connection, alert_id: str) -> Alert:
    """Return an alert and lock its row until the transaction ends.

    Raises:
        UsageError: There is no such alert.
    """
    whole = get_alert(connection, alert_id).id
    query = select(alerts).where(alerts.c.id == whole).with_for_update()
    return Alert(**connection.execute(query).mappings().one())


def change(
    connection: Connection,
    before: Alert,
    after: Alert,
    event: AlertEventKind,
    reason: str,
    reason_code: str,
    at: datetime,
) -> Alert:
    """Write a changed alert and announce the change on ``news.alerts``.

    Args:
        connection: The transaction in which :func:`lock_alert` returned the alert.
        before: The alert as it is.
        after: The alert as it shall be.
        event: Kind of the published event.
        reason: Reason of the event, an English sentence.
        reason_code: Reason code of the event.
        at: The present moment.

    Returns:
        The alert as written: ``after`` with its time of change set.
    """
    after = replace(after, updated_at=at)
    connection.execute(alerts.update().where(alerts.c.id == before.id).values(asdict(after)))
    cards.set_state(connection, before.id, after.state, at)
    message = AlertEvent(
        alert_id=before.id,
        event=event,
        topic_id=before.topic_id,
        story_id=before.story_id,
        article_id=before.article_id,
        severity=before.severity,
        reason=reason,
        reason_code=reason_code,
        at=at,
    )
    outbox.put(connection, [to_record(message, at=at)])
    return after

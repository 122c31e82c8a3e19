"""Changes to alerts and decisions, each in the caller's transaction.

::

    record_decision ──▶ decisions ─┐
    open_alert, touch ─▶ alerts ───┼──▶ cards (what the console's list shows)
    ack, close, change ▶ alerts ───┘
    reopen, assign, snooze     ├──────▶ outbox ──▶ news.alerts
                               └──────▶ escalations, which it stops

Tables and queries are in :mod:`core.store.alerts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from core.clock import rfc3339
from core.messages import AlertEvent, AlertEventKind
from core.messages.alert import ASSIGNED, REOPENED, SNOOZE_ENDED, SNOOZED, UNASSIGNED
from core.messages.envelope import to_record
from core.store import cards, escalations, outbox
from core.store.alerts import (
    ACKED,
    CLOSED,
    OPEN,
    Alert,
    DecisionRow,
    alerts,
    decisions,
    get_alert,
    names_of_decided,
)
from core.store.cards import ToldDevelopment
from core.store.match_counts import JOINED, NOTIFIED


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


def suppress_decision(
    connection: Connection,
    topic_id: str,
    article_id: str,
    revision: int,
    code: str,
    reason: str,
) -> None:
    """Record that nobody will be told of a match of which people were to be notified.

    A decision of which nobody was to be notified stays as it is. Where nothing is left that people
    are told of the story, what had joined it ends alike.

    Args:
        connection: A write transaction.
        topic_id: The topic.
        article_id: The article, in this ``revision``.
        revision: The revision.
        code: Why, as reason code of the decision.
        reason: Why (:class:`config.i18n.Phrase`, dumped).
    """
    event = AlertEventKind.SUPPRESSED.value
    connection.execute(
        decisions.update()
        .where(
            decisions.c.topic_id == topic_id,
            decisions.c.article_id == article_id,
            decisions.c.revision == revision,
            decisions.c.match_end == NOTIFIED,
        )
        .values(event=event, reason_code=code, reason=reason, match_end=event, end_code=code)
    )
    _suppress_joined(connection, topic_id, article_id, code)


def _suppress_joined(connection: Connection, topic_id: str, article_id: str, code: str) -> None:
    """Let what joined an article's story be suppressed where nobody is told of the story."""
    columns, told = decisions.c, decisions.alias("told")
    of_article = select(columns.alert_id)
    of_article = of_article.where(columns.topic_id == topic_id, columns.article_id == article_id)
    is_told = select(told.c.alert_id).where(
        told.c.alert_id == columns.alert_id, told.c.match_end == NOTIFIED
    )
    connection.execute(
        decisions.update()
        .where(columns.alert_id.in_(of_article.scalar_subquery()), columns.match_end == JOINED)
        .where(~is_told.correlate(decisions).exists())
        .values(match_end=AlertEventKind.SUPPRESSED.value, end_code=code)
    )


def open_alert(connection: Connection, row: Alert) -> None:
    """Open an alert."""
    connection.execute(alerts.insert().values(asdict(row)))
    cards.mark_told(connection, row)


_UNTOUCHED: dict[str, Any] = {
    "state": OPEN,
    "acked_by": "",
    "acked_at": None,
    "closed_by": "",
    "closed_at": None,
}
"""The state of an alert that nobody has acknowledged or closed since it was last opened."""


def tell_development(connection: Connection, alert_id: str, told: ToldDevelopment) -> None:
    """Bring an alert up to date when people are told what is new in its story.

    The alert and its card take the newest headline, the card moves to the top of the list, an alert
    that was acknowledged or closed is open again, and a snooze ends, with an event that says so.

    Args:
        connection: A write transaction.
        alert_id: The alert.
        told: The development.
    """
    cards.tell_development(connection, alert_id, told)
    alert = lock_alert(connection, alert_id)
    if alert.is_snoozed(told.at):
        alert = end_snooze(connection, alert, "something new was reported", told.at)
    newest = replace(alert, title=told.title, updated_at=told.at)
    if alert.state == OPEN:
        connection.execute(alerts.update().where(alerts.c.id == alert.id).values(asdict(newest)))
        return
    again = replace(newest, **_UNTOUCHED)
    why = f"opened again: it was {alert.state} when something new was reported"
    change(connection, alert, again, AlertEventKind.UPDATED, why, REOPENED, told.at)


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


def reopen(connection: Connection, alert_id: str, *, by: str, at: datetime) -> Alert:
    """Open a closed alert again, also one that was acknowledged before. Others stay as they are.

    Args:
        connection: A write transaction.
        alert_id: The alert's id, or at least its first eight digits.
        by: Who opens it.
        at: The present moment.

    Returns:
        The alert as it is now.

    Raises:
        UsageError: There is no such alert.
    """
    alert = lock_alert(connection, alert_id)
    if alert.state != CLOSED:
        return alert
    after = replace(alert, **_UNTOUCHED)
    reason = f"opened again by {by}"
    return change(connection, alert, after, AlertEventKind.UPDATED, reason, REOPENED, at)


def assign(connection: Connection, alert_id: str, *, to: str, by: str, at: datetime) -> Alert:
    """Record who takes care of an alert, which stops its escalation.

    Args:
        connection: A write transaction.
        alert_id: The alert's id, or at least its first eight digits.
        to: Who takes care of it; empty: nobody any more.
        by: Who says so.
        at: The present moment.

    Returns:
        The alert as it is now; unchanged where it is assigned to that person already.

    Raises:
        UsageError: There is no such alert.
    """
    alert = lock_alert(connection, alert_id)
    if alert.assigned_to == to:
        return alert
    after = replace(alert, assigned_to=to)
    code, reason = UNASSIGNED, f"assigned to nobody any more by {by}"
    if to:
        code, reason = ASSIGNED, f"assigned to {to} by {by}"
    return change(connection, alert, after, AlertEventKind.UPDATED, reason, code, at)


def snooze(
    connection: Connection, alert_id: str, *, until: datetime, by: str, at: datetime
) -> Alert:
    """Tell people only what is new in a story until a time, and stop its escalation.

    Args:
        connection: A write transaction.
        alert_id: The alert's id, or at least its first eight digits.
        until: When it ends; a time that is not after ``at`` ends a snooze now.
        by: Who says so.
        at: The present moment.

    Returns:
        The alert as it is now; unchanged where there is no snooze to end.

    Raises:
        UsageError: There is no such alert.
    """
    alert = lock_alert(connection, alert_id)
    if until <= at:
        is_snoozed = alert.is_snoozed(at)
        return end_snooze(connection, alert, f"by {by}", at) if is_snoozed else alert
    after, reason = replace(alert, snoozed_until=until), f"snoozed until {rfc3339(until)} by {by}"
    return change(connection, alert, after, AlertEventKind.UPDATED, reason, SNOOZED, at)


def end_snooze(connection: Connection, alert: Alert, why: str, at: datetime) -> Alert:
    """End the snooze of a locked alert; ``why`` completes an English sentence."""
    after, reason = replace(alert, snoozed_until=None), f"snooze ended: {why}"
    return change(connection, alert, after, AlertEventKind.UPDATED, reason, SNOOZE_ENDED, at)


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

    An escalation of the alert stops where somebody takes care of it now.

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
        assigned_to=after.assigned_to if after.assigned_to != before.assigned_to else None,
        snoozed_until=after.snoozed_until if after.snoozed_until != before.snoozed_until else None,
        at=at,
        **names_of_decided(connection, before.topic_id, before.article_id),
    )
    outbox.put(connection, [to_record(message, at=at)])
    if code := _stops_escalation(before, after):
        escalations.stop(connection, before.id, code, at)
    return after


def _stops_escalation(before: Alert, after: Alert) -> str:
    """Return the code of what stops an escalation; empty where nobody takes care of the alert."""
    if after.state != OPEN:
        return after.state
    if after.assigned_to and after.assigned_to != before.assigned_to:
        return ASSIGNED
    if after.snoozed_until and after.snoozed_until != before.snoozed_until:
        return SNOOZED
    return ""

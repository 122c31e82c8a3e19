"""Escalations: the steps that are due while nobody takes care of an urgent alert.

::

    queue_notifications ──start──▶ waiting ──due──▶ sent       (alerts.escalation)
                                      │
            ack, close, assign, snooze ▼
                                   stopped ──undo──▶ waiting

Each step is a row with the time when it is due and its receivers, so that a restart, another
process or a new ``alerts.yaml`` changes nothing about it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, String, Table, Text, func, select

from core.store.column_types import UtcDateTime, metadata

WAITING, SENT, STOPPED = "waiting", "sent", "stopped"

escalations = Table(
    "escalations",
    metadata,
    Column("alert_id", String(32), primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("receivers", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("ended_code", String(20), nullable=False, server_default=""),
    Column("ended_at", UtcDateTime),
    Index("ix_escalations_due", "state", "due_at"),
)


@dataclass(frozen=True, slots=True)
class EscalationRow:
    """A step of an escalation.

    Attributes:
        round: 0 for the first escalation of the alert; a development begins another.
        step: 1 for the first step.
        receivers: Ids of the receivers that get the message.
        labels: Labels of the message, by which a silence can stop it.
        state: ``waiting``, ``sent`` or ``stopped``.
        ended_code: What stopped it: ``acked``, ``closed``, ``assigned``, ``snoozed``, ``silenced``,
            or ``untold`` where its message is not there any more.
        ended_at: When it was sent or stopped.
    """

    alert_id: str
    round: int
    step: int
    due_at: datetime
    receivers: tuple[str, ...]
    labels: Mapping[str, str]
    state: str = WAITING
    ended_code: str = ""
    ended_at: datetime | None = None


def start(
    connection: Connection,
    alert_id: str,
    steps: Sequence[tuple[datetime, Sequence[str]]],
    labels: Mapping[str, str],
) -> bool:
    """Start an escalation. Return False, and change nothing, where a step of the alert waits.

    Args:
        connection: A write transaction that has locked the alert, or has just opened it.
        alert_id: The alert.
        steps: When each step is due, and its receivers.
        labels: Labels of the message.
    """
    columns = escalations.c
    query = select(columns.state, columns.round).where(columns.alert_id == alert_id)
    rows = connection.execute(query).all()
    if not steps or any(row.state == WAITING for row in rows):
        return False
    number = 1 + max((row.round for row in rows), default=-1)
    values = [
        {
            "alert_id": alert_id,
            "round": number,
            "step": step,
            "due_at": due,
            "receivers": json.dumps(list(receivers)),
            "labels": json.dumps(dict(labels)),
            "state": WAITING,
        }
        for step, (due, receivers) in enumerate(steps, 1)
    ]
    connection.execute(escalations.insert(), values)
    return True


def stop(connection: Connection, alert_id: str, code: str, at: datetime) -> None:
    """Stop the steps of an alert that wait."""
    _set(connection, alert_id, WAITING, STOPPED, ended_code=code, ended_at=at)


def resume(connection: Connection, alert_id: str, stopped_at: datetime) -> None:
    """Let the steps wait again that were stopped at a moment, because that was undone."""
    columns = escalations.c
    rows = escalations.update().where(
        columns.alert_id == alert_id, columns.state == STOPPED, columns.ended_at == stopped_at
    )
    connection.execute(rows.values(state=WAITING, ended_code="", ended_at=None))


def load_waiting(connection: Connection, alert_id: str) -> list[EscalationRow]:
    """Return the steps of an alert that wait, in order."""
    columns = escalations.c
    return _load(connection, columns.alert_id == alert_id, columns.state == WAITING)


def forget(connection: Connection, alert_id: str) -> None:
    """Delete the escalations of an alert that is gone."""
    connection.execute(escalations.delete().where(escalations.c.alert_id == alert_id))


def mark_sent(connection: Connection, row: EscalationRow, at: datetime) -> None:
    """Record that a step was sent."""
    columns = escalations.c
    is_row = (
        columns.alert_id == row.alert_id,
        columns.round == row.round,
        columns.step == row.step,
    )
    connection.execute(escalations.update().where(*is_row).values(state=SENT, ended_at=at))


def find_due_alerts(connection: Connection, now: datetime, *, limit: int) -> list[str]:
    """Return the alerts of which a step is due, the longest due first."""
    columns = escalations.c
    due = func.min(columns.due_at)
    query = select(columns.alert_id).where(columns.state == WAITING, columns.due_at <= now)
    query = query.group_by(columns.alert_id).order_by(due, columns.alert_id).limit(limit)
    return list(connection.scalars(query))


def load_due(connection: Connection, alert_id: str, now: datetime) -> list[EscalationRow]:
    """Return the steps of an alert that are due, in order."""
    columns = escalations.c
    is_due = (columns.alert_id == alert_id, columns.state == WAITING, columns.due_at <= now)
    return _load(connection, *is_due)


def load_escalations(connection: Connection, alert_id: str) -> list[EscalationRow]:
    """Return all steps of an alert's escalations, in order."""
    return _load(connection, escalations.c.alert_id == alert_id)


def next_due_time(connection: Connection) -> datetime | None:
    """Return when the next step is due, or None where none waits."""
    query = select(func.min(escalations.c.due_at)).where(escalations.c.state == WAITING)
    due: datetime | None = connection.scalar(query)
    return due


def _set(connection: Connection, alert_id: str, before: str, after: str, **values: Any) -> None:
    rows = escalations.update().where(
        escalations.c.alert_id == alert_id, escalations.c.state == before
    )
    connection.execute(rows.values(state=after, **values))


def _load(connection: Connection, *conditions: Any) -> list[EscalationRow]:
    query = select(escalations).where(*conditions)
    query = query.order_by(escalations.c.round, escalations.c.step)
    return [_row(dict(row)) for row in connection.execute(query).mappings()]


def _row(row: dict[str, Any]) -> EscalationRow:
    receivers, labels = json.loads(row.pop("receivers")), json.loads(row.pop("labels"))
    return EscalationRow(receivers=tuple(receivers), labels=labels, **row)

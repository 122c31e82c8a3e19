"""What the next shift must know: alerts that are open, taken or told, with the notes on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from core.store.alerts import ACKED, OPEN, alerts
from core.store.cards import cards
from core.store.console.history import story_actions
from core.store.console.notes import NOTED
from core.store.sql import chunks

MOST_SHOWN = 100
"""Alerts of each kind that are returned; a longer list is no handover."""

_BOTH = alerts.join(cards, cards.c.alert_id == alerts.c.id)
"""A card has the state of its alert, with an index; an alert that was merged has no card."""

_TAKEN = or_(alerts.c.assigned_to != "", alerts.c.state == ACKED)


@dataclass(frozen=True, slots=True)
class StoryNote:
    """A note on a story, by whom and when."""

    alert_id: str
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HandoverAlert:
    """An alert as the next shift needs it.

    Attributes:
        taken_by: To whom it is assigned, or else who acknowledged it; empty: nobody.
    """

    id: str
    topic_id: str
    topic_title: str
    title: str
    severity: str
    state: str
    opened_at: datetime
    taken_by: str


@dataclass(frozen=True, slots=True)
class HandoverList:
    """Alerts of one kind, newest first.

    Attributes:
        count: How many there are; :attr:`alerts` has :data:`MOST_SHOWN` of them at most.
    """

    count: int
    alerts: tuple[HandoverAlert, ...]


@dataclass(frozen=True, slots=True)
class Handover:
    """What the next shift must know.

    Attributes:
        open: Nobody takes care of them.
        taken: Somebody takes care of them, and they are not closed.
        told: Told since the shift began, whatever became of them.
        notes: The notes on all of these, oldest first.
    """

    open: HandoverList
    taken: HandoverList
    told: HandoverList
    notes: tuple[StoryNote, ...]


def load_handover(connection: Connection, since: datetime) -> Handover:
    """Return what the next shift must know.

    Args:
        connection: Any transaction.
        since: When the shift began.
    """
    unclosed = cards.c.state.in_((OPEN, ACKED))
    lists = (
        _load(connection, and_(unclosed, ~_TAKEN)),
        _load(connection, and_(unclosed, _TAKEN)),
        _load(connection, and_(cards.c.told, cards.c.at >= since)),
    )
    ids = {alert.id for each in lists for alert in each.alerts}
    return Handover(*lists, notes=_load_notes(connection, sorted(ids)))


def _load(connection: Connection, condition: ColumnElement[bool]) -> HandoverList:
    columns = alerts.c
    names = ("id", "topic_id", "topic_title", "title", "severity", "state", "opened_at")
    taken_by = func.coalesce(func.nullif(columns.assigned_to, ""), columns.acked_by)
    query = (
        select(*(columns[name] for name in names), taken_by.label("taken_by"))
        .select_from(_BOTH)
        .where(condition)
        .order_by(cards.c.at.desc(), columns.id)
        .limit(MOST_SHOWN)
    )
    rows = tuple(HandoverAlert(**row) for row in connection.execute(query).mappings())
    counting = select(func.count()).select_from(_BOTH).where(condition)
    return HandoverList(int(connection.scalar(counting) or 0), rows)


def _load_notes(connection: Connection, ids: Sequence[str]) -> tuple[StoryNote, ...]:
    columns = story_actions.c
    notes = []
    for some in chunks(ids):
        query = select(columns.alert_id, columns.detail.label("text"), columns.by, columns.at)
        query = query.where(columns.alert_id.in_(some), columns.verb == NOTED)
        notes += [StoryNote(**row) for row in connection.execute(query).mappings()]
    return tuple(sorted(notes, key=lambda note: note.at))

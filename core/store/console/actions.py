"""Actions of people on stories, each in the caller's transaction, and how they are undone.

::

    ack, close, judge ──▶ alerts, cards ──outbox──▶ news.alerts (acked, closed)
          └─────────────▶ story_actions ──undo──▶ the state before; announced as acked or closed, or
                                                  for an open alert as updated/reopened

``wirewatch alerts ack`` uses these too. A suppressed story has no alert: it can be judged, which is
not announced, but neither acknowledged nor closed.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Index, RowMapping, String, Table, Text, select

from config.errors import NotFoundError, UsageError
from core.clock import rfc3339
from core.messages import AlertEventKind
from core.messages.alert import REOPENED
from core.store import alert_changes
from core.store.alerts import ACKED, CLOSED, OPEN, Alert
from core.store.cards import cards
from core.store.column_types import SafeText, UtcDateTime, metadata
from core.store.sql import check_parameter
from core.text import clean_line

RELEVANT, IRRELEVANT = "relevant", "irrelevant"
REASONS = ("wrong_sense", "wrong_actor", "old", "duplicate", "page_furniture", "too_minor")
"""Reasons why a story is not relevant; each says what to change about a rule."""

MAX_IDS = 200
"""Stories in one action at most, which is a page of the list."""

MAX_NAME = 80
"""Characters of the name of the person who acts."""

UNDO_TIME = timedelta(seconds=10)
UNDO_GRACE = timedelta(seconds=5)
"""Added to :data:`UNDO_TIME` for the way of the request."""

story_actions = Table(
    "desk_actions",
    metadata,
    Column("action_id", String(32), primary_key=True),
    Column("alert_id", String(32), primary_key=True),
    Column("verb", String(12), nullable=False),
    Column("reason_code", String(40), nullable=False),
    Column("by", SafeText, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("former", Text, nullable=False),
    Column("undone_at", UtcDateTime),
    Index("ix_desk_actions_alert", "alert_id", "at"),
)


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What an action changed.

    Attributes:
        action_id: Id by which it can be undone for :data:`UNDO_TIME`; empty if nothing changed.
        alert_ids: The stories that changed, without those that already were as wanted.
    """

    action_id: str
    alert_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoryAction:
    """An action of a person on a story.

    Attributes:
        verb: ``acked``, ``closed``, ``relevant`` or ``irrelevant``.
        undone_at: When it was undone, if it was.
    """

    action_id: str
    alert_id: str
    verb: str
    reason_code: str
    by: str
    at: datetime
    undone_at: datetime | None


def ack(connection: Connection, ids: Sequence[str], *, by: str, at: datetime) -> ActionResult:
    """Acknowledge stories. Only open alerts change.

    Args:
        connection: A write transaction.
        ids: Alert ids.
        by: Who acknowledges them.
        at: The present moment.

    Raises:
        UsageError: An id is unknown, or there are too many or none.
    """
    return _apply(connection, ids, _ActionRequest(ACKED, "", by, at), _ack)


def close(connection: Connection, ids: Sequence[str], *, by: str, at: datetime) -> ActionResult:
    """Close stories without a verdict. Only open and acknowledged alerts change.

    Args:
        connection: A write transaction.
        ids: Alert ids.
        by: Who closes them.
        at: The present moment.

    Raises:
        UsageError: An id is unknown, or there are too many or none.
    """
    return _apply(connection, ids, _ActionRequest(CLOSED, "", by, at), _close)


def judge(
    connection: Connection,
    ids: Sequence[str],
    *,
    verdict: str,
    reason: str = "",
    by: str,
    at: datetime,
) -> ActionResult:
    """Judge stories as relevant or not, and close them. Those judged so before stay as they are.

    Args:
        connection: A write transaction.
        ids: Alert ids.
        verdict: ``relevant`` or ``irrelevant``.
        reason: One of :data:`REASONS` for an irrelevant story; empty for a relevant one.
        by: Who judges them.
        at: The present moment.

    Raises:
        UsageError: Verdict, reason or an id is unknown, or there are too many ids or none.
    """
    if verdict not in (RELEVANT, IRRELEVANT):
        raise UsageError(f"{verdict[:40]!r} is no verdict.", mend="It is relevant or irrelevant.")
    if (reason not in REASONS) if verdict == IRRELEVANT else reason:
        mend = f"An irrelevant story has one of: {', '.join(REASONS)}."
        raise UsageError(f"{reason[:40]!r} is no reason for {verdict}.", mend=mend)
    return _apply(connection, ids, _ActionRequest(verdict, reason, by, at), _judge)


def undo(connection: Connection, action_id: str, *, by: str, at: datetime) -> ActionResult:
    """Undo an action, except on stories that somebody has changed since.

    An alert that is acknowledged or closed again is announced as that, an open one as ``updated``
    with the reason code ``reopened``.

    Args:
        connection: A write transaction.
        action_id: Id of the action.
        by: Who undoes it.
        at: The present moment.

    Raises:
        NotFoundError: There is no such action, or it has been undone.
        UsageError: It is too late.
    """
    is_action, by = (
        story_actions.c.action_id == check_parameter(action_id),
        clean_line(by, MAX_NAME),
    )
    query = select(story_actions).where(is_action, story_actions.c.undone_at.is_(None))
    query = query.order_by(story_actions.c.alert_id).with_for_update()
    rows = connection.execute(query).mappings().all()
    if not rows:
        raise NotFoundError("There is nothing to undo.", mend="It may have been undone already.")
    if at - rows[0]["at"] > UNDO_TIME + UNDO_GRACE:
        mend = "Judge or acknowledge the story again."
        raise UsageError("It is too late to undo that.", mend=mend)
    restored = tuple(row["alert_id"] for row in rows if _restore(connection, row, by, at))
    connection.execute(story_actions.update().where(is_action).values(undone_at=at))
    return ActionResult(action_id, restored)


def load_actions(connection: Connection, alert_id: str) -> tuple[StoryAction, ...]:
    """Return the actions of people on a story, oldest first."""
    columns = story_actions.c
    query = select(*(columns[name] for name in StoryAction.__slots__))
    query = query.where(columns.alert_id == alert_id).order_by(columns.at, columns.action_id)
    return tuple(StoryAction(**row) for row in connection.execute(query).mappings())


@dataclass(frozen=True, slots=True)
class _ActionRequest:
    verb: str
    reason: str
    by: str
    at: datetime


Change = Callable[[Connection, RowMapping, Alert | None, _ActionRequest], bool]
"""Changes a story, given its card and its alert. Returns False where it is as wanted already."""


def _apply(
    connection: Connection, ids: Sequence[str], request: _ActionRequest, change: Change
) -> ActionResult:
    if not 0 < len(ids) <= MAX_IDS:
        raise UsageError(
            f"{len(ids)} stories cannot be changed at once.", mend=f"At most {MAX_IDS}."
        )
    request, action_id = replace(request, by=clean_line(request.by, MAX_NAME)), uuid.uuid4().hex
    changed = []
    for alert_id in sorted(set(ids)):  # always in this order, so that no two actions deadlock
        card, alert = _lock_story(connection, alert_id)
        if change(connection, card, alert, request):
            _record(connection, action_id, request, card, alert)
            changed.append(alert_id)
    return ActionResult(action_id if changed else "", tuple(changed))


def _record(
    connection: Connection,
    action_id: str,
    request: _ActionRequest,
    card: RowMapping,
    alert: Alert | None,
) -> None:
    connection.execute(
        story_actions.insert().values(
            action_id=action_id,
            alert_id=card["alert_id"],
            verb=request.verb,
            reason_code=request.reason,
            by=request.by,
            at=request.at,
            former=_former_state(card, alert),
        )
    )


def _lock_story(connection: Connection, alert_id: str) -> tuple[RowMapping, Alert | None]:
    """Return the card and the alert of a story, and lock both until the transaction ends."""
    query = select(cards).where(cards.c.alert_id == check_parameter(alert_id)).with_for_update()
    card = connection.execute(query).mappings().one_or_none()
    if card is None:
        raise NotFoundError(f"{alert_id[:40]!r} is no story.", mend="The list shows all stories.")
    return card, alert_changes.lock_alert(connection, alert_id) if card["told"] else None


def _ack(
    connection: Connection, card: RowMapping, alert: Alert | None, request: _ActionRequest
) -> bool:
    del card
    if alert is None or alert.state != OPEN:
        return False
    alert_changes.ack(connection, alert.id, by=request.by, at=request.at)
    return True


def _close(
    connection: Connection, card: RowMapping, alert: Alert | None, request: _ActionRequest
) -> bool:
    del card
    if alert is None or alert.state == CLOSED:
        return False
    alert_changes.close(connection, alert.id, by=request.by, at=request.at)
    return True


def _judge(
    connection: Connection, card: RowMapping, alert: Alert | None, request: _ActionRequest
) -> bool:
    if (card["verdict"], card["verdict_reason"]) == (request.verb, request.reason):
        return False
    if alert is not None:
        code = _reason_code(request.verb, request.reason)
        alert_changes.close(connection, alert.id, by=request.by, at=request.at, why=code)
    verdict = {
        "verdict": request.verb,
        "verdict_reason": request.reason,
        "verdict_by": request.by,
        "verdict_at": request.at,
    }
    _set_verdict(connection, card["alert_id"], verdict, request.at)
    return True


def _reason_code(verdict: str, reason: str) -> str:
    """Return the reason code of the event that announces a verdict."""
    return f"{verdict}_{reason}" if reason else verdict


def _set_verdict(
    connection: Connection, alert_id: str, verdict: dict[str, Any], at: datetime
) -> None:
    card = cards.update().where(cards.c.alert_id == alert_id)
    connection.execute(card.values(verdict | {"changed_at": at}))


_STATE = ("state", "acked_by", "acked_at", "closed_by", "closed_at")
_VERDICT = ("verdict", "verdict_reason", "verdict_by", "verdict_at")


def _former_state(card: RowMapping, alert: Alert | None) -> str:
    """Return the state of a story before an action as JSON, for :func:`_restore`."""
    state = {} if alert is None else asdict(alert)
    values = {name: state.get(name) for name in _STATE} | {name: card[name] for name in _VERDICT}
    return json.dumps({k: rfc3339(v) if isinstance(v, datetime) else v for k, v in values.items()})


def _restore(connection: Connection, row: RowMapping, by: str, at: datetime) -> bool:
    card, alert = _lock_story(connection, row["alert_id"])
    former: dict[str, Any] = {
        k: datetime.fromisoformat(v) if k.endswith("_at") and v else v
        for k, v in json.loads(row["former"]).items()
    }
    if _changed_since(row, card, alert):
        return False
    if row["verb"] in (RELEVANT, IRRELEVANT):
        _set_verdict(connection, card["alert_id"], {name: former[name] for name in _VERDICT}, at)
    if alert is not None:
        after = replace(alert, **{name: former[name] for name in _STATE})
        _announce_undo(connection, alert, after, former, row["verb"], by, at)
    return True


def _changed_since(row: RowMapping, card: RowMapping, alert: Alert | None) -> bool:
    """Return whether a story is no longer as an action left it."""
    if row["verb"] in (RELEVANT, IRRELEVANT) and card["verdict_at"] != row["at"]:
        return True
    if alert is None:
        return False
    state, at = (ACKED, alert.acked_at) if row["verb"] == ACKED else (CLOSED, alert.closed_at)
    return alert.state != state or at != row["at"]


def _announce_undo(
    connection: Connection,
    alert: Alert,
    after: Alert,
    former: dict[str, Any],
    verb: str,
    by: str,
    at: datetime,
) -> None:
    kinds = {ACKED: AlertEventKind.ACKED, CLOSED: AlertEventKind.CLOSED}
    codes = {OPEN: REOPENED, ACKED: ACKED}
    verdict = _reason_code(former["verdict"], former["verdict_reason"])
    code = codes.get(after.state) or verdict or CLOSED
    kind = kinds.get(after.state, AlertEventKind.UPDATED)
    reason = f"{verb} undone by {by}: the alert is {after.state} again"
    alert_changes.change(connection, alert, after, kind, reason, code, at)

"""Actions of people on stories, each in the caller's transaction.

::

    ack, close, reopen    ─┬▶ alerts, cards ──outbox──▶ news.alerts (acked, closed, updated)
    judge, assign, snooze  └▶ core.store.console.history ──▶ core.store.console.undo

``wirewatch alerts ack`` and the other commands use these too. A suppressed story has no alert: it
can be judged, which is not announced, and nothing else.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping

from config.errors import NotFoundError, UsageError
from config.i18n import Phrase
from core.clock import rfc3339
from core.messages.alert import ASSIGNED, REOPENED, SNOOZED
from core.store import alert_changes, audit
from core.store.alerts import ACKED, CLOSED, OPEN, Alert
from core.store.cards import cards, lock_card
from core.store.console.history import story_actions
from core.store.sql import check_parameter
from core.text import clean_line

RELEVANT, IRRELEVANT = "relevant", "irrelevant"
VERDICTS = (RELEVANT, IRRELEVANT)
REASONS = ("wrong_sense", "wrong_actor", "old", "duplicate", "page_furniture", "too_minor")
"""Reasons why a story is not relevant; each says what to change about a rule."""

MAX_IDS = 200
"""Stories in one action at most, which is a page of the list."""

MAX_NAME = 80
"""Characters of the name of the person who acts, or to whom a story is assigned."""

MAX_NOTE = 500
"""Characters of the note that explains a verdict."""

LONGEST_SNOOZE = timedelta(days=30)

UNDO_TIME = timedelta(seconds=10)
UNDO_GRACE = timedelta(seconds=5)
"""Added to :data:`UNDO_TIME` for the way of the request."""


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What an action changed.

    Attributes:
        action_id: Id by which it can be undone for :data:`UNDO_TIME`; empty if nothing changed.
        alert_ids: The stories that changed, without those that already were as wanted.
    """

    action_id: str
    alert_ids: tuple[str, ...]


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


def reopen(connection: Connection, ids: Sequence[str], *, by: str, at: datetime) -> ActionResult:
    """Open closed stories again. Verdicts stay; only closed alerts change.

    A reopened alert is open, not acknowledged, whatever it was before it was closed: nobody has
    said since that they take care of it.

    Args:
        connection: A write transaction.
        ids: Alert ids.
        by: Who opens them.
        at: The present moment.

    Raises:
        UsageError: An id is unknown, or there are too many or none.
    """
    return _apply(connection, ids, _ActionRequest(REOPENED, "", by, at), _reopen)


def judge(
    connection: Connection,
    ids: Sequence[str],
    *,
    verdict: str,
    reason: str = "",
    note: str = "",
    by: str,
    at: datetime,
) -> ActionResult:
    """Judge stories as relevant or not, and close them. Those judged so before stay as they are.

    Args:
        connection: A write transaction.
        ids: Alert ids.
        verdict: ``relevant`` or ``irrelevant``.
        reason: One of :data:`REASONS` for an irrelevant story; empty for a relevant one.
        note: What else there is to say; may be empty.
        by: Who judges them.
        at: The present moment.

    Raises:
        UsageError: Verdict, reason or an id is unknown, or there are too many ids or none.
    """
    if verdict not in VERDICTS:
        raise UsageError(f"{verdict[:40]!r} is no verdict.", mend="It is relevant or irrelevant.")
    if (reason not in REASONS) if verdict == IRRELEVANT else reason:
        mend = f"An irrelevant story has one of: {', '.join(REASONS)}."
        raise UsageError(f"{reason[:40]!r} is no reason for {verdict}.", mend=mend)
    request = _ActionRequest(verdict, reason, by, at, clean_line(note, MAX_NOTE))
    return _apply(connection, ids, request, _judge)


def assign(
    connection: Connection, ids: Sequence[str], *, to: str, by: str, at: datetime
) -> ActionResult:
    """Record who takes care of stories. Only open and acknowledged alerts change.

    Args:
        connection: A write transaction.
        ids: Alert ids.
        to: Who takes care of them; empty: nobody any more.
        by: Who says so.
        at: The present moment.

    Raises:
        UsageError: An id is unknown, or there are too many or none.
    """
    request = _ActionRequest(ASSIGNED, "", by, at, clean_line(to, MAX_NAME))
    return _apply(connection, ids, request, _assign)


def snooze(
    connection: Connection, ids: Sequence[str], *, until: datetime, by: str, at: datetime
) -> ActionResult:
    """Tell people only what is new in stories until a time. Closed alerts do not change.

    Args:
        connection: A write transaction.
        ids: Alert ids.
        until: When it ends, at most :data:`LONGEST_SNOOZE` from now; ``at`` ends a snooze.
        by: Who says so.
        at: The present moment.

    Raises:
        UsageError: The time is too late, an id is unknown, or there are too many or none.
    """
    if until - at > LONGEST_SNOOZE:
        raise UsageError(Phrase("act.long_snooze", days=LONGEST_SNOOZE.days))
    detail = rfc3339(until) if until > at else ""
    return _apply(connection, ids, _ActionRequest(SNOOZED, "", by, at, detail), _snooze)


@dataclass(frozen=True, slots=True)
class _ActionRequest:
    verb: str
    reason: str
    by: str
    at: datetime
    detail: str = ""


Change = Callable[[Connection, RowMapping, Alert | None, _ActionRequest], bool]
"""Changes a story, given its card and its alert. Returns False where it is as wanted already."""


def _apply(
    connection: Connection, ids: Sequence[str], request: _ActionRequest, change: Change
) -> ActionResult:
    if not 0 < len(ids) <= MAX_IDS:
        raise UsageError(Phrase("act.too_many", count=len(ids), most=MAX_IDS))
    request, action_id = replace(request, by=clean_line(request.by, MAX_NAME)), uuid.uuid4().hex
    changed = []
    for alert_id in sorted(set(ids)):  # always in this order, so that no two actions deadlock
        card, alert = lock_story(connection, alert_id)
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
            detail=request.detail,
            former=_former_state(card, alert),
        )
    )
    detail = request.reason or request.detail
    audit.record(
        connection, request.verb, card["alert_id"], by=request.by, at=request.at, detail=detail
    )


def lock_story(connection: Connection, alert_id: str) -> tuple[RowMapping, Alert | None]:
    """Return the card and the alert of a story, and lock both until the transaction ends."""
    card = lock_card(connection, check_parameter(alert_id))
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


def _reopen(
    connection: Connection, card: RowMapping, alert: Alert | None, request: _ActionRequest
) -> bool:
    del card
    if alert is None or alert.state != CLOSED:
        return False
    alert_changes.reopen(connection, alert.id, by=request.by, at=request.at)
    return True


def _assign(
    connection: Connection, card: RowMapping, alert: Alert | None, request: _ActionRequest
) -> bool:
    del card
    if alert is None or alert.state == CLOSED or alert.assigned_to == request.detail:
        return False
    to, by, at = request.detail, request.by, request.at
    alert_changes.assign(connection, alert.id, to=to, by=by, at=at)
    return True


def _snooze(
    connection: Connection, card: RowMapping, alert: Alert | None, request: _ActionRequest
) -> bool:
    del card
    if alert is None or alert.state == CLOSED:
        return False
    until = datetime.fromisoformat(request.detail) if request.detail else request.at
    if until == alert.snoozed_until or not (request.detail or alert.is_snoozed(request.at)):
        return False
    alert_changes.snooze(connection, alert.id, until=until, by=request.by, at=request.at)
    return True


def _judge(
    connection: Connection, card: RowMapping, alert: Alert | None, request: _ActionRequest
) -> bool:
    is_same = (card["verdict"], card["verdict_reason"]) == (request.verb, request.reason)
    if is_same and request.detail in ("", card["verdict_note"]):
        return False
    if alert is not None:
        code = reason_code(request.verb, request.reason)
        alert_changes.close(connection, alert.id, by=request.by, at=request.at, why=code)
    verdict = {
        "verdict": request.verb,
        "verdict_reason": request.reason,
        "verdict_by": request.by,
        "verdict_at": request.at,
        "verdict_note": request.detail,
    }
    set_verdict(connection, card["alert_id"], verdict, request.at)
    return True


def reason_code(verdict: str, reason: str) -> str:
    """Return the reason code of the event that announces a verdict."""
    return f"{verdict}_{reason}" if reason else verdict


def set_verdict(
    connection: Connection, alert_id: str, verdict: dict[str, Any], at: datetime
) -> None:
    """Set columns of the verdict on a story's card."""
    card = cards.update().where(cards.c.alert_id == alert_id)
    connection.execute(card.values(verdict | {"changed_at": at}))


STATE = ("state", "acked_by", "acked_at", "closed_by", "closed_at")
"""The fields of an alert that acknowledging, closing, reopening and judging change."""

VERDICT = ("verdict", "verdict_reason", "verdict_by", "verdict_at", "verdict_note")
"""The columns of a card that judging changes."""


def _former_state(card: RowMapping, alert: Alert | None) -> str:
    """Return the state of a story before an action as JSON, for :mod:`core.store.console.undo`."""
    state = {} if alert is None else asdict(alert)
    names = (*STATE, "assigned_to", "snoozed_until")
    values = {name: state.get(name) for name in names} | {name: card[name] for name in VERDICT}
    return json.dumps({k: rfc3339(v) if isinstance(v, datetime) else v for k, v in values.items()})

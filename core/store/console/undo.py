"""Undoing an action of a person on stories, for some seconds, where the story did not change since.

::

    story_actions.former ──undo──▶ alerts, cards, escalations ──outbox──▶ news.alerts
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from config.errors import NotFoundError, UsageError
from core.clock import rfc3339
from core.messages import AlertEventKind
from core.messages.alert import ASSIGNED, REOPENED, SNOOZE_ENDED, SNOOZED, UNASSIGNED
from core.store import alert_changes, audit, escalations
from core.store.alerts import ACKED, CLOSED, OPEN, Alert
from core.store.console.actions import (
    MAX_NAME,
    STATE,
    UNDO_GRACE,
    UNDO_TIME,
    VERDICT,
    VERDICTS,
    ActionResult,
    lock_story,
    reason_code,
    set_verdict,
)
from core.store.console.history import NO_UNDO, story_actions
from core.store.sql import check_parameter
from core.text import clean_line

_FIELDS = {ASSIGNED: ("assigned_to",), SNOOZED: ("snoozed_until",)}
"""The fields of an alert that an action changes, where it does not change its state."""


def undo(connection: Connection, action_id: str, *, by: str, at: datetime) -> ActionResult:
    """Undo an action, except on stories that somebody has changed since.

    An alert that is acknowledged or closed again is announced as that, an open one as ``updated``
    with the reason code ``reopened``. An escalation that the action stopped goes on.

    Args:
        connection: A write transaction.
        action_id: Id of the action.
        by: Who undoes it.
        at: The present moment.

    Raises:
        NotFoundError: There is no such action, or it has been undone.
        UsageError: It is too late.
    """
    by = clean_line(by, MAX_NAME)
    is_action = story_actions.c.action_id == check_parameter(action_id)
    query = select(story_actions).where(
        is_action, story_actions.c.undone_at.is_(None), story_actions.c.former != NO_UNDO
    )
    query = query.order_by(story_actions.c.alert_id).with_for_update()
    rows = connection.execute(query).mappings().all()
    if not rows:
        raise NotFoundError("There is nothing to undo.", mend="It may have been undone already.")
    if at - rows[0]["at"] > UNDO_TIME + UNDO_GRACE:
        mend = "Judge or acknowledge the story again."
        raise UsageError("It is too late to undo that.", mend=mend)
    restored = tuple(row["alert_id"] for row in rows if _restore(connection, row, by, at))
    connection.execute(story_actions.update().where(is_action).values(undone_at=at))
    for alert_id in restored:
        audit.record(connection, "undone", alert_id, by=by, at=at, detail=rows[0]["verb"])
    return ActionResult(action_id, restored)


def _restore(connection: Connection, row: RowMapping, by: str, at: datetime) -> bool:
    card, alert = lock_story(connection, row["alert_id"])
    former: dict[str, Any] = {
        k: datetime.fromisoformat(v) if k.endswith(("_at", "_until")) and v else v
        for k, v in json.loads(row["former"]).items()
    }
    if _changed_since(row, card, alert):
        return False
    if row["verb"] in VERDICTS:
        verdict = {name: former[name] for name in VERDICT if name in former}
        set_verdict(connection, card["alert_id"], verdict, at)
    if alert is not None:
        after = replace(alert, **{name: former[name] for name in _FIELDS.get(row["verb"], STATE)})
        _announce_undo(connection, alert, after, former, row["verb"], by, at)
        escalations.resume(connection, alert.id, row["at"])
    return True


def _changed_since(row: RowMapping, card: RowMapping, alert: Alert | None) -> bool:
    """Return whether a story is no longer as an action left it."""
    if row["verb"] in VERDICTS and card["verdict_at"] != row["at"]:
        return True
    if alert is None:
        return False
    if row["verb"] == ASSIGNED:
        return bool(alert.assigned_to != row["detail"])
    if row["verb"] == SNOOZED:
        until = rfc3339(alert.snoozed_until) if alert.snoozed_until else ""
        return bool(until != row["detail"])
    if row["verb"] == REOPENED:  # an open alert keeps no time of its own
        return alert.state != OPEN or alert.updated_at != row["at"]
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
    verdict = reason_code(former["verdict"], former["verdict_reason"])
    code = codes.get(after.state) or verdict or CLOSED
    kind = kinds.get(after.state, AlertEventKind.UPDATED)
    reason = f"{verb} undone by {by}: the alert is {after.state} again"
    if verb in _FIELDS:
        kind, code = AlertEventKind.UPDATED, _code_of_undone(verb, after)
        reason = f"{verb} undone by {by}"
    alert_changes.change(connection, alert, after, kind, reason, code, at)


def _code_of_undone(verb: str, after: Alert) -> str:
    """Return the reason code that says what an alert is after an assignment or a snooze ended."""
    if verb == ASSIGNED:
        return ASSIGNED if after.assigned_to else UNASSIGNED
    return SNOOZED if after.snoozed_until else SNOOZE_ENDED

"""What people do at the desk, each in the caller's one transaction, and how it is undone.

::

    ack, close, judge ──▶ alerts, cards ──outbox──▶ news.alerts (acked, closed)
                     └──▶ story_actions: what it was before ──undo──▶ as it was; acked, closed as it
                                                                     was before, or updated/reopened

``wirewatch alerts ack`` comes the same way. A story that was only held back has no alert: it can be
judged, which the stream is not told, and not taken.
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
"""Why a story is not relevant: what a rule can be mended by."""

MAX_IDS = 200
"""Stories in one action: as many as a page of the list can have."""

MAX_NAME = 80
"""Characters of who did it."""

UNDO_TIME = timedelta(seconds=10)
UNDO_GRACE = timedelta(seconds=5)
"""What the click takes to get here."""

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
        action_id: By which it can be undone for :data:`UNDO_TIME`; empty where nothing changed.
        alert_ids: The stories that changed; those that were so already are not among them.
    """

    action_id: str
    alert_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoryAction:
    """What somebody did with a story.

    Attributes:
        verb: acked, closed, relevant or irrelevant.
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
    """Take stories: somebody is on them. Those taken, closed or held back stay as they are.

    Raises:
        UsageError: An id nobody has, or too many.
    """
    return _act(connection, ids, ACKED, "", by, at, _acking)


def close(connection: Connection, ids: Sequence[str], *, by: str, at: datetime) -> ActionResult:
    """Close stories without a verdict. Those closed or held back stay as they are.

    Raises:
        UsageError: An id nobody has, or too many.
    """
    return _act(connection, ids, CLOSED, "", by, at, _closing)


def judge(
    connection: Connection,
    ids: Sequence[str],
    *,
    verdict: str,
    reason: str = "",
    by: str,
    at: datetime,
) -> ActionResult:
    """Say whether stories are relevant, which closes them. Judged so before, they stay.

    Args:
        connection: A write transaction.
        ids: Alert ids.
        verdict: ``relevant`` or ``irrelevant``.
        reason: One of :data:`REASONS` for an irrelevant one; nothing for a relevant one.
        by: Who says so.
        at: The present.

    Raises:
        UsageError: A verdict, reason or id there is none of, or too many.
    """
    if verdict not in (RELEVANT, IRRELEVANT):
        raise UsageError(f"{verdict[:40]!r} is no verdict.", mend="It is relevant or irrelevant.")
    if (reason not in REASONS) if verdict == IRRELEVANT else reason:
        mend = f"An irrelevant story has one of: {', '.join(REASONS)}."
        raise UsageError(f"{reason[:40]!r} is no reason for {verdict}.", mend=mend)
    return _act(connection, ids, verdict, reason, by, at, _judging)


def undo(connection: Connection, action_id: str, *, by: str, at: datetime) -> ActionResult:
    """Make stories what they were before an action, but for those somebody changed since.

    The stream is told ``acked`` or ``closed`` where they are that again, and of an open one
    ``updated`` with the reason code ``reopened``.

    Raises:
        UsageError: There is no such action, it was undone, or it is too long ago.
    """
    mine, by = story_actions.c.action_id == check_parameter(action_id), clean_line(by, MAX_NAME)
    query = select(story_actions).where(mine, story_actions.c.undone_at.is_(None))
    rows = connection.execute(query.order_by(story_actions.c.alert_id).with_for_update())
    found = rows.mappings().all()
    if not found:
        raise NotFoundError("There is nothing to undo.", mend="It may have been undone already.")
    if at - found[0]["at"] > UNDO_TIME + UNDO_GRACE:
        mend = "Judge the story again, or acknowledge it anew."
        raise UsageError("It is too late to undo that.", mend=mend)
    restored = tuple(row["alert_id"] for row in found if _restore(connection, row, by, at))
    connection.execute(story_actions.update().where(mine).values(undone_at=at))
    return ActionResult(action_id, restored)


def load_actions(connection: Connection, alert_id: str) -> tuple[StoryAction, ...]:
    """What people did with a story, oldest first."""
    own = story_actions.c
    columns = [own[name] for name in StoryAction.__slots__]
    query = select(*columns).where(own.alert_id == alert_id).order_by(own.at, own.action_id)
    return tuple(StoryAction(**row) for row in connection.execute(query).mappings())


Change = Callable[[Connection, RowMapping, Alert | None, "_ActionRequest"], bool]


@dataclass(frozen=True, slots=True)
class _ActionRequest:
    """One action on one story."""

    verb: str
    reason: str
    by: str
    at: datetime


def _act(
    connection: Connection,
    ids: Sequence[str],
    verb: str,
    reason: str,
    by: str,
    at: datetime,
    change: Change,
) -> ActionResult:
    if not 0 < len(ids) <= MAX_IDS:
        raise UsageError(
            f"{len(ids)} stories cannot be changed at once.", mend=f"At most {MAX_IDS}."
        )
    by, action_id = clean_line(by, MAX_NAME), uuid.uuid4().hex
    deed = _ActionRequest(verb, reason, by, at)
    changed = []
    for alert_id in sorted(set(ids)):  # always in one order: two people do not wait in a ring
        card, alert = _held(connection, alert_id)
        if change(connection, card, alert, deed):
            row = {"action_id": action_id, "alert_id": alert_id, "verb": verb, "by": by, "at": at}
            former = _former(card, alert)
            values = row | {"reason_code": reason, "former": former}
            connection.execute(story_actions.insert().values(values))
            changed.append(alert_id)
    return ActionResult(action_id if changed else "", tuple(changed))


def _held(connection: Connection, alert_id: str) -> tuple[RowMapping, Alert | None]:
    """The story as nobody else can change it until the transaction ends."""
    query = select(cards).where(cards.c.alert_id == check_parameter(alert_id)).with_for_update()
    card = connection.execute(query).mappings().one_or_none()
    if card is None:
        raise NotFoundError(f"{alert_id[:40]!r} is no story.", mend="The list shows all of them.")
    return card, alert_changes.lock_alert(connection, alert_id) if card["told"] else None


def _acking(
    connection: Connection, card: RowMapping, alert: Alert | None, deed: _ActionRequest
) -> bool:
    del card
    if alert is None or alert.state != OPEN:
        return False
    alert_changes.ack(connection, alert.id, by=deed.by, at=deed.at)
    return True


def _closing(
    connection: Connection, card: RowMapping, alert: Alert | None, deed: _ActionRequest
) -> bool:
    del card
    if alert is None or alert.state == CLOSED:
        return False
    alert_changes.close(connection, alert.id, by=deed.by, at=deed.at)
    return True


def _judging(
    connection: Connection, card: RowMapping, alert: Alert | None, deed: _ActionRequest
) -> bool:
    if (card["verdict"], card["verdict_reason"]) == (deed.verb, deed.reason):
        return False
    if alert is not None:
        why = _word(deed.verb, deed.reason)
        alert_changes.close(connection, alert.id, by=deed.by, at=deed.at, why=why)
    _write(
        connection, card["alert_id"], _verdict(deed.verb, deed.reason, deed.by, deed.at), deed.at
    )
    return True


def _word(verdict: str, reason: str) -> str:
    """The event's reason code."""
    return f"{verdict}_{reason}" if reason else verdict


def _verdict(verdict: str, reason: str, by: str, at: datetime | None) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "verdict_reason": reason,
        "verdict_by": by,
        "verdict_at": at,
    }


def _write(connection: Connection, alert_id: str, verdict: dict[str, Any], at: datetime) -> None:
    card = cards.update().where(cards.c.alert_id == alert_id)
    connection.execute(card.values(verdict | {"changed_at": at}))


_STATE = ("state", "acked_by", "acked_at", "closed_by", "closed_at")
_VERDICT = ("verdict", "verdict_reason", "verdict_by", "verdict_at")


def _former(card: RowMapping, alert: Alert | None) -> str:
    """What :func:`_restore` needs, as JSON."""
    own = {} if alert is None else asdict(alert)
    values = {name: own.get(name) for name in _STATE} | {name: card[name] for name in _VERDICT}
    return json.dumps({k: rfc3339(v) if isinstance(v, datetime) else v for k, v in values.items()})


def _restore(connection: Connection, row: RowMapping, by: str, at: datetime) -> bool:
    card, alert = _held(connection, row["alert_id"])
    former: dict[str, Any] = {
        k: datetime.fromisoformat(v) if k.endswith("_at") and v else v
        for k, v in json.loads(row["former"]).items()
    }
    if _changed_since(row, card, alert):
        return False
    if row["verb"] in (RELEVANT, IRRELEVANT):
        _write(connection, card["alert_id"], {name: former[name] for name in _VERDICT}, at)
    if alert is not None:
        after = replace(alert, **{name: former[name] for name in _STATE})
        _say_undone(connection, alert, after, former, row["verb"], by, at)
    return True


def _changed_since(row: RowMapping, card: RowMapping, alert: Alert | None) -> bool:
    """Whether the story is not as the action left it."""
    if row["verb"] in (RELEVANT, IRRELEVANT) and card["verdict_at"] != row["at"]:
        return True
    if alert is None:
        return False
    state, at = (ACKED, alert.acked_at) if row["verb"] == ACKED else (CLOSED, alert.closed_at)
    return alert.state != state or at != row["at"]


def _say_undone(
    connection: Connection,
    alert: Alert,
    after: Alert,
    former: dict[str, Any],
    verb: str,
    by: str,
    at: datetime,
) -> None:
    kinds = {ACKED: AlertEventKind.ACKED, CLOSED: AlertEventKind.CLOSED}
    words = {OPEN: REOPENED, ACKED: ACKED}
    code = words.get(after.state) or _word(former["verdict"], former["verdict_reason"]) or CLOSED
    kind = kinds.get(after.state, AlertEventKind.UPDATED)
    reason = f"{verb} undone by {by}: the alert is {after.state} again"
    alert_changes.change(connection, alert, after, kind, reason, code, at)

"""Messages of the system about itself: a broken target, a missing canary, ill health.

::

    broken target, missing canary, ill health ──▶ notification of kind ``system``
                                                    └──▶ the console, one other receiver

A message belongs to no alert and has no topic. Its story is the fault, and ``reason`` says what
happened, so that every receiver can show it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.canaries.missing import CanaryChanges
from alerts.notification_body import NotificationBody, NotificationStory
from alerts.receivers import CONSOLE_RECEIVER, SENDS_NOTHING, definition_of, receiver_kind
from config.catalog.alerts import CONSOLE
from config.catalog.models import AlertsDefinition, ReceiverDefinition
from config.i18n import Phrase, in_english
from core.ids import hash_parts
from core.store import Connection
from core.store import deliveries as delivery_store
from core.store.targets import TargetState, list_broken

SEVERITY = "high"


@dataclass(frozen=True, slots=True)
class SystemMessage:
    """What the system says about itself.

    Attributes:
        fault: Hash of what happened, the same for the same event.
        title: The headline.
        reason: What happened, what it means, and what to do.
        code: The reason code.
        receivers: Ids of the receivers that it is about; another one gets it, if there is one.
    """

    fault: str
    title: Phrase
    reason: Phrase
    code: str
    receivers: frozenset[str]


def queue_broken_target(
    connection: Connection, definition: AlertsDefinition, state: TargetState, *, now: datetime
) -> None:
    """Queue the message that a target is broken, once for each time that it breaks.

    Args:
        connection: The transaction that marks it.
        definition: The operator's receivers.
        state: The broken target.
        now: The present moment.
    """
    code = "system.target_rejects" if state.rejects_everything else "system.target_broken"
    names = {"receiver": state.receiver, "target": state.target}
    reason = Phrase(code, **names, why=Phrase.load(state.reason))
    receiver = definition_of(definition.receivers, state.receiver)
    if receiver is not None and receiver.owner:
        reason = Phrase("system.ask_owner", message=reason, owner=receiver.owner)
    message = SystemMessage(
        fault=hash_parts("broken target", *names.values(), str(state.broken_since)),
        title=Phrase("system.target_title", **names),
        reason=reason,
        code="target_broken",
        receivers=frozenset({state.receiver}),
    )
    _queue(connection, definition, message, now)


def queue_canary_changes(
    connection: Connection, definition: AlertsDefinition, changes: CanaryChanges, *, now: datetime
) -> None:
    """Queue the messages that canaries are missing, and that they are back.

    Args:
        connection: The transaction that records that people are told.
        definition: The operator's receivers.
        changes: What they are told; one message names all targets.
        now: The present moment.
    """
    for code, states in (("missing", changes.missing), ("back", changes.back)):
        if not states:
            continue
        since = min(filter(None, (s.missing_since or s.waiting_since for s in states)))
        targets = ", ".join(f"{state.receiver} ({state.target})" for state in states)
        message = SystemMessage(
            fault=hash_parts(f"canary {code}", targets, str(since)),
            title=Phrase(f"system.canary_{code}_title", targets=targets),
            reason=Phrase(f"system.canary_{code}", targets=targets, since=since),
            code=f"canary_{code}",
            receivers=frozenset(state.receiver for state in states),
        )
        _queue(connection, definition, message, now)


def queue_health_change(
    connection: Connection,
    definition: AlertsDefinition,
    reasons: Sequence[Phrase],
    *,
    since: datetime,
    now: datetime,
) -> None:
    """Queue the message that the program is ill, or that it is well again.

    Args:
        connection: A write transaction.
        definition: The operator's receivers.
        reasons: Why it is ill, the most important one first; empty where it is well again.
        since: When it became ill.
        now: The present moment.
    """
    code = "health_ill" if reasons else "health_good"
    why = {"why": reasons[0]} if reasons else {}
    message = SystemMessage(
        fault=hash_parts(code, str(since), str(now)),
        title=Phrase(f"system.{code}_title"),
        reason=Phrase(f"system.{code}", since=since, **why),
        code=code,
        receivers=frozenset(),
    )
    _queue(connection, definition, message, now)


def _queue(
    connection: Connection, definition: AlertsDefinition, message: SystemMessage, now: datetime
) -> None:
    """Queue a message for the console and one other receiver that works."""
    others = _others(connection, definition, message)
    for receiver in (CONSOLE_RECEIVER, *others[:1]):
        id_ = delivery_store.notification_id(
            message.fault, receiver.id, delivery_store.SYSTEM, seq=0
        )
        row = delivery_store.Notification(
            id=id_,
            alert_id=message.fault,
            receiver=receiver.id,
            kind=delivery_store.SYSTEM,
            seq=0,
            body=_body(id_, message, definition, now),
            created_at=now,
        )
        targets = receiver_kind(receiver.kind).targets(receiver)
        delivery_store.add_notification(connection, row, targets, due=now)


def _others(
    connection: Connection, definition: AlertsDefinition, message: SystemMessage
) -> list[ReceiverDefinition]:
    """Return the receivers that may report it, in file order: no target of theirs is broken.

    Those that send come before those whose messages wait to be read.
    Where a message is about every one of them, it is about the program rather than about them.
    """
    broken = {target.receiver for target, _ in list_broken(connection)}
    working = [r for r in definition.receivers if r.kind != CONSOLE and r.id not in broken]
    working.sort(key=lambda receiver: receiver.kind in SENDS_NOTHING)
    others = [r for r in working if r.id not in message.receivers]
    return others or (working if len(message.receivers) > 1 else [])


def _body(id_: str, message: SystemMessage, definition: AlertsDefinition, now: datetime) -> str:
    title = in_english(message.title)
    body = NotificationBody(
        id=id_,
        kind=delivery_store.SYSTEM,
        alert_id=message.fault,
        topic=None,
        severity=SEVERITY,
        story=NotificationStory(id=message.fault, title=title, first_seen=now, outlets=0),
        articles=(),
        reason=in_english(message.reason),
        reason_code=message.code,
        reason_phrase=json.loads(message.reason.dump()),
        console_url=f"{definition.console_url.rstrip('/')}/deliveries",
    )
    return body.model_dump_json()

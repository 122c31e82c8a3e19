"""Messages of the system about itself: a target that is broken.

::

    broken target ──▶ notification of kind ``system`` ──▶ the console, and the first other receiver

A message belongs to no alert and has no topic. Its story is the fault, and ``reason`` says what
happened, so that every receiver can show it.
"""

from __future__ import annotations

import json
from datetime import datetime

from alerts.notification_body import NotificationBody, NotificationStory
from alerts.receivers import CONSOLE_RECEIVER, receiver_kind
from config.catalog.alerts import CONSOLE
from config.catalog.models import AlertsDefinition, ReceiverDefinition
from config.i18n import Phrase, in_english
from core.ids import hash_parts
from core.store import Connection
from core.store import deliveries as delivery_store
from core.store.targets import TargetState, list_broken

SEVERITY = "high"


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
    fault = hash_parts("broken target", state.receiver, state.target, str(state.broken_since))
    others = _others(connection, definition, state)
    for receiver in (CONSOLE_RECEIVER, *others[:1]):
        id_ = delivery_store.notification_id(fault, receiver.id, delivery_store.SYSTEM, seq=0)
        row = delivery_store.Notification(
            id=id_,
            alert_id=fault,
            receiver=receiver.id,
            kind=delivery_store.SYSTEM,
            seq=0,
            body=_body(id_, fault, state, definition, now),
            created_at=now,
        )
        targets = receiver_kind(receiver.kind).targets(receiver)
        delivery_store.add_notification(connection, row, targets, due=now)


def _others(
    connection: Connection, definition: AlertsDefinition, state: TargetState
) -> list[ReceiverDefinition]:
    """Return the receivers that may report it, in file order: no target of theirs is broken."""
    broken = {target.receiver for target, _ in list_broken(connection)} | {state.receiver}
    return [r for r in definition.receivers if r.kind != CONSOLE and r.id not in broken]


def _body(
    id_: str, fault: str, state: TargetState, definition: AlertsDefinition, now: datetime
) -> str:
    code = "system.target_rejects" if state.rejects_everything else "system.target_broken"
    why = Phrase.load(state.reason)
    reason = Phrase(code, receiver=state.receiver, target=state.target, why=why)
    title = Phrase("system.target_title", receiver=state.receiver, target=state.target)
    body = NotificationBody(
        id=id_,
        kind=delivery_store.SYSTEM,
        alert_id=fault,
        topic=None,
        severity=SEVERITY,
        story=NotificationStory(id=fault, title=in_english(title), first_seen=now, outlets=0),
        articles=(),
        reason=in_english(reason),
        reason_code="target_broken",
        reason_phrase=json.loads(reason.dump()),
        console_url=f"{definition.console_url.rstrip('/')}/deliveries",
    )
    return body.model_dump_json()

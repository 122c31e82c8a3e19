"""Sending the steps of escalations that are due.

::

    escalations ──due──▶ the alert is locked ──why_not()──▶ stopped
                                  │
                                  └──▶ notification, deliveries, news.alerts (updated, escalated)

The message is that about the alert that was queued last, under a new id, with the number of the
step. Each alert is one transaction that locks the alert first: an acknowledgement is either before
it, and stops the step, or after it. Nothing is sent in it, so there is no lease.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog

from alerts.escalation_rules import ESCALATED_KINDS, NOTHING_TO_TELL, why_not
from alerts.notification_body import bundled_topics
from alerts.queueing import write_body
from alerts.receivers import definition_of, receiver_kind
from alerts.silencing import load_silences
from alerts.topic_events import topic_event
from config.catalog.alerts import CONSOLE
from config.catalog.models import AlertsDefinition, ReceiverDefinition
from config.i18n import Phrase
from core.messages import AlertEventKind
from core.messages.alert import ESCALATED
from core.messages.envelope import to_record
from core.store import (
    Connection,
    Store,
    alert_changes,
    cards,
    escalations,
    notification_items,
    outbox,
)
from core.store import deliveries as delivery_store
from core.store import silences as silence_store
from core.store.alerts import names_of_decided
from core.store.deliveries import Notification
from core.store.escalations import EscalationRow
from core.store.notification_items import NotificationItem

LIMIT = 100
"""Alerts that are escalated in one call at most."""

log = structlog.get_logger(__name__)


def escalate_due(store: Store, definition: AlertsDefinition, now: datetime) -> int:
    """Send the steps that are due, or stop them. Return the number of alerts.

    Raises:
        StoreError: The database failed; alerts that are done stay done.
    """
    with store.read() as connection:
        due = escalations.find_due_alerts(connection, now, limit=LIMIT)
    for alert_id in due:
        store.transact(partial(_escalate, alert_id=alert_id, definition=definition, now=now))
    return len(due)


def _escalate(
    connection: Connection, *, alert_id: str, definition: AlertsDefinition, now: datetime
) -> None:
    silence_store.lock_silences(connection, shared=True)
    cards.lock_card(connection, alert_id)  # in the order in which people's actions lock the rows
    alert = alert_changes.lock_alert(connection, alert_id)
    rows = escalations.load_due(connection, alert_id, now)
    if not rows:  # stopped, or sent by another process, since it was read
        return
    silences = load_silences(connection, definition, now)
    item = notification_items.find_newest_told(connection, alert_id, ESCALATED_KINDS)
    code = why_not(alert, rows[0].labels, silences, now)
    if code or item is None:
        escalations.stop(connection, alert_id, code or NOTHING_TO_TELL, now)
        return
    receivers = {row.step: _receivers(row.receivers, definition) for row in rows}
    ids = {receiver.id for each in receivers.values() for receiver in each}
    notification_items.lock_receivers(connection, ids)
    for row in rows:
        for receiver in receivers[row.step]:
            _send(connection, row, item, receiver, definition, now)
        escalations.mark_sent(connection, row, now)
    alert_changes.touch(connection, alert_id, now)


def _receivers(names: Iterable[str], definition: AlertsDefinition) -> list[ReceiverDefinition]:
    """Return the receivers that still exist or their successors, else the console."""
    existing = [
        definition_of(definition.receivers, name)
        or next((r for r in definition.receivers if r.was == name), None)
        for name in names
    ]
    found = {receiver.id: receiver for receiver in existing if receiver is not None}
    if found:
        return list(found.values())
    log.warning(
        "escalation_receivers_removed",
        receivers=list(names),
        mend="They were removed from alerts.yaml while an alert waited. The console shows it.",
    )
    console = definition_of(definition.receivers, CONSOLE)
    return [] if console is None else [console]


def _send(
    connection: Connection,
    row: EscalationRow,
    told: NotificationItem,
    receiver: ReceiverDefinition,
    definition: AlertsDefinition,
    now: datetime,
) -> None:
    """Queue the message of a step for a receiver; alerts about one article share a message."""
    bundle = f"escalation {row.step} {told.article_id} {told.revision}"
    waiting = notification_items.find_open(connection, receiver.id, bundle, now=now)
    notification = waiting[0] if waiting else _begin(connection, row, told, receiver, bundle, now)
    number = notification_items.next_number(connection, notification.id)
    item = replace(told, notification_id=notification.id, number=number, added_at=now)
    notification_items.add_item(connection, item)
    write_body(connection, notification, definition.console_url)
    [topic] = bundled_topics([item])
    event = topic_event(
        topic,
        AlertEventKind.UPDATED,
        Phrase("plan.escalated", n=row.step),
        ESCALATED,
        names=names_of_decided(connection, told.topic_id, told.article_id, told.revision),
        notification_id=notification.id,
        target=receiver.id,
        at=now,
    )
    outbox.put(connection, [to_record(event, at=now)])


def _begin(
    connection: Connection,
    row: EscalationRow,
    told: NotificationItem,
    receiver: ReceiverDefinition,
    bundle: str,
    now: datetime,
) -> Notification:
    seq = delivery_store.next_seq(connection, told.alert_id, receiver.id, told.kind)
    notification = Notification(
        id=delivery_store.notification_id(told.alert_id, receiver.id, told.kind, seq),
        alert_id=told.alert_id,
        receiver=receiver.id,
        kind=told.kind,
        seq=seq,
        body="",
        created_at=now,
        bundle=bundle,
        escalation=row.step,
    )
    targets = receiver_kind(receiver.kind).targets(receiver)
    delivery_store.add_notification(
        connection, notification, targets, due=now, priority=delivery_store.URGENT
    )
    return notification

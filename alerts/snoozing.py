"""Snoozed stories: only what is new in them is told.

::

    notifications of a batch ──without_snoozed()──▶ those that go out
                                     └──▶ news.alerts: suppressed, snoozed

A development, a correction and a retraction have ended the snooze before they get here
(:func:`core.store.alert_changes.tell_development`). What is left is growth.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.pending import PendingNotification
from config.i18n import Phrase, in_english
from core.messages import AlertEvent, AlertEventKind
from core.messages.alert import SNOOZED
from core.messages.envelope import to_record
from core.store import Connection, outbox
from core.store import alerts as alert_store


def without_snoozed(
    connection: Connection, notifications: Sequence[PendingNotification], now: datetime
) -> list[PendingNotification]:
    """Return the notifications about stories that are not snoozed; publish the others.

    Args:
        connection: The transaction of the decisions.
        notifications: What was decided.
        now: The present.
    """
    ids = {notification.alert_id for notification in notifications}
    snoozed = alert_store.find_snoozed(connection, ids, now)
    for notification in notifications:
        if notification.alert_id in snoozed:
            event = _event(notification, snoozed[notification.alert_id], now)
            outbox.put(connection, [to_record(event, at=now)])
    return [n for n in notifications if n.alert_id not in snoozed]


def _event(notification: PendingNotification, until: datetime, now: datetime) -> AlertEvent:
    return AlertEvent(
        alert_id=notification.alert_id,
        event=AlertEventKind.SUPPRESSED,
        topic_id=notification.topic_id,
        story_id=notification.story_id,
        article_id=notification.article_id,
        revision=notification.revision,
        severity=notification.severity,
        reason=in_english(Phrase("plan.snoozed", until=until)),
        reason_code=SNOOZED,
        snoozed_until=until,
        at=now,
    )

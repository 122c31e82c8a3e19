"""Growth that waits on its ladder while a person closes or snoozes the alert is not told."""

from __future__ import annotations

from datetime import datetime

from alerts.withdrawal import withdraw
from config.i18n import Phrase
from core.messages.alert import SNOOZED
from core.store import Connection, waiting_items
from core.store.alerts import CLOSED, get_alert


def withdraw_stale_growth(connection: Connection, console_url: str, now: datetime) -> int:
    """Withdraw growth that waits and whose alert is closed or snoozed; return how many items.

    Args:
        connection: A write transaction.
        console_url: URL of the console.
        now: The present.
    """
    stale = waiting_items.find_unwanted_growth(connection, now)
    waiting = [
        each
        for each in waiting_items.list_waiting(connection)
        if (each.item.notification_id, each.item.number) in stale
    ]
    withdrawn = 0
    for each in waiting:
        alert = get_alert(connection, each.item.alert_id)
        code, reason = CLOSED, Phrase("growth.closed")
        if alert.state != CLOSED and alert.snoozed_until is not None:
            code, reason = SNOOZED, Phrase("plan.snoozed", until=alert.snoozed_until)
        withdrawn += withdraw(connection, [(each, reason)], code, console_url=console_url, now=now)
    return withdrawn

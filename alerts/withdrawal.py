"""Withdrawing what waits: items of messages of which no attempt was made, told to nobody any more.

::

    WaitingItem … ──take out──▶ the message without them, or none
                       ├──────▶ news.alerts: suppressed, with the notification and its receiver
                       └──────▶ where no other message tells it: the decision becomes suppressed,
                                and what was new in the story is new again
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from alerts.decide import Role
from alerts.notification_body import bundled_topics
from alerts.queueing import write_body
from alerts.topic_events import topic_event
from config.i18n import Phrase
from core.messages import NEW_COVERAGE, SPIKE, AlertEventKind
from core.messages.envelope import to_record
from core.store import Connection, alert_changes, outbox, waiting_items
from core.store import stories as story_store
from core.store.alerts import names_of_decided
from core.store.waiting_items import WaitingItem

NEWS_KINDS = ("update", "correction")
"""Kinds of messages that say what is new in a story."""

Withdrawn = tuple[WaitingItem, Phrase]
"""An item to withdraw, and why."""


def withdraw(
    connection: Connection,
    chosen: Sequence[Withdrawn],
    code: str,
    *,
    console_url: str,
    now: datetime,
) -> int:
    """Withdraw items that still wait; return how many there were.

    Args:
        connection: A write transaction.
        chosen: The items, and why each is withdrawn.
        code: Reason code of the events and decisions.
        console_url: URL of the console.
        now: The present.
    """
    reasons = {_key(waiting): reason for waiting, reason in chosen}
    taken = waiting_items.take_out(connection, [waiting for waiting, _ in chosen])
    for row in waiting_items.load_remaining(connection, taken):
        write_body(connection, row, console_url)
    for waiting in taken:
        _suppress(connection, waiting, reasons[_key(waiting)], code, now)
    return len(taken)


def _key(waiting: WaitingItem) -> tuple[str, int]:
    return waiting.item.notification_id, waiting.item.number


def _suppress(
    connection: Connection, waiting: WaitingItem, reason: Phrase, code: str, now: datetime
) -> None:
    """Publish that an item is withdrawn, and suppress its decision where nobody is told of it."""
    item = waiting.item
    [topic] = bundled_topics([item])
    event = topic_event(
        topic,
        AlertEventKind.SUPPRESSED,
        reason,
        str(code),
        names=names_of_decided(connection, item.topic_id, item.article_id, item.revision),
        notification_id=item.notification_id,
        target=waiting.receiver,
        at=now,
    )
    event = event.model_copy(update={"revision": item.revision})
    outbox.put(connection, [to_record(event, at=now)])
    if item.kind in (NEW_COVERAGE, SPIKE):
        return  # they are not about the decision of one article
    if waiting_items.has_items(connection, item.topic_id, item.article_id, item.revision):
        return
    alert_changes.suppress_decision(
        connection, item.topic_id, item.article_id, item.revision, str(code), reason.dump()
    )
    if item.kind in NEWS_KINDS:
        story_store.set_role(connection, item.topic_id, item.article_id, Role.MINOR.value)

"""What waited for a broken target, once it works again: one digest for each topic.

::

    deliveries that wait ──group_by_topic()──▶ digests of what waited for two hours or more
                                └────────────▶ the others go out as they are, urgent ones first

The messages that a digest tells are replaced by it: they end as delivered when it is delivered, and
go out by themselves where the target refuses the digest for good. What may have arrived is not put
in a digest, because its repeat must have the same id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate

from alerts.digest_body import BACKLOG_BUNDLE, DIGEST, TARGET_BROKEN
from alerts.notification_body import by_importance
from alerts.plan import URGENT
from alerts.queueing import write_body
from config.i18n import Phrase
from core.store import Connection, notification_items, replaced_deliveries
from core.store import deliveries as delivery_store
from core.store.deliveries import Delivery, Notification
from core.store.notification_items import NotificationItem
from core.store.targets import TargetState

PATIENCE = timedelta(hours=2)
"""What waited for less is still news of its own; a target is broken after this time, too."""

LEAST_MESSAGES = 2
"""One message is as short by itself, and says more."""


@dataclass(frozen=True, slots=True)
class WaitingMessage:
    """A message that waits for a target.

    Attributes:
        items: What it tells; none in a message of the system.
    """

    delivery: Delivery
    kind: str
    items: tuple[NotificationItem, ...]

    @property
    def topic_id(self) -> str:
        """The topic of its most important item."""
        return by_importance(self.items)[0].topic_id


def bundle_backlog(
    connection: Connection, before: TargetState, console_url: str, *, now: datetime
) -> None:
    """Replace what waited too long for a target that works again by digests.

    The digests go out first, then the others in their order, urgent ones before all. Retries of
    everything begin again.

    Args:
        connection: The transaction that marks the target as working.
        before: The state of the target while it was broken.
        console_url: URL of the console.
        now: The present.
    """
    waiting = replaced_deliveries.load_waiting(connection, before.receiver, before.target, now=now)
    messages = [_load(connection, notification, delivery) for notification, delivery in waiting]
    groups = group_by_topic(messages, now)
    digests: list[Notification] = []
    for topic, group in groups.items():
        at = now + len(digests) * replaced_deliveries.STEP
        row = _add_digest(connection, before, topic, group, at)
        parts = write_body(connection, row, console_url)
        _replace(connection, group, parts)
        digests += parts
    replaced = {m.delivery.id for group in groups.values() for m in group}
    others = [m.delivery.id for m in messages if m.delivery.id not in replaced]
    replaced_deliveries.restart(connection, others, now, after=len(digests))


def group_by_topic(
    messages: Iterable[WaitingMessage], now: datetime
) -> dict[str, list[WaitingMessage]]:
    """Return the messages that a digest tells, by topic.

    Args:
        messages: What waits for a target, in order.
        now: The present.
    """
    groups: defaultdict[str, list[WaitingMessage]] = defaultdict(list)
    for message in messages:
        if _belongs_in_digest(message, now):
            groups[message.topic_id].append(message)
    return {topic: group for topic, group in groups.items() if len(group) >= LEAST_MESSAGES}


def _belongs_in_digest(message: WaitingMessage, now: datetime) -> bool:
    delivery = message.delivery
    is_plain = bool(message.items) and message.kind not in (DIGEST, delivery_store.SYSTEM)
    is_urgent = any(item.severity == URGENT for item in message.items)
    is_fresh = delivery.state == delivery_store.PENDING and not delivery.possible_repeat
    return is_plain and is_fresh and not is_urgent and now - delivery.created_at >= PATIENCE


def _replace(
    connection: Connection, group: Sequence[WaitingMessage], parts: Sequence[Notification]
) -> None:
    """Replace each message by the part of the digest that has the last of its items."""
    digests = [p.id for p in parts for _ in notification_items.load_items(connection, p.id)]
    ends = accumulate(len(message.items) for message in group)
    replaced: defaultdict[str, list[str]] = defaultdict(list)
    for message, end in zip(group, ends, strict=True):
        replaced[digests[end - 1]].append(message.delivery.id)
    for digest, ids in replaced.items():
        replaced_deliveries.replace_by(connection, ids, digest)


def _load(connection: Connection, notification: Notification, delivery: Delivery) -> WaitingMessage:
    items = notification_items.load_items(connection, notification.id)
    return WaitingMessage(delivery, notification.kind, tuple(items))


def _add_digest(
    connection: Connection,
    before: TargetState,
    topic: str,
    group: Sequence[WaitingMessage],
    now: datetime,
) -> Notification:
    items = [item for message in group for item in message.items]
    alert = by_importance(items)[0].alert_id
    seq = delivery_store.next_seq(connection, alert, before.receiver, DIGEST)
    row = Notification(
        id=delivery_store.notification_id(alert, before.receiver, DIGEST, seq),
        alert_id=alert,
        receiver=before.receiver,
        kind=DIGEST,
        seq=seq,
        body="",
        created_at=now,
        bundle=f"{BACKLOG_BUNDLE}{topic} {before.target}",
    )
    delivery_store.add_notification(connection, row, [before.target], due=now)
    since = before.failing_since or before.broken_since or now
    reason = Phrase("plan.held.target_broken", since=since).dump()
    for number, item in enumerate(items):
        told = replace(
            item,
            notification_id=row.id,
            number=number,
            hold_code=TARGET_BROKEN,
            hold_reason=reason,
        )
        notification_items.add_item(connection, told)
    return row

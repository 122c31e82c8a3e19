"""Queueing notifications: the plan of each becomes rows, in the transaction of the decision.

::

    PendingNotification ──plan()──▶ Planned ─┬─ the bundle waits already ──▶ one more item of it
                                             └─ else ──▶ notifications, deliveries, first item
    stories that changed ──▶ the bodies of what waits about them are written again

The due time of the deliveries is the only timer. A digest is a notification whose items were held;
it waits like any other. A process that restarts, or another one, finds everything in the store.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.digest_body import DIGEST, digest_body
from alerts.escalation_rules import escalation_steps
from alerts.gaps import GAP_WAIT
from alerts.notification_body import bundled_topics, by_importance, notification_body
from alerts.pending import PendingNotification
from alerts.plan import (
    CAP_WINDOW,
    URGENT,
    HoldCode,
    Planned,
    Traffic,
    Waiting,
    article_bundle,
    find_route,
    plan,
    receivers_of,
)
from alerts.receivers import definition_of, receiver_kind
from alerts.topic_events import topic_event
from alerts.volume_content import load_history, select_named_articles
from config.catalog.models import AlertsDefinition, ReceiverDefinition
from config.i18n import Phrase
from core.messages import HELD, NEW_COVERAGE, AlertEvent, AlertEventKind, ArticleNames
from core.messages.envelope import to_record
from core.store import Connection, digest_parts, escalations, notification_items, outbox
from core.store import deliveries as delivery_store
from core.store import stories as story_store
from core.store.deliveries import Notification
from core.store.notification_items import NotificationItem
from core.store.story_bundles import find_story_bundle
from core.store.told_revisions import load_shown_articles

STEP = timedelta(microseconds=1)
"""Between the times of notifications of one batch: they go out in the order of the decisions."""

JOINING_KINDS = ("new_story", "update")
"""What is told of a story in one message if it is decided within one group wait."""


def queue_notifications(
    connection: Connection,
    notifications: Sequence[PendingNotification],
    changed_alerts: Collection[str],
    definition: AlertsDefinition,
    *,
    now: datetime,
) -> None:
    """Write notifications with their deliveries, and rewrite the bodies of those that wait.

    Args:
        connection: The transaction of the decisions.
        notifications: What was decided, in order.
        changed_alerts: Alerts whose stories have changed.
        definition: ``alerts.yaml``.
        now: The present.
    """
    timed = [(n, now + number * STEP) for number, n in enumerate(notifications)]
    receivers = [_receivers_of(n, definition, at) for n, at in timed]
    notification_items.lock_receivers(connection, {r for each in receivers for r in each})
    for (notification, at), chosen in zip(timed, receivers, strict=True):
        traffic = _load_traffic(connection, notification, chosen, now)
        labels, article = notification.labels, notification.article
        messages = plan(labels, article, definition, traffic, at, chosen, notification.missed_since)
        for planned in _postponed(messages, notification.not_before):
            _queue(connection, notification, planned, definition, now)
        _start_escalation(connection, notification, messages, definition, at)
    changed = {*changed_alerts, *(n.alert_id for n in notifications)}
    rows = notification_items.find_unsent(connection, changed)
    for row in sorted(rows, key=lambda r: r.kind == NEW_COVERAGE):  # names what no other names
        write_body(connection, row, definition.console_url)


def _start_escalation(
    connection: Connection,
    notification: PendingNotification,
    messages: Sequence[Planned],
    definition: AlertsDefinition,
    now: datetime,
) -> None:
    """Start the escalation of an urgent message, unless one of its alert is under way."""
    route, _ = find_route(notification.labels, definition, now)
    sent_at = min((message.due for message in messages), default=now)
    steps = escalation_steps(notification.kind, notification.severity, route, sent_at)
    escalations.start(connection, notification.alert_id, steps, notification.labels)


def _receivers_of(
    notification: PendingNotification, definition: AlertsDefinition, now: datetime
) -> tuple[str, ...]:
    """Return the receivers of the route, or the chosen ones that still exist."""
    if notification.receivers is None:
        return receivers_of(notification.labels, definition, now)
    chosen = [definition_of(definition.receivers, r) for r in sorted(notification.receivers)]
    heirs = [r for r in definition.receivers if r.was and r.was in notification.receivers]
    return tuple(dict.fromkeys(r.id for r in (*chosen, *heirs) if r is not None))


def _postponed(messages: Sequence[Planned], not_before: datetime | None) -> list[Planned]:
    """Return messages that go out after what they are about, where that still waits."""
    if not_before is None:
        return list(messages)
    return [replace(message, due=max(message.due, not_before)) for message in messages]


def _load_traffic(
    connection: Connection,
    notification: PendingNotification,
    receivers: Sequence[str],
    now: datetime,
) -> Traffic:
    since = now - CAP_WINDOW
    waiting = {r: _find_waiting(connection, notification, r, now) for r in receivers}
    return Traffic(
        waiting={r: found for r, found in waiting.items() if found is not None},
        sent={
            r: notification_items.count_sent(connection, r, notification.topic_id, since=since)
            for r in receivers
        },
        history=load_history(connection, notification, receivers, now),
    )


def _find_waiting(
    connection: Connection, notification: PendingNotification, receiver: str, now: datetime
) -> Waiting | None:
    """Return the message that a notification joins: about its article, or with news of its story.

    A correction or a retraction is a message of its own, so that nobody overlooks it.
    """
    bundles = [article_bundle(notification.article)]
    if notification.kind in JOINING_KINDS:
        about_story = find_story_bundle(
            connection, receiver, notification.alert_id, JOINING_KINDS, now=now
        )
        bundles += [about_story] if about_story else []
    found = (notification_items.find_open(connection, receiver, b, now=now) for b in bundles)
    return next((Waiting(due, row.bundle) for row, due in filter(None, found)), None)


def _queue(
    connection: Connection,
    notification: PendingNotification,
    planned: Planned,
    definition: AlertsDefinition,
    now: datetime,
) -> None:
    """Add a planned message to its bundle, or begin the bundle with it."""
    waiting = notification_items.find_open(connection, planned.receiver, planned.bundle, now=now)
    if waiting is None:
        receiver = find_receiver(definition, planned.receiver)
        waiting = _begin(connection, notification, planned, receiver, now), planned.due
    elif _priority(notification) == delivery_store.URGENT:
        delivery_store.raise_priority(connection, waiting[0].id)
    row, due = waiting
    number = notification_items.next_number(connection, row.id)
    item = _item(notification, planned, row.id, number, now)
    notification_items.add_item(connection, item)
    if planned.hold is not None:
        event = _held_event(item, planned, notification.names, due)
        outbox.put(connection, [to_record(event, at=now)])


def _begin(
    connection: Connection,
    notification: PendingNotification,
    planned: Planned,
    receiver: ReceiverDefinition,
    now: datetime,
) -> Notification:
    is_digest = planned.hold is not None and planned.hold.is_digest
    kind = DIGEST if is_digest else notification.kind
    alert = notification.alert_id
    seq = delivery_store.next_seq(connection, alert, receiver.id, kind)
    row = Notification(
        id=delivery_store.notification_id(alert, receiver.id, kind, seq),
        alert_id=alert,
        receiver=receiver.id,
        kind=kind,
        seq=seq,
        body="",
        created_at=now,
        bundle=planned.bundle,
    )
    targets = receiver_kind(receiver.kind).targets(receiver)
    delivery_store.add_notification(
        connection,
        row,
        targets,
        due=planned.due,
        is_held=_is_held(planned, now),
        priority=_priority(notification),
    )
    return row


def _is_held(planned: Planned, now: datetime) -> bool:
    """Return whether a message waits for more than others that are bundled with it."""
    if planned.hold is None:
        return False
    return planned.hold.code is not HoldCode.GAP or planned.due > now + GAP_WAIT


def _priority(notification: PendingNotification) -> int:
    is_urgent = notification.severity == URGENT
    return delivery_store.URGENT if is_urgent else delivery_store.NORMAL


def _item(
    notification: PendingNotification, planned: Planned, row_id: str, number: int, now: datetime
) -> NotificationItem:
    return NotificationItem(
        notification_id=row_id,
        number=number,
        alert_id=notification.alert_id,
        topic_id=notification.topic_id,
        topic_title=notification.topic_title,
        story_id=notification.story_id,
        article_id=notification.article_id,
        revision=notification.revision,
        kind=notification.kind,
        severity=notification.severity,
        score=notification.score,
        development=notification.development,
        reason=notification.reason.dump(),
        reason_code=notification.reason_code,
        hold_code="" if planned.hold is None else planned.hold.code.value,
        hold_reason="" if planned.hold is None else planned.hold.reason.dump(),
        added_at=now,
    )


def _held_event(
    item: NotificationItem, planned: Planned, names: ArticleNames, until: datetime
) -> AlertEvent:
    [topic] = bundled_topics([item])
    event = topic_event(
        topic,
        AlertEventKind.UPDATED,
        Phrase.load(item.hold_reason),
        HELD,
        names=names,
        notification_id=item.notification_id,
        target=planned.receiver,
        at=item.added_at,
    )
    return event.model_copy(update={"revision": item.revision, "held_until": until})


def find_receiver(definition: AlertsDefinition, receiver: str) -> ReceiverDefinition:
    """Return a receiver that a route or a digest names."""
    destination = definition_of(definition.receivers, receiver)
    if destination is None:  # the catalog's loader refuses routes to unknown receivers
        raise AssertionError(f"a route names {receiver!r}, which is not a receiver")
    return destination


def write_body(connection: Connection, row: Notification, console_url: str) -> list[Notification]:
    """Write the body of a notification that waits, from its items and their stories.

    Returns:
        The notification and, where it is a digest that is too long for one message, the parts that
        follow it and got some of its items.
    """
    items = notification_items.load_items(connection, row.id)
    rest: list[NotificationItem] = []
    if row.kind == DIGEST:
        stories = {i.story_id: _load_story(connection, i) for i in items}
        body, number = digest_body(row.id, row.alert_id, items, stories, row.bundle, console_url)
        rest = items[number:]
    else:
        items = items[::-1] if row.kind == NEW_COVERAGE else by_importance(items)
        story, articles = _load_story(connection, items[0])
        articles = select_named_articles(connection, row, items[0], articles)
        body = notification_body(
            row.id, items, story, articles, console_url, escalation=row.escalation
        )
    if body != row.body:
        notification_items.rewrite_body(connection, row.id, body)
    if not rest:
        return [row]
    part = digest_parts.find_next_part(connection, row)
    part = part or digest_parts.add_next_part(connection, row, rest[0].alert_id)
    digest_parts.move_items(connection, rest, part)
    return [row, *write_body(connection, part, console_url)]


def _load_story(
    connection: Connection, item: NotificationItem
) -> tuple[story_store.Story, list[story_store.StoryArticle]]:
    """Return the story of an item, and its articles as people are told of them."""
    story = story_store.find_story(connection, item.story_id)
    if story is None:  # written in this very transaction, or kept while a notification waits
        raise AssertionError(f"story {item.story_id} does not exist")
    told = (item.article_id, item.revision)
    return story, load_shown_articles(connection, story.id, item.alert_id, told)

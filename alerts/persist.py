"""Persisting a decision: every row and record of it, in the caller's transaction.

::

    Decision ─┬─▶ decisions                 one per topic, article and revision; none for a replay
              ├─▶ stories, story_articles   where the article has a role in a story
              ├─▶ alerts                    where the decision opens one
              ├─▶ outbox ──▶ news.alerts    always
              └─▶ PendingNotification ──queue_notifications()──▶ notifications, deliveries

Notifications are queued after the whole batch is decided, so that their bodies include copies that
came in the same batch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from alerts import copies
from alerts.decide import Decision, ReasonCode, Role, article_time, is_recorded
from alerts.decision_context import PreparedMatch, TopicWindows
from alerts.notification_body import NotificationTopic, article_facts, notification_body
from alerts.plan import Planned, plan
from alerts.receivers import definition_of, receiver_kind
from config.catalog.models import (
    AlertPolicy,
    AlertsDefinition,
    ReceiverDefinition,
    TopicDefinition,
)
from config.i18n import Phrase, in_english
from core.ids import alert_id
from core.messages import AlertEvent, AlertEventKind, Match
from core.messages.envelope import to_record
from core.store import Connection, alert_changes, outbox
from core.store import alerts as alert_store
from core.store import deliveries as delivery_store
from core.store import stories as story_store


@dataclass(frozen=True, slots=True)
class PendingNotification:
    """A notification of an opened alert that is not queued yet.

    Attributes:
        reason: Why the alert was opened, for people.
        reason_code: The same for programs.
        planned: One message per receiver.
    """

    alert_id: str
    story_id: str
    kind: str
    topic: NotificationTopic
    severity: str
    reason: Phrase
    reason_code: str
    planned: tuple[Planned, ...]


def persist_decision(
    windows: TopicWindows,
    prepared: PreparedMatch,
    decision: Decision,
    topic: TopicDefinition | None,
    definition: AlertsDefinition,
    *,
    now: datetime,
) -> PendingNotification | None:
    """Write a decision; return the notification of it, if it makes one."""
    connection, match = windows.connection, prepared.match
    alert = alert_id(match.topic_id, decision.story_id)
    severity = (AlertPolicy() if topic is None else topic.alert).severity
    if decision.code is ReasonCode.KNOWN:
        _update_topic_revision(connection, match)
    elif is_recorded(match):
        row = _decision_row(match, decision, alert, severity, now)
        sentences = (evidence.sentence for evidence in match.evidence)
        alert_changes.record_decision(connection, row, sentences)
        _put_in_story(windows, prepared, decision)
    if decision.event is AlertEventKind.UPDATED or decision.role is Role.COPY:
        alert_changes.touch(connection, alert, now)
    notification = None
    if decision.notify and topic is not None:
        notification = _open_alert(connection, match, decision, topic, definition, now=now)
    _publish(connection, match, decision, alert, severity, now)
    return notification


def queue_notifications(
    connection: Connection,
    notifications: Iterable[PendingNotification],
    definition: AlertsDefinition,
    *,
    now: datetime,
) -> None:
    """Write each notification with its deliveries; a muted message is not written."""
    for notification in notifications:
        story = story_store.find_story(connection, notification.story_id)
        if story is None:  # written in this very transaction
            raise AssertionError(f"story {notification.story_id} does not exist")
        articles = story_store.load_articles(connection, story.id)
        for message in notification.planned:
            if message.due is not None:
                receiver = _receiver(definition, message.receiver)
                body = _body(notification, receiver.id, story, articles, definition.console_url)
                _queue(connection, notification, receiver, body, due=message.due, now=now)


def _receiver(definition: AlertsDefinition, receiver: str) -> ReceiverDefinition:
    destination = definition_of(definition.receivers, receiver)
    if destination is None:  # the catalog's loader refuses routes to unknown receivers
        raise AssertionError(f"a route names {receiver!r}, which is not a receiver")
    return destination


def _body(
    notification: PendingNotification,
    receiver: str,
    story: story_store.Story,
    articles: list[story_store.StoryArticle],
    console_url: str,
) -> str:
    return notification_body(
        notification_id=_notification_id(notification, receiver),
        kind=notification.kind,
        alert_id=notification.alert_id,
        topic=notification.topic,
        severity=notification.severity,
        story=story,
        articles=articles,
        reason=notification.reason,
        reason_code=notification.reason_code,
        console_url=console_url,
    )


def _queue(
    connection: Connection,
    notification: PendingNotification,
    receiver: ReceiverDefinition,
    body: str,
    *,
    due: datetime,
    now: datetime,
) -> None:
    row = delivery_store.Notification(
        id=_notification_id(notification, receiver.id),
        alert_id=notification.alert_id,
        receiver=receiver.id,
        kind=notification.kind,
        seq=0,
        body=body,
        created_at=now,
    )
    targets = receiver_kind(receiver.kind).targets(receiver)
    delivery_store.add_notification(connection, row, targets, due=due)


def _notification_id(notification: PendingNotification, receiver: str) -> str:
    return delivery_store.notification_id(notification.alert_id, receiver, notification.kind, seq=0)


def _update_topic_revision(connection: Connection, match: Match) -> None:
    row = alert_store.find_decision(connection, match.topic_id, match.article_id, match.revision)
    if row is not None:
        alert_changes.set_topic_revision(connection, row, match.topic_revision)


def _decision_row(
    match: Match, decision: Decision, alert: str, severity: str, now: datetime
) -> alert_store.DecisionRow:
    return alert_store.DecisionRow(
        topic_id=match.topic_id,
        article_id=match.article_id,
        revision=match.revision,
        topic_revision=match.topic_revision,
        event=decision.event.value,
        reason_code=decision.code.value,
        reason=decision.reason.dump(),
        alert_id=alert,
        story_id=decision.story_id,
        outlet=match.article.outlet,
        title=match.article.title,
        url=match.article.url,
        decided_at=now,
        language=match.language,
        country=match.article.country,
        severity=severity,
        score=match.score,
    )


def _put_in_story(windows: TopicWindows, prepared: PreparedMatch, decision: Decision) -> None:
    """Write the article to its story; a newer revision replaces the older one."""
    connection, article = windows.connection, prepared.match.article
    if decision.code is ReasonCode.REVISION:
        _replace_revision(connection, prepared, decision)
        return
    if decision.role is None:
        return
    if decision.role is Role.ORIGINAL:
        first = article.first_seen_at
        story = story_store.Story(
            decision.story_id, prepared.match.topic_id, article.title, first, first, outlets=1
        )
        story_store.add_story(connection, story)
    row = _story_article(prepared, decision)
    story_store.put_article(connection, row, copies.sketch(prepared.fingerprint))
    if decision.role is not Role.COPY:
        windows.add(row)


def _replace_revision(connection: Connection, prepared: PreparedMatch, decision: Decision) -> None:
    match = prepared.match
    row = story_store.find_article(connection, match.topic_id, match.article_id)
    if row is None or row.revision > match.revision:
        return
    newer = replace(
        _story_article(prepared, decision),
        story_id=row.story_id,
        role=row.role,
        copy_of=row.copy_of,
        similarity=row.similarity,
    )
    story_store.put_article(connection, newer, copies.sketch(prepared.fingerprint))


def _story_article(prepared: PreparedMatch, decision: Decision) -> story_store.StoryArticle:
    match, neighbour = prepared.match, decision.neighbour
    role = decision.role or Role.MEMBER
    return story_store.StoryArticle(
        topic_id=match.topic_id,
        article_id=match.article_id,
        revision=match.revision,
        story_id=decision.story_id,
        role=role.value,
        copy_of=neighbour.article_id if neighbour and role is Role.COPY else None,
        similarity=1.0 if neighbour is None else neighbour.similarity,
        moment=article_time(match),
        first_seen_at=match.article.first_seen_at,
        outlet=match.article.outlet,
        exact=prepared.exact,
        facts=article_facts(match).model_dump_json(),
        features=prepared.features.model_dump_json(),
        shingles=copies.pack_shingles(prepared.shingles),
    )


def _open_alert(
    connection: Connection,
    match: Match,
    decision: Decision,
    topic: TopicDefinition,
    definition: AlertsDefinition,
    *,
    now: datetime,
) -> PendingNotification:
    story = story_store.find_story(connection, decision.story_id)
    id_ = alert_id(topic.id, decision.story_id)
    alert_changes.open_alert(
        connection,
        alert_store.Alert(
            id=id_,
            topic_id=topic.id,
            topic_title=topic.title,
            story_id=decision.story_id,
            state=alert_store.OPEN,
            severity=topic.alert.severity,
            title=match.article.title if story is None else story.title,
            reason=decision.reason.dump(),
            reason_code=decision.code.value,
            article_id=match.article_id,
            opened_at=now,
            updated_at=now,
        ),
    )
    return PendingNotification(
        alert_id=id_,
        story_id=decision.story_id,
        kind=decision.kind or "new_story",
        topic=NotificationTopic(id=topic.id, title=topic.title),
        severity=topic.alert.severity,
        reason=decision.reason,
        reason_code=decision.code.value,
        planned=plan(_labels(match, topic), definition, (), now),
    )


def _labels(match: Match, topic: TopicDefinition) -> dict[str, str]:
    """Return a value for each of :data:`config.catalog.alerts.LABELS`."""
    return {
        "topic": topic.id,
        "severity": topic.alert.severity,
        "language": match.language,
        "outlet": match.article.outlet,
        "country": match.article.country,
    }


def _publish(
    connection: Connection,
    match: Match,
    decision: Decision,
    alert: str,
    severity: str,
    now: datetime,
) -> None:
    event = AlertEvent(
        alert_id=alert,
        event=decision.event,
        topic_id=match.topic_id,
        story_id=decision.story_id,
        article_id=match.article_id,
        revision=match.revision,
        severity=severity,
        reason=in_english(decision.reason),
        reason_code=decision.code.value,
        at=now,
    )
    outbox.put(connection, [to_record(event, at=now)])

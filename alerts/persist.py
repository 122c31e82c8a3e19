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
    Catalog,
    ReceiverDefinition,
    Tier,
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
    """A notification about an alert that is not queued yet.

    Attributes:
        kind: ``new_story`` ...
        article_id: The article that it is about, in this ``revision``.
        score: The article's score under the topic.
        reason: Why people are notified, for people.
        reason_code: The same for programs.
        planned: One message per receiver.
    """

    alert_id: str
    story_id: str
    article_id: str
    revision: int
    score: int
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
    catalog: Catalog,
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
        if decision.event is AlertEventKind.OPENED:
            _open_alert(connection, match, decision, topic, now=now)
        notification = _pending_notification(match, decision, topic, catalog, now=now)
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
                seq = delivery_store.count_notifications(
                    connection, notification.alert_id, receiver.id, notification.kind
                )
                id_ = _notification_id(notification, receiver.id, seq)
                body = _body(notification, id_, story, articles, definition.console_url)
                row = _row(notification, id_, receiver.id, seq, body, now)
                targets = receiver_kind(receiver.kind).targets(receiver)
                delivery_store.add_notification(connection, row, targets, due=message.due)


def _receiver(definition: AlertsDefinition, receiver: str) -> ReceiverDefinition:
    destination = definition_of(definition.receivers, receiver)
    if destination is None:  # the catalog's loader refuses routes to unknown receivers
        raise AssertionError(f"a route names {receiver!r}, which is not a receiver")
    return destination


def _body(
    notification: PendingNotification,
    notification_id: str,
    story: story_store.Story,
    articles: list[story_store.StoryArticle],
    console_url: str,
) -> str:
    return notification_body(
        notification_id=notification_id,
        kind=notification.kind,
        alert_id=notification.alert_id,
        topic=notification.topic,
        severity=notification.severity,
        story=story,
        articles=articles,
        article_id=notification.article_id,
        reason=notification.reason,
        reason_code=notification.reason_code,
        console_url=console_url,
    )


def _row(
    notification: PendingNotification,
    notification_id: str,
    receiver: str,
    seq: int,
    body: str,
    now: datetime,
) -> delivery_store.Notification:
    return delivery_store.Notification(
        id=notification_id,
        alert_id=notification.alert_id,
        receiver=receiver,
        kind=notification.kind,
        seq=seq,
        body=body,
        created_at=now,
    )


def _notification_id(notification: PendingNotification, receiver: str, seq: int) -> str:
    return delivery_store.notification_id(notification.alert_id, receiver, notification.kind, seq)


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
    *,
    now: datetime,
) -> None:
    story = story_store.find_story(connection, decision.story_id)
    alert_changes.open_alert(
        connection,
        alert_store.Alert(
            id=alert_id(topic.id, decision.story_id),
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


def _pending_notification(
    match: Match, decision: Decision, topic: TopicDefinition, catalog: Catalog, *, now: datetime
) -> PendingNotification:
    kind = decision.kind or "new_story"
    labels = _labels(match, topic, kind, catalog)
    return PendingNotification(
        alert_id=alert_id(topic.id, decision.story_id),
        story_id=decision.story_id,
        article_id=match.article_id,
        revision=match.revision,
        score=match.score,
        kind=kind,
        topic=NotificationTopic(id=topic.id, title=topic.title),
        severity=topic.alert.severity,
        reason=decision.reason,
        reason_code=decision.code.value,
        planned=plan(labels, catalog.alerts, (), now),
    )


def _labels(match: Match, topic: TopicDefinition, kind: str, catalog: Catalog) -> dict[str, str]:
    """Return a value for each of :data:`config.catalog.alerts.LABELS`."""
    outlet = catalog.outlet(match.article.outlet)
    return {
        "topic": topic.id,
        "severity": topic.alert.severity,
        "kind": kind,
        "outlet": match.article.outlet,
        "tier": (Tier.B if outlet is None else outlet.tier).value,
        "language": match.language,
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

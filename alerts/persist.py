"""Keeping a decision: every row and record of it, in the caller's transaction.

::

    Decision ─┬─▶ decisions                    decided once; those of a replay are not kept
              ├─▶ stories, story_articles      where the article takes a place
              ├─▶ alerts                       where it opens one
              ├─▶ outbox ──▶ news.alerts       always
              └─▶ Telling ──tell()─▶ notifications, deliveries

``tell`` comes after the whole batch is decided, so that copies that came with it are in the body.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from alerts import copies
from alerts.context import PreparedMatch, TopicWindows
from alerts.decide import Decision, ReasonCode, Role, moment, remembered
from alerts.notification import ShownTopic, body, facts_of
from alerts.receivers import definition_of, receiver_kind
from alerts.routing import receivers_for
from config.catalog.models import AlertPolicy, AlertsDefinition, TopicDefinition
from core.ids import alert_id
from core.messages import AlertEvent, AlertEventKind, Match
from core.messages.envelope import to_record
from core.store import Connection, alert_changes, outbox
from core.store import alerts as alert_store
from core.store import deliveries as delivery_store
from core.store import stories as story_store


@dataclass(frozen=True, slots=True)
class PendingNotification:
    """A notification to be made of an opened alert.

    Attributes:
        reason: Why it was opened, in words.
        receivers: Ids of the receivers that hear of it.
    """

    alert_id: str
    story_id: str
    kind: str
    topic: ShownTopic
    severity: str
    reason: str
    receivers: tuple[str, ...]


def persist_decision(
    windows: TopicWindows,
    reading: PreparedMatch,
    decision: Decision,
    topic: TopicDefinition | None,
    definition: AlertsDefinition,
    *,
    now: datetime,
) -> PendingNotification | None:
    """Keep a decision; what is to be told of it, if anything."""
    connection, match = windows.connection, reading.match
    alert = alert_id(match.topic_id, decision.story_id)
    severity = (AlertPolicy() if topic is None else topic.alert).severity
    if decision.code is ReasonCode.KNOWN:
        _remember(connection, reading)
    elif remembered(match):
        row = _row(reading, decision, alert, severity, now)
        alert_changes.record_decision(connection, row, (found.sentence for found in match.evidence))
        _place(windows, reading, decision)
    if decision.event is AlertEventKind.UPDATED or decision.role is Role.COPY:
        alert_changes.touch(connection, alert, now)
    telling = None
    if decision.notify and topic is not None:
        telling = _open(connection, reading, decision, topic, definition, now=now)
    _publish(connection, reading, decision, alert, severity, now)
    return telling


def queue_notifications(
    connection: Connection,
    tellings: Iterable[PendingNotification],
    definition: AlertsDefinition,
    *,
    now: datetime,
) -> None:
    """Write each notification and its deliveries."""
    for telling in tellings:
        story = story_store.find_story(connection, telling.story_id)
        if story is None:  # written in this very transaction
            raise AssertionError(f"story {telling.story_id} has gone")
        articles = story_store.load_articles(connection, story.id)
        for receiver in telling.receivers:
            _notify(connection, telling, receiver, story, articles, definition, now)


def _notify(
    connection: Connection,
    telling: PendingNotification,
    receiver: str,
    story: story_store.Story,
    articles: list[story_store.StoryArticle],
    definition: AlertsDefinition,
    now: datetime,
) -> None:
    destination = definition_of(definition.receivers, receiver)
    if destination is None:  # the catalog's loader refuses routes to unknown receivers
        raise AssertionError(f"a route names {receiver!r}, which is no receiver")
    own = delivery_store.notification_id(telling.alert_id, receiver, telling.kind, 0)
    text = body(
        notification_id=own,
        kind=telling.kind,
        alert_id=telling.alert_id,
        topic=telling.topic,
        severity=telling.severity,
        story=story,
        articles=articles,
        reason=telling.reason,
        console_url=definition.console_url,
    )
    delivery_store.add_notification(
        connection,
        delivery_store.Notification(own, telling.alert_id, receiver, telling.kind, 0, text, now),
        receiver_kind(destination.kind).targets(destination),
        due=now,
    )


def _remember(connection: Connection, reading: PreparedMatch) -> None:
    match = reading.match
    row = alert_store.find_decision(connection, match.topic_id, match.article_id, match.revision)
    if row is not None:
        alert_changes.set_topic_revision(connection, row, match.topic_revision)


def _row(
    reading: PreparedMatch, decision: Decision, alert: str, severity: str, now: datetime
) -> alert_store.DecisionRow:
    match = reading.match
    return alert_store.DecisionRow(
        topic_id=match.topic_id,
        article_id=match.article_id,
        revision=match.revision,
        topic_revision=match.topic_revision,
        event=decision.event.value,
        reason_code=decision.code.value,
        reason=decision.reason,
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


def _place(windows: TopicWindows, reading: PreparedMatch, decision: Decision) -> None:
    """Give the article its place in the story; a newer revision takes the place it has."""
    connection, match = windows.connection, reading.match
    if decision.code is ReasonCode.REVISION:
        _renew(connection, reading, decision)
        return
    if decision.role is None:
        return
    if decision.role is Role.ORIGINAL:
        first = match.article.first_seen_at
        story = story_store.Story(
            decision.story_id, match.topic_id, match.article.title, first, first, outlets=1
        )
        story_store.add_story(connection, story)
    own = _own(reading, decision)
    story_store.put_article(connection, own, copies.sketch(reading.fingerprint))
    if decision.role is not Role.COPY:
        windows.add(own)


def _renew(connection: Connection, reading: PreparedMatch, decision: Decision) -> None:
    match = reading.match
    placed = story_store.find_article(connection, match.topic_id, match.article_id)
    if placed is None or placed.revision > match.revision:
        return
    newer = replace(
        _own(reading, decision),
        story_id=placed.story_id,
        role=placed.role,
        copy_of=placed.copy_of,
        similarity=placed.similarity,
    )
    story_store.put_article(connection, newer, copies.sketch(reading.fingerprint))


def _own(reading: PreparedMatch, decision: Decision) -> story_store.StoryArticle:
    match, kin = reading.match, decision.kin
    role = decision.role or Role.MEMBER
    return story_store.StoryArticle(
        topic_id=match.topic_id,
        article_id=match.article_id,
        revision=match.revision,
        story_id=decision.story_id,
        role=role.value,
        copy_of=kin.article_id if kin and role is Role.COPY else None,
        similarity=1.0 if kin is None else kin.similarity,
        moment=moment(match),
        first_seen_at=match.article.first_seen_at,
        outlet=match.article.outlet,
        exact=reading.exact,
        facts=facts_of(match).model_dump_json(),
        features=reading.features.model_dump_json(),
        shingles=copies.pack(reading.shingles),
    )


def _open(
    connection: Connection,
    reading: PreparedMatch,
    decision: Decision,
    topic: TopicDefinition,
    definition: AlertsDefinition,
    *,
    now: datetime,
) -> PendingNotification:
    match = reading.match
    story = story_store.find_story(connection, decision.story_id)
    title = match.article.title if story is None else story.title
    own = alert_id(topic.id, decision.story_id)
    kind = decision.kind or "new_story"
    alert_changes.open_alert(
        connection,
        alert_store.Alert(
            id=own,
            topic_id=topic.id,
            topic_title=topic.title,
            story_id=decision.story_id,
            state=alert_store.OPEN,
            severity=topic.alert.severity,
            title=title,
            reason=decision.reason,
            reason_code=decision.code.value,
            article_id=match.article_id,
            opened_at=now,
            updated_at=now,
        ),
    )
    return PendingNotification(
        alert_id=own,
        story_id=decision.story_id,
        kind=kind,
        topic=ShownTopic(id=topic.id, title=topic.title),
        severity=topic.alert.severity,
        reason=decision.reason,
        receivers=receivers_for(_labels(match, topic), definition),
    )


def _labels(match: Match, topic: TopicDefinition) -> dict[str, str]:
    """What routes can be chosen by."""
    return {
        "topic": topic.id,
        "severity": topic.alert.severity,
        "language": match.language,
        "outlet": match.article.outlet,
        "country": match.article.country,
    }


def _publish(
    connection: Connection,
    reading: PreparedMatch,
    decision: Decision,
    alert: str,
    severity: str,
    now: datetime,
) -> None:
    event = AlertEvent(
        alert_id=alert,
        event=decision.event,
        topic_id=reading.match.topic_id,
        story_id=decision.story_id,
        article_id=reading.match.article_id,
        revision=reading.match.revision,
        severity=severity,
        reason=decision.reason,
        reason_code=decision.code.value,
        at=now,
    )
    outbox.put(connection, [to_record(event, at=now)])

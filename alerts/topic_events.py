"""Events of ``news.alerts`` about one topic of a notification: held, sent or failed."""

from __future__ import annotations

from datetime import datetime

from alerts.notification_body import BundledTopic
from config.i18n import Phrase, in_english
from core.messages import AlertEvent, AlertEventKind, ArticleNames


def topic_event(
    topic: BundledTopic,
    event: AlertEventKind,
    reason: Phrase,
    reason_code: str,
    *,
    names: ArticleNames,
    notification_id: str,
    target: str,
    at: datetime,
    status: int | None = None,
) -> AlertEvent:
    """Return the event that something happened to a notification of an alert.

    Args:
        topic: The topic, with its alert and story.
        event: What happened.
        reason: Why.
        reason_code: The same for programs.
        names: Headline, URL and outlet of the topic's article.
        notification_id: The notification.
        target: The receiver that it is for, or one of its targets.
        at: When it happened.
        status: Status of the target's answer, if there was one.
    """
    return AlertEvent(
        alert_id=topic.alert_id,
        event=event,
        topic_id=topic.id,
        story_id=topic.story_id,
        article_id=topic.article_id,
        severity=topic.severity,
        reason=in_english(reason),
        reason_code=reason_code,
        notification_id=notification_id,
        target=target,
        status=status,
        at=at,
        **names,
    )

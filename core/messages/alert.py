"""``news.alerts.v1``: every decision, suppressed ones too, and what became of notifications."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from core.messages.base import Message, Moment


class AlertEventKind(StrEnum):
    """What happened."""

    OPENED = "opened"
    UPDATED = "updated"
    ACKED = "acked"
    CLOSED = "closed"
    SUPPRESSED = "suppressed"
    DELIVERED = "notification_delivered"
    FAILED = "notification_failed"


class AlertEvent(Message):
    """One event in the life of an alert."""

    alert_id: str = Field(description="Hash of topic and story.")
    event: AlertEventKind
    topic_id: str
    story_id: str
    article_id: str
    revision: int | None = Field(default=None, description="Of the article, where one decided it.")
    severity: str = "normal"
    reason: str = Field(description="Why, in words.")
    reason_code: str = Field(default="", description="Why, as one of a bounded set of words.")
    notification_id: str | None = None
    target: str | None = None
    at: Moment

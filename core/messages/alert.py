"""``news.alerts.v1``: every decision, suppressed ones too, and the outcome of deliveries."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from core.messages.base import Message, Moment

REOPENED = "reopened"
"""Reason code of an ``updated`` event: the alert is open again after an undo."""


class AlertEventKind(StrEnum):
    """What happened to the alert."""

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
    topic_id: str = Field(description="The topic of the alert.")
    story_id: str = Field(description="The story of the alert.")
    article_id: str = Field(description="The article this event is about.")
    revision: int | None = Field(
        default=None, description="Revision of the article, if one was decided about."
    )
    severity: str = Field(default="normal", description="Severity from the topic's file.")
    reason: str = Field(description="Why it happened, in English.")
    reason_code: str = Field(
        default="", description="Why it happened, as one of a documented set of codes."
    )
    notification_id: str | None = Field(
        default=None,
        description="The notification that was delivered or failed; receivers get the same id.",
    )
    target: str | None = Field(
        default=None, description="The target of the delivery, without secrets."
    )
    at: Moment = Field(description="When it happened.")

    @property
    def is_by_hand(self) -> bool:
        """Whether a person did it. A person may do the same again; other events happen once."""
        by_hand = self.event in (AlertEventKind.ACKED, AlertEventKind.CLOSED)
        return by_hand or self.reason_code == REOPENED

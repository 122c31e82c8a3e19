"""``news.alerts.v1``: every decision, suppressed ones too, and what became of notifications."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from core.messages.base import Message, Moment

REOPENED = "reopened"
"""Reason code of an ``updated`` event: an ack or a close was undone, the alert is open again."""


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
    topic_id: str = Field(description="The topic it tells of.")
    story_id: str = Field(description="The story it tells of.")
    article_id: str = Field(description="The article this event is about.")
    revision: int | None = Field(default=None, description="Of the article, where one decided it.")
    severity: str = Field(default="normal", description="As the topic's file has it.")
    reason: str = Field(description="Why, in words.")
    reason_code: str = Field(default="", description="Why, as one of a bounded set of words.")
    notification_id: str | None = Field(
        default=None, description="The message that was delivered or failed; receivers see it too."
    )
    target: str | None = Field(default=None, description="Where it went, without secrets.")
    at: Moment = Field(description="When it happened.")

    @property
    def is_by_hand(self) -> bool:
        """Whether a person did it, who may do the same again; all else happens once."""
        by_hand = self.event in (AlertEventKind.ACKED, AlertEventKind.CLOSED)
        return by_hand or self.reason_code == REOPENED

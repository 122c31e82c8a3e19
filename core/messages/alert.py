"""``news.alerts.v1``: every decision, suppressed ones too, and the outcome of deliveries."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Protocol, TypedDict

from pydantic import AfterValidator, Field

from core.messages.base import Message, Moment
from core.text import clean_line

MAX_HEADLINE, MAX_URL = 300, 2048
"""Characters of a headline and of a URL in an event; the article itself has them whole."""

REOPENED = "reopened"
"""Reason code of an ``updated`` event: the alert is open again."""

HELD = "held"
"""Reason code of an ``updated`` event: a message about the alert waits in a digest."""

RELEASED = "released"
"""Reason code of an ``updated`` event: a message that was held goes out."""


NEW_COVERAGE = "new_coverage"
"""Reason code of an ``updated`` event, and kind of a notification: a story has grown."""

SPIKE = "spike"
"""Reason code of an ``updated`` event, and kind of a notification: a topic has a spike."""

ASSIGNED, UNASSIGNED = "assigned", "unassigned"
"""Reason codes of ``updated`` events: who takes care of the alert has changed."""

SNOOZED, SNOOZE_ENDED = "snoozed", "snooze_ended"
"""Reason codes of ``updated`` events: for a time only what is new in the story is told."""

ESCALATED = "escalated"
"""Reason code of an ``updated`` event: nobody took care of an urgent alert, and others are told."""

SPLIT, MERGED = "split", "merged"
"""Reason codes of events about stories that a person has split or merged."""

INACTIVE = "inactive"
"""Reason code of a ``closed`` event: nothing was added to the story for a long time."""

_REPEATABLE = frozenset(
    (
        REOPENED,
        HELD,
        RELEASED,
        ASSIGNED,
        UNASSIGNED,
        SNOOZED,
        SNOOZE_ENDED,
        ESCALATED,
        SPLIT,
        MERGED,
    )
)


class NamedArticle(Protocol):
    """What an event names of an article: every record of an article has it."""

    @property
    def title(self) -> str:
        """Its headline."""

    @property
    def url(self) -> str:
        """Where readers find it."""

    @property
    def outlet(self) -> str:
        """Id of its publisher in sources.yaml."""


class ArticleNames(TypedDict):
    """The fields of an event that name its article."""

    headline: str | None
    url: str | None
    outlet: str | None


UNNAMED = ArticleNames(headline=None, url=None, outlet=None)
"""The fields of an event about an article of which nothing is known any more."""


def article_names(article: NamedArticle) -> ArticleNames:
    """Return the fields of an :class:`AlertEvent` that name its article."""
    return ArticleNames(headline=article.title, url=article.url, outlet=article.outlet)


def _headline(text: str | None) -> str | None:
    return clean_line(text or "", MAX_HEADLINE) or None


def _short_url(url: str | None) -> str | None:
    """Return a URL, or None for one that is too long: half of one leads nowhere."""
    return url if url and len(url) <= MAX_URL else None


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
    headline: Annotated[str | None, AfterValidator(_headline)] = Field(
        default=None,
        description="Headline of the article, in one line of at most 300 characters; null where "
        "it is not known.",
    )
    url: Annotated[str | None, AfterValidator(_short_url)] = Field(
        default=None,
        description="Where readers find the article; null where that is not known or longer than "
        "2048 characters.",
    )
    outlet: str | None = Field(
        default=None,
        description="Id of the article's publisher in sources.yaml; null where it is not known.",
    )
    severity: str = Field(default="normal", description="Severity from the topic's file.")
    reason: str = Field(description="Why it happened, in English; never a text of a target.")
    reason_code: str = Field(
        default="", description="Why it happened, as one of a documented set of codes."
    )
    notification_id: str | None = Field(
        default=None,
        description="The notification that was delivered or failed; receivers get the same id.",
    )
    target: str | None = Field(
        default=None,
        description="The target of the delivery, without secrets; the receiver of a held message.",
    )
    status: int | None = Field(
        default=None,
        description="Status of the target's answer (HTTP or SMTP), if a delivery was answered.",
    )
    held_until: Moment | None = Field(
        default=None, description="When a held message goes out, if it is known."
    )
    assigned_to: str | None = Field(
        default=None, description="Who takes care of the alert from now on, if that has changed."
    )
    snoozed_until: Moment | None = Field(
        default=None, description="Until when the alert is snoozed, if that has changed."
    )
    at: Moment = Field(description="When it happened.")

    @property
    def is_repeatable(self) -> bool:
        """Whether it may happen again: what a person does, or a message that is held."""
        by_hand = self.event in (AlertEventKind.ACKED, AlertEventKind.CLOSED)
        return by_hand or self.reason_code in _REPEATABLE

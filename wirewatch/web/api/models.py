"""Requests and responses of the API. Times are UTC (RFC 3339); reasons are in English."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from config.i18n import Phrase, in_english
from config.secrets import mask
from core.messages import FeedHealthKind
from core.store.alerts import DecisionRow
from core.store.console.actions import MAX_IDS, MAX_NAME, MAX_NOTE
from core.store.console.history import StoryAction
from core.store.console.notes import MAX_STORY_NOTE
from core.store.console.overviews import DeliveryOverview, FeedOverview
from core.store.console.story_list import StoryCard
from core.store.console.story_page import NotificationDeliveries, StoryArticleView, StoryView
from core.store.deliveries import Delivery
from core.store.escalations import EscalationRow
from core.store.feed_days import FeedDay
from wirewatch.web.api.waiting import HeldMessage, held_message
from wirewatch.web.explain import MAX_SOURCE

Id = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
By = Annotated[str, Field(min_length=1, max_length=80, description="Who acts.")]


class ResponseModel(BaseModel):
    """Base of responses."""

    model_config = ConfigDict(frozen=True)


class RequestModel(BaseModel):
    """Base of requests."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StoryList(ResponseModel):
    """A page of the list of stories, newest first."""

    stories: tuple[StoryCard, ...]
    next: str | None = Field(description="Cursor of the next page (`before`); null on the last.")
    newest: str | None = Field(description="Cursor of the first story (`than`).")


class NewerCount(ResponseModel):
    """How many stories are newer."""

    count: int
    more: bool = Field(description="Whether counting stopped at the maximum.")


class DeliveryOut(ResponseModel):
    """Delivery of a notification to one target."""

    id: str
    receiver: str
    target: str = Field(description="The address, without secrets.")
    state: Literal["pending", "sending", "delivered", "failed", "unknown"]
    attempts: int
    possible_repeat: bool
    next_attempt_at: datetime | None = Field(description="null if there will be none.")
    last_error: str
    updated_at: datetime
    delivered_at: datetime | None


class NotificationOut(ResponseModel):
    """A notification about a story."""

    id: str
    receiver: str
    kind: str
    created_at: datetime
    deliveries: tuple[DeliveryOut, ...]


class StoryOut(ResponseModel):
    """A story with everything that is stored about it."""

    story: StoryCard
    articles: tuple[StoryArticleView, ...]
    decisions: tuple[DecisionRow, ...]
    elsewhere: tuple[DecisionRow, ...] = Field(description="Same articles under other topics.")
    notifications: tuple[NotificationOut, ...]
    held: tuple[HeldMessage, ...]
    actions: tuple[StoryAction, ...]
    escalations: tuple[EscalationRow, ...] = Field(description="Steps, with those to come.")
    independent_outlets: int = Field(
        description="Outlets with a text of their own; an agency counts once."
    )


class FeedEventOut(ResponseModel):
    """A change in the health of a feed."""

    event: FeedHealthKind
    at: datetime
    reason: str


class FeedOut(ResponseModel):
    """A feed and its state."""

    id: str
    outlet: str
    url: str
    kind: str
    state: Literal["new", "ok", "partial", "quiet", "failing", "gone", "paused", "off"]
    why: str
    last_success_at: datetime | None
    last_new_at: datetime | None
    last_error: str
    failures: int = Field(description="Consecutive failed polls.")
    next_due_at: datetime | None = Field(description="null if it is no longer polled.")
    next_due_why: str
    share_304: float | None
    days: tuple[FeedDay, ...] = Field(description="14 days, today last.")
    events: tuple[FeedEventOut, ...] = Field(
        description="What changed in the last week, the newest first."
    )


class DeliveryAbout(ResponseModel):
    """A delivery and the story that it is about."""

    delivery: DeliveryOut
    kind: str
    alert_id: str
    topic_id: str
    title: str
    notified_at: datetime


class DeliveryList(ResponseModel):
    """A page of deliveries, the last changed first."""

    deliveries: tuple[DeliveryAbout, ...]
    next: str | None


class FeedList(ResponseModel):
    """All feeds, by outlet and URL."""

    feeds: tuple[FeedOut, ...]


class StorySelection(RequestModel):
    """The stories that an action applies to."""

    ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_IDS)]
    by: By = "api"


class JudgementRequest(StorySelection):
    """A verdict on stories."""

    verdict: Literal["relevant", "irrelevant"]
    reason: Literal[
        "", "wrong_sense", "wrong_actor", "old", "duplicate", "page_furniture", "too_minor"
    ] = Field(default="", description="Why the stories are irrelevant.")
    note: Annotated[str, Field(max_length=MAX_NOTE, description="What else there is to say.")] = ""


class AssignmentRequest(StorySelection):
    """Who takes care of stories."""

    to: Annotated[str, Field(max_length=MAX_NAME, description="The name; empty: nobody any more.")]


class SnoozeRequest(StorySelection):
    """Until when only what is new in stories is told."""

    until: AwareDatetime | None = Field(description="At most 30 days from now; null ends a snooze.")


class SplitRequest(RequestModel):
    """Articles of a story that are a story of their own."""

    id: Id
    articles: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_IDS)]
    by: By = "api"


class MergeRequest(RequestModel):
    """Two stories of a topic that are one."""

    ids: Annotated[tuple[Id, ...], Field(min_length=2, max_length=2)]
    by: By = "api"


class NoteRequest(RequestModel):
    """A note on a story."""

    id: Id
    text: Annotated[str, Field(min_length=1, max_length=MAX_STORY_NOTE)]
    by: By = "api"


class NoteOut(ResponseModel):
    """The note that was added."""

    action_id: str = Field(description="Its id among the actions of the story.")


class RegroupedOut(ResponseModel):
    """The two alerts after a split or a merge."""

    kept: str = Field(description="The alert that was split, or that the stories were merged into.")
    other: str = Field(description="The alert of the part split off, or the one that is gone.")


class UndoRequest(RequestModel):
    """Who undoes."""

    by: By = "api"


class TrialRequest(RequestModel):
    """An article to test a topic with."""

    source: Annotated[
        str, Field(max_length=MAX_SOURCE, description="A URL, JSON, HTML, or plain text.")
    ]
    title: Annotated[str, Field(max_length=1_000, description="Of plain text.")] = ""
    language: Annotated[str, Field(pattern="^([a-z]{2})?$", description="Of plain text.")] = ""


class ActionMessage(ResponseModel):
    """What an action will do: as a code with its parameters, and in English."""

    code: str
    params: dict[str, datetime]
    words: str


class ProblemDetails(ResponseModel):
    """A problem (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = Field(default="", description="What to do about it.")


def story_out(story: StoryView) -> StoryOut:
    """Return a story as the API shows it."""
    return StoryOut(
        story=card_out(story.card),
        articles=story.articles,
        decisions=tuple(map(_decision, story.decisions)),
        elsewhere=tuple(map(_decision, story.elsewhere)),
        notifications=tuple(map(_notification, story.notifications)),
        held=tuple(map(held_message, story.held)),
        actions=story.actions,
        escalations=story.escalations,
        independent_outlets=story.independent_outlets,
    )


def card_out(card: StoryCard) -> StoryCard:
    """Return a card with its reason in English."""
    return replace(card, reason=_english(card.reason))


def feed_out(overview: FeedOverview) -> FeedOut:
    """Return a feed as the API shows it."""
    state, feed = overview.state, overview.state.feed
    return FeedOut.model_validate(
        {
            "id": feed.feed_id,
            "outlet": feed.outlet,
            "url": mask(feed.url),
            "kind": feed.kind,
            "state": state.state,
            "why": _english(state.reason),
            "last_success_at": feed.last_success_at,
            "last_new_at": feed.last_new_at,
            "last_error": _english(feed.last_error),
            "failures": feed.fail_count,
            "next_due_at": None if state.state in ("off", "gone") else feed.next_due_at,
            "next_due_why": _english(feed.due_reason),
            "share_304": overview.share_304,
            "days": overview.days,
            "events": [
                {"event": each.event, "at": each.at, "reason": _english(each.reason)}
                for each in overview.events
            ],
        }
    )


def delivery_about(overview: DeliveryOverview) -> DeliveryAbout:
    """Return a delivery as lists show it."""
    return DeliveryAbout(
        delivery=_delivery(overview.delivery),
        kind=overview.kind,
        alert_id=overview.alert_id,
        topic_id=overview.topic_id,
        title=overview.title,
        notified_at=overview.notified_at,
    )


def _english(stored: str | Phrase) -> str:
    return in_english(stored if isinstance(stored, Phrase) else Phrase.load(stored))


def _decision(row: DecisionRow) -> DecisionRow:
    return replace(row, reason=_english(row.reason))


def _notification(found: NotificationDeliveries) -> NotificationOut:
    notification = found.notification
    return NotificationOut(
        id=notification.id,
        receiver=notification.receiver,
        kind=notification.kind,
        created_at=notification.created_at,
        deliveries=tuple(map(_delivery, found.deliveries)),
    )


def _delivery(delivery: Delivery) -> DeliveryOut:
    values = {name: getattr(delivery, name) for name in DeliveryOut.model_fields}
    values["last_error"] = _english(delivery.last_error)
    if delivery.state in ("delivered", "failed"):
        values["next_attempt_at"] = None
    return DeliveryOut.model_validate(values)

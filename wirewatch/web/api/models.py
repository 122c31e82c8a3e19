"""Requests and responses of the API. Times are UTC (RFC 3339); reasons are in English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from config.catalog.models import TopicDefinition
from config.faults import Fault
from config.i18n import Phrase, in_english
from core.store.alerts import DecisionRow
from core.store.console.actions import MAX_IDS, StoryAction
from core.store.console.overviews import DeliveryOverview, FeedOverview, TopicDay, TopicOverview
from core.store.console.story_list import StoryCard
from core.store.console.story_page import NotificationDeliveries, StoryArticleView, StoryView
from core.store.feed_days import FeedDay
from wirewatch.web.explain import MOST_PASTED

Id = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
By = Annotated[str, Field(min_length=1, max_length=80, description="Who does it.")]


class ResponseModel(BaseModel):
    """Base of what the API answers."""

    model_config = ConfigDict(frozen=True)


class RequestModel(BaseModel):
    """Base of what the API takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StoryList(ResponseModel):
    """A page of the list, newest first."""

    stories: tuple[StoryCard, ...]
    next: str | None = Field(description="Cursor (`before`) of the next page; null on the last.")
    newest: str | None = Field(description="Cursor of the page's first story (`than`).")


class NewerCount(ResponseModel):
    """How many stories came since."""

    count: int
    more: bool = Field(description="Whether there are more than were counted.")


class DeliveryOut(ResponseModel):
    """A notification on its way to one target."""

    id: str
    receiver: str
    target: str = Field(description="Without secrets.")
    state: Literal["pending", "sending", "delivered", "failed", "unknown"]
    attempts: int
    possible_repeat: bool
    next_attempt_at: datetime | None = Field(description="null where there is none to come.")
    last_error: str
    updated_at: datetime
    delivered_at: datetime | None


class NotificationOut(ResponseModel):
    """A message about a story."""

    id: str
    receiver: str
    kind: str
    created_at: datetime
    deliveries: tuple[DeliveryOut, ...]


class StoryOut(ResponseModel):
    """A story with all that is known of it."""

    story: StoryCard
    articles: tuple[StoryArticleView, ...]
    decisions: tuple[DecisionRow, ...]
    elsewhere: tuple[DecisionRow, ...] = Field(description="Same articles, other topics.")
    notifications: tuple[NotificationOut, ...]
    actions: tuple[StoryAction, ...]


class TopicOut(ResponseModel):
    """A topic with its figures."""

    id: str
    title: str
    state: str | None = Field(description="As its file has it; null where there is none any more.")
    days: tuple[TopicDay, ...] = Field(description="30 days, today last.")
    open: int
    acked: int
    relevant: int
    irrelevant: int
    precision: float | None = Field(description="Of the judged stories; null where none is.")
    precision_low: float | None = Field(description="Wilson interval, 95 %.")
    precision_high: float | None


class RuleOut(ResponseModel):
    """A rule of a topic."""

    id: str
    weight: int
    query: str


class TopicDetail(TopicOut):
    """A topic with its definition in force."""

    threshold: int
    languages: tuple[str, ...] = Field(description="Gate; empty lets all through.")
    severity: str
    rules: tuple[RuleOut, ...]
    file: str
    faults: tuple[Fault, ...] = Field(
        description="Of the newest file; errors keep it out of force."
    )


class FeedOut(ResponseModel):
    """A feed: quiet or broken?"""

    id: str
    outlet: str
    url: str
    kind: str
    state: Literal["new", "ok", "quiet", "failing", "gone", "paused", "off"]
    why: str
    last_success_at: datetime | None
    last_new_at: datetime | None
    last_error: str
    failures: int = Field(description="In a row.")
    next_due_at: datetime | None = Field(description="null where it is not polled any more.")
    next_due_why: str
    share_304: float | None
    days: tuple[FeedDay, ...] = Field(description="14 days, today last.")


class DeliveryAbout(ResponseModel):
    """A delivery with what it is about."""

    delivery: DeliveryOut
    kind: str
    alert_id: str
    topic_id: str
    title: str
    told_at: datetime


class DeliveryList(ResponseModel):
    """A page of deliveries, what changed last first."""

    deliveries: tuple[DeliveryAbout, ...]
    next: str | None


class TopicList(ResponseModel):
    """Every topic."""

    topics: tuple[TopicOut, ...]


class FeedList(ResponseModel):
    """Every feed, by outlet and URL."""

    feeds: tuple[FeedOut, ...]


class StorySelection(RequestModel):
    """Stories somebody acts on."""

    ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_IDS)]
    by: By = "api"


class JudgementRequest(StorySelection):
    """Whether stories are relevant."""

    verdict: Literal["relevant", "irrelevant"]
    reason: Literal[
        "", "wrong_sense", "wrong_actor", "old", "duplicate", "page_furniture", "too_minor"
    ] = Field(default="", description="Why, for irrelevant ones.")


class UndoRequest(RequestModel):
    """Who undoes."""

    by: By = "api"


class TrialRequest(RequestModel):
    """What to hold a topic against."""

    source: Annotated[
        str, Field(max_length=MOST_PASTED, description="A URL, JSON, HTML, or plain text.")
    ]
    title: Annotated[str, Field(max_length=1_000, description="Of plain text.")] = ""
    language: Annotated[str, Field(pattern="^([a-z]{2})?$", description="Of plain text.")] = ""


class ActionMessage(ResponseModel):
    """What an action will do: as a code with its parameters, and in English."""

    code: str
    params: dict[str, datetime]
    words: str


class ProblemDetails(ResponseModel):
    """What went wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = Field(default="", description="What can be done.")


def story_out(found: StoryView) -> StoryOut:
    """A story as the API says it."""
    return StoryOut(
        story=card_out(found.card),
        articles=found.articles,
        decisions=tuple(map(_decision, found.decisions)),
        elsewhere=tuple(map(_decision, found.elsewhere)),
        notifications=tuple(_notification(t) for t in found.notifications),
        actions=found.actions,
    )


def card_out(card: StoryCard) -> StoryCard:
    """Return a card with its reason in English."""
    return replace(card, reason=_english(card.reason))


def topic_out(found: TopicOverview, title: str, state: str | None) -> TopicOut:
    """A topic as the API says it."""
    return TopicOut(
        id=found.topic_id,
        title=title,
        state=state,
        days=found.days,
        open=found.open,
        acked=found.acked,
        relevant=found.relevant,
        irrelevant=found.irrelevant,
        precision=found.precision,
        precision_low=found.low,
        precision_high=found.high,
    )


def one_topic(topic: TopicDefinition, found: TopicOverview, faults: Sequence[Fault]) -> TopicDetail:
    """A topic with its definition as the API says it."""
    figures = topic_out(found, topic.title, topic.state.value)
    return TopicDetail(
        **dict(figures),
        threshold=topic.threshold,
        languages=topic.languages,
        severity=topic.alert.severity,
        rules=tuple(
            RuleOut(id=rule.id, weight=rule.weight, query=rule.query.value.strip())
            for rule in topic.rules
        ),
        file=topic.position.file,
        faults=tuple(fault for fault in faults if fault.file == topic.position.file),
    )


def feed_out(found: FeedOverview) -> FeedOut:
    """A feed as the API says it."""
    state, feed = found.state, found.state.feed
    return FeedOut.model_validate(
        {
            "id": feed.feed_id,
            "outlet": feed.outlet,
            "url": feed.url,
            "kind": feed.kind,
            "state": state.state,
            "why": _english(state.reason),
            "last_success_at": feed.last_success_at,
            "last_new_at": feed.last_new_at,
            "last_error": _english(feed.last_error),
            "failures": feed.fail_count,
            "next_due_at": None if state.state in ("off", "gone") else feed.next_due_at,
            "next_due_why": _english(feed.due_reason),
            "share_304": found.share_304,
            "days": found.days,
        }
    )


def delivery_about(found: DeliveryOverview) -> DeliveryAbout:
    """A delivery as the API says it."""
    return DeliveryAbout(
        delivery=_delivery(found.delivery),
        kind=found.kind,
        alert_id=found.alert_id,
        topic_id=found.topic_id,
        title=found.title,
        told_at=found.told_at,
    )


def _english(stored: str | Phrase) -> str:
    return in_english(stored if isinstance(stored, Phrase) else Phrase.load(stored))


def _decision(row: DecisionRow) -> DecisionRow:
    return replace(row, reason=_english(row.reason))


def _notification(told: NotificationDeliveries) -> NotificationOut:
    about = told.notification
    return NotificationOut(
        id=about.id,
        receiver=about.receiver,
        kind=about.kind,
        created_at=about.created_at,
        deliveries=tuple(_delivery(d) for d in told.deliveries),
    )


def _delivery(found: object) -> DeliveryOut:
    names = DeliveryOut.model_fields
    values = {name: getattr(found, name) for name in names}
    values["last_error"] = _english(values["last_error"])
    if values["state"] in ("delivered", "failed"):
        values["next_attempt_at"] = None
    return DeliveryOut.model_validate(values)

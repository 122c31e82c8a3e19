"""The decision about a match: alert people, add it to a story, or suppress it. Pure.

::

    match ─▶ repeated? ─▶ known? ─▶ revision? ─▶ retired, draft? ─▶ live? ─▶ recent?
                                                                                │
         new_story ◀─ no story ◀─ story with an alert? ◀─ no ◀─ copy of one? ◀──┘
                                          │                          │
                                          └─▶ says something new? ◀──┘ ─▶ development, correction

    event        reason codes
    opened       new_story
    updated      development, correction, same_story, revision, retraction (alerts.retractions)
    suppressed   copy, revision, not_live, too_old, draft, shadow, retired, known, retraction,
                 silenced (alerts.silencing), inhibited (alerts.inhibition)

``repeated`` (the same match once more) is a drop: nothing is published and nothing changes.
Everything else is published on ``news.alerts``; ``new_story``, ``development`` and ``correction``
notify receivers. A replayed match is either ``repeated`` or suppressed, and its decision is not
recorded: a live match that comes later is decided as if the replay had never happened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.gaps import age_of, may_notify
from alerts.revisions import moment_of
from config.catalog.models import TopicState
from config.i18n import Phrase
from core.dispositions import Drop
from core.ids import story_id
from core.messages import AlertEventKind, Match, Origin

REPEATED = "repeated"


class ReasonCode(StrEnum):
    """Why a match was decided so; a bounded set, fit for a metric label."""

    NEW_STORY = "new_story"
    DEVELOPMENT = "development"
    CORRECTION = "correction"
    RETRACTION = "retraction"
    SAME_STORY = "same_story"
    REVISION = "revision"
    COPY = "copy"
    NOT_LIVE = "not_live"
    TOO_OLD = "too_old"
    DRAFT = "draft"
    SHADOW = "shadow"
    RETIRED = "retired"
    KNOWN = "known"
    SILENCED = "silenced"
    INHIBITED = "inhibited"


class Role(StrEnum):
    """An article's role in its story: people were told of originals and developments."""

    ORIGINAL = "original"
    DEVELOPMENT = "development"
    MINOR = "minor"
    COPY = "copy"


TOLD_ROLES = frozenset({Role.ORIGINAL, Role.DEVELOPMENT})


@dataclass(frozen=True, slots=True)
class PriorDecision:
    """An earlier decision about the same article under the same topic.

    Attributes:
        revision: The revision it was about: this one, or else the newest other one.
        topic_revision: The definition of the topic it was made under.
    """

    revision: int
    topic_revision: str
    event: AlertEventKind
    code: str
    story_id: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The article or story that a match belongs to.

    Attributes:
        story_id: The story.
        article_id: The nearest article in it.
        similarity: To that article, 0 to 1.
        reason: Why it belongs to the story, for people.
        has_alert: Whether an alert was ever opened about the story.
    """

    story_id: str
    article_id: str
    similarity: float
    reason: Phrase
    has_alert: bool


@dataclass(frozen=True, slots=True)
class StoryNews:
    """What an article says that its story's readers do not know.

    Attributes:
        code: ``development`` or ``correction``.
        reason: What is new, and what makes it so, for people.
        text: The same in a line of the article's own words.
        corroborated_by: Ids of the articles of other outlets that are told with it.
    """

    code: ReasonCode
    reason: Phrase
    text: str
    corroborated_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionContext:
    """What a decision depends on besides the match.

    Attributes:
        now: The present.
        state: State of the topic; None where the files in force do not have the topic.
        max_age: Older articles are suppressed.
        prior: An earlier decision about the same article.
        copy: The original, where the article is a copy.
        story: The story the article belongs to by its own text.
        no_story: Why no story is near enough, where the article was compared and none is.
        news: What the article says that is new in its story; None where nothing is, or where the
            story has no alert.
    """

    now: datetime
    state: TopicState | None
    max_age: timedelta
    prior: PriorDecision | None = None
    copy: Neighbour | None = None
    story: Neighbour | None = None
    no_story: Phrase | None = None
    news: StoryNews | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision about a match.

    Attributes:
        event: opened, updated or suppressed.
        code: Why, for programs.
        reason: Why, for people.
        story_id: The story it belongs to; a story of its own where it was not compared.
        role: Its role in that story; None where it has none, or keeps the one it has.
        neighbour: The article it copies or resembles.
        notify: Whether receivers are notified.
        kind: Kind of the notification.
        news: What is new, where people are notified of a development or a correction.
        receivers: The only receivers to notify; None for those of the route.
        not_before: When they are notified at the earliest; None where the plan alone decides.
    """

    event: AlertEventKind
    code: ReasonCode
    reason: Phrase
    story_id: str
    role: Role | None = None
    neighbour: Neighbour | None = None
    notify: bool = False
    kind: str | None = None
    news: StoryNews | None = None
    receivers: frozenset[str] | None = None
    not_before: datetime | None = None


def is_recorded(match: Match) -> bool:
    """Return whether the decision is recorded; one about a replay is not."""
    return match.article.origin is not Origin.REPLAY


def article_time(match: Match) -> datetime:
    """Return when an article became known, from which its age counts; a revision by its news."""
    return moment_of(match)


def decide(match: Match, context: DecisionContext) -> Decision | Drop:
    """Decide about a match."""
    decision = decide_without_comparison(match, context) or _decide_by_story(match, context)
    if isinstance(decision, Decision) and decision.role and context.state is TopicState.SHADOW:
        return as_shadow(decision)
    return decision


def decide_without_comparison(match: Match, context: DecisionContext) -> Decision | Drop | None:
    """Return the decision where it needs no comparison with other articles, else None."""
    return _decide_by_prior(match, context) or _suppress_by_topic_or_age(match, context)


def as_shadow(decision: Decision) -> Decision:
    """Return the decision as it is about a topic in shadow: suppressed, with what it would be."""
    live = Phrase(f"decision.code.{decision.code}")
    return replace(
        decision,
        event=AlertEventKind.SUPPRESSED,
        code=ReasonCode.SHADOW,
        reason=Phrase("decision.shadow", live=live, why=decision.reason),
        notify=False,
        kind=None,
        news=None,
    )


def _own_story(match: Match) -> str:
    return story_id(match.topic_id, match.article_id)


def _suppressed(match: Match, code: ReasonCode, reason: Phrase) -> Decision:
    return Decision(AlertEventKind.SUPPRESSED, code, reason, _own_story(match))


def _decide_by_prior(match: Match, context: DecisionContext) -> Decision | Drop | None:
    prior, is_replay = context.prior, match.article.origin is Origin.REPLAY
    if prior is None or (is_replay and prior.revision != match.revision):
        return None
    if prior.revision != match.revision:
        return _decide_revision(match, prior, context)
    if is_replay or prior.topic_revision == match.topic_revision:
        return Drop(REPEATED, "the same match was decided before")
    known = _suppressed(match, ReasonCode.KNOWN, Phrase("decision.known"))
    return replace(known, story_id=prior.story_id)


def revises_told_story(match: Match, context: DecisionContext) -> bool:
    """Return whether a match is a newer revision of an article in a story with an alert.

    Such a revision may say something new, however old the article is.
    """
    prior = context.prior
    if prior is None or not may_notify(match.article) or context.state is None:
        return False
    in_story = prior.event is not AlertEventKind.SUPPRESSED or prior.code == ReasonCode.COPY
    is_live = context.state in (TopicState.LIVE, TopicState.SHADOW)
    return in_story and is_live and prior.revision < match.revision


def _decide_revision(match: Match, prior: PriorDecision, context: DecisionContext) -> Decision:
    if context.news is not None:
        return _told(context.news, prior.story_id, None)
    revisions = {"revision": match.revision, "prior": prior.revision}
    if prior.event is AlertEventKind.SUPPRESSED:
        was = Phrase(f"decision.code.{prior.code}")
        event = AlertEventKind.SUPPRESSED
        reason = Phrase("decision.revision_of_suppressed", **revisions, code=was)
    else:
        event, reason = AlertEventKind.UPDATED, Phrase("decision.revision_in_story", **revisions)
    return Decision(event, ReasonCode.REVISION, reason, prior.story_id)


def _suppress_by_topic_or_age(match: Match, context: DecisionContext) -> Decision | None:
    if context.state in (None, TopicState.RETIRED):
        return _suppressed(match, ReasonCode.RETIRED, Phrase("decision.retired"))
    if context.state is TopicState.DRAFT:
        return _suppressed(match, ReasonCode.DRAFT, Phrase("decision.draft"))
    if not may_notify(match.article):
        why = Phrase(f"decision.{match.article.origin}")
        return _suppressed(match, ReasonCode.NOT_LIVE, why)
    age = age_of(match.article, article_time(match), context.now)
    if age > context.max_age:
        basis = _age_basis(match)
        hours = {"age": _hours(age), "limit": _hours(context.max_age)}
        return _suppressed(match, ReasonCode.TOO_OLD, Phrase(f"decision.too_old.{basis}", **hours))
    return None


def _age_basis(match: Match) -> str:
    """Return what the age of an article counts from, as the reason names it."""
    article = match.article
    if article.published_at is not None and article.published_confidence != "low":
        return "published"
    before = article.published_before
    return "changed" if before is not None and before < article.first_seen_at else "first_seen"


def _decide_by_story(match: Match, context: DecisionContext) -> Decision:
    copy = context.copy
    neighbour = copy or context.story
    if context.news is not None and neighbour is not None:
        return _told(context.news, neighbour.story_id, neighbour)
    if copy is not None and copy.has_alert:
        return Decision(
            AlertEventKind.SUPPRESSED, ReasonCode.COPY, copy.reason, copy.story_id, Role.COPY, copy
        )
    if neighbour is None:
        return _opened(_own_story(match), Role.ORIGINAL, None, context.no_story)
    if neighbour.has_alert:
        return Decision(
            AlertEventKind.UPDATED,
            ReasonCode.SAME_STORY,
            neighbour.reason,
            neighbour.story_id,
            Role.MINOR,
            neighbour,
        )
    why = Phrase("decision.story_without_alert", why=neighbour.reason)
    return _opened(neighbour.story_id, Role.DEVELOPMENT, neighbour, why)


def _opened(story: str, role: Role, neighbour: Neighbour | None, why: Phrase | None) -> Decision:
    reason = Phrase("decision.new_story")
    return Decision(
        AlertEventKind.OPENED,
        ReasonCode.NEW_STORY,
        Phrase("decision.new_story_why", why=why) if why else reason,
        story,
        role,
        neighbour,
        notify=True,
        kind="new_story",
    )


def _told(news: StoryNews, story: str, neighbour: Neighbour | None) -> Decision:
    """Return the decision about an article that says something new in a story with an alert."""
    return Decision(
        AlertEventKind.UPDATED,
        news.code,
        news.reason,
        story,
        Role.DEVELOPMENT,
        neighbour,
        notify=True,
        kind="correction" if news.code is ReasonCode.CORRECTION else "update",
        news=news,
    )


def _hours(span: timedelta) -> int:
    return round(span / timedelta(hours=1))

"""The decision: who hears of a match, if anybody. Pure; what it needs is given in the context.

::

    match ─▶ repeated? ─▶ known? ─▶ revision? ─▶ retired, draft? ─▶ live? ─▶ young enough?
                                                                                  │
             new_story ◀─ none ◀─ same story? ◀─ no ◀─ copy of a told text? ◀─────┘

    event        reason codes
    opened       new_story
    updated      same_story, revision
    suppressed   copy, revision, not_live, too_old, draft, shadow, retired, known

``repeated`` (the same match once more) is a drop: nothing is published and nothing changes.
Everything else is published on ``news.alerts``; only ``new_story`` is notified. A replayed match
is ``repeated`` or suppressed and is not remembered: a live one that comes later is decided as if
the replay had never been.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from config.catalog.models import TopicState
from core.dispositions import Drop
from core.ids import story_id
from core.messages import AlertEventKind, Match, Origin

REPEATED = "repeated"


class ReasonCode(StrEnum):
    """Why a match was decided so; a bounded set, fit for a metric label."""

    NEW_STORY = "new_story"
    SAME_STORY = "same_story"
    REVISION = "revision"
    COPY = "copy"
    NOT_LIVE = "not_live"
    TOO_OLD = "too_old"
    DRAFT = "draft"
    SHADOW = "shadow"
    RETIRED = "retired"
    KNOWN = "known"


class Role(StrEnum):
    """An article's role in its story."""

    ORIGINAL = "original"
    MEMBER = "member"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class PriorDecision:
    """What was decided before about the same article under the same topic.

    Attributes:
        revision: The revision that was decided: this one, else the newest other one.
        topic_revision: The topic's definition it was decided under.
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
        article_id: The article it is nearest to.
        similarity: How near, 0 to 1.
        reason: The same in words.
        told: Whether an alert was ever opened about the story.
    """

    story_id: str
    article_id: str
    similarity: float
    reason: str
    told: bool


@dataclass(frozen=True, slots=True)
class DecisionContext:
    """All that a decision depends on besides the match.

    Attributes:
        now: The present.
        state: State of the topic; None where the files in force do not have it.
        max_age: Older articles are not told.
        before: An earlier decision about the same article.
        copy: The article whose text it is.
        story: The story it belongs to by its own text.
        nearest: In words, how near the nearest story was, where none was near enough.
    """

    now: datetime
    state: TopicState | None
    max_age: timedelta
    before: PriorDecision | None = None
    copy: Neighbour | None = None
    story: Neighbour | None = None
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done about a match.

    Attributes:
        event: opened, updated or suppressed.
        code: Why, as a word.
        reason: Why, in words.
        story_id: The story it belongs to; one of its own where it was not compared.
        role: The role it takes in that story; None where it takes none, or keeps the one it has.
        kin: The article it copies or resembles.
        notify: Whether receivers hear of it.
        kind: Kind of the notification.
    """

    event: AlertEventKind
    code: ReasonCode
    reason: str
    story_id: str
    role: Role | None = None
    kin: Neighbour | None = None
    notify: bool = False
    kind: str | None = None


def remembered(match: Match) -> bool:
    """Whether the decision counts when the same article comes again; that of a replay does not."""
    return match.article.origin is not Origin.REPLAY


def moment(match: Match) -> datetime:
    """When the article was published, else first seen: what its age is measured by."""
    return match.article.published_at or match.article.first_seen_at


def gate(match: Match, context: DecisionContext) -> Decision | Drop | None:
    """The decision where no comparison with other articles is needed; None where it is."""
    return _decided_before(match, context) or _not_to_be_told(match, context)


def decide(match: Match, context: DecisionContext) -> Decision | Drop:
    """Decide about a match."""
    decided = gate(match, context) or _place(match, context)
    if isinstance(decided, Decision) and decided.role and context.state is TopicState.SHADOW:
        return replace(
            decided,
            event=AlertEventKind.SUPPRESSED,
            code=ReasonCode.SHADOW,
            reason=f"The topic is in shadow; live it would be {decided.code}. {decided.reason}",
            notify=False,
            kind=None,
        )
    return decided


def _own_story(match: Match) -> str:
    return story_id(match.topic_id, match.article_id)


def _suppressed(match: Match, code: ReasonCode, reason: str) -> Decision:
    return Decision(AlertEventKind.SUPPRESSED, code, reason, _own_story(match))


def _decided_before(match: Match, context: DecisionContext) -> Decision | Drop | None:
    before, replayed = context.before, match.article.origin is Origin.REPLAY
    if before is None or (replayed and before.revision != match.revision):
        return None
    if before.revision != match.revision:
        return _revision(match, before)
    if replayed or before.topic_revision == match.topic_revision:
        return Drop(REPEATED, "the same match was decided before")
    reason = "Decided before, under another definition of the topic."
    return replace(_suppressed(match, ReasonCode.KNOWN, reason), story_id=before.story_id)


def _revision(match: Match, before: PriorDecision) -> Decision:
    told = before.event is not AlertEventKind.SUPPRESSED
    was = "is in the story" if told else f"was suppressed ({before.code})"
    return Decision(
        AlertEventKind.UPDATED if told else AlertEventKind.SUPPRESSED,
        ReasonCode.REVISION,
        f"Revision {match.revision} of an article whose revision {before.revision} {was}.",
        before.story_id,
    )


def _not_to_be_told(match: Match, context: DecisionContext) -> Decision | None:
    if context.state in (None, TopicState.RETIRED):
        return _suppressed(match, ReasonCode.RETIRED, "The topic is retired or no longer exists.")
    if context.state is TopicState.DRAFT:
        return _suppressed(match, ReasonCode.DRAFT, "The topic is a draft; nobody is told.")
    origin = match.article.origin
    if origin is not Origin.LIVE:
        return _suppressed(match, ReasonCode.NOT_LIVE, f"The article is {origin}, not live.")
    age = context.now - moment(match)
    if age > context.max_age:
        basis = "published" if match.article.published_at else "first seen"
        reason = f"The article was {basis} {_hours(age)} ago, more than {_hours(context.max_age)}."
        return _suppressed(match, ReasonCode.TOO_OLD, reason)
    return None


def _place(match: Match, context: DecisionContext) -> Decision:
    copy, story = context.copy, context.story
    if copy is not None and copy.told:
        return Decision(
            AlertEventKind.SUPPRESSED, ReasonCode.COPY, copy.reason, copy.story_id, Role.COPY, copy
        )
    kin = copy or story
    if kin is None:
        return _opened(_own_story(match), Role.ORIGINAL, None, context.nearest)
    if kin.told:
        return Decision(
            AlertEventKind.UPDATED,
            ReasonCode.SAME_STORY,
            kin.reason,
            kin.story_id,
            Role.MEMBER,
            kin,
        )
    reason = f"{kin.reason} Nobody has been told of that story."
    return _opened(kin.story_id, Role.MEMBER, kin, reason)


def _opened(story: str, role: Role, kin: Neighbour | None, why: str) -> Decision:
    return Decision(
        AlertEventKind.OPENED,
        ReasonCode.NEW_STORY,
        f"New story. {why}".rstrip(),
        story,
        role,
        kin,
        notify=True,
        kind="new_story",
    )


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.0f} h"

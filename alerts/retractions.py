"""The decision about an article whose page has vanished: tell those who were told of it.

::

    Match whose article is ``gone`` ──decide_vanished()──▶ retraction, to told receivers only
    store ──load_vanished_context()───────┘                or suppressed, with the reason

People who were told of an article are told once that it was taken down, if that happens soon after.
The story stays as it is: other articles in it may say the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.decide import (
    Decision,
    DecisionContext,
    ReasonCode,
    as_shadow,
    decide_without_comparison,
)
from alerts.decision_context import load_facts
from config.catalog.models import TopicDefinition, TopicState
from config.i18n import Phrase
from core.dispositions import Drop
from core.ids import alert_id, story_id
from core.messages import AlertEventKind, Match
from core.store import Connection
from core.store import alerts as alert_store
from core.store import stories as story_store
from core.store.told_articles import RETRACTION, ToldArticle, find_told_article

MAX_AGE = timedelta(hours=24)
"""An article that people were told of longer ago is not retracted: they have moved on."""


@dataclass(frozen=True, slots=True)
class VanishedContext:
    """What the decision about a vanished page depends on besides the match.

    Attributes:
        facts: What a decision about any article depends on.
        told: Who was told of the article, and when; None where nobody was.
        moved_to: URL of an article of the same outlet in the story that has the same text; empty
            where there is none.
        remaining: Number of other outlets in the story.
    """

    facts: DecisionContext
    told: ToldArticle | None = None
    moved_to: str = ""
    remaining: int = 0


def decide_about_vanished(
    connection: Connection, match: Match, topic: TopicDefinition | None, now: datetime
) -> Decision | Drop:
    """Load what the decision about a vanished page depends on, and decide.

    Args:
        connection: The transaction that records the decision.
        match: The match of the vanished article.
        topic: Its topic; None where the files in force do not have it.
        now: The present.
    """
    facts = load_facts(connection, match, topic, now=now)
    return decide_vanished(match, load_vanished_context(connection, match, facts))


def load_vanished_context(
    connection: Connection, match: Match, facts: DecisionContext
) -> VanishedContext:
    """Load who was told of a vanished article, and what else is in its story."""
    if facts.prior is None:
        return VanishedContext(facts)
    story, topic = facts.prior.story_id, match.topic_id
    alert = alert_id(topic, story)
    told = None
    if alert_store.exists(connection, alert):
        told = find_told_article(connection, topic, alert, match.article_id)
    articles = story_store.load_articles(connection, story) if told else []
    return VanishedContext(
        facts,
        told,
        moved_to=_find_move(match, articles),
        remaining=len({a.outlet for a in articles} - {match.article.outlet}),
    )


def decide_vanished(match: Match, context: VanishedContext) -> Decision | Drop:
    """Decide about an article whose page has vanished."""
    prior = context.facts.prior
    if prior is not None and prior.revision == match.revision:
        repeated = decide_without_comparison(match, context.facts)
        assert repeated is not None  # noqa: S101 - what was decided before is repeated or known
        return repeated
    story = story_id(match.topic_id, match.article_id) if prior is None else prior.story_id
    decision = _refuse_by_topic(match, context.facts) or _decide_by_told(match, context)
    if context.facts.state is TopicState.SHADOW and decision.notify:
        decision = as_shadow(decision)
    return replace(decision, story_id=story)


def _refuse_by_topic(match: Match, context: DecisionContext) -> Decision | None:
    """Return the decision where the topic's state or a replay suppresses it.

    The age of the article does not matter: what counts is when people were told of it.
    """
    ageless = replace(context, prior=None, max_age=timedelta.max)
    decision = decide_without_comparison(match, ageless)
    return decision if isinstance(decision, Decision) else None


def _decide_by_told(match: Match, context: VanishedContext) -> Decision:
    told, outlet = context.told, match.article.outlet
    if told is None:
        return _suppressed(Phrase("decision.retraction.untold"))
    if told.is_retracted:
        return _suppressed(Phrase("decision.retraction.repeated"))
    if context.moved_to:
        return _suppressed(Phrase("decision.retraction.moved", url=context.moved_to))
    age = context.facts.now - told.told_at
    if age > MAX_AGE:
        hours = {"age": round(age / timedelta(hours=1)), "limit": MAX_AGE // timedelta(hours=1)}
        return _suppressed(Phrase("decision.retraction.too_late", **hours))
    return Decision(
        AlertEventKind.UPDATED,
        ReasonCode.RETRACTION,
        _told_reason(outlet, context.remaining),
        story_id="",
        notify=True,
        kind=RETRACTION,
        receivers=told.receivers,
        not_before=told.waits_until,
    )


def _told_reason(outlet: str, remaining: int) -> Phrase:
    if remaining:
        return Phrase("decision.retraction.others_remain", outlet=outlet, n=remaining)
    return Phrase("decision.retraction", outlet=outlet)


def _suppressed(reason: Phrase) -> Decision:
    return Decision(AlertEventKind.SUPPRESSED, ReasonCode.RETRACTION, reason, story_id="")


def _find_move(match: Match, articles: list[story_store.StoryArticle]) -> str:
    """Return the URL of an article of the same outlet with the same text; empty without one."""
    gone = next((a for a in articles if a.article_id == match.article_id), None)
    for article in articles:
        if article.outlet == match.article.outlet and article.article_id != match.article_id:
            shown = article.shown()
            is_same = gone is not None and gone.exact != "" and article.exact == gone.exact
            if not shown.gone and (is_same or article.copy_of == match.article_id):
                return shown.url
    return ""

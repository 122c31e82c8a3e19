"""What a batch of decisions means for whole stories and topics: growth and spikes.

::

    decided matches ─┬─▶ stories with more outlets ──decide_growth()──▶ new_coverage
                     └─▶ hours of topics, counted ────is_spike()──────▶ spike

Both are decided in the transaction of the batch, under the locks of its topics, and marked in the
store: a threshold of a story and a spike of a topic are decided once, by whichever process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from alerts import spikes
from alerts.decide import Decision, ReasonCode, Role, article_time
from alerts.growth import GrowthDecision, decide_growth, find_threshold
from alerts.pending import PendingNotification
from alerts.persist import notification_labels
from alerts.plan import Silence, find_silence
from alerts.spikes import TopicHour
from config.catalog.models import Catalog, TopicDefinition, TopicState
from config.i18n import Phrase, in_english
from core.dispositions import Drop
from core.ids import alert_id
from core.messages import (
    NEW_COVERAGE,
    SPIKE,
    AlertEvent,
    AlertEventKind,
    ArticleNames,
    Match,
    article_names,
)
from core.messages.envelope import to_record
from core.store import Connection, outbox, topic_hours
from core.store import alerts as alert_store
from core.store import stories as story_store
from core.store.stories import Story, StoryArticle


@dataclass(frozen=True, slots=True)
class PlacedArticle:
    """An article with a text of its own in a story of a live topic.

    Attributes:
        published: When it was published, else first seen.
        labels: Those of a notification about it.
        is_told_now: Whether the story is new, so that people are told of it and its size now.
        names: Its headline, URL and outlet, for the events about it.
    """

    topic: TopicDefinition
    story_id: str
    article_id: str
    revision: int
    score: int
    published: datetime
    labels: Mapping[str, str]
    is_told_now: bool
    names: ArticleNames

    @property
    def alert_id(self) -> str:
        """The alert about the story."""
        return alert_id(self.topic.id, self.story_id)

    @property
    def hour(self) -> datetime:
        """Beginning of the hour in which it was published, in UTC."""
        return topic_hours.hour_of(self.published)


@dataclass(frozen=True, slots=True)
class BatchContext:
    """What is decided after a batch depends on besides its articles.

    Attributes:
        connection: The transaction in which the batch was decided and persisted.
        catalog: The operator's files in force.
        silences: Those in force.
        now: The present.
    """

    connection: Connection
    catalog: Catalog
    silences: Sequence[Silence]
    now: datetime

    @property
    def zone(self) -> tzinfo:
        """The time zone of alerts.yaml, or else UTC."""
        name = self.catalog.alerts.time_zone
        return ZoneInfo(name) if name else UTC

    def find_silence(self, article: PlacedArticle, kind: str) -> Phrase | None:
        """Return why a silence mutes a notification of this kind; None where none does."""
        silence = find_silence({**article.labels, "kind": kind}, self.silences, self.now)
        if silence is None:
            return None
        return Phrase("plan.silenced", until=silence.until, why=silence.reason)


def find_growth_and_spikes(
    context: BatchContext, decided: Iterable[tuple[Match, Decision | Drop]]
) -> list[PendingNotification]:
    """Decide about growth and spikes after a batch; return the notifications, growth first.

    Args:
        context: What the decisions depend on besides the batch.
        decided: The matches of the batch with their decisions, in order.
    """
    pairs = (_placed(match, decision, context.catalog) for match, decision in decided)
    placed = [article for article in pairs if article is not None]
    last_of_story = {article.story_id: article for article in placed}
    last_of_hour = {(article.topic.id, article.hour): article for article in placed}
    notifications = [_decide_growth(context, article) for article in last_of_story.values()]
    notifications += [_decide_spike(context, article) for article in last_of_hour.values()]
    return [notification for notification in notifications if notification is not None]


def _placed(match: Match, decision: Decision | Drop, catalog: Catalog) -> PlacedArticle | None:
    topic = catalog.topic(match.topic_id)
    if not isinstance(decision, Decision) or decision.role in (None, Role.COPY):
        return None
    if topic is None or topic.state is not TopicState.LIVE:
        return None
    return PlacedArticle(
        topic=topic,
        story_id=decision.story_id,
        article_id=match.article_id,
        revision=match.revision,
        score=match.score,
        published=article_time(match),
        labels=notification_labels(match, decision, topic, catalog),
        is_told_now=decision.code is ReasonCode.NEW_STORY,
        names=article_names(match.article),
    )


def _decide_growth(context: BatchContext, article: PlacedArticle) -> PendingNotification | None:
    """Decide about the growth of a story, once for each threshold, and announce the decision."""
    connection = context.connection
    story = story_store.find_story(connection, article.story_id)
    if story is None:  # analysts may have moved the article meanwhile
        return None
    threshold = find_threshold(story.independent_outlets, story.growth)
    if threshold is None or not story_store.mark_growth(connection, story.id, threshold):
        return None
    decision = _growth_of_known_story(context, article, story)
    if decision is None:
        return None
    _publish(context, article, decision.code, decision.reason, decision.snoozed_until)
    return _notification(article, decision.code, decision.reason) if decision.notify else None


def _growth_of_known_story(
    context: BatchContext, article: PlacedArticle, story: Story
) -> GrowthDecision | None:
    """Return the decision; None where people do not know the story, or are told of it now."""
    if article.is_told_now or not alert_store.exists(context.connection, article.alert_id):
        return None
    alert = alert_store.get_alert(context.connection, article.alert_id)
    return decide_growth(story, alert, context.find_silence(article, NEW_COVERAGE), context.now)


def _decide_spike(context: BatchContext, article: PlacedArticle) -> PendingNotification | None:
    """Count the hour of an article and decide whether it is a spike; announce it once."""
    connection, topic = context.connection, article.topic
    number, outlets = topic_hours.count_hour(connection, topic.id, article.hour)
    topic_hours.save_count(connection, topic.id, article.hour, number)
    hour = TopicHour(article.hour, number, outlets)
    if spikes.may_be_spike(hour, context.now):
        hour = _with_history(context, topic.id, hour)
    if not spikes.is_spike(hour, topic.alert.spike, context.now):
        return None
    articles = topic_hours.load_articles_of_hour(connection, topic.id, hour.start)
    newest = find_newest_of_biggest(articles, _find_told_stories(connection, topic.id, articles))
    if newest is None or not topic_hours.mark_spike(connection, topic.id, hour.start, context.now):
        return None
    return _tell_spike(context, _in_story_of(article, newest), hour)


def _tell_spike(
    context: BatchContext, article: PlacedArticle, hour: TopicHour
) -> PendingNotification | None:
    """Announce a spike; return the notification unless a silence mutes it."""
    silence, reason = context.find_silence(article, SPIKE), spikes.spike_reason(hour)
    if silence is not None:
        _publish(context, article, ReasonCode.SILENCED.value, silence)
        return None
    _publish(context, article, SPIKE, reason)
    return _notification(article, SPIKE, reason)


def _with_history(context: BatchContext, topic_id: str, hour: TopicHour) -> TopicHour:
    """Return an hour with the last spike of the topic and, where that matters, what is usual."""
    hour = replace(hour, last_spike=topic_hours.find_last_spike(context.connection, topic_id))
    if not spikes.may_be_spike(hour, context.now):
        return hour
    connection, since = context.connection, hour.start - spikes.WINDOW - spikes.HOUR
    first = topic_hours.find_first_hour(connection, topic_id)
    counts = topic_hours.load_counts(connection, topic_id, since, hour.start)
    return replace(hour, usual=spikes.usual_count(counts, first, hour.start, context.zone))


def _find_told_stories(
    connection: Connection, topic_id: str, articles: Iterable[StoryArticle]
) -> set[str]:
    ids = {article.story_id for article in articles}
    return {id_ for id_ in ids if alert_store.exists(connection, alert_id(topic_id, id_))}


def find_newest_of_biggest(
    articles: Sequence[StoryArticle], stories: Iterable[str]
) -> StoryArticle | None:
    """Return the newest article of the story that has most of them, the first one at a tie.

    Args:
        articles: Articles, oldest first.
        stories: Only these stories count.
    """
    sizes = Counter(article.story_id for article in articles)
    known = [id_ for id_ in sizes if id_ in set(stories)]
    if not known:
        return None
    biggest = max(known, key=lambda story_id: sizes[story_id])
    return [article for article in articles if article.story_id == biggest][-1]


def _in_story_of(article: PlacedArticle, newest: StoryArticle) -> PlacedArticle:
    facts = newest.shown()
    return replace(
        article,
        story_id=newest.story_id,
        article_id=newest.article_id,
        revision=newest.revision,
        score=facts.score,
        names=article_names(facts),
    )


def _notification(article: PlacedArticle, kind: str, reason: Phrase) -> PendingNotification:
    return PendingNotification(
        alert_id=article.alert_id,
        story_id=article.story_id,
        article_id=article.article_id,
        revision=article.revision,
        score=article.score,
        kind=kind,
        topic_id=article.topic.id,
        topic_title=article.topic.title,
        severity=article.topic.alert.severity,
        reason=reason,
        reason_code=kind,
        labels={**article.labels, "kind": kind},
        names=article.names,
    )


def _publish(
    context: BatchContext,
    article: PlacedArticle,
    code: str,
    reason: Phrase,
    snoozed_until: datetime | None = None,
) -> None:
    is_told = code in (NEW_COVERAGE, SPIKE)
    event = AlertEvent(
        alert_id=article.alert_id,
        event=AlertEventKind.UPDATED if is_told else AlertEventKind.SUPPRESSED,
        topic_id=article.topic.id,
        story_id=article.story_id,
        article_id=article.article_id,
        revision=article.revision,
        severity=article.topic.alert.severity,
        reason=in_english(reason),
        reason_code=code,
        snoozed_until=snoozed_until,
        at=context.now,
        **article.names,
    )
    outbox.put(context.connection, [to_record(event, at=context.now)])

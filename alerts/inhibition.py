"""Inhibition: what one topic tells is not told under another one.

::

    inhibit: {source: nato-membership, target: security-general}

    a match of the target ──▶ is its event told under the source? ──▶ suppressed: inhibited
    the source is told ─────▶ what waits under the target about it ─▶ withdrawn: inhibited

An event is told under a topic where the article belongs to a story of that topic with an alert,
by the same comparison that puts articles into stories. What was sent before stays sent, and whoever
was told of it is told of its correction or retraction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from alerts.decide import Decision, ReasonCode, article_time
from alerts.decision_context import PreparedMatch, TopicWindows
from alerts.plan import matches
from alerts.silencing import suppressed
from alerts.stories import StoryFeatures
from alerts.withdrawal import Withdrawn, withdraw
from alerts.wordings import stored_features
from config.catalog.models import AlertsDefinition, Catalog, TopicDefinition
from config.i18n import Phrase
from core.ids import alert_id
from core.store import alerts as alert_store
from core.store import stories as story_store
from core.store import waiting_items
from core.store.waiting_items import WaitingItem

INHIBITED_KINDS = ("new_story", "update")
"""Kinds of messages that are not told where another topic tells of the event."""


def sources_of(topic_id: str, catalog: Catalog) -> Iterator[TopicDefinition]:
    """Yield the other topics that inhibit a topic, in the order of the files."""
    for topic in catalog.topics:
        if is_target(topic_id, topic.id, catalog.alerts):
            yield topic


def is_target(topic_id: str, source_id: str, definition: AlertsDefinition) -> bool:
    """Return whether a topic is inhibited by another one."""
    return topic_id != source_id and any(
        _fits(i.source, source_id) and _fits(i.target, topic_id) for i in definition.inhibitions
    )


def related_topics(topic_ids: Collection[str], catalog: Catalog) -> set[str]:
    """Return topics with those that inhibit them or that they inhibit."""
    if not catalog.alerts.inhibitions:
        return set(topic_ids)
    sources = {source.id for topic in topic_ids for source in sources_of(topic, catalog)}
    targets = {
        topic.id
        for topic in catalog.topics
        for source in topic_ids
        if is_target(topic.id, source, catalog.alerts)
    }
    return {*topic_ids, *sources, *targets}


def decision_order(topic_ids: Sequence[str], definition: AlertsDefinition) -> list[int]:
    """Return the numbers of matches in the order in which to decide: inhibited topics last.

    Args:
        topic_ids: The topics of the matches.
        definition: ``alerts.yaml``.
    """
    targets = {
        topic for topic in topic_ids if any(_fits(i.target, topic) for i in definition.inhibitions)
    }
    return sorted(range(len(topic_ids)), key=lambda number: topic_ids[number] in targets)


def apply_inhibition(
    decision: Decision,
    prepared: PreparedMatch,
    windows: TopicWindows,
    catalog: Catalog,
    now: datetime,
) -> Decision:
    """Return the decision, suppressed where it would notify of what another topic has told.

    Args:
        decision: The decision about the match.
        prepared: The match.
        windows: Of the transaction that records the decision.
        catalog: The operator's files.
        now: The present.
    """
    if not decision.notify or decision.kind not in INHIBITED_KINDS:
        return decision
    match, moment = prepared.match, article_time(prepared.match)
    for source in sources_of(match.topic_id, catalog):
        story = _find_story(windows, source, match.article_id, prepared.features, moment, now)
        alert = None if story is None else _find_alert(windows, source, story)
        if alert is not None:
            return suppressed(decision, ReasonCode.INHIBITED, _reason(source, alert.title))
    return decision


def withdraw_inhibited(
    windows: TopicWindows,
    told: Sequence[tuple[PreparedMatch, Decision]],
    catalog: Catalog,
    now: datetime,
) -> int:
    """Withdraw what waits under other topics about events that are told now; return how many.

    Args:
        windows: Of the transaction that recorded the decisions.
        told: Decisions that notify people, with their matches.
        catalog: The operator's files.
        now: The present.
    """
    told = [pair for pair in told if _is_source(pair[0].match.topic_id, catalog.alerts)]
    if not told:
        return 0
    sources = {prepared.match.topic_id for prepared, _ in told}
    targets = related_topics(sources, catalog)
    waiting = [
        each
        for each in waiting_items.list_waiting(windows.connection, topic_ids=targets)
        if each.item.kind in INHIBITED_KINDS
    ]
    found = [
        inhibited
        for each in waiting
        if (inhibited := _inhibited(windows, each, told, catalog, now)) is not None
    ]
    code, url = ReasonCode.INHIBITED, catalog.alerts.console_url
    return withdraw(windows.connection, found, code, console_url=url, now=now)


def _inhibited(
    windows: TopicWindows,
    waiting: WaitingItem,
    told: Sequence[tuple[PreparedMatch, Decision]],
    catalog: Catalog,
    now: datetime,
) -> Withdrawn | None:
    """Return an item that waits with the reason why it is withdrawn; None where it is not."""
    item = waiting.item
    row = story_store.find_article(windows.connection, item.topic_id, item.article_id)
    for prepared, decision in told:
        source = catalog.topic(prepared.match.topic_id)
        if source is None or not is_target(item.topic_id, source.id, catalog.alerts):
            continue
        story: str | None = None
        if item.article_id == prepared.match.article_id:
            story = decision.story_id
        elif row is not None and row.features:
            features = stored_features(row.features)
            story = _find_story(windows, source, row.article_id, features, row.moment, now)
        if story == decision.story_id:
            return waiting, _reason(source, prepared.match.article.title)
    return None


def _is_source(topic_id: str, definition: AlertsDefinition) -> bool:
    return any(_fits(i.source, topic_id) for i in definition.inhibitions)


def _fits(pattern: str, topic_id: str) -> bool:
    return matches({"topic": pattern}, {"topic": topic_id})


def _find_story(
    windows: TopicWindows,
    topic: TopicDefinition,
    article_id: str,
    features: StoryFeatures,
    moment: datetime,
    now: datetime,
) -> str | None:
    """Return the story of a topic that an article belongs to, or would belong to."""
    row = story_store.find_article(windows.connection, topic.id, article_id)
    if row is not None:
        return row.story_id
    recent = windows.recent_articles(topic.id, now, topic.alert.max_age)
    return recent.assign(features, moment, windows.span).story_id


def _find_alert(
    windows: TopicWindows, topic: TopicDefinition, story_id: str
) -> alert_store.Alert | None:
    return alert_store.find_alert(windows.connection, alert_id(topic.id, story_id))


def _reason(source: TopicDefinition, title: str) -> Phrase:
    return Phrase("plan.inhibited", topic=source.title, title=title)

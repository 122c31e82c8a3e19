"""Persisting a decision: every row and record of it, in the caller's transaction.

::

    Decision ─┬─▶ decisions                 one per topic, article and revision; none for a replay
              ├─▶ replayed_matches          where it is a replay
              ├─▶ told_revisions            what people are shown, where they are notified
              ├─▶ stories, story_articles   where the article has a role in a story
              ├─▶ alerts                    where the decision opens one
              ├─▶ outbox ──▶ news.alerts    always
              └─▶ PendingNotification ──▶ notifications, deliveries (alerts.queueing)

Notifications are queued after the whole batch is decided, so that their bodies include copies that
came in the same batch.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from alerts import copies
from alerts.decide import Decision, ReasonCode, Role, article_time, is_recorded
from alerts.decision_context import PreparedMatch, TopicWindows, with_earlier
from alerts.gaps import is_missed
from alerts.labels import tier_of
from alerts.match_end import end_at_decision
from alerts.notification_body import article_facts
from alerts.pending import PendingNotification
from alerts.revisions import says_nothing_new
from config.catalog.models import AlertPolicy, Catalog, TopicDefinition, TopicState
from config.i18n import in_english
from core.ids import alert_id
from core.messages import AlertEvent, AlertEventKind, Match, article_names
from core.messages.envelope import to_record
from core.store import Connection, alert_changes, match_counts, outbox
from core.store import alerts as alert_store
from core.store import stories as story_store
from core.store.cards import ToldDevelopment
from core.store.told_articles import find_told_receivers
from core.store.told_revisions import ToldRevision, add_told_revision


def persist_decision(
    windows: TopicWindows,
    prepared: PreparedMatch,
    decision: Decision,
    topic: TopicDefinition | None,
    catalog: Catalog,
    *,
    now: datetime,
) -> PendingNotification | None:
    """Write a decision; return the notification of it, if it makes one."""
    connection, match = windows.connection, prepared.match
    alert = alert_id(match.topic_id, decision.story_id)
    severity = (AlertPolicy() if topic is None else topic.alert).severity
    state = TopicState.RETIRED if topic is None else topic.state
    if decision.code is ReasonCode.KNOWN:
        _update_topic_revision(connection, match)
    elif is_recorded(match):
        row = _decision_row(match, decision, alert, severity, now)
        _record(connection, match, replace(row, topic_state=state.value), decision)
        _put_in_story(windows, prepared, decision)
    else:
        match_counts.record_replay(
            connection,
            match.topic_id,
            match.article_id,
            match.revision,
            topic_state=state.value,
            at=now,
        )
    if decision.event is AlertEventKind.UPDATED or decision.role is Role.COPY:
        alert_changes.touch(connection, alert, now)
    notification = None
    if decision.notify and topic is not None:
        if decision.event is AlertEventKind.OPENED:
            _open_alert(connection, match, decision, topic, now=now)
        else:
            _tell_news(windows, match, decision, alert, now)
        add_told_revision(connection, _told_revision(match, alert, now))
        pending = _pending_notification(match, decision, topic, catalog)
        receivers = _receivers(connection, decision, alert)
        notification = replace(pending, receivers=receivers, not_before=decision.not_before)
    _publish(connection, match, decision, alert, severity, now)
    return notification


def _record(
    connection: Connection, match: Match, row: alert_store.DecisionRow, decision: Decision
) -> None:
    """Record a decision with how the match ends by it."""
    prior = None
    if decision.code is ReasonCode.REVISION:
        prior = alert_store.find_decision(
            connection, match.topic_id, match.article_id, match.revision
        )
    end, code = end_at_decision(decision, match, prior)
    match_counts.forget_replay(connection, row)
    sentences = (evidence.sentence for evidence in match.evidence)
    row = replace(row, match_end=end, end_code=code)
    alert_changes.record_decision(connection, row, sentences)


def _told_revision(match: Match, alert: str, now: datetime) -> ToldRevision:
    facts = article_facts(match).model_dump_json()
    return ToldRevision(match.topic_id, match.article_id, match.revision, alert, now, facts)


def _update_topic_revision(connection: Connection, match: Match) -> None:
    row = alert_store.find_decision(connection, match.topic_id, match.article_id, match.revision)
    if row is not None:
        alert_changes.set_topic_revision(connection, row, match.topic_revision)


def _decision_row(
    match: Match, decision: Decision, alert: str, severity: str, now: datetime
) -> alert_store.DecisionRow:
    return alert_store.DecisionRow(
        topic_id=match.topic_id,
        article_id=match.article_id,
        revision=match.revision,
        topic_revision=match.topic_revision,
        event=decision.event.value,
        reason_code=decision.code.value,
        reason=decision.reason.dump(),
        alert_id=alert,
        story_id=decision.story_id,
        outlet=match.article.outlet,
        title=match.article.title,
        url=match.article.url,
        decided_at=now,
        language=match.language,
        country=match.article.country,
        severity=severity,
        score=match.score,
    )


def _put_in_story(windows: TopicWindows, prepared: PreparedMatch, decision: Decision) -> None:
    """Write the article to its story; a newer revision replaces the older one."""
    connection, article = windows.connection, prepared.match.article
    is_revision = decision.news is not None and decision.neighbour is None
    if decision.code in (ReasonCode.REVISION, ReasonCode.RETRACTION) or is_revision:
        _replace_revision(windows, prepared, decision)
        return
    if decision.role is None:
        return
    if decision.role is Role.ORIGINAL:
        first = article.first_seen_at
        story = story_store.Story(
            decision.story_id, prepared.match.topic_id, article.title, first, first, outlets=1
        )
        story_store.add_story(connection, story)
    row = _story_article(prepared, decision)
    story_store.put_article(connection, row, copies.sketch(prepared.fingerprint))
    if decision.role is not Role.COPY:
        windows.add(row)


def _replace_revision(windows: TopicWindows, prepared: PreparedMatch, decision: Decision) -> None:
    connection, match = windows.connection, prepared.match
    row = story_store.find_article(connection, match.topic_id, match.article_id)
    if row is None or row.revision > match.revision:
        return
    same = row.features if says_nothing_new(match) else ""
    features = prepared.features.model_copy(update={"is_minor": decision.news is None})
    newer = _story_article(prepared, decision)
    newer = replace(
        newer,
        story_id=row.story_id,
        moment=max(row.moment, newer.moment),
        role=row.role if decision.role is None else decision.role.value,
        copy_of=row.copy_of if decision.role is None else None,
        similarity=row.similarity,
        features=same or with_earlier(features, row).model_dump_json(),
    )
    story_store.put_article(connection, newer, copies.sketch(prepared.fingerprint))
    if newer.role != Role.COPY:
        windows.add(newer)


def _tell_news(
    windows: TopicWindows, match: Match, decision: Decision, alert: str, now: datetime
) -> None:
    """Bring the alert up to date, and mark the articles that report the same as told."""
    connection = windows.connection
    article = match.article
    reason, code = decision.reason.dump(), decision.code.value
    told = ToldDevelopment(
        article.title, match.article_id, reason, code, now, article.url, article.outlet
    )
    if decision.code is ReasonCode.RETRACTION:  # what is no longer there is no headline
        title = alert_store.get_alert(connection, alert).title
        told = replace(told, title=title, url="", outlet="")
    alert_changes.tell_development(connection, alert, told)
    for article_id in decision.news.corroborated_by if decision.news else ():
        row = story_store.set_role(connection, match.topic_id, article_id, Role.DEVELOPMENT.value)
        if row is not None:
            windows.add(row)


def _story_article(prepared: PreparedMatch, decision: Decision) -> story_store.StoryArticle:
    match, neighbour = prepared.match, decision.neighbour
    role = decision.role or Role.MINOR
    return story_store.StoryArticle(
        topic_id=match.topic_id,
        article_id=match.article_id,
        revision=match.revision,
        story_id=decision.story_id,
        role=role.value,
        copy_of=neighbour.article_id if neighbour and role is Role.COPY else None,
        similarity=1.0 if neighbour is None else neighbour.similarity,
        moment=article_time(match),
        first_seen_at=match.article.first_seen_at,
        outlet=match.article.outlet,
        exact=prepared.exact,
        facts=article_facts(match).model_dump_json(),
        features=prepared.features.model_dump_json(),
        shingles=copies.pack_shingles(prepared.shingles),
        provider=match.article.agency or match.article.outlet,
    )


def _open_alert(
    connection: Connection,
    match: Match,
    decision: Decision,
    topic: TopicDefinition,
    *,
    now: datetime,
) -> None:
    alert_changes.open_alert(
        connection,
        alert_store.Alert(
            id=alert_id(topic.id, decision.story_id),
            topic_id=topic.id,
            topic_title=topic.title,
            story_id=decision.story_id,
            state=alert_store.OPEN,
            severity=topic.alert.severity,
            title=match.article.title,
            reason=decision.reason.dump(),
            reason_code=decision.code.value,
            article_id=match.article_id,
            opened_at=now,
            updated_at=now,
        ),
    )


def _pending_notification(
    match: Match, decision: Decision, topic: TopicDefinition, catalog: Catalog
) -> PendingNotification:
    return PendingNotification(
        alert_id=alert_id(topic.id, decision.story_id),
        story_id=decision.story_id,
        article_id=match.article_id,
        revision=match.revision,
        score=match.score,
        kind=_kind(decision),
        topic_id=topic.id,
        topic_title=topic.title,
        severity=topic.alert.severity,
        reason=decision.reason,
        reason_code=decision.code.value,
        development=decision.news.text if decision.news else "",
        labels=notification_labels(match, decision, topic, catalog),
        missed_since=match.article.missed_since if is_missed(match.article) else None,
        names=article_names(match.article),
    )


def _receivers(connection: Connection, decision: Decision, alert: str) -> frozenset[str] | None:
    """Return the only receivers to notify: of a correction those that know the story.

    None stands for those of the route, also where every earlier message failed or is decided with
    this one.
    """
    if decision.code is ReasonCode.CORRECTION:
        return find_told_receivers(connection, alert) or None
    return decision.receivers


def _kind(decision: Decision) -> str:
    return decision.kind or "new_story"


def notification_labels(
    match: Match, decision: Decision, topic: TopicDefinition, catalog: Catalog
) -> dict[str, str]:
    """Return a value for each of :data:`config.catalog.matchers.LABELS`."""
    return {
        "topic": topic.id,
        "severity": topic.alert.severity,
        "kind": _kind(decision),
        "outlet": match.article.outlet,
        "tier": tier_of(match.article.outlet, catalog).value,
        "language": match.language,
        "country": match.article.country,
    }


def _publish(
    connection: Connection,
    match: Match,
    decision: Decision,
    alert: str,
    severity: str,
    now: datetime,
) -> None:
    event = AlertEvent(
        alert_id=alert,
        event=decision.event,
        topic_id=match.topic_id,
        story_id=decision.story_id,
        article_id=match.article_id,
        revision=match.revision,
        severity=severity,
        reason=in_english(decision.reason),
        reason_code=decision.code.value,
        at=now,
        **article_names(match.article),
    )
    outbox.put(connection, [to_record(event, at=now)])

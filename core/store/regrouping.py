"""Moving articles from one story to another: what an analyst's split and merge change in the store.

::

    split ──▶ some articles ──▶ a story and an alert of their own; the pair is separated
    merge ──▶ all articles ───▶ the other story; the alert that is gone leads to it (merged_into)
                  │
                  └──▶ story_articles, decisions, told_revisions, notification_items

All rows about an article move with it, so that later revisions, copies and retractions of it find
its new story. Events of the past keep the ids that they had.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from config.errors import UsageError
from config.i18n import Phrase
from core.ids import alert_id, story_id
from core.messages import AlertEvent, AlertEventKind, article_names
from core.messages.alert import MERGED, SPLIT
from core.messages.envelope import to_record
from core.store import alert_changes, cards, escalations, outbox, separations
from core.store import stories as story_store
from core.store.alerts import ACKED, CLOSED, OPEN, Alert, alerts, decisions, get_alert
from core.store.console.history import move_actions, record_regrouping
from core.store.notification_items import notification_items
from core.store.stories import ArticleFacts, Story, StoryArticle, stories, story_articles
from core.store.told_revisions import load_told_revisions, told_revisions

_RANK = {OPEN: 0, ACKED: 1, CLOSED: 2}
"""Of two alerts that are merged, the one that comes first here keeps its id."""


@dataclass(frozen=True, slots=True)
class Regrouped:
    """The two alerts after a split or a merge.

    Attributes:
        kept: The alert that was split, or into which the other was merged.
        other: The alert of the part that was split off, or the one that is gone.
    """

    kept: Alert
    other: Alert


def split(
    connection: Connection, alert: str, articles: Sequence[str], *, by: str, at: datetime
) -> Regrouped:
    """Make articles of a story, with their copies, a story of their own.

    Args:
        connection: A write transaction in which nothing was done yet.
        alert: The alert's id, or at least its first eight digits.
        articles: Ids of articles, at least their first eight digits, or their URLs.
        by: Who says so.
        at: The present moment.

    Raises:
        UsageError: There is no such alert, an article is not in its story, or all are named.
    """
    [source] = _lock(connection, alert)
    moved = _choose(story_store.load_articles(connection, source.story_id), articles)
    first, topic = moved[0], source.topic_id
    story = story_id(topic, f"split {first.article_id}")
    target = _open(connection, source, story, first.shown(), by=by, at=at)
    story_store.add_story(
        connection,
        Story(story, topic, target.title, first.first_seen_at, first.first_seen_at, outlets=1),
    )
    _move(connection, [a.article_id for a in moved], source, target)
    _release_copies(connection, moved)
    story_store.inherit_growth(connection, source.story_id, story)
    separations.separate(connection, topic, source.story_id, story, by=by, at=at)
    for each in (source, target):
        story_store.update_story(connection, each.story_id)
        _rebuild_card(connection, each)
    record_regrouping(connection, source.id, SPLIT, target.id, by=by, at=at)
    record_regrouping(connection, target.id, SPLIT, source.id, by=by, at=at)
    reason = f"split by {by}: {len(moved)} articles are a story of their own"
    source = _with_headline(connection, source)
    source = _change(connection, source, reason, SPLIT, at)
    _publish(connection, target, first.shown(), f"split off by {by}", at)
    return Regrouped(source, _with_headline(connection, target))


def merge(connection: Connection, one: str, other: str, *, by: str, at: datetime) -> Regrouped:
    """Make one story of two. The alert that is open keeps its id; of two, the first.

    Args:
        connection: A write transaction in which nothing was done yet.
        one: The id of an alert, or at least its first eight digits.
        other: The id of another alert of the same topic.
        by: Who says so.
        at: The present moment.

    Raises:
        UsageError: There is no such alert, or the two are not two stories of one topic.
    """
    pair = _lock(connection, one, other)
    if pair[0].id == pair[1].id:
        raise UsageError(Phrase("group.one_story"), mend=Phrase("group.name_two"))
    if pair[0].topic_id != pair[1].topic_id:
        raise UsageError(Phrase("group.other_topic"), mend=Phrase("group.one_topic"))
    kept, gone = sorted(pair, key=lambda alert: _RANK[alert.state])
    waiting = escalations.load_waiting(connection, gone.id)
    _move(connection, None, gone, kept)
    gone = _replace_alert(connection, gone, kept, by=by, at=at)
    record_regrouping(connection, kept.id, MERGED, gone.id, by=by, at=at)
    if kept.state == OPEN and waiting:
        steps = [(row.due_at, row.receivers) for row in waiting]
        escalations.start(connection, kept.id, steps, waiting[0].labels)
    story_store.update_story(connection, kept.story_id)
    _rebuild_card(connection, kept)
    kept = replace(kept, assigned_to=kept.assigned_to or gone.assigned_to)
    kept = _with_headline(connection, kept)
    return Regrouped(_change(connection, kept, f"merged by {by}", MERGED, at), gone)


def _lock(connection: Connection, *names: str) -> list[Alert]:
    """Return alerts as they are once nobody else groups the stories of their topics.

    Another person may have merged them while this transaction waited for the locks.
    """
    topics = {get_alert(connection, name).topic_id for name in names}
    story_store.lock_topics(connection, topics)
    ids = [get_alert(connection, name).id for name in names]
    for id_ in sorted(set(ids)):  # in the order in which people's actions lock the rows
        cards.lock_card(connection, id_)
        alert_changes.lock_alert(connection, id_)
    return [get_alert(connection, id_) for id_ in ids]


def _choose(articles: Sequence[StoryArticle], named: Sequence[str]) -> list[StoryArticle]:
    """Return the named articles with their copies, in the order of the story.

    Raises:
        UsageError: One is not in the story, or nothing would be left of it.
    """
    found = {name: [a for a in articles if _is_named(a, name)] for name in named}
    for name, matching in found.items():
        if len(matching) != 1:
            problem = "is the beginning of several" if matching else "is no article of the story"
            mend = "`wirewatch alerts show ID --json` shows the ids and URLs of its articles."
            raise UsageError(f"{name[:80]!r} {problem}.", mend=mend)
    ids = {matching[0].article_id for matching in found.values()}
    moved = [a for a in articles if a.article_id in ids or a.copy_of in ids]
    if not moved or len(moved) == len(articles):
        mend = "Name some of its articles; copies follow what they copy."
        raise UsageError("A split leaves articles on both sides.", mend=mend)
    return moved


def _is_named(article: StoryArticle, name: str) -> bool:
    if article.shown().url == name:
        return True
    return len(name) >= 8 and name.isalnum() and article.article_id.startswith(name)


def _open(
    connection: Connection, source: Alert, story: str, lead: ArticleFacts, *, by: str, at: datetime
) -> Alert:
    id_ = alert_id(source.topic_id, story)
    connection.execute(delete(alerts).where(alerts.c.id == id_, alerts.c.merged_into != ""))
    target = Alert(
        id=id_,
        topic_id=source.topic_id,
        topic_title=source.topic_title,
        story_id=story,
        state=OPEN,
        severity=source.severity,
        title=lead.title,
        reason=Phrase("decision.split", by=by).dump(),
        reason_code=SPLIT,
        article_id=lead.id,
        opened_at=at,
        updated_at=at,
    )
    alert_changes.open_alert(connection, target)
    return target


def _move(
    connection: Connection, articles: Sequence[str] | None, source: Alert, target: Alert
) -> None:
    """Move the rows about articles from one alert and story to another; None: about all of them."""
    both = {"alert_id": target.id, "story_id": target.story_id}
    in_story = story_articles.c.story_id == source.story_id
    for table, owner, values in (
        (story_articles, in_story, {"story_id": target.story_id}),
        (decisions, decisions.c.alert_id == source.id, both),
        (told_revisions, told_revisions.c.alert_id == source.id, {"alert_id": target.id}),
        (notification_items, notification_items.c.alert_id == source.id, both),
    ):
        rows = update(table).where(owner)
        if articles is not None:
            rows = rows.where(table.c.article_id.in_(articles))
        connection.execute(rows.values(values))


def _release_copies(connection: Connection, moved: Sequence[StoryArticle]) -> None:
    """Let copies be articles in their own right whose original stays in the other story."""
    ids = {article.article_id for article in moved}
    alone = [a.article_id for a in moved if a.copy_of is not None and a.copy_of not in ids]
    is_row = (
        story_articles.c.topic_id == moved[0].topic_id,
        story_articles.c.article_id.in_(alone),
    )
    connection.execute(update(story_articles).where(*is_row).values(copy_of=None, role="minor"))


def _replace_alert(
    connection: Connection, gone: Alert, kept: Alert, *, by: str, at: datetime
) -> Alert:
    """Close an alert whose story is part of another one now, let it lead there, and return it."""
    growth = select(stories.c.growth).where(stories.c.id == gone.story_id).scalar_subquery()
    is_kept = stories.c.id == kept.story_id
    connection.execute(
        update(stories).where(is_kept, stories.c.growth < growth).values(growth=growth)
    )
    connection.execute(delete(stories).where(stories.c.id == gone.story_id))
    separations.move_separations(connection, gone.story_id, kept.story_id)
    closed = replace(gone, state=CLOSED, closed_by=by, closed_at=at, merged_into=kept.id)
    reason = f"merged into {kept.id} by {by}"
    kind = AlertEventKind.CLOSED
    closed = alert_changes.change(connection, gone, closed, kind, reason, MERGED, at)
    led = update(alerts).where(alerts.c.merged_into == gone.id)
    connection.execute(led.values(merged_into=kept.id))
    escalations.forget(connection, gone.id)
    move_actions(connection, gone.id, kept.id)
    cards.absorb_card(connection, gone.id, kept.id)
    return closed


def _with_headline(connection: Connection, alert: Alert) -> Alert:
    """Return an alert with the headline that was told last, or else the newest one; so its card."""
    told = load_told_revisions(connection, alert.id)
    articles = story_store.load_articles(connection, alert.story_id)
    lead = told[-1].shown() if told else articles[-1].shown()
    cards.set_headline(connection, alert.id, lead)
    return replace(alert, title=lead.title, article_id=lead.id)


def _rebuild_card(connection: Connection, alert: Alert) -> None:
    facts = [a.shown() for a in story_store.load_articles(connection, alert.story_id)]
    sentences = [(f.title, tuple(e.sentence for e in f.evidence)) for f in facts]
    columns = decisions.c
    query = select(columns.outlet, columns.language, columns.country)
    labels = connection.execute(query.where(columns.alert_id == alert.id)).all()
    cards.rebuild(connection, alert.id, sentences, [tuple(row) for row in labels])


def _change(connection: Connection, alert: Alert, reason: str, code: str, at: datetime) -> Alert:
    kind = AlertEventKind.UPDATED
    return alert_changes.change(connection, alert, alert, kind, reason, code, at)


def _publish(
    connection: Connection, alert: Alert, lead: ArticleFacts, reason: str, at: datetime
) -> None:
    event = AlertEvent(
        alert_id=alert.id,
        event=AlertEventKind.OPENED,
        topic_id=alert.topic_id,
        story_id=alert.story_id,
        article_id=alert.article_id,
        severity=alert.severity,
        reason=reason,
        reason_code=SPLIT,
        at=at,
        **article_names(lead),
    )
    outbox.put(connection, [to_record(event, at=at)])

"""What is deleted from the store, and how: every table has a rule, or a reason why it has none.

::

    rule = RULES["entries"]
    deleted = forget_all(store, rule, before)        any number of short transactions
         ▲
         └─ wirewatch.run.nightly, once a day, with the age that the settings have for rule.kind

Each rule deletes what is older than a time and not needed by what stays. Some rules keep rows until
those that refer to them are gone, so that rules are applied in the order of :data:`RULES`: entries
and stories before articles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, or_, select, tuple_

from core.store import (
    articles,
    audit,
    digests,
    entry_aliases,
    feed_days,
    feed_history,
    hosts,
    nightly_runs,
    outbox,
    page_reads,
    page_signals,
    rereads,
    targets,
    tdm_files,
    tdm_opt_outs,
    topic_hours,
    websub,
)
from core.store.accounts import accounts
from core.store.alerts import OPEN, alerts, decisions
from core.store.canaries import canaries, canary_timer
from core.store.cards import card_labels, cards, forget_topic_days
from core.store.column_types import UtcDateTime
from core.store.console.history import story_actions
from core.store.console.saved_views import saved_views
from core.store.deliveries import UNFINISHED, deliveries, notifications
from core.store.disputed_pages import forget_disputed
from core.store.engine import Store
from core.store.escalations import escalations
from core.store.feed_addresses import feed_addresses
from core.store.forgotten_entries import forget_entries
from core.store.match_counts import forget_replays
from core.store.missed_articles import forget_missed
from core.store.notification_items import notification_items
from core.store.operator_files import operator_files
from core.store.separations import story_separations
from core.store.silences import forget_silences
from core.store.sql import FORGET_LIMIT, Step
from core.store.stories import lock_topics, stories, story_articles, story_shingles
from core.store.told_revisions import told_revisions

STORY_LIMIT = 25
"""Stories that one step looks at; each has some thirty rows, and those of a big one thousands."""

Kind = Literal["articles", "told", "history", "counts"]
"""What the age of rows is configured for: the settings have a retention for each kind."""

Forget = Callable[[Connection, datetime], int]
"""Deletes the next rows older than a time, a bounded number of them, and returns how many."""

Walk = Callable[[Connection, datetime, Any], Step]
"""Looks at the next rows older than a time, from where the step before ended; for tables in which
many old rows stay, so that no step looks at those again."""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How rows of some tables are deleted.

    Attributes:
        tables: Names of the tables; none where another rule has them and this one takes rows that
            it leaves.
        forget: Deletes the next rows; it returns 0 where none are left.
        kind: Which retention of the settings holds.
        walk: Takes the place of ``forget``.
    """

    tables: tuple[str, ...]
    forget: Forget = field(default=lambda *_: 0)
    kind: Kind = "history"
    walk: Walk | None = None

    def step(self, connection: Connection, before: datetime, after: Any) -> Step:
        """Delete the next rows older than a time.

        Args:
            connection: A write transaction in which nothing was done yet.
            before: Newer rows stay.
            after: What the step before returned; None for the first.
        """
        if self.walk is not None:
            return self.walk(connection, before, after)
        deleted = self.forget(connection, before)
        return Step(deleted, "more" if deleted else None)


def forget_all(
    store: Store,
    rule: RetentionRule,
    before: datetime,
    go_on: Callable[[], bool] = lambda: True,
) -> int:
    """Delete everything a rule allows, step by step. Return the number of rows deleted.

    Each step is a transaction of its own, so that other writers wait for one step at most.

    Args:
        store: The store.
        rule: One of :data:`RULES`.
        before: Newer rows stay.
        go_on: Called after each step; may pause, and returns False to end early.

    Raises:
        StoreError: The database is away or refuses; earlier steps stay done.
    """
    total, after = 0, None
    while True:
        step = store.transact(partial(rule.step, before=before, after=after))
        total, after = total + step.deleted, step.after
        if after is None or not go_on():
            return total


def forget_stories(
    connection: Connection,
    before: datetime,
    after: tuple[datetime, str] | None,
    *,
    told: bool | None = None,
    limit: int = STORY_LIMIT,
) -> Step:
    """Delete stories that last changed before a time, with everything that belongs to them.

    A story's rows in all tables go in one transaction: the console never shows a part of one. Left
    alone are stories with an open alert or an unfinished delivery.

    Args:
        connection: A write transaction in which nothing was done yet.
        before: Stories that changed later stay.
        after: Where the step before ended; None for the first.
        told: False for stories that nobody was told of and that nobody has judged; None for all.
        limit: How many stories to look at.
    """
    query = _page_of_stories(before, after).limit(limit)
    page = connection.execute(query).all()
    ids = [row.alert_id for row in page if told is None or not (row.told or row.verdict)]
    deleted = _forget_closed(connection, before, ids) if ids else 0
    return Step(deleted, (page[-1].changed_at, page[-1].alert_id) if page else None)


def _page_of_stories(before: datetime, after: tuple[datetime, str] | None) -> Select[Any]:
    columns = cards.c
    query = select(columns.alert_id, columns.changed_at, columns.told, columns.verdict)
    query = query.where(columns.changed_at < before)
    if after is not None:
        moment, alert_id = after
        later = or_(columns.changed_at > moment, columns.alert_id > alert_id)
        query = query.where(columns.changed_at >= moment, later)
    return query.order_by(columns.changed_at, columns.alert_id)


def _forget_closed(connection: Connection, before: datetime, ids: list[str]) -> int:
    """Delete those of some stories that are still old, closed and delivered under the locks."""
    query = _FORGETTABLE.params(before=before).where(cards.c.alert_id.in_(ids))
    lock_topics(connection, {row.topic_id for row in connection.execute(query)})
    rows = connection.execute(query.with_for_update(skip_locked=True)).all()
    busy = _with_unfinished_delivery(connection, [row.alert_id for row in rows])
    rows = [row for row in rows if row.alert_id not in busy]
    alert_ids, story_ids = [r.alert_id for r in rows], [r.story_id for r in rows]
    return _forget_notifications(connection, alert_ids) + sum(
        connection.execute(table.delete().where(condition)).rowcount
        for table, condition in _rows_of(alert_ids, story_ids)
    )


def forget_messages_without_items(
    connection: Connection, before: datetime, *, limit: int = FORGET_LIMIT
) -> int:
    """Delete messages from before a time that tell of no alert, such as empty digests.

    Args:
        connection: A write transaction.
        before: Messages that were created later stay, and those with an unfinished delivery.
        limit: How many messages to delete at most.

    Returns:
        The number of rows deleted.
    """
    item = select(notification_items.c.number).where(
        notification_items.c.notification_id == notifications.c.id
    )
    unfinished = select(deliveries.c.id).where(
        deliveries.c.notification_id == notifications.c.id, deliveries.c.state.in_(UNFINISHED)
    )
    query = select(notifications.c.id).where(
        notifications.c.created_at < before, ~item.exists(), ~unfinished.exists()
    )
    ids = list(connection.scalars(query.limit(limit)))
    return sum(
        connection.execute(table.delete().where(column.in_(ids))).rowcount
        for table, column in (
            (deliveries, deliveries.c.notification_id),
            (notifications, notifications.c.id),
        )
    )


def _forgettable() -> Select[Any]:
    unfinished = (
        select(deliveries.c.id)
        .join(
            notification_items,
            notification_items.c.notification_id == deliveries.c.notification_id,
        )
        .where(
            notification_items.c.alert_id == cards.c.alert_id, deliveries.c.state.in_(UNFINISHED)
        )
    )
    return (
        select(cards.c.alert_id, cards.c.story_id, cards.c.topic_id)
        .where(
            cards.c.changed_at < bindparam("before", type_=UtcDateTime),
            cards.c.state != OPEN,
            ~unfinished.exists(),
        )
        .order_by(cards.c.changed_at)
    )


_FORGETTABLE = _forgettable()


def _with_unfinished_delivery(connection: Connection, alert_ids: list[str]) -> set[str]:
    """Lock the deliveries of alerts; return the alerts of which one was resent meanwhile."""
    query = (
        select(notification_items.c.alert_id, deliveries.c.state)
        .join(deliveries, deliveries.c.notification_id == notification_items.c.notification_id)
        .where(notification_items.c.alert_id.in_(alert_ids))
        .order_by(deliveries.c.id)
        .with_for_update(of=deliveries)
    )
    return {row.alert_id for row in connection.execute(query) if row.state in UNFINISHED}


def _forget_notifications(connection: Connection, alert_ids: list[str]) -> int:
    """Delete the items about alerts, and the notifications that have no other items."""
    items = notification_items.c
    about = items.alert_id.in_(alert_ids)
    ids = list(connection.scalars(select(items.notification_id).distinct().where(about)))
    deleted = connection.execute(notification_items.delete().where(about)).rowcount
    left = select(items.notification_id).where(items.notification_id == notifications.c.id)
    empty = select(notifications.c.id).where(notifications.c.id.in_(ids), ~left.exists())
    gone = list(connection.scalars(empty))
    for table, column in (
        (deliveries, deliveries.c.notification_id),
        (notifications, notifications.c.id),
    ):
        deleted += connection.execute(table.delete().where(column.in_(gone))).rowcount
    return deleted


def _rows_of(alert_ids: list[str], story_ids: list[str]) -> list[tuple[Table, ColumnElement[bool]]]:
    """Return the rows of stories in every other table, those that refer to others first."""
    placed = select(story_articles.c.topic_id, story_articles.c.article_id)
    placed = placed.where(story_articles.c.story_id.in_(story_ids))
    shingles_of = tuple_(story_shingles.c.topic_id, story_shingles.c.article_id)
    return [
        (story_actions, story_actions.c.alert_id.in_(alert_ids)),
        (escalations, escalations.c.alert_id.in_(alert_ids)),
        (story_separations, story_separations.c.story_id.in_(story_ids)),
        (story_separations, story_separations.c.other_id.in_(story_ids)),
        (story_shingles, shingles_of.in_(placed)),
        (story_articles, story_articles.c.story_id.in_(story_ids)),
        (stories, stories.c.id.in_(story_ids)),
        (decisions, decisions.c.alert_id.in_(alert_ids)),
        (told_revisions, told_revisions.c.alert_id.in_(alert_ids)),
        (alerts, or_(alerts.c.id.in_(alert_ids), alerts.c.merged_into.in_(alert_ids))),
        (card_labels, card_labels.c.alert_id.in_(alert_ids)),
        (cards, cards.c.alert_id.in_(alert_ids)),
    ]


RULES = {
    "pauses": RetentionRule(("host_pauses",), hosts.forget_pauses),
    "robots": RetentionRule(("robots",), hosts.forget_robots),
    "refused records": RetentionRule(("outbox",), outbox.forget),
    "feed days": RetentionRule(("feed_days",), feed_days.forget),
    "feed polls": RetentionRule(("feed_polls",), feed_history.forget_polls),
    "feed events": RetentionRule(("feed_events",), feed_history.forget_events),
    "silences": RetentionRule(("silences",), forget_silences, "told"),
    "topic days": RetentionRule(("topic_days",), forget_topic_days, "counts"),
    "topic hours": RetentionRule(("topic_hours",), topic_hours.forget_hours, "counts"),
    "replayed matches": RetentionRule(("replayed_matches",), forget_replays, "counts"),
    "missed articles": RetentionRule(("missed_articles",), forget_missed, "told"),
    "disputed pages": RetentionRule(("disputed_pages",), forget_disputed),
    "audit": RetentionRule(("audit_entries",), audit.forget_entries, "told"),
    "entries": RetentionRule(("entries",), forget_entries, "articles"),
    "entry aliases": RetentionRule(("entry_aliases",), entry_aliases.forget, "articles"),
    "subscriptions": RetentionRule(("websub_subscriptions",), websub.forget),
    "rereads": RetentionRule(("rereads",), rereads.forget),
    "page reads": RetentionRule(("page_reads",), page_reads.forget, "articles"),
    "stories nobody was told of": RetentionRule(
        (), kind="articles", walk=partial(forget_stories, told=False)
    ),
    "stories": RetentionRule(
        ("cards", "card_labels", "alerts", "decisions", "notifications", "notification_items",
         "deliveries", "desk_actions", "stories", "story_articles", "story_shingles",
         "told_revisions", "escalations", "story_separations"),
        kind="told", walk=forget_stories,
    ),
    "messages without items": RetentionRule((), forget_messages_without_items, "told"),
    "targets": RetentionRule(("receiver_targets",), targets.forget_targets),
    "articles": RetentionRule(
        ("articles", "article_revisions", "sightings"), kind="articles", walk=articles.forget
    ),
    "opt-outs": RetentionRule(("tdm_opt_outs",), tdm_opt_outs.forget),
    "opt-out files": RetentionRule(("tdm_files",), tdm_files.forget),
    "nightly runs": RetentionRule(("nightly_runs",), nightly_runs.forget),
}  # fmt: skip
"""The rules by name, in the order in which they are applied."""

KEPT = {
    accounts.name: "a row for each account; that of a removed account is deleted",
    "about": "a row for each fact about the store itself",
    "leases": "a row for each thing of which there is one doer; their number does not grow",
    canaries.name: "a row for each target that gets canaries; it goes with the target",
    canary_timer.name: "a single row: when the next canary is due",
    feed_addresses.name: "a row for each feed that has an address",
    digests.digests.name: "a row for each digest of alerts.yaml; that of a removed one is deleted",
    saved_views.name: "a row for each view that people saved, at most a hundred",
    "feeds": "a row for each feed ever configured; a removed one keeps its history",
    operator_files.name: "a row for each operator file; that of a deleted file is deleted",
    page_signals.feed_signals.name: "a row for each feed that says when entries were changed",
}
"""Tables of which nothing is deleted, with the reason."""

"""A story as the console's list shows it, and its position in the list.

::

    alert ids ──▶ load_cards ──▶ [StoryCard]     four queries, however many cards
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, bindparam, func, literal, select, tuple_

from config.errors import UsageError
from core.messages import Evidence
from core.store.alerts import alerts, decisions
from core.store.cards import COUNTRY, LANGUAGE, OUTLET, SUPPRESSED, card_labels, cards
from core.store.column_types import UtcDateTime
from core.store.deliveries import PENDING, deliveries, notifications
from core.store.held_items import held_until
from core.store.notification_items import notification_items
from core.store.stories import ArticleFacts, story_articles
from core.store.stories import stories as story_table
from core.store.told_revisions import is_notified, told_revisions
from core.text.excerpt import shown_spans

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([0-9]{1,17})-([0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class StoryCursor:
    """A position in the list: newer stories are before it, older ones after it."""

    at: datetime
    alert_id: str

    def __str__(self) -> str:
        """Return the form in which URLs and JSON carry it."""
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}-{self.alert_id}"

    @classmethod
    def parse(cls, value: str) -> StoryCursor:
        """Return the cursor that :meth:`__str__` wrote.

        Raises:
            UsageError: The value is not a cursor.
        """
        match = _CURSOR.fullmatch(value)
        try:
            if match:
                return cls(_EPOCH + timedelta(microseconds=int(match[1])), match[2])
        except OverflowError:
            pass
        raise UsageError("That is no position in the list.", mend="Begin at the newest story.")


@dataclass(frozen=True, slots=True)
class DeliveryCount:
    """The number of a receiver's targets whose delivery of a story is in a state."""

    receiver: str
    state: str
    targets: int


@dataclass(frozen=True, slots=True)
class SuppressedCount:
    """The number of a story's articles that were suppressed for a reason (:mod:`alerts.decide`)."""

    reason_code: str
    articles: int


@dataclass(frozen=True, slots=True)
class StoryCard:
    """A story as the list shows it.

    Attributes:
        alert_id: Identifies the story everywhere.
        state: ``open``, ``acked`` or ``closed``, or ``suppressed`` where there is no alert.
        told: Whether people were told, that is, whether an alert was opened.
        at: When they were told, or else when the story was suppressed; its position in the list.
        first_seen: When its first article was seen; ``last_seen`` when its newest was.
        outlet: Publisher of its first article; ``url``, ``language``, ``score`` and ``evidence``
            are that article's too.
        outlets: Ids of all outlets that have it, beginning with ``outlet``.
        also_in: Number of outlets besides ``outlet``.
        evidence: The spans of the sentence that explains best why it matched, in the revision that
            was told; empty where none was stored, because the story was suppressed before articles
            were compared.
        reason: Why it was told or suppressed (:class:`config.i18n.Phrase`, dumped).
        verdict: ``relevant``, ``irrelevant`` or empty.
        assigned_to: Who takes care of it; empty where nobody was named.
        snoozed_until: Until when only what is new is told; the time may have passed.
        held_until: When the first message about it that is held goes out; None where none is held
            (:mod:`core.store.held_items`).
        notified: States of its deliveries.
        suppressed: Its articles that were suppressed, by reason.
    """

    alert_id: str
    story_id: str
    topic_id: str
    topic_title: str
    title: str
    severity: str
    state: str
    told: bool
    at: datetime
    first_seen: datetime
    last_seen: datetime
    outlet: str
    url: str
    language: str
    outlets: tuple[str, ...]
    languages: tuple[str, ...]
    countries: tuple[str, ...]
    also_in: int
    score: int
    evidence: tuple[Evidence, ...]
    reason_code: str
    reason: str
    acked_by: str = ""
    acked_at: datetime | None = None
    closed_by: str = ""
    closed_at: datetime | None = None
    verdict: str = ""
    verdict_reason: str = ""
    verdict_by: str = ""
    verdict_at: datetime | None = None
    verdict_note: str = ""
    assigned_to: str = ""
    snoozed_until: datetime | None = None
    held_until: datetime | None = None
    notified: tuple[DeliveryCount, ...] = ()
    suppressed: tuple[SuppressedCount, ...] = ()

    @property
    def cursor(self) -> StoryCursor:
        """Its position in the list."""
        return StoryCursor(self.at, self.alert_id)


def load_cards(connection: Connection, ids: Sequence[str]) -> list[StoryCard]:
    """Return the cards of alert ids, in the same order; unknown ids are left out."""
    if not ids:
        return []
    rows = {
        row["alert_id"]: row for row in connection.execute(_CARDS, {"ids": list(ids)}).mappings()
    }
    labels = _load_labels(connection, ids)
    notified, suppressed = _count_deliveries(connection, ids), _count_suppressed(connection, ids)
    return [
        _card(rows[i], labels.get(i, {}), notified.get(i, ()), suppressed.get(i, ()))
        for i in ids
        if i in rows
    ]


def cursor_as_sql(cursor: StoryCursor) -> Any:
    """Return a cursor as a row value to compare with."""
    return tuple_(literal(cursor.at, UtcDateTime), literal(cursor.alert_id))


_TOLD_FACTS = (
    select(told_revisions.c.facts)
    .where(
        told_revisions.c.topic_id == cards.c.topic_id,
        told_revisions.c.article_id == cards.c.article_id,
        is_notified(),
    )
    .order_by(told_revisions.c.revision.desc())
    .limit(1)
    .scalar_subquery()
)
"""What people were told of the card's article; its story may have a newer revision of it."""

_CARDS = (
    select(
        cards,
        alerts.c.topic_title,
        alerts.c.acked_by,
        alerts.c.acked_at,
        alerts.c.closed_by,
        alerts.c.closed_at,
        alerts.c.assigned_to,
        alerts.c.snoozed_until,
        story_table.c.first_seen,
        story_table.c.last_seen,
        story_table.c.outlets,
        held_until(cards).label("held_until"),
        func.coalesce(_TOLD_FACTS, story_articles.c.facts).label("facts"),
    )
    .select_from(
        cards.outerjoin(alerts, alerts.c.id == cards.c.alert_id)
        .outerjoin(story_table, story_table.c.id == cards.c.story_id)
        .outerjoin(
            story_articles,
            and_(
                story_articles.c.topic_id == cards.c.topic_id,
                story_articles.c.article_id == cards.c.article_id,
            ),
        )
    )
    .where(cards.c.alert_id.in_(bindparam("ids", expanding=True)))
)


def _load_labels(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    columns, labels = card_labels.c, dict[str, dict[str, list[str]]]()
    query = select(columns.alert_id, columns.kind, columns.value).where(columns.alert_id.in_(ids))
    for alert_id, kind, value in connection.execute(query.order_by(columns.value)):
        labels.setdefault(alert_id, {}).setdefault(kind, []).append(value)
    return labels


def _count_deliveries(
    connection: Connection, ids: Sequence[str]
) -> dict[str, tuple[DeliveryCount, ...]]:
    """Return the number of deliveries by receiver and state, without those that are planned."""
    by = (notification_items.c.alert_id, deliveries.c.receiver, deliveries.c.state)
    items = notification_items.c.notification_id
    is_planned = and_(
        notifications.c.bundle != "", deliveries.c.state == PENDING, deliveries.c.attempts == 0
    )
    query = (
        select(*by, func.count(deliveries.c.id.distinct()))
        .join(deliveries, deliveries.c.notification_id == items)
        .join(notifications, notifications.c.id == items)
        .where(notification_items.c.alert_id.in_(ids), ~is_planned)
        .group_by(*by)
        .order_by(*by)
    )
    counts: dict[str, tuple[DeliveryCount, ...]] = {}
    for alert_id, *rest in connection.execute(query):
        counts[alert_id] = (*counts.get(alert_id, ()), DeliveryCount(*rest))
    return counts


def _count_suppressed(
    connection: Connection, ids: Sequence[str]
) -> dict[str, tuple[SuppressedCount, ...]]:
    columns = decisions.c
    query = (
        select(columns.alert_id, columns.reason_code, func.count())
        .where(columns.alert_id.in_(ids), columns.event == SUPPRESSED)
        .group_by(columns.alert_id, columns.reason_code)
        .order_by(columns.alert_id, columns.reason_code)
    )
    counts: dict[str, tuple[SuppressedCount, ...]] = {}
    for alert_id, *rest in connection.execute(query):
        counts[alert_id] = (*counts.get(alert_id, ()), SuppressedCount(*rest))
    return counts


_UNCHANGED = (
    *("alert_id", "story_id", "topic_id", "title", "severity", "state", "told", "at"),
    *("reason_code", "reason", "acked_at", "closed_at"),
    *("verdict", "verdict_reason", "verdict_by", "verdict_at", "verdict_note", "snoozed_until"),
    "held_until",
)
"""Columns that a card shows as they are stored."""


def _card(
    row: RowMapping,
    labels: dict[str, list[str]],
    notified: tuple[DeliveryCount, ...],
    suppressed: tuple[SuppressedCount, ...],
) -> StoryCard:
    facts = ArticleFacts.model_validate_json(row["facts"]) if row["facts"] else None
    outlet = facts.outlet if facts else row["outlet"]
    others = [value for value in labels.get(OUTLET, []) if value != outlet]
    languages = labels.get(LANGUAGE, [])
    return StoryCard(
        **{name: row[name] for name in _UNCHANGED},
        topic_title=row["topic_title"] or row["topic_id"],
        first_seen=row["first_seen"] or row["at"],
        last_seen=row["last_seen"] or row["at"],
        outlet=outlet,
        url=facts.url if facts else row["url"],
        language=facts.language if facts else next(iter(languages), ""),
        outlets=(outlet, *others) if outlet else tuple(others),
        languages=tuple(languages),
        countries=tuple(labels.get(COUNTRY, [])),
        also_in=max((row["outlets"] or 1) - 1, len(others)),
        score=facts.score if facts else row["score"],
        evidence=shown_spans(facts.evidence) if facts else (),
        acked_by=row["acked_by"] or "",
        closed_by=row["closed_by"] or "",
        assigned_to=row["assigned_to"] or "",
        notified=notified,
        suppressed=suppressed,
    )

"""Stories as the rows of the console's compact list.

::

    StoryFilter, StoryCursor ──▶ list_rows ──▶ [StoryRow]     one query, however many rows

A row has less than a card (:mod:`core.store.console.story_card`): no excerpt, no reasons of
delivery by receiver, no names of the other outlets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    ScalarSelect,
    Select,
    case,
    func,
    select,
)

from core.store.alerts import alerts
from core.store.cards import LANGUAGE, OUTLET, card_labels, cards
from core.store.console.story_card import StoryCursor
from core.store.console.story_list import StoryFilter, select_page
from core.store.deliveries import deliveries
from core.store.held_items import held_until
from core.store.notification_items import notification_items
from core.store.stories import stories, story_articles

UNDELIVERED = ("failed", "unknown")
"""States of deliveries that a row reports."""


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A story as the compact list shows it; what is not described here is as on a card.

    Attributes:
        outlet: Publisher of its headline; empty where that is not known.
        language: Language of its articles; empty where they have several.
        outlets: Number of outlets that have it, at least 1.
        articles: Number of its articles, copies included, at least one for each outlet.
        first_seen: When its first article was seen.
        undelivered: Number of its deliveries that failed, or of which nobody knows whether they
            arrived.
        held_until: When the first message about it that is held goes out; None where none is held
            (:mod:`core.store.held_items`).
    """

    alert_id: str
    topic_id: str
    topic_title: str
    title: str
    severity: str
    state: str
    told: bool
    at: datetime
    first_seen: datetime
    outlet: str
    language: str
    outlets: int
    articles: int
    undelivered: int
    verdict: str = ""
    verdict_reason: str = ""
    acked_by: str = ""
    assigned_to: str = ""
    snoozed_until: datetime | None = None
    held_until: datetime | None = None

    @property
    def cursor(self) -> StoryCursor:
        """Its position in the list."""
        return StoryCursor(self.at, self.alert_id)


def list_rows(
    connection: Connection,
    story_filter: StoryFilter,
    *,
    before: StoryCursor | None = None,
    limit: int = 50,
) -> list[StoryRow]:
    """Return the rows of stories, the newest development first.

    Args:
        connection: Any transaction.
        story_filter: Which stories.
        before: Only stories after this position of the list, for the next page.
        limit: How many at most, 1 to :data:`core.store.console.story_list.MAX_LIMIT`.

    Raises:
        UsageError: The filter's state is unknown, or the limit is out of bounds.
    """
    query = _select_rows(select_page(story_filter, before=before, limit=limit))
    return [_row(row) for row in connection.execute(query).mappings()]


def _select_rows(page: Select[Any]) -> Select[Any]:
    """Return the query for the rows of a page of alert ids. Only their articles are counted."""
    ids = page.subquery("page")
    return (
        select(
            *(cards.c[name] for name in _COLUMNS),
            alerts.c.topic_title,
            alerts.c.acked_by,
            alerts.c.assigned_to,
            alerts.c.snoozed_until,
            stories.c.first_seen,
            stories.c.outlets,
            _ARTICLES.label("articles"),
            _OUTLETS.label("labelled_outlets"),
            _ONLY_LANGUAGE.label("language"),
            _UNDELIVERED.label("undelivered"),
            _HELD_UNTIL.label("held_until"),
        )
        .select_from(
            ids.join(cards, cards.c.alert_id == ids.c.alert_id)
            .outerjoin(alerts, alerts.c.id == cards.c.alert_id)
            .outerjoin(stories, stories.c.id == cards.c.story_id)
        )
        .order_by(cards.c.at.desc(), cards.c.alert_id.desc())
    )


_COLUMNS = (
    *("alert_id", "topic_id", "title", "severity", "state", "told", "at"),
    *("outlet", "verdict", "verdict_reason"),
)


def _count_articles() -> ScalarSelect[int]:
    columns = story_articles.c
    same = (columns.story_id == cards.c.story_id, columns.topic_id == cards.c.topic_id)
    return select(func.count()).where(*same).correlate(cards).scalar_subquery()


def _aggregate_labels(kind: str, aggregate: ColumnElement[Any]) -> ScalarSelect[Any]:
    labels = (card_labels.c.alert_id == cards.c.alert_id, card_labels.c.kind == kind)
    return select(aggregate).where(*labels).correlate(cards).scalar_subquery()


def _only_language() -> ScalarSelect[str]:
    first, last = func.min(card_labels.c.value), func.max(card_labels.c.value)
    return _aggregate_labels(LANGUAGE, case((first == last, first), else_=""))


def _count_undelivered() -> ScalarSelect[int]:
    items = notification_items.c
    query = (
        select(func.count(deliveries.c.id.distinct()))
        .join_from(
            notification_items,
            deliveries,
            deliveries.c.notification_id == items.notification_id,
        )
        .where(items.alert_id == cards.c.alert_id, deliveries.c.state.in_(UNDELIVERED))
    )
    return query.correlate(cards).scalar_subquery()


_ARTICLES, _UNDELIVERED = _count_articles(), _count_undelivered()
_HELD_UNTIL = held_until(cards)
_OUTLETS, _ONLY_LANGUAGE = _aggregate_labels(OUTLET, func.count()), _only_language()


def _row(row: RowMapping) -> StoryRow:
    outlets = max(row["outlets"] or 1, row["labelled_outlets"])
    return StoryRow(
        **{name: row[name] for name in _COLUMNS},
        topic_title=row["topic_title"] or row["topic_id"],
        first_seen=row["first_seen"] or row["at"],
        language=row["language"] or "",
        outlets=outlets,
        articles=max(row["articles"], outlets),
        undelivered=row["undelivered"],
        acked_by=row["acked_by"] or "",
        assigned_to=row["assigned_to"] or "",
        snoozed_until=row["snoozed_until"],
        held_until=row["held_until"],
    )

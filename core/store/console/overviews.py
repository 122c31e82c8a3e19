"""The console's other pages: feeds, topics and deliveries with their figures.

::

    feeds, feed_days ───▶ FeedOverview        quiet or failing?
    cards, topic_days ──▶ TopicOverview       how much matches, and how much of it is relevant?
    deliveries ─────────▶ DeliveryOverview    what did not arrive?
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select, tuple_

from config.errors import UsageError
from config.i18n import Phrase
from core.store.alerts import ACKED, OPEN
from core.store.cards import cards, topic_days
from core.store.console.actions import IRRELEVANT, RELEVANT
from core.store.console.story_card import StoryCursor, cursor_as_sql
from core.store.deliveries import (
    DELIVERED,
    FAILED,
    PENDING,
    SENDING,
    UNKNOWN,
    Delivery,
    deliveries,
    is_no_canary,
    notifications,
)
from core.store.feed_days import FeedDay, load_days_since
from core.store.feed_history import RECENT, FeedEvent, load_events_since
from core.store.feed_notes import load_feed_notes
from core.store.feed_record import FeedState
from core.store.feeds import load_feed_states

FEED_DAYS, TOPIC_DAYS = 14, 30

DELIVERY_STATES = {
    "undelivered": (PENDING, SENDING, UNKNOWN, FAILED),
    PENDING: (PENDING, SENDING),
    UNKNOWN: (UNKNOWN,),
    FAILED: (FAILED,),
    DELIVERED: (DELIVERED,),
}
"""States that :func:`list_deliveries` can be asked for."""

Z95 = 1.959963984540054
"""Quantile of the normal distribution for a confidence interval of 95 %."""


@dataclass(frozen=True, slots=True)
class FeedOverview:
    """A feed as its page shows it.

    Attributes:
        state: The feed with its state.
        days: The last :data:`FEED_DAYS` days, today last; a day without a poll has only zeros.
        events: Changes in its health in the last week, the newest first.
        share_304: Share of those days' polls that were answered 304, 0 to 1; None without a poll.
        notes: What is not read, or not believed, of it.
    """

    state: FeedState
    days: tuple[FeedDay, ...]
    share_304: float | None
    notes: Sequence[Phrase] = ()
    events: tuple[FeedEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicDay:
    """Number of matches of a topic on a day (UTC), and of decisions that opened or suppressed."""

    day: date
    matches: int = 0
    opened: int = 0
    suppressed: int = 0


@dataclass(frozen=True, slots=True)
class TopicOverview:
    """A topic as its page shows it.

    Attributes:
        days: The last :data:`TOPIC_DAYS` days, today last.
        open: Number of open alerts; ``acked`` that of acknowledged ones.
        relevant: Number of stories judged relevant; ``irrelevant`` that of the others.
        precision: Share of the judged stories that are relevant; None where none was judged.
        low: Lower end of its 95 % confidence interval (Wilson); ``high`` the upper end.
    """

    topic_id: str
    days: tuple[TopicDay, ...]
    open: int = 0
    acked: int = 0
    relevant: int = 0
    irrelevant: int = 0
    precision: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class DeliveryOverview:
    """A delivery with the story it is about.

    Attributes:
        kind: Kind of the notification.
        title: Title of the story; empty where the story was deleted, and so is ``topic_id``.
        notified_at: When the notification was made.
    """

    delivery: Delivery
    kind: str
    alert_id: str
    topic_id: str
    title: str
    notified_at: datetime

    @property
    def cursor(self) -> StoryCursor:
        """Its position in the list."""
        return StoryCursor(self.delivery.updated_at, self.delivery.id)


def list_feeds(connection: Connection, now: datetime) -> list[FeedOverview]:
    """Return every feed ever configured, ordered by outlet and URL."""
    days = _days_until(now, FEED_DAYS)
    counts, notes = load_days_since(connection, days[0]), load_feed_notes(connection, now)
    events = load_events_since(connection, now - RECENT)
    overviews = (
        _feed(
            state,
            tuple(counts.get(state.feed.feed_id, {}).get(d, FeedDay(d)) for d in days),
            notes.get(state.feed.feed_id, ()),
        )
        for state in load_feed_states(connection, now)
    )
    return [
        replace(each, events=tuple(events.get(each.state.feed.feed_id, ()))) for each in overviews
    ]


def list_topics(connection: Connection, now: datetime) -> list[TopicOverview]:
    """Return every topic that ever had a match, ordered by id."""
    days = _days_until(now, TOPIC_DAYS)
    by_day = _load_topic_days(connection, days[0])
    counts = _count_cards(connection)
    return [
        _topic(topic, tuple(by_day.get((topic, d), TopicDay(d)) for d in days), counts[topic])
        for topic in sorted(counts)
    ]


def empty_topic(topic_id: str, now: datetime) -> TopicOverview:
    """Return the overview of a topic that never had a match."""
    return TopicOverview(topic_id, tuple(map(TopicDay, _days_until(now, TOPIC_DAYS))))


def list_deliveries(
    connection: Connection,
    *,
    state: str = "undelivered",
    before: StoryCursor | None = None,
    limit: int = 50,
) -> list[DeliveryOverview]:
    """Return deliveries, the last changed first.

    Args:
        connection: Any transaction.
        state: One of :data:`DELIVERY_STATES`.
        before: Only deliveries after this position of the list, for the next page.
        limit: How many at most, 1 to 200.

    Raises:
        UsageError: The state is unknown, or the limit is out of bounds.
    """
    if state not in DELIVERY_STATES:
        mend = f"There are: {', '.join(DELIVERY_STATES)}."
        raise UsageError(f"{state[:40]!r} is no state of a delivery.", mend=mend)
    if not 1 <= limit <= 200:
        raise UsageError(f"{limit} is no number of deliveries.", mend="Ask for 1 to 200.")
    columns = deliveries.c
    query = (
        select(deliveries, notifications.c.kind, notifications.c.alert_id)
        .add_columns(notifications.c.created_at.label("notified_at"))
        .add_columns(cards.c.topic_id, cards.c.title)
        .join(notifications, notifications.c.id == columns.notification_id)
        .outerjoin(cards, cards.c.alert_id == notifications.c.alert_id)
        .where(columns.state.in_(DELIVERY_STATES[state]), is_no_canary())
        .order_by(columns.updated_at.desc(), columns.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(tuple_(columns.updated_at, columns.id) < cursor_as_sql(before))
    return [_delivery(dict(row)) for row in connection.execute(query).mappings()]


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a share (E. B. Wilson, JASA 22, 1927).

    Args:
        successes: Number of successes.
        trials: Number of trials, at least 1.
    """
    share, square = successes / trials, Z95 * Z95
    centre = share + square / (2 * trials)
    half = Z95 * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    divisor = 1 + square / trials
    return max(0.0, (centre - half) / divisor), min(1.0, (centre + half) / divisor)


def _days_until(now: datetime, count: int) -> list[date]:
    today = now.date()
    return [today - timedelta(days=count - 1 - n) for n in range(count)]


def _feed(
    state: FeedState, days: tuple[FeedDay, ...], notes: Sequence[Phrase] = ()
) -> FeedOverview:
    polls = sum(day.polls for day in days)
    not_modified = sum(day.not_modified for day in days)
    return FeedOverview(state, days, not_modified / polls if polls else None, notes)


def _count_cards(connection: Connection) -> dict[str, dict[str, int]]:
    """Return the number of cards in each state and with each verdict, by topic."""
    by = (cards.c.topic_id, cards.c.state, cards.c.verdict)
    query = select(*by, func.count()).group_by(*by)
    counts: dict[str, dict[str, int]] = {}
    for topic_id, state, verdict, count in connection.execute(query):
        topic = counts.setdefault(topic_id, {})
        for name in (state, verdict):
            topic[name] = topic.get(name, 0) + count
    return counts


def _load_topic_days(connection: Connection, since: date) -> dict[tuple[str, date], TopicDay]:
    columns = topic_days.c
    rows = connection.execute(select(topic_days).where(columns.day >= since))
    return {(r.topic_id, r.day): TopicDay(r.day, r.matches, r.opened, r.suppressed) for r in rows}


def _topic(topic_id: str, days: tuple[TopicDay, ...], counts: dict[str, int]) -> TopicOverview:
    relevant, judged = counts.get(RELEVANT, 0), counts.get(RELEVANT, 0) + counts.get(IRRELEVANT, 0)
    overview = TopicOverview(
        topic_id,
        days,
        open=counts.get(OPEN, 0),
        acked=counts.get(ACKED, 0),
        relevant=relevant,
        irrelevant=judged - relevant,
    )
    if not judged:
        return overview
    low, high = wilson(relevant, judged)
    return replace(overview, precision=relevant / judged, low=low, high=high)


def _delivery(row: dict[str, object]) -> DeliveryOverview:
    names = ("kind", "alert_id", "notified_at", "topic_id", "title")
    values = {name: row.pop(name) or "" for name in names}
    return DeliveryOverview(Delivery(**row), **values)  # type: ignore[arg-type]

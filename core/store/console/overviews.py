"""The desk's other pages: feeds, topics and deliveries, each with its figures.

::

    feeds · feed_days ──▶ FeedDesk        quiet or broken?
    cards · topic_days ─▶ TopicDesk       how much, and how good
    deliveries ─────────▶ DeliveryDesk    what did not arrive
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select, tuple_

from config.errors import UsageError
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
    notifications,
)
from core.store.feed_days import FeedDay, load_days_since
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
"""What :func:`listed_deliveries` may be asked for."""

Z95 = 1.959963984540054
"""Quantile of the normal distribution for an interval of 95 %."""


@dataclass(frozen=True, slots=True)
class FeedOverview:
    """A feed as its page shows it.

    Attributes:
        state: Its state with everything known of it, the next poll and why then.
        days: The last :data:`FEED_DAYS` days, the oldest first, today last; one without a poll
            is all zeros.
        share_304: Share of those days' polls answered 304, 0 to 1; None without a poll.
    """

    state: FeedState
    days: tuple[FeedDay, ...]
    share_304: float | None


@dataclass(frozen=True, slots=True)
class TopicDay:
    """How much matched a topic on a day (UTC), and what was made of it."""

    day: date
    matches: int = 0
    opened: int = 0
    suppressed: int = 0


@dataclass(frozen=True, slots=True)
class TopicOverview:
    """A topic as its page shows it; one nothing ever matched has none.

    Attributes:
        days: The last :data:`TOPIC_DAYS` days, the oldest first, today last.
        open: Alerts nobody has taken; ``acked`` those somebody has.
        relevant: Stories judged so; ``irrelevant`` too.
        precision: Share of the judged that is relevant; None while nothing is judged.
        low: Lower end of its 95 % interval (Wilson); ``high`` the upper end.
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
    """A delivery with what it is about.

    Attributes:
        delivery: State, attempts, last error in words, next attempt.
        kind: Of the notification.
        told_at: When there was something to tell.
    """

    delivery: Delivery
    kind: str
    alert_id: str
    topic_id: str
    title: str
    told_at: datetime

    @property
    def cursor(self) -> StoryCursor:
        """Its place in the list."""
        return StoryCursor(self.delivery.updated_at, self.delivery.id)


def list_feeds(connection: Connection, now: datetime) -> list[FeedOverview]:
    """Every feed ever configured, by outlet and URL."""
    last = _days_to(now, FEED_DAYS)
    counted = load_days_since(connection, last[0])
    return [
        _feed(state, tuple(counted.get(state.feed.feed_id, {}).get(d, FeedDay(d)) for d in last))
        for state in load_feed_states(connection, now)
    ]


def list_topics(connection: Connection, now: datetime) -> list[TopicOverview]:
    """Every topic anything ever matched, by id."""
    last = _days_to(now, TOPIC_DAYS)
    days = _topic_days(connection, last[0])
    numbers: dict[str, dict[str, int]] = {}
    by = (cards.c.topic_id, cards.c.state, cards.c.verdict)
    for topic_id, state, verdict, count in connection.execute(
        select(*by, func.count()).group_by(*by)
    ):
        own = numbers.setdefault(topic_id, {})
        for word in (state, verdict):
            own[word] = own.get(word, 0) + count
    return [
        _topic(topic, tuple(days.get((topic, d), TopicDay(d)) for d in last), numbers[topic])
        for topic in sorted(numbers)
    ]


def empty_topic(topic_id: str, now: datetime) -> TopicOverview:
    """A topic nothing ever matched."""
    return TopicOverview(topic_id, tuple(map(TopicDay, _days_to(now, TOPIC_DAYS))))


def list_deliveries(
    connection: Connection,
    *,
    state: str = "undelivered",
    before: StoryCursor | None = None,
    limit: int = 50,
) -> list[DeliveryOverview]:
    """Deliveries, what changed last first.

    Args:
        connection: Any transaction.
        state: One of :data:`DELIVERY_STATES`.
        before: Those after this place of the list: the next page.
        limit: At most so many, 1 to 200.

    Raises:
        UsageError: No such state, or the limit is out of bounds.
    """
    if state not in DELIVERY_STATES:
        mend = f"There are: {', '.join(DELIVERY_STATES)}."
        raise UsageError(f"{state[:40]!r} is no state of a delivery.", mend=mend)
    if not 1 <= limit <= 200:
        raise UsageError(f"{limit} is no number of deliveries.", mend="Ask for 1 to 200.")
    own = deliveries.c
    query = (
        select(deliveries, notifications.c.kind, notifications.c.alert_id)
        .add_columns(notifications.c.created_at.label("told_at"))
        .add_columns(cards.c.topic_id, cards.c.title)
        .join(notifications, notifications.c.id == own.notification_id)
        .outerjoin(cards, cards.c.alert_id == notifications.c.alert_id)
        .where(own.state.in_(DELIVERY_STATES[state]))
        .order_by(own.updated_at.desc(), own.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(tuple_(own.updated_at, own.id) < cursor_as_sql(before))
    return [_delivery(dict(row)) for row in connection.execute(query).mappings()]


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The interval that holds a share with 95 % confidence (E. B. Wilson, JASA 22, 1927).

    Args:
        successes: How often it was so.
        trials: Out of how many, at least one.
    """
    share, square = successes / trials, Z95 * Z95
    middle = share + square / (2 * trials)
    half = Z95 * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    below = 1 + square / trials
    return max(0.0, (middle - half) / below), min(1.0, (middle + half) / below)


def _days_to(now: datetime, count: int) -> list[date]:
    today = now.date()
    return [today - timedelta(days=count - 1 - n) for n in range(count)]


def _feed(state: FeedState, days: tuple[FeedDay, ...]) -> FeedOverview:
    polls = sum(day.polls for day in days)
    same = sum(day.not_modified for day in days)
    return FeedOverview(state, days, same / polls if polls else None)


def _topic_days(connection: Connection, since: date) -> dict[tuple[str, date], TopicDay]:
    own = topic_days.c
    rows = connection.execute(select(topic_days).where(own.day >= since))
    return {(r.topic_id, r.day): TopicDay(r.day, r.matches, r.opened, r.suppressed) for r in rows}


def _topic(topic_id: str, days: tuple[TopicDay, ...], numbers: dict[str, int]) -> TopicOverview:
    good, bad = numbers.get(RELEVANT, 0), numbers.get(IRRELEVANT, 0)
    known = TopicOverview(topic_id, days, numbers.get(OPEN, 0), numbers.get(ACKED, 0), good, bad)
    if not good + bad:
        return known
    low, high = wilson(good, good + bad)
    own = (known.open, known.acked, good, bad)
    return TopicOverview(topic_id, days, *own, precision=good / (good + bad), low=low, high=high)


def _delivery(row: dict[str, object]) -> DeliveryOverview:
    about = {name: row.pop(name) for name in ("kind", "alert_id", "told_at", "topic_id", "title")}
    about["topic_id"] = about["topic_id"] or ""
    about["title"] = about["title"] or ""
    return DeliveryOverview(Delivery(**row), **about)  # type: ignore[arg-type]

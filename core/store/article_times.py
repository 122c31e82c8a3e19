"""When articles were published, first seen and told, for the latency of outlets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from core.messages.article import Origin
from core.store.articles import articles
from core.store.deliveries import DELIVERED, deliveries
from core.store.entries import entries
from core.store.notification_items import notification_items
from core.store.told_articles import TELLING


@dataclass(frozen=True, slots=True)
class ArticleTimes:
    """The points in time of one article.

    Attributes:
        outlet: Id of its outlet.
        published_at: When it was published according to the feed that showed it first; None where
            that does not say so, or names only the day.
        first_seen_at: When a feed first showed it here.
        told_at: When the first receiver accepted a message about it; None where none has.
    """

    outlet: str
    published_at: datetime | None
    first_seen_at: datetime
    told_at: datetime | None


def load_article_times(
    connection: Connection, since: datetime, *, limit: int
) -> list[ArticleTimes]:
    """Return the times of live articles, the newest first.

    Articles that a feed already had when it was first read do not count: how late they were seen
    says nothing of the outlet.

    Args:
        connection: Any transaction.
        since: Only articles first seen since then.
        limit: How many at most, the newest first.
    """
    about, entry = articles.c, entries.c
    recent = (
        select(about.article_id, about.outlet, about.feed_id, about.first_seen_at)
        .where(about.first_seen_at >= since, about.origin == Origin.LIVE.value)
        .order_by(about.first_seen_at.desc())
        .limit(limit)
        .subquery()
    )
    is_source = and_(
        entry.article_id == recent.c.article_id,
        entry.feed_id == recent.c.feed_id,
        entry.published_is_day.is_(False),
    )
    query = select(
        recent.c.article_id, recent.c.outlet, entry.published_at, recent.c.first_seen_at
    ).outerjoin(entries, is_source)
    told = _load_told(connection, since)
    times = {
        article_id: ArticleTimes(outlet, published, seen, told.get(article_id))
        for article_id, outlet, published, seen in connection.execute(query)
    }
    return list(times.values())


def _load_told(connection: Connection, since: datetime) -> dict[str, datetime]:
    """Return when messages about articles were first accepted by a receiver since a time."""
    items, sent = notification_items.c, deliveries.c
    query = (
        select(items.article_id, func.min(sent.delivered_at))
        .join(deliveries, sent.notification_id == items.notification_id)
        .where(sent.state == DELIVERED, sent.updated_at >= since, items.kind.in_(TELLING))
        .group_by(items.article_id)
    )
    return {article_id: told_at for article_id, told_at in connection.execute(query) if told_at}

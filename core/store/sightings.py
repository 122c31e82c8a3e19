"""Sightings: which feeds have shown an article, each with its own link."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, PrimaryKeyConstraint, String, Table, Text, select

from core.store.column_types import UtcDateTime, metadata
from core.store.feeds import feeds
from core.store.sql import chunks, insert

sightings = Table(
    "sightings",
    metadata,
    Column("article_id", String(32), nullable=False),
    Column("feed_id", String(120), nullable=False),
    Column("url", Text, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("article_id", "feed_id"),
)


@dataclass(frozen=True, slots=True)
class Listing:
    """An outlet whose feed shows an article, with the link in that feed."""

    outlet: str
    url: str


def has_sighting(connection: Connection, article_id: str, feed_id: str) -> bool:
    """Return whether a feed is known to have shown an article."""
    key = sightings.c.article_id == article_id, sightings.c.feed_id == feed_id
    return connection.execute(select(sightings.c.seen_at).where(*key)).first() is not None


def add_sighting(
    connection: Connection, article_id: str, feed_id: str, url: str, now: datetime
) -> bool:
    """Record that a feed shows an article. Return False where that was known."""
    row = insert(connection, sightings).values(
        article_id=article_id, feed_id=feed_id, url=url, seen_at=now
    )
    return connection.execute(row.on_conflict_do_nothing()).rowcount == 1


def load_sightings(connection: Connection, article_id: str) -> list[tuple[str, str, datetime]]:
    """Return the feeds that have shown an article: id, link in that feed, time, oldest first."""
    query = (
        select(sightings.c.feed_id, sightings.c.url, sightings.c.seen_at)
        .where(sightings.c.article_id == article_id)
        .order_by(sightings.c.seen_at, sightings.c.feed_id)
    )
    return [(row.feed_id, row.url, row.seen_at) for row in connection.execute(query)]


def load_listings(
    connection: Connection, article_ids: Collection[str]
) -> dict[str, tuple[Listing, ...]]:
    """Return the outlets whose feeds have shown articles, by article, the first one first."""
    listings: dict[str, dict[str, Listing]] = {}
    for chunk in chunks(article_ids):
        query = (
            select(sightings.c.article_id, feeds.c.outlet, sightings.c.url)
            .join(feeds, feeds.c.feed_id == sightings.c.feed_id)
            .where(sightings.c.article_id.in_(chunk))
            .order_by(sightings.c.seen_at, sightings.c.feed_id)
        )
        for article_id, outlet, url in connection.execute(query):
            listing = Listing(outlet, url)
            listings.setdefault(article_id, {}).setdefault(outlet, listing)
    return {article_id: tuple(rows.values()) for article_id, rows in listings.items()}

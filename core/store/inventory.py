"""What a store contains, in numbers, and what is changed in a store that comes from a backup."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, func, or_, select

from core.store.alerts import ACKED, CLOSED, alerts
from core.store.articles import article_revisions, articles
from core.store.column_types import metadata
from core.store.deliveries import UNFINISHED, deliveries
from core.store.feeds import feeds
from core.store.leases import leases
from core.store.outbox import outbox


@dataclass(frozen=True, slots=True)
class Inventory:
    """Numbers of what a store contains.

    Attributes:
        feeds: Feeds that were ever in ``sources.yaml``.
        articles: Articles that are stored.
        revisions: Their revisions.
        open_alerts: Alerts that are not closed, merged ones left out.
        acknowledged_alerts: Those of them that somebody has acknowledged.
        delivered: Deliveries that a target accepted.
        undelivered: Deliveries that wait or are being made.
        unpublished: Records that are not in a stream yet.
    """

    feeds: int
    articles: int
    revisions: int
    open_alerts: int
    acknowledged_alerts: int
    delivered: int
    undelivered: int
    unpublished: int


def take_inventory(connection: Connection) -> Inventory:
    """Count what a store contains."""

    def count(table: Table, *conditions: object) -> int:
        query = select(func.count()).select_from(table).where(*conditions)  # type: ignore[arg-type]
        return int(connection.scalar(query) or 0)

    is_open = alerts.c.state != CLOSED, alerts.c.merged_into == ""
    return Inventory(
        feeds=count(feeds),
        articles=count(articles),
        revisions=count(article_revisions),
        open_alerts=count(alerts, *is_open),
        acknowledged_alerts=count(alerts, alerts.c.state == ACKED, alerts.c.merged_into == ""),
        delivered=count(deliveries, deliveries.c.delivered_at.is_not(None)),
        undelivered=count(deliveries, deliveries.c.state.in_(UNFINISHED)),
        unpublished=count(outbox),
    )


def release_all_leases(connection: Connection) -> None:
    """Release the leases of the processes that used this store before it was copied.

    A delivery that one of them was sending is due at once, as a possible repeat.
    """
    connection.execute(leases.delete())
    for table in metadata.sorted_tables:
        if "lease_holder" in table.c:
            held = table.c.lease_holder.is_not(None)
            connection.execute(table.update().where(held).values(lease_holder=None))


def mark_possible_repeats(connection: Connection, now: datetime) -> int:
    """Mark the deliveries that may have been made after this store was copied. Return how many.

    Those that are due may have been; those that are due later cannot.
    """
    columns = deliveries.c
    may_have_been = deliveries.update().where(
        columns.state.in_(UNFINISHED),
        columns.next_attempt_at <= now,
        or_(columns.held_until.is_(None), columns.held_until <= now),
        columns.possible_repeat.is_(False),
    )
    return connection.execute(may_have_been.values(possible_repeat=True)).rowcount

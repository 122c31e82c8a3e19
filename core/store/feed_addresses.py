"""The addresses of feeds, and the entries that readers of a feed of alerts get.

::

    token ──SHA-256──▶ feed_addresses ──▶ receiver ──▶ deliveries (delivered) ──▶ list_entries

A token is stored as its hash: whoever reads the database cannot read the feed. An entry is a
notification that was delivered to the receiver; there is no second copy of it, so it appears with
the transaction that marks it as delivered and is deleted with its story.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, String, Table, select

from core.store.column_types import UtcDateTime, metadata
from core.store.deliveries import DELIVERED, deliveries, notifications
from core.store.notification_items import notification_items

feed_addresses = Table(
    "feed_addresses",
    metadata,
    Column("receiver", String(200), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
)


LIST_READER = "stories:"
"""Beginning of the names of readers of the list of stories; ids of receivers have no colon."""


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """The address of a receiver's feed.

    Attributes:
        receiver: Id of the receiver, or what :func:`list_reader` made of a reader's name.
        token_hash: SHA-256 of the token, in hexadecimal.
        created_at: When the token was made.
    """

    receiver: str
    token_hash: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries of a feed a reader wants; a label without values allows all.

    Attributes:
        topic: Ids of topics, of which an entry must be about one.
        severity: Severities, of which an entry must have one.
        kind: Kinds of notifications.
    """

    topic: frozenset[str] = field(default_factory=frozenset)
    severity: frozenset[str] = field(default_factory=frozenset)
    kind: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A notification that was delivered to a feed.

    Attributes:
        body: JSON of the notification.
    """

    notification_id: str
    body: str
    created_at: datetime
    delivered_at: datetime


def list_reader(name: str) -> str:
    """Return the name under which the address of a reader of the list of stories is stored."""
    return f"{LIST_READER}{name}"


def add_address(connection: Connection, address: FeedAddress) -> None:
    """Store the address of a receiver that has none."""
    connection.execute(feed_addresses.insert().values(asdict(address)))


def revoke_address(connection: Connection, receiver: str) -> bool:
    """Delete the address of a receiver. Return whether it had one."""
    rows = feed_addresses.delete().where(feed_addresses.c.receiver == receiver)
    return connection.execute(rows).rowcount > 0


def find_address(
    connection: Connection, *, receiver: str | None = None, token_hash: str | None = None
) -> FeedAddress | None:
    """Return the address of a receiver, or of a token, or None where there is none."""
    query = select(feed_addresses)
    if receiver is not None:
        query = query.where(feed_addresses.c.receiver == receiver)
    if token_hash is not None:
        query = query.where(feed_addresses.c.token_hash == token_hash)
    row = connection.execute(query.limit(1)).mappings().one_or_none()
    return None if row is None else FeedAddress(**row)


def list_entries(
    connection: Connection, receivers: Sequence[str], wanted: EntryFilter, *, limit: int
) -> list[StoredEntry]:
    """Return what was delivered to a feed, the newest first; not what a digest told instead.

    A delivery that has arrived does not change any more, so its time of change, which has an index,
    is the time of its delivery.

    Args:
        connection: Any transaction.
        receivers: The receiver's id, and the one that it had before.
        wanted: Which entries to return.
        limit: How many at most.
    """
    columns = (notifications.c.id, notifications.c.body, notifications.c.created_at)
    query = (
        select(*columns, deliveries.c.delivered_at)
        .join(notifications, notifications.c.id == deliveries.c.notification_id)
        .where(deliveries.c.receiver.in_(receivers), deliveries.c.state == DELIVERED)
        .where(deliveries.c.replaced_by.is_(None))
        .where(*_conditions(wanted))
        .order_by(deliveries.c.updated_at.desc(), deliveries.c.id.desc())
        .limit(limit)
    )
    return [StoredEntry(*row) for row in connection.execute(query)]


def _conditions(wanted: EntryFilter) -> list[ColumnElement[bool]]:
    items = notification_items.c
    conditions = [_has_item(items.topic_id, wanted.topic)] if wanted.topic else []
    if wanted.severity:
        conditions.append(_has_item(items.severity, wanted.severity))
    if wanted.kind:
        conditions.append(notifications.c.kind.in_(wanted.kind))
    return conditions


def _has_item(column: ColumnElement[str], values: Collection[str]) -> ColumnElement[bool]:
    item = select(notification_items.c.number).where(
        notification_items.c.notification_id == notifications.c.id, column.in_(values)
    )
    return item.exists()

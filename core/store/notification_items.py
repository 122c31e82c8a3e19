"""The items of notifications: what each message tells, one row for each alert it is about.

::

    notifications ──1:n──▶ notification_items ──▶ alerts, stories
                  ──1:n──▶ deliveries

A message about one article has an item for each topic; a digest has one for each message that it
replaces, with the reason why that was held. As long as no attempt was made, items may be added
(:func:`find_open`) and the body is written again (:func:`rewrite_body`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    case,
    func,
    or_,
    select,
)

from core.store import leases
from core.store.alerts import OPEN, alerts, decisions
from core.store.column_types import UtcDateTime, metadata
from core.store.deliveries import (
    PENDING,
    SYSTEM,
    Delivery,
    Notification,
    deliveries,
    load_deliveries,
    notifications,
)

notification_items = Table(
    "notification_items",
    metadata,
    Column("notification_id", String(32), ForeignKey("notifications.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("alert_id", String(32), nullable=False, index=True),
    Column("topic_id", String(200), nullable=False),
    Column("topic_title", Text, nullable=False),
    Column("story_id", String(32), nullable=False),
    Column("article_id", String(32), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("severity", String(40), nullable=False),
    Column("score", Integer, nullable=False),
    Column("development", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False),
    Column("reason_code", String(40), nullable=False),
    Column("hold_code", String(20), nullable=False, server_default=""),
    Column("hold_reason", Text, nullable=False, server_default=""),
    Column("added_at", UtcDateTime, nullable=False),
    Index("ix_notification_items_topic_id", "topic_id", "added_at"),
    Index("ix_notification_items_article", "topic_id", "article_id", "revision"),
)


@dataclass(frozen=True, slots=True)
class NotificationItem:
    """One thing that a notification tells.

    Attributes:
        number: Its position in the notification, from 0.
        article_id: The article that it is about, in this ``revision``.
        kind: ``new_story`` ...; in a digest, the kind of the message that was held.
        score: The article's score under the topic.
        development: What is new in the story; empty for a new story.
        reason: Why people are notified (:class:`config.i18n.Phrase`, dumped).
        hold_code: Why it was held, such as ``cap``; ``unacknowledged`` where a digest lists a
            story; empty where it was not held.
        hold_reason: Why it was held (a phrase, dumped); empty likewise.
        added_at: When it was decided.
    """

    notification_id: str
    number: int
    alert_id: str
    topic_id: str
    topic_title: str
    story_id: str
    article_id: str
    revision: int
    kind: str
    severity: str
    score: int
    development: str
    reason: str
    reason_code: str
    hold_code: str
    hold_reason: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class ToldItem:
    """What a silence could have muted: an item with the labels of its article.

    Attributes:
        is_open: Whether the alert is open now.
    """

    alert_id: str
    topic_id: str
    article_id: str
    revision: int
    kind: str
    severity: str
    outlet: str
    language: str
    country: str
    added_at: datetime
    is_open: bool


def lock_receivers(connection: Connection, receivers: Collection[str]) -> None:
    """Lock receivers until the transaction ends. Block while another process queues for one.

    Args:
        connection: A write transaction that holds no other lock of this kind.
        receivers: Ids of receivers; all of them in one call.
    """
    leases.lock_names(connection, "receiver", *receivers)


def add_item(connection: Connection, item: NotificationItem) -> None:
    """Add an item to a notification."""
    connection.execute(notification_items.insert().values(asdict(item)))


def next_number(connection: Connection, notification_id: str) -> int:
    """Return the number of a notification's next item."""
    columns = notification_items.c
    query = select(func.coalesce(func.max(columns.number), -1) + 1)
    query = query.where(columns.notification_id == notification_id)
    number: int = connection.execute(query).scalar_one()
    return number


def load_items(connection: Connection, notification_id: str) -> list[NotificationItem]:
    """Return the items of a notification in the order in which they were added."""
    query = select(notification_items).where(
        notification_items.c.notification_id == notification_id
    )
    rows = connection.execute(query.order_by(notification_items.c.number)).mappings()
    return [NotificationItem(**row) for row in rows]


def load_notifications(
    connection: Connection, alert_id: str
) -> list[tuple[Notification, tuple[Delivery, ...]]]:
    """Return every notification about an alert with its deliveries, oldest first.

    A message of the system has no items; it is found by the id that it has instead of an alert's.
    """
    ids = select(notification_items.c.notification_id)
    ids = ids.where(notification_items.c.alert_id == alert_id)
    query = select(notifications).where(
        or_(
            notifications.c.id.in_(ids),
            and_(notifications.c.alert_id == alert_id, notifications.c.kind == SYSTEM),
        )
    )
    query = query.order_by(notifications.c.created_at, notifications.c.receiver)
    rows = [Notification(**row) for row in connection.execute(query).mappings()]
    return [(row, load_deliveries(connection, row.id)) for row in rows]


def find_open(
    connection: Connection, receiver: str, bundle: str, *, now: datetime
) -> tuple[Notification, datetime] | None:
    """Return the notification of a bundle that still waits, with the time when it is due.

    Its deliveries are locked until the transaction ends. A notification is open until it is due or
    an attempt is made, whichever comes first.
    """
    columns = deliveries.c
    query = (
        select(notifications, columns.next_attempt_at.label("due"))
        .join(deliveries, columns.notification_id == notifications.c.id)
        .where(
            notifications.c.receiver == receiver,
            notifications.c.bundle == bundle,
            columns.next_attempt_at >= now,
            _is_untouched(),
        )
        .order_by(notifications.c.created_at.desc())
        .with_for_update(of=deliveries)
    )
    row = connection.execute(query).mappings().first()
    if row is None or _is_begun(connection, row["id"]):
        return None
    values = dict(row)
    due: datetime = values.pop("due")
    return Notification(**values), due


def find_unsent(connection: Connection, alert_ids: Collection[str]) -> list[Notification]:
    """Return the notifications about alerts of which no attempt was made, and lock them."""
    items = select(notification_items.c.notification_id)
    items = items.where(notification_items.c.alert_id.in_(alert_ids))
    query = (
        select(notifications)
        .join(deliveries, deliveries.c.notification_id == notifications.c.id)
        .where(notifications.c.id.in_(items), _is_untouched())
        .order_by(notifications.c.id)
        .with_for_update(of=deliveries)
    )
    rows = {row["id"]: row for row in connection.execute(query).mappings()}
    return [Notification(**row) for id_, row in rows.items() if not _is_begun(connection, id_)]


def rewrite_body(connection: Connection, notification_id: str, body: str) -> None:
    """Replace the body of a notification of which no attempt was made."""
    query = notifications.update().where(notifications.c.id == notification_id)
    connection.execute(query.values(body=body))


def count_sent(connection: Connection, receiver: str, topic_id: str, *, since: datetime) -> int:
    """Return how many messages about a topic were queued for a receiver, held ones not counted."""
    query = (
        select(func.count(notifications.c.id.distinct()))
        .join(notification_items, notification_items.c.notification_id == notifications.c.id)
        .where(
            notifications.c.receiver == receiver,
            notification_items.c.topic_id == topic_id,
            notification_items.c.added_at > since,
            notification_items.c.hold_code == "",
            notifications.c.escalation == 0,
        )
    )
    return connection.execute(query).scalar_one()


def find_newest_told(
    connection: Connection, alert_id: str, kinds: Collection[str]
) -> NotificationItem | None:
    """Return the item about an alert of one of these kinds that was queued last, or None."""
    items = notification_items.c
    query = (
        select(notification_items)
        .join(notifications, notifications.c.id == items.notification_id)
        .where(items.alert_id == alert_id, items.kind.in_(kinds), notifications.c.escalation == 0)
        .order_by(items.added_at.desc(), items.notification_id)
        .limit(1)
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else NotificationItem(**row)


def count_about(
    connection: Connection, receiver: str, alert_id: str, now: datetime
) -> tuple[int, int, datetime | None]:
    """Return what messages about an alert a receiver has.

    Returns:
        How many; to how many deliveries of theirs an attempt was made, or is due; and when the last
        is or was due, None where there is none.
    """
    columns = deliveries.c
    is_begun = or_(columns.attempts > 0, columns.created_at <= now)
    query = (
        select(
            func.count(notifications.c.id.distinct()),
            func.count(case((is_begun, columns.id))),
            func.max(columns.created_at),
        )
        .join(notification_items, notification_items.c.notification_id == notifications.c.id)
        .join(deliveries, deliveries.c.notification_id == notifications.c.id)
        .where(notifications.c.receiver == receiver, notification_items.c.alert_id == alert_id)
    )
    number, begun, last = connection.execute(query).one()
    return number, begun, last


def load_earlier_bodies(
    connection: Connection, notification: Notification, alert_id: str
) -> list[str]:
    """Return the bodies of all other messages about an alert to the receiver of a notification."""
    ids = select(notification_items.c.notification_id)
    ids = ids.where(notification_items.c.alert_id == alert_id)
    query = select(notifications.c.body).where(
        notifications.c.receiver == notification.receiver,
        notifications.c.id.in_(ids),
        notifications.c.id != notification.id,
    )
    return list(connection.scalars(query))


def list_told(connection: Connection, *, since: datetime) -> list[ToldItem]:
    """Return the items that were added since a time, or whose alerts are open."""
    items, about = notification_items.c, decisions.c
    query = (
        select(items.alert_id, items.topic_id, items.article_id, items.revision, items.kind)
        .add_columns(items.severity, about.outlet, about.language, about.country, items.added_at)
        .add_columns((alerts.c.state == OPEN).label("is_open"))
        .join(alerts, alerts.c.id == items.alert_id)
        .join(
            decisions,
            and_(
                about.topic_id == items.topic_id,
                about.article_id == items.article_id,
                about.revision == items.revision,
            ),
        )
        .where(or_(items.added_at > since, alerts.c.state == OPEN))
    )
    return [ToldItem(**row) for row in connection.execute(query).mappings()]


def _is_untouched() -> ColumnElement[bool]:
    return and_(deliveries.c.state == PENDING, deliveries.c.attempts == 0)


def _is_begun(connection: Connection, notification_id: str) -> bool:
    """Return whether an attempt was made at any target: the others get the same bytes."""
    begun = or_(deliveries.c.state != PENDING, deliveries.c.attempts > 0)
    query = select(deliveries.c.id).where(deliveries.c.notification_id == notification_id, begun)
    return connection.execute(query).first() is not None

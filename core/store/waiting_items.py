"""Items of notifications that wait: what may still be taken out of a message before it is sent.

::

    list_waiting ──▶ WaitingItem … ──choose──▶ take_out ─┬─▶ items of the message that are left
                                                         └─▶ none left: the message is deleted

A notification waits as long as no attempt was made at any of its targets: then all of them get the
same bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from core.messages import NEW_COVERAGE
from core.store.alerts import CLOSED, alerts, decisions
from core.store.deliveries import PENDING, Notification, deliveries, notifications
from core.store.notification_items import NotificationItem, notification_items
from core.store.sql import chunks

UNKNOWN_LABEL = ""
"""A label of an item whose decision was forgotten."""


@dataclass(frozen=True, slots=True)
class LabelledItem:
    """An item with the labels of its article that it does not have itself."""

    item: NotificationItem
    outlet: str
    language: str
    country: str


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """An item of a notification that waits.

    Attributes:
        labelled: The item with its labels.
        receiver: The receiver of the notification.
        bundle: The bundle of the notification.
        held_until: Until when it is held; None where it is not.
    """

    labelled: LabelledItem
    receiver: str
    bundle: str
    held_until: datetime | None

    @property
    def item(self) -> NotificationItem:
        """The item without its labels."""
        return self.labelled.item


def list_waiting(
    connection: Connection,
    receiver: str | None = None,
    topic_ids: Collection[str] | None = None,
) -> list[WaitingItem]:
    """Return the items of all notifications that wait, in order.

    What is told by the digest of a target that is back, and that digest, are left out: it goes out
    at once.

    Args:
        connection: Any transaction.
        receiver: Only items of notifications for this receiver.
        topic_ids: Only items about these topics.
    """
    columns, items, about = deliveries.c, notification_items.c, decisions.c
    waiting = select(columns.notification_id).where(columns.state == PENDING, columns.attempts == 0)
    waiting = waiting.where(columns.replaced_by.is_(None))
    other = deliveries.alias().c
    begun = or_(other.state != PENDING, other.attempts > 0)
    is_begun = select(other.id).where(other.notification_id == notifications.c.id, begun).exists()
    held = select(func.min(columns.held_until)).where(columns.notification_id == notifications.c.id)
    query = (
        select(notification_items, about.outlet, about.language, about.country)
        .add_columns(notifications.c.receiver, notifications.c.bundle)
        .add_columns(held.scalar_subquery().label("held_until"))
        .join(notifications, notifications.c.id == items.notification_id)
        .outerjoin(
            decisions,
            and_(
                about.topic_id == items.topic_id,
                about.article_id == items.article_id,
                about.revision == items.revision,
            ),
        )
        .where(notifications.c.id.in_(waiting), ~is_begun)
        .where(notifications.c.bundle.not_like("backlog %"))
        .order_by(notifications.c.created_at, notifications.c.id, items.number)
    )
    if receiver is not None:
        query = query.where(notifications.c.receiver == receiver)
    if topic_ids is not None:
        query = query.where(items.topic_id.in_(topic_ids))
    return [_waiting(dict(row)) for row in connection.execute(query).mappings()]


def find_unwanted_growth(connection: Connection, now: datetime) -> set[tuple[str, int]]:
    """Return the items about growth that wait although their alert is closed or snoozed.

    Returns:
        Notification and number of each item.
    """
    items, columns = notification_items.c, deliveries.c
    query = (
        select(items.notification_id, items.number)
        .join(deliveries, columns.notification_id == items.notification_id)
        .join(alerts, alerts.c.id == items.alert_id)
        .where(columns.state == PENDING, columns.attempts == 0, items.kind == NEW_COVERAGE)
        .where(or_(alerts.c.state == CLOSED, alerts.c.snoozed_until > now))
    )
    return {(row.notification_id, row.number) for row in connection.execute(query)}


def take_out(connection: Connection, chosen: Iterable[WaitingItem]) -> list[WaitingItem]:
    """Take items out of the notifications that they wait in, and return those that were.

    A notification of which an attempt has begun meanwhile stays as it is. One without items is
    deleted with its deliveries; the bodies of the others must be written again
    (:func:`load_remaining`).

    Args:
        connection: A write transaction.
        chosen: Items that :func:`list_waiting` returned.
    """
    chosen = list(chosen)
    waiting = _lock(connection, {each.item.notification_id for each in chosen})
    taken = [each for each in chosen if each.item.notification_id in waiting]
    columns = notification_items.c
    for each in taken:
        is_item = and_(
            columns.notification_id == each.item.notification_id,
            columns.number == each.item.number,
        )
        connection.execute(notification_items.delete().where(is_item))
    _delete_empty(connection, {each.item.notification_id for each in taken})
    return taken


def load_remaining(connection: Connection, taken: Iterable[WaitingItem]) -> list[Notification]:
    """Return the notifications that items were taken out of and that have others left."""
    ids = {each.item.notification_id for each in taken}
    query = select(notifications).where(notifications.c.id.in_(ids)).order_by(notifications.c.id)
    return [Notification(**row) for row in connection.execute(query).mappings()]


def has_items(connection: Connection, topic_id: str, article_id: str, revision: int) -> bool:
    """Return whether any notification tells an article revision under a topic."""
    items = notification_items.c
    query = select(items.notification_id).where(
        items.topic_id == topic_id, items.article_id == article_id, items.revision == revision
    )
    return connection.execute(query.limit(1)).first() is not None


def _lock(connection: Connection, ids: Collection[str]) -> set[str]:
    """Lock the deliveries of notifications; return the notifications that still wait."""
    begun: set[str] = set()
    found: set[str] = set()
    columns = deliveries.c
    for chunk in chunks(sorted(ids)):
        query = select(columns.notification_id, columns.state, columns.attempts)
        query = query.where(columns.notification_id.in_(chunk)).order_by(columns.id)
        for row in connection.execute(query.with_for_update()):
            found.add(row.notification_id)
            if row.state != PENDING or row.attempts:
                begun.add(row.notification_id)
    return found - begun


def _delete_empty(connection: Connection, ids: Collection[str]) -> None:
    for chunk in chunks(sorted(ids)):
        items = notification_items.c
        left = set(
            connection.scalars(
                select(items.notification_id).where(items.notification_id.in_(chunk))
            )
        )
        empty = [id_ for id_ in chunk if id_ not in left]
        connection.execute(deliveries.delete().where(deliveries.c.notification_id.in_(empty)))
        connection.execute(notifications.delete().where(notifications.c.id.in_(empty)))


def _waiting(row: dict[str, object]) -> WaitingItem:
    receiver, bundle, until = row.pop("receiver"), row.pop("bundle"), row.pop("held_until")
    labels = {name: row.pop(name) or UNKNOWN_LABEL for name in ("outlet", "language", "country")}
    labelled = LabelledItem(NotificationItem(**row), **labels)  # type: ignore[arg-type]
    return WaitingItem(labelled, receiver, bundle, until)  # type: ignore[arg-type]

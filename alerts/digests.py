"""Scheduled digests: what is due at the time of a digest becomes one message for each receiver.

::

    routed to the digest, waits ─────────────┐
    held by a cap or quiet hours, waits ─────┼─ rank ─▶ notification, its items and deliveries
    unacknowledged, news since the watermark ┘                │ the same transaction
                                                              └▶ watermark = end of the window

A window starts at the watermark and ends at the last time of the schedule that has come: where the
program was not running at several times, there is one digest for all of them. The id of the
notification depends on receiver, digest and end of the window, so that each window is sent once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.digest_body import DIGEST, LISTED, scheduled_bundle
from alerts.labels import item_labels, tier_of
from alerts.plan import GAP_BUNDLE, digest_bundle, matches
from alerts.queueing import find_receiver, write_body
from alerts.receivers import receiver_kind
from config.catalog.models import AlertsDefinition, Catalog, DigestDefinition
from config.catalog.topics import SEVERITIES
from config.i18n import Phrase
from core.ids import hash_parts
from core.store import Connection, notification_items, waiting_items
from core.store import deliveries as delivery_store
from core.store import digests as digest_store
from core.store import silences as silence_store
from core.store import stories as story_store
from core.store.digests import DigestTimer
from core.store.notification_items import NotificationItem
from core.store.waiting_items import LabelledItem, WaitingItem

TAKEN_BUNDLES = ("rollup ", "catch_up ")
"""How bundles of messages begin that a digest takes over."""

CLOCK_TOLERANCE = timedelta(hours=1)
"""A watermark that is further in the future was set by a clock that was wrong."""

_RANKS = {severity: rank for rank, severity in enumerate(reversed(SEVERITIES))}


@dataclass(frozen=True, slots=True)
class Window:
    """The time that a digest is about.

    Attributes:
        start: The watermark.
        end: When the digest was due, which is not in the window.
    """

    start: datetime
    end: datetime


def is_due(connection: Connection, definition: AlertsDefinition, now: datetime) -> bool:
    """Return whether a digest is due, or the timers are not those of the definition."""
    timers = digest_store.load_timers(connection)
    schedules = {id_: timer.schedule for id_, timer in timers.items()}
    due = any(timer.due_at <= now or _is_ahead(timer, now) for timer in timers.values())
    return due or schedules != {d.id: _schedule_key(d) for d in definition.digests}


def send_due(connection: Connection, catalog: Catalog, now: datetime) -> None:
    """Queue the digests that are due, and bring the timers up to date with ``alerts.yaml``.

    Args:
        connection: A write transaction in which nothing was done yet.
        catalog: The operator's files.
        now: The present.
    """
    silence_store.lock_silences(connection, shared=True)
    timers = digest_store.lock_timers(connection)
    definition = catalog.alerts
    _update_timers(connection, definition, timers, now)
    due = [d for d in definition.digests if d.id in timers and _is_due(d, timers[d.id], now)]
    receivers = {receiver for digest in due for receiver in digest.receivers}
    notification_items.lock_receivers(connection, receivers)
    for digest in due:
        timer = timers[digest.id]
        window = Window(timer.watermark, max(timer.due_at, digest.schedule.last_until(now)))
        for receiver in digest.receivers:
            _send(connection, digest, receiver, window, catalog, now)
        next_due = digest.schedule.next_after(now)
        digest_store.save_timer(connection, replace(timer, watermark=window.end, due_at=next_due))


def rank_items(
    items: Iterable[LabelledItem], outlets: Mapping[str, int], catalog: Catalog
) -> list[NotificationItem]:
    """Return the items of a digest: by topic, in it by story, the most important first.

    Topics are ordered by severity, then score; stories by score, number of outlets and tier. The
    items of a story stay in the order in which they were decided.

    Args:
        items: The items.
        outlets: Story id to the number of its outlets.
        catalog: Has the tiers of the outlets.
    """

    def weigh(each: LabelledItem) -> tuple[int, int, str]:
        item = each.item
        return -item.score, -outlets.get(item.story_id, 0), tier_of(each.outlet, catalog).value

    items = list(items)
    topics: dict[str, tuple[int, int]] = {}
    stories: dict[str, tuple[int, int, str]] = {}
    for each in items:
        item = each.item
        topic = _RANKS.get(item.severity, len(_RANKS)), -item.score
        topics[item.topic_id] = min(topic, topics.get(item.topic_id, topic))
        stories[item.story_id] = min(weigh(each), stories.get(item.story_id, weigh(each)))

    def order(each: LabelledItem) -> tuple[object, ...]:
        item = each.item
        topic, story = topics[item.topic_id], stories[item.story_id]
        return topic, item.topic_id, story, item.story_id, item.added_at, item.number

    return [each.item for each in sorted(items, key=order)]


def _schedule_key(digest: DigestDefinition) -> str:
    return f"{digest.schedule.text} {digest.schedule.zone}"


def _is_due(digest: DigestDefinition, timer: DigestTimer, now: datetime) -> bool:
    return timer.schedule == _schedule_key(digest) and timer.due_at <= now


def _is_ahead(timer: DigestTimer, now: datetime) -> bool:
    """Return whether a timer was set by a clock that has been put back by much since."""
    return timer.watermark > now + CLOCK_TOLERANCE


def _update_timers(
    connection: Connection,
    definition: AlertsDefinition,
    timers: Mapping[str, DigestTimer],
    now: datetime,
) -> None:
    """Add, change and delete timers so that they are those of the definition.

    What waits for a digest with another schedule now waits until its new time. What waits for one
    that is gone goes out at the time that it was held until.
    """
    for digest in definition.digests:
        timer, key = timers.get(digest.id), _schedule_key(digest)
        due = digest.schedule.next_after(now)
        if timer is None:
            digest_store.add_timer(connection, DigestTimer(digest.id, key, now, due))
        elif timer.schedule != key or _is_ahead(timer, now):
            changed = replace(timer, schedule=key, due_at=due, watermark=min(timer.watermark, now))
            digest_store.save_timer(connection, changed)
            digest_store.postpone_held(connection, digest_bundle(digest.id), due)
    for digest_id in timers.keys() - {d.id for d in definition.digests}:
        digest_store.delete_timer(connection, digest_id)


def _send(
    connection: Connection,
    digest: DigestDefinition,
    receiver_id: str,
    window: Window,
    catalog: Catalog,
    now: datetime,
) -> None:
    """Queue a digest for a receiver, or nothing where it is empty and not wanted then.

    A window that was sent before the clock was put back is not sent again: what waits for it goes
    out at the end of its hold.
    """
    if delivery_store.find_notification(connection, _notification_id(digest, receiver_id, window)):
        return
    waiting = waiting_items.list_waiting(connection, receiver_id)
    chosen = [each for each in waiting if _belongs(each, digest, catalog)]
    taken = waiting_items.take_out(connection, chosen)
    for row in waiting_items.load_remaining(connection, taken):
        write_body(connection, row, catalog.alerts.console_url)
    known = {each.item.alert_id for each in waiting}
    listed = [_listed(e) for e in _unacknowledged(connection, digest, window, catalog, known)]
    items = [*(each.labelled for each in taken), *listed]
    if items or digest.sends_empty:
        ranked = rank_items(items, _count_outlets(connection, items), catalog)
        _queue(connection, digest, receiver_id, window, ranked, catalog, now)


def _notification_id(digest: DigestDefinition, receiver_id: str, window: Window) -> str:
    return hash_parts("digest", receiver_id, digest.id, window.end.isoformat())


def _belongs(waiting: WaitingItem, digest: DigestDefinition, catalog: Catalog) -> bool:
    """Return whether a digest takes over an item that waits."""
    is_gap = waiting.bundle.startswith(GAP_BUNDLE)
    if waiting.bundle.startswith(TAKEN_BUNDLES) and not is_gap:
        return matches(digest.match, item_labels(waiting.labelled, catalog))
    return waiting.bundle == digest_bundle(digest.id)


def _unacknowledged(
    connection: Connection,
    digest: DigestDefinition,
    window: Window,
    catalog: Catalog,
    known: set[str],
) -> list[LabelledItem]:
    """Return an item for each open story with news in the window that no message is about.

    Args:
        connection: The transaction of the digest.
        digest: The digest.
        window: Its window.
        catalog: The operator's files.
        known: Alerts about which the receiver gets this digest or another message anyway.
    """
    newest = digest_store.list_unacknowledged(connection, window.start, window.end, LISTED)
    return [
        each
        for each in newest
        if each.item.alert_id not in known and matches(digest.match, item_labels(each, catalog))
    ]


def _listed(labelled: LabelledItem) -> LabelledItem:
    """Return an item that lists a story instead of notifying of it."""
    reason = Phrase("plan.listed.unacknowledged").dump()
    return replace(labelled, item=replace(labelled.item, hold_code=LISTED, hold_reason=reason))


def _count_outlets(connection: Connection, items: Iterable[LabelledItem]) -> dict[str, int]:
    ids = {each.item.story_id for each in items}
    stories = (story_store.find_story(connection, story_id) for story_id in sorted(ids))
    return {story.id: story.outlets for story in stories if story is not None}


def _queue(
    connection: Connection,
    digest: DigestDefinition,
    receiver_id: str,
    window: Window,
    items: Sequence[NotificationItem],
    catalog: Catalog,
    now: datetime,
) -> None:
    row = delivery_store.Notification(
        id=_notification_id(digest, receiver_id, window),
        alert_id=hash_parts("digest", digest.id, window.end.isoformat()),
        receiver=receiver_id,
        kind=DIGEST,
        seq=0,
        body="",
        created_at=now,
        bundle=scheduled_bundle(digest.id, window.start),
    )
    receiver = find_receiver(catalog.alerts, receiver_id)
    targets = receiver_kind(receiver.kind).targets(receiver)
    delivery_store.add_notification(connection, row, targets, due=now)
    for number, item in enumerate(items):
        renumbered = replace(item, notification_id=row.id, number=number)
        notification_items.add_item(connection, renumbered)
    write_body(connection, row, catalog.alerts.console_url)

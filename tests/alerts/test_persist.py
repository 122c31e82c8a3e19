from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.notification_body import NotificationTopic
from alerts.persist import PendingNotification, queue_notifications
from alerts.plan import Planned
from config.i18n import Phrase
from core.store import deliveries as delivery_store
from core.store import stories as story_store
from tests.alerts.harness import NOON, Harness, match

WHY = Phrase("plan.no_route")


@pytest.fixture
def notification(harness: Harness) -> PendingNotification:
    """A notification about a story that is in the store."""
    story = story_store.Story("s" * 32, "nato-membership", "Title", NOON, NOON, outlets=1)
    with harness.store.write() as connection:
        story_store.add_story(connection, story)
    return PendingNotification(
        alert_id="a" * 32,
        story_id=story.id,
        article_id="b" * 32,
        revision=1,
        score=30,
        kind="new_story",
        topic=NotificationTopic(id="nato-membership", title="NATO"),
        severity="normal",
        reason=Phrase("decision.new_story"),
        reason_code="new_story",
        planned=(Planned("console", NOON, None, WHY),),
    )


def queue(harness: Harness, notification: PendingNotification) -> None:
    with harness.store.write() as connection:
        queue_notifications(connection, [notification], harness.catalog.alerts, now=NOON)


def deliver(harness: Harness) -> int:
    """Return how many deliveries are delivered at the present."""
    return harness.dispatcher().run_once(attempt_all_due=False)["delivered"]


def test_a_planned_message_goes_out_when_it_is_due(
    harness: Harness, notification: PendingNotification
) -> None:
    later = Planned("console", NOON + timedelta(hours=1), None, WHY)
    queue(harness, replace(notification, planned=(later,)))
    assert deliver(harness) == 0
    harness.advance(hours=1)
    assert deliver(harness) == 1


def test_a_muted_message_is_not_queued(harness: Harness, notification: PendingNotification) -> None:
    muted = Planned("console", None, None, WHY)
    queue(harness, replace(notification, planned=(muted,)))
    harness.advance(days=1)
    assert deliver(harness) == 0


def test_a_route_to_a_receiver_that_does_not_exist_is_a_bug(
    harness: Harness, notification: PendingNotification
) -> None:
    lost = Planned("nowhere", NOON, None, WHY)
    with pytest.raises(AssertionError, match="'nowhere'"):
        queue(harness, replace(notification, planned=(lost,)))


def test_what_a_decision_writes_is_complete_when_the_notification_is_queued(
    harness: Harness,
) -> None:
    harness.decide(match(), match("https://bote.example.org/haefen"))
    [(notification, delivery)] = harness.notifications()
    [alert] = harness.alerts()
    assert notification.alert_id == alert.id
    assert (delivery.next_attempt_at, delivery.attempts) == (alert.opened_at, 0)
    assert '"outlets":2' in notification.body


def test_a_second_notification_of_the_same_kind_about_an_alert_has_the_next_number(
    harness: Harness, notification: PendingNotification
) -> None:
    update = replace(notification, kind="update")
    for pending in (notification, update, update):
        queue(harness, pending)
    with harness.store.read() as connection:
        rows = [n for n, _ in delivery_store.load_notifications(connection, "a" * 32)]
    assert sorted((n.kind, n.seq) for n in rows) == [("new_story", 0), ("update", 0), ("update", 1)]
    assert len({n.id for n in rows}) == 3

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.pending import PendingNotification
from alerts.queueing import queue_notifications
from config.catalog.matchers import LABELS
from config.i18n import Phrase
from core.messages import UNNAMED
from core.store import notification_items
from core.store import stories as story_store
from tests.alerts.harness import NOON, Harness, match, webhook

DESK = webhook("http://127.0.0.1:9/x")


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
        topic_id="nato-membership",
        topic_title="NATO",
        severity="normal",
        reason=Phrase("decision.new_story"),
        reason_code="new_story",
        labels=dict.fromkeys(LABELS, "x"),
        names=UNNAMED,
    )


def queue(harness: Harness, *notifications: PendingNotification) -> None:
    with harness.store.write() as connection:
        queue_notifications(connection, notifications, (), harness.catalog.alerts, now=harness.now)


def deliver(harness: Harness) -> int:
    """Return how many deliveries are delivered at the present."""
    return harness.dispatcher().run_once(attempt_all_due=False)["delivered"]


def test_a_planned_message_goes_out_when_it_is_due(
    harness: Harness, notification: PendingNotification
) -> None:
    queue(harness, notification)
    assert deliver(harness) == 0
    harness.advance(seconds=90)
    assert deliver(harness) == 1


def test_a_route_to_a_receiver_that_does_not_exist_is_a_bug(
    harness: Harness, notification: PendingNotification
) -> None:
    harness.set_receivers(replace(DESK, id="nowhere"))
    alerts = replace(harness.catalog.alerts, receivers=())
    harness.catalog = replace(harness.catalog, alerts=alerts)
    with pytest.raises(AssertionError, match="'nowhere'"):
        queue(harness, notification)


def test_what_a_decision_writes_is_complete_when_the_notification_is_queued(
    harness: Harness,
) -> None:
    harness.decide(match(), match("https://bote.example.org/haefen"))
    [(notification, delivery)] = harness.notifications()
    [alert] = harness.alerts()
    assert notification.alert_id == alert.id
    wait = delivery.next_attempt_at - alert.opened_at
    assert (round(wait.total_seconds()), delivery.attempts) == (90, 0)
    assert '"outlets":2' in notification.body


def test_a_second_notification_of_the_same_kind_about_an_alert_has_the_next_number(
    harness: Harness, notification: PendingNotification
) -> None:
    update = replace(notification, kind="update")
    for revision, pending in enumerate((notification, update, update)):
        harness.advance(minutes=5)
        queue(harness, replace(pending, revision=revision))
    with harness.store.read() as connection:
        rows = [n for n, _ in notification_items.load_notifications(connection, "a" * 32)]
    assert sorted((n.kind, n.seq) for n in rows) == [("new_story", 0), ("update", 0), ("update", 1)]
    assert len({n.id for n in rows}) == 3

"""The deliveries page."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from alerts.system_messages import queue_broken_target
from config.catalog.models import AlertsDefinition
from config.i18n import Phrase
from core.store import deliveries as delivery_store
from core.store import targets
from core.store.targets import TargetState
from tests.support.console import Console, add_delivery, add_story
from tests.support.stories import add_held

pytestmark = pytest.mark.slow


def test_it_lists_what_was_not_delivered_and_counts_each_state(
    console: Console, now: datetime
) -> None:
    alert_id = add_story(console.store, "t", now)
    for state in ("delivered", "failed", "unknown", "pending"):
        add_delivery(console.store, alert_id, f"{state}.example", state, now)
    body = console.page("/deliveries")
    assert "delivered.example" not in body
    assert {"failed.example", "unknown.example", "pending.example"} <= set(
        re.findall(r"\w+\.example", body)
    )
    assert '<span class="count" aria-label="2 deliveries failed or unconfirmed">2</span>' in body
    assert 'Undelivered <span class="count">3</span>' in body
    delivered = console.page("/deliveries?state=delivered")
    assert "delivered.example" in delivered
    assert "failed.example" not in delivered
    assert "3 attempts" in delivered


def test_a_failed_delivery_is_sent_again_and_a_delivered_one_is_not(
    console: Console, now: datetime
) -> None:
    alert_id = add_story(console.store, "again", now)
    failed = add_delivery(console.store, alert_id, "a.example", "failed", now)
    delivered = add_delivery(console.store, alert_id, "b.example", "delivered", now)
    back = ("back", f"/alerts/{alert_id}")
    body = console.submit("/deliveries/resend", [("delivery", failed), back])
    assert "The notification is being sent again, with the same ID." in body
    assert "Pending" in body
    with console.store.read() as connection:
        assert delivery_store.count_by_state(connection) == {"pending": 1, "delivered": 1}
    body = console.submit("/deliveries/resend", [("delivery", delivered)])
    assert "Not sent: the notification has been delivered." in body
    body = console.submit("/deliveries/resend", [("delivery", "nothing")])
    assert "There is no such delivery." in body


def test_all_that_failed_is_sent_again_with_one_button(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "all", now)
    for number in range(3):
        add_delivery(console.store, alert_id, f"{number}.example", "failed", now)
    add_delivery(console.store, alert_id, "done.example", "delivered", now)
    assert "Send all that failed again" in console.page("/deliveries?state=failed")
    assert "Send all that failed again" not in console.page("/deliveries?state=delivered")
    body = console.submit("/deliveries/resend-all", [])
    assert "3 notifications are being sent again." in body
    assert "Send all that failed again" not in body
    with console.store.read() as connection:
        assert delivery_store.count_by_state(connection) == {"pending": 3, "delivered": 1}
        assert delivery_store.count_by_state(connection, "failed", "pending") == {"pending": 3}


def test_a_broken_target_is_shown_with_what_waits_and_can_be_tried_now(
    console: Console, now: datetime
) -> None:
    alert_id = add_story(console.store, "broken", now)
    add_delivery(console.store, alert_id, "desk.example", "pending", now)
    assert "Broken targets" not in console.page("/deliveries")
    reason = Phrase("delivery.http_answer", status=403, answer="<b>no</b>").dump()
    state = TargetState(
        "desk",
        "desk.example",
        now,
        broken_since=now,
        reason=reason,
        probe_at=now + timedelta(hours=1),
    )
    with console.store.write() as connection:
        targets.save_target(connection, state)
    body = console.page("/deliveries")
    assert "Broken targets" in body
    assert "HTTP 403: &lt;b&gt;no&lt;/b&gt;" in body
    assert "1 message waits" in body
    assert "A target is broken; messages for it wait:" in console.page("/feeds")
    body = console.submit("/deliveries/resend-all", [("receiver", "desk")])
    assert "1 notification is being sent again." in body
    with console.store.write() as connection:
        probe_at = targets.load_target(connection, "desk", "desk.example", now=now).probe_at
    assert probe_at is not None
    assert probe_at < now + timedelta(minutes=5)


def test_a_message_of_the_system_leads_to_no_story(console: Console, now: datetime) -> None:
    state = TargetState("desk", "desk.example", now, broken_since=now, failing_since=now)
    with console.store.write() as connection:
        queue_broken_target(connection, AlertsDefinition(), state, now=now)
    body = console.page("/deliveries")
    assert "A target is broken" in body
    assert 'href="/alerts/' not in body


def test_what_is_held_is_listed_with_its_reason(console: Console, now: datetime) -> None:
    alert_id = add_story(console.store, "held", now, title="Nato tagt nachts")
    with console.store.write() as connection:
        add_held(connection, alert_id, "night", now, now + timedelta(hours=7))
    body = console.page("/deliveries")
    panel = body.partition('<h2 id="held">')[2].partition("</section>")[0]
    assert f'<a href="/alerts/{alert_id}"><bdi>Nato tagt nachts</bdi></a>' in panel
    assert "Held until the quiet hours end on" in panel

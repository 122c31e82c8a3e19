"""The deliveries page."""

from __future__ import annotations

import re
from datetime import datetime

from core.store import deliveries as delivery_store
from tests.support.console import Console, add_delivery, add_story


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

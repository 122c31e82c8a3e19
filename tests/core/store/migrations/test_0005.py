"""A store from before notifications had items goes on: each notification is about its alert."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.processes.instance import Instance
from core.store import Store, claims, notification_items
from tests.support.schemas import migrate_to

_ROWS = (
    """INSERT INTO alerts (id, topic_id, topic_title, story_id, state, severity, title, reason,
    reason_code, article_id, opened_at, updated_at) VALUES (:a, 'nato', 'NATO', :s, 'open',
    'urgent', 'Title', 'New.', 'new_story', :a, :at, :at)""",
    """INSERT INTO notifications (id, alert_id, receiver, kind, seq, body, created_at) VALUES
    (:n, :a, 'desk', 'new_story', 0, '{}', :at)""",
    """INSERT INTO deliveries (id, notification_id, receiver, target, state, attempts,
    possible_repeat, next_attempt_at, created_at, updated_at) VALUES (:n, :n, 'desk', 'a target',
    'pending', 0, :no, :at, :at, :at)""",
)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the fourth schema with a notification that waits."""
    migrate_to(empty_database, "0004", lambda connection: _fill(connection, empty_database))
    return empty_database


def _fill(connection: sa.Connection, url: str) -> None:
    at = NOON.replace(tzinfo=None).isoformat(" ") + ("" if "sqlite" in url else "+00")
    values = {"a": "a" * 32, "s": "s" * 32, "n": "f" * 32, "at": at, "no": False}
    for statement in _ROWS:
        connection.execute(sa.text(statement), values)


def test_a_notification_that_waited_is_about_its_alert_and_still_due(
    old_database: str, tmp_path: Path
) -> None:
    store, instance = Store.open(old_database), Instance.start(tmp_path)
    with store.read() as connection:
        [(notification, _)] = notification_items.load_notifications(connection, "a" * 32)
        [item] = notification_items.load_items(connection, notification.id)
        due = claims.find_due(connection, instance, now=NOON, limit=5)
    assert (item.topic_id, item.topic_title, item.severity) == ("nato", "NATO", "urgent")
    assert (item.story_id, item.kind, item.hold_code) == ("s" * 32, "new_story", "")
    assert [d.notification_id for d in due] == [notification.id]
    assert due[0].held_until is None
    store.close()
    instance.close()

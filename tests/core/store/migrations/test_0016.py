"""A store from before scheduled digests keeps what is held, and starts with an empty window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from core.store import Store, digests, waiting_items
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the schema before, with a message that is held."""
    migrate_to(empty_database, "0015", _fill)
    return empty_database


def _fill(connection: sa.Connection) -> None:
    at = NOON.replace(tzinfo=None).isoformat(" ") if connection.dialect.name == "sqlite" else NOON
    values = {"at": at}
    connection.execute(
        sa.text(
            "INSERT INTO notifications (id, alert_id, receiver, kind, seq, body, created_at,"
            " bundle) VALUES ('n', 'a', 'desk', 'digest', 0, '{}', :at, 'catch_up x')"
        ),
        values,
    )
    connection.execute(
        sa.text(
            "INSERT INTO deliveries (id, notification_id, receiver, target, state, attempts,"
            " possible_repeat, next_attempt_at, created_at, updated_at, held_until)"
            " VALUES ('d', 'n', 'desk', 't', 'pending', 0, false, :at, :at, :at, :at)"
        ),
        values,
    )
    connection.execute(
        sa.text(
            "INSERT INTO notification_items (notification_id, number, alert_id, topic_id,"
            " topic_title, story_id, article_id, revision, kind, severity, score, reason,"
            " reason_code, hold_code, hold_reason, added_at) VALUES ('n', 0, 'a', 'rail', 'Rail',"
            " 's', 'x', 1, 'new_story', 'normal', 50, '{}', 'new_story', 'quiet_hours', '{}', :at)"
        ),
        values,
    )


def test_what_is_held_still_waits_and_no_digest_is_due(old_database: str) -> None:
    store = Store.open(old_database)
    with store.write() as connection:
        assert digests.load_timers(connection) == {}
        [waiting] = waiting_items.list_waiting(connection, "desk")
        assert (waiting.bundle, waiting.held_until) == ("catch_up x", NOON)
        timer = digests.DigestTimer("morning", "0 8 * * * UTC", NOON, NOON + timedelta(hours=20))
        digests.add_timer(connection, timer)
        digests.add_timer(connection, timer)
        assert digests.lock_timers(connection) == {"morning": timer}
    store.close()

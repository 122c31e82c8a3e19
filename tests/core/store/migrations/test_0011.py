"""A store from before alerts were assigned and snoozed goes on with its alerts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from core.store import Store
from core.store import alerts as alert_store
from core.store.console import actions, story_card
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ALERT = "a" * 32


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the schema before with an open alert."""
    migrate_to(empty_database, "0010", _fill)
    return empty_database


def _fill(connection: sa.Connection) -> None:
    connection.execute(
        sa.text(
            "INSERT INTO alerts (id, topic_id, topic_title, story_id, state, severity, title,"
            " reason, reason_code, article_id, opened_at, updated_at) VALUES (:id, 'nato', 'NATO',"
            " 's', 'open', 'urgent', 'T', '', 'new_story', 'b', :at, :at)"
        ),
        {"id": ALERT, "at": "2026-11-22 12:00:00+00:00"},
    )
    connection.execute(
        sa.text(
            "INSERT INTO cards (alert_id, story_id, topic_id, article_id, title, url, outlet,"
            " severity, state, told, score, reason_code, reason, at, changed_at, words) VALUES"
            " (:id, 's', 'nato', 'b', 'T', '', '', 'urgent', 'open', true, 1, '', '', :at, :at, '')"
        ),
        {"id": ALERT, "at": "2026-11-22 12:00:00+00:00"},
    )


def test_an_alert_is_assigned_and_judged_with_a_note(old_database: str) -> None:
    store = Store.open(old_database)
    with store.write() as connection:
        actions.assign(connection, [ALERT], to="Anna", by="Bert", at=NOON)
        judgement = {"verdict": "irrelevant", "reason": "old", "note": "of 2019"}
        actions.judge(connection, [ALERT], **judgement, by="Anna", at=NOON)
    with store.read() as connection:
        assert alert_store.get_alert(connection, ALERT).assigned_to == "Anna"
        (card,) = story_card.load_cards(connection, [ALERT])
    assert card.verdict_note == "of 2019"
    store.close()

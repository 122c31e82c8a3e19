"""A store from before the ends of matches knows how its matches ended."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from core.store import Store
from core.store.alerts import load_decisions
from tests.support.schemas import migrate_to

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def old_database(empty_database: str) -> str:
    """URL of a database of the seventh schema with a decision of each kind."""
    migrate_to(empty_database, "0007", _fill)
    return empty_database


def _fill(connection: sa.Connection) -> None:
    updated = [("updated", code) for code in ("same_story", "development")]
    suppressed = [("suppressed", code) for code in ("copy", "too_old", "draft")]
    codes = [("opened", "new_story"), *updated, *suppressed]
    for number, (event, code) in enumerate(codes):
        connection.execute(
            sa.text(
                "INSERT INTO decisions (topic_id, article_id, revision, topic_revision, event, "
                "reason_code, reason, alert_id, story_id, outlet, title, url, decided_at) VALUES "
                "('nato', :article, 1, 'r', :event, :code, '', 'alert', 's', 'o', 't', 'u', :at)"
            ).bindparams(sa.bindparam("at", NOON.replace(tzinfo=None), sa.DateTime)),
            {"article": str(number), "event": event, "code": code},
        )


def test_older_decisions_end_as_their_event_and_code_say(old_database: str) -> None:
    store = Store.open(old_database)
    with store.read() as connection:
        rows = load_decisions(connection, "alert")
    store.close()
    assert [(row.reason_code, row.match_end, row.end_code, row.topic_state) for row in rows] == [
        ("new_story", "notified", "new_story", "live"),
        ("same_story", "joined", "same_story", "live"),
        ("development", "notified", "development", "live"),
        ("copy", "joined", "copy", "live"),
        ("too_old", "suppressed", "too_old", "live"),
        ("draft", "suppressed", "draft", "draft"),
    ]

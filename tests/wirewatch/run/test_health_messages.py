"""When people are told that the program is ill, and that it is well again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from config.catalog.models import AlertsDefinition
from config.errors import StoreError
from config.i18n import Phrase
from core.store import Store
from core.store.deliveries import notifications
from wirewatch.run.health_messages import HealthEpisode, HealthMessages, follow_health

START = datetime(2026, 11, 29, 12, tzinfo=UTC)

LOOKS = [  # minute, whether it is ill, what people are told
    (0, False, None), (1, True, None), (5, True, None), (6, True, "ill"), (7, True, None),
    (9, False, None), (13, False, None), (14, False, "good"), (20, True, None),
    (30, True, None), (40, False, None), (65, True, None), (69, True, None), (70, True, "ill"),
    (75, False, None), (76, True, None), (77, False, None), (81, False, None), (82, False, "good"),
]  # fmt: skip


def test_people_are_told_of_what_lasts_and_at_most_once_an_hour_that_it_is_ill() -> None:
    episode, told = HealthEpisode(), []
    for minute, is_ill, _ in LOOKS:
        now = START + timedelta(minutes=minute)
        episode, has_changed = follow_health(episode, is_ill, now)
        if has_changed:
            told.append((minute, "ill" if is_ill else "good", episode.ill_since))
    expected = [(minute, message) for minute, _, message in LOOKS if message]
    assert [(minute, message) for minute, message, _ in told] == expected
    begun = [since and (since - START) // timedelta(minutes=1) for _, _, since in told]
    assert begun == [1, 1, 65, 65]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open_temporary(tmp_path)
    yield opened
    opened.close()


def bodies(store: Store) -> list[dict[str, Any]]:
    with store.read() as connection:
        rows = connection.execute(notifications.select().order_by(notifications.c.created_at))
        return [json.loads(row.body) for row in rows]


def test_the_message_names_the_first_reason_and_waits_for_a_store_that_does_not_answer(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    minutes = [0]
    reasons = [Phrase("health.stage", stage="relay", reason="away"), Phrase("health.snapshot")]
    program: Any = SimpleNamespace(
        store=store,
        clock=lambda: START + timedelta(minutes=minutes[0]),
        catalog=lambda: SimpleNamespace(alerts=AlertsDefinition()),
    )
    messages = HealthMessages(program, lambda: reasons)
    messages.run_due()
    minutes[0] = 5
    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(store, "transact", lambda _: (_ for _ in ()).throw(StoreError("away")))
        messages.run_due()
    assert [line["event"] for line in logs] == ["health_message_not_queued"]
    messages.run_due()
    messages.run_due()
    reasons.clear()
    for minutes[0] in (6, 11):
        messages.run_due()
    told = bodies(store)
    assert [(b["kind"], b["reason_code"]) for b in told] == [
        ("system", "health_ill"),
        ("system", "health_good"),
    ]
    assert told[0]["story"]["title"] == "Wirewatch is not working properly"
    assert told[0]["reason"].endswith("Reason: relay: away")
    assert told[1]["story"]["title"] == "Wirewatch is working again"

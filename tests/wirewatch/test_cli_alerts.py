"""Alerts as the commands print them: reasons in English, however they are stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.i18n import Phrase
from core.store.alerts import Alert, DecisionRow
from core.store.deliveries import Delivery, Notification
from wirewatch.cli.alerts import decision_row, notification_row
from wirewatch.cli.story_actions import alert_row

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ALERT = Alert(
    "a" * 32,
    "nato",
    "NATO",
    "s" * 32,
    "open",
    "normal",
    "Title",
    "",
    "new_story",
    "b" * 32,
    NOW,
    NOW,
)
DECISION = DecisionRow(
    "nato", "b" * 32, 1, "r1", "suppressed", "copy", "", "a" * 32, "s" * 32, "kurier", "T", "u", NOW
)
DELIVERY = Delivery(
    "d" * 32,
    "n" * 32,
    "desk",
    "host",
    "failed",
    1,
    False,
    NOW,
    None,
    None,
    None,
    "",
    NOW,
    NOW,
    None,
)


@pytest.mark.parametrize(
    ("stored", "printed"),
    [
        (Phrase("decision.same_text", outlet="kurier").dump(), "The same text as in kurier."),
        (
            "The same text as in kurier (stored before).",
            "The same text as in kurier (stored before).",
        ),
        ("{broken", "{broken"),
    ],
)
def test_a_stored_reason_is_printed_in_english_and_plain_text_as_it_is(
    stored: str, printed: str
) -> None:
    assert alert_row(replace(ALERT, reason=stored))["reason"] == printed
    assert decision_row(replace(DECISION, reason=stored))["reason"] == printed
    about = Notification("n" * 32, "a" * 32, "desk", "new_story", 0, "{}", NOW)
    row = notification_row(about, (replace(DELIVERY, last_error=stored),))
    assert row["deliveries"][0]["last_error"] == printed


def test_a_delivery_without_an_error_has_none() -> None:
    about = Notification("n" * 32, "a" * 32, "desk", "new_story", 0, "{}", NOW)
    assert notification_row(about, (DELIVERY,))["deliveries"][0]["last_error"] is None

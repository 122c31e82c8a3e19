"""What an event of ``news.alerts`` says of its article."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from core.messages import UNNAMED, AlertEvent

FIELDS = {
    "alert_id": "b" * 32, "event": "opened", "topic_id": "t", "story_id": "s", "reason": "New.",
    "article_id": "a" * 32, "reason_code": "new_story", "at": datetime(2026, 1, 1, tzinfo=UTC),
}  # fmt: skip


def test_an_event_names_its_article_in_bounded_text() -> None:
    long = "https://example.org/" + "a" * 2048
    wrong = []
    for field, text, expected in (
        ("headline", "Ein Titel", "Ein Titel"),
        ("headline", "  \n ", None),
        ("headline", "Zwei\nZeilen\x00\u202e", "Zwei Zeilen"),
        ("headline", "x" * 301, "x" * 299 + "…"),
        ("headline", None, None),
        ("url", long[:2048], long[:2048]),
        ("url", long[:2049], None),
        ("url", "", None),
    ):
        event = AlertEvent.model_validate(FIELDS | {field: text})
        if getattr(event, field) != expected:
            wrong.append((field, text, getattr(event, field)))
        assert AlertEvent.model_validate_json(event.to_json()) == event
    assert wrong == []


def test_an_event_of_an_older_version_names_no_article() -> None:
    event = AlertEvent.model_validate(FIELDS)
    assert (event.headline, event.url, event.outlet) == tuple(UNNAMED.values())


def test_a_headline_or_url_that_is_no_text_is_not_valid() -> None:
    for field in ("headline", "url"):
        with pytest.raises(ValidationError, match=f"(?s){field}.*string_type"):
            AlertEvent.model_validate(FIELDS | {field: 5})

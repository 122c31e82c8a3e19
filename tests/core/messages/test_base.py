"""Messages are frozen, ignore unknown fields, and have their times in UTC."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from core.messages import FeedHealth

FIELDS = {
    "feed_id": "kurier-1",
    "outlet": "kurier",
    "url": "https://kurier.example.org/feed",
    "event": "gone",
    "outcome": "http_410",
    "message": "Gone.",
    "at": datetime(2026, 1, 1, 12, tzinfo=UTC),
}


def test_a_time_with_another_zone_becomes_utc() -> None:
    summer = datetime(2026, 7, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    message = FeedHealth.model_validate(FIELDS | {"at": summer})
    assert message.at == datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert message.at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 7, 1, 14)  # noqa: DTZ001 this is what the test is about
    with pytest.raises(ValidationError, match="without a time zone"):
        FeedHealth.model_validate(FIELDS | {"at": naive})


def test_an_unknown_field_is_ignored() -> None:
    message = FeedHealth.model_validate(FIELDS)
    extended = json.dumps(json.loads(message.to_json()) | {"mood": "new"})
    assert FeedHealth.model_validate_json(extended) == message


def test_a_message_is_frozen() -> None:
    message = FeedHealth.model_validate(FIELDS)
    with pytest.raises(ValidationError, match="frozen"):
        message.url = "other"  # type: ignore[misc]

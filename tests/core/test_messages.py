"""Records: deterministic ids, CloudEvents headers, tolerant reading."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from config.errors import PoisonError
from core.ids import article_id, feed_id, hash_parts
from core.messages import AlertEvent, ArticleRevision, FeedHealth, FeedHealthKind
from core.messages.envelope import from_record, to_record
from core.streams.port import Record

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def article(**changes: object) -> ArticleRevision:
    fields: dict[str, object] = {
        "article_id": "a" * 32,
        "revision": 1,
        "url": "https://example.org/a",
        "title": "Titel",
        "outlet": "kurier",
        "feed_id": "kurier-00000000",
        "language": "de",
        "country": "DE",
        "first_seen_at": NOW,
        "fetched_at": NOW,
    }
    return ArticleRevision.model_validate(fields | changes)


def test_the_same_input_gives_the_same_id_and_another_another() -> None:
    first, again = to_record(article(), at=NOW), to_record(article(title="Neu"), at=NOW)
    other = to_record(article(revision=2), at=NOW)
    ids = [dict(r.headers)["ce_id"] for r in (first, again, other)]
    assert ids[0] == ids[1] != ids[2]


def test_the_clock_is_no_part_of_an_alert_events_id() -> None:
    fields = {
        "alert_id": "b" * 32, "event": "opened", "topic_id": "t", "story_id": "s",
        "article_id": "a" * 32, "revision": 1, "reason": "New.", "reason_code": "new_story",
    }  # fmt: skip
    first = AlertEvent.model_validate(fields | {"at": NOW})
    later = AlertEvent.model_validate(fields | {"at": NOW + timedelta(hours=1)})
    other = AlertEvent.model_validate(fields | {"at": NOW, "revision": 2})
    ids = [dict(to_record(e, at=e.at).headers)["ce_id"] for e in (first, later, other)]
    assert ids[0] == ids[1] != ids[2]


def test_parts_of_an_id_cannot_run_into_one_another() -> None:
    assert hash_parts("ab", "c") != hash_parts("a", "bc")
    assert len(article_id("https://example.org/a")) == 32
    assert feed_id("kurier", "https://example.org/f").startswith("kurier-")


def test_a_record_is_a_cloud_event_in_binary_mode() -> None:
    record = to_record(article(), at=NOW)
    headers = {name: value.decode() for name, value in record.headers}
    assert record.stream == "news.articles.v1"
    assert record.key == b"a" * 32
    assert headers["ce_specversion"] == "1.0"
    assert headers["ce_time"] == "2026-01-01T12:00:00Z"
    assert headers["content-type"] == "application/json"
    assert json.loads(record.value or b"")["first_seen_at"] == "2026-01-01T12:00:00Z"


def test_feed_health_is_keyed_by_its_feed() -> None:
    message = FeedHealth(
        feed_id="kurier-1",
        outlet="kurier",
        url="u",
        event=FeedHealthKind.GONE,
        outcome="http_410",
        message="gone",
        at=NOW,
    )
    assert to_record(message, at=NOW).key == b"kurier-1"


def test_times_need_a_zone_and_become_utc() -> None:
    summer = timezone(timedelta(hours=2))
    moved = article(fetched_at=datetime(2026, 7, 1, 14, tzinfo=summer))
    assert moved.fetched_at == datetime(2026, 7, 1, 12, tzinfo=UTC)
    with pytest.raises(ValidationError, match="without a zone"):
        article(fetched_at=datetime(2026, 7, 1, 14))  # noqa: DTZ001 - the point of the test


def test_fields_nobody_knows_yet_are_ignored_and_messages_are_frozen() -> None:
    message = ArticleRevision.model_validate_json(
        json.dumps(json.loads(article().to_json()) | {"mood": "new"})
    )
    assert message == article()
    with pytest.raises(ValidationError, match="frozen"):
        message.title = "other"  # type: ignore[misc]


def test_a_record_gives_its_message_back() -> None:
    new = to_record(article(), at=NOW)
    assert from_record(read(new.value), ArticleRevision) == article()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "The record has no value, so it is not of type ArticleRevision."),
        (b"", "value: Invalid JSON"),
        (b"{}", r"article_id: Field required \(\d+ more\)"),
        (b'{"revision": "x"}', "not of type ArticleRevision"),
    ],
)
def test_a_record_of_another_type_is_poison(value: bytes | None, words: str) -> None:
    with pytest.raises(PoisonError, match=words):
        from_record(read(value), ArticleRevision)


def read(value: bytes | None) -> Record:
    return Record("news.articles.v1", 0, 1, b"k", value, (), NOW)

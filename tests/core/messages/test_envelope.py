"""Messages become records with deterministic ids and CloudEvents headers, and are read back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

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


def test_a_record_has_the_same_id_for_the_same_revision_only() -> None:
    first, again = to_record(article(), at=NOW), to_record(article(title="Neu"), at=NOW)
    other = to_record(article(revision=2), at=NOW)
    ids = [dict(r.headers)["ce_id"] for r in (first, again, other)]
    assert ids[0] == ids[1] != ids[2]


def test_the_time_of_an_alert_event_is_not_part_of_its_id() -> None:
    fields = {
        "alert_id": "b" * 32, "event": "opened", "topic_id": "t", "story_id": "s",
        "article_id": "a" * 32, "revision": 1, "reason": "New.", "reason_code": "new_story",
    }  # fmt: skip
    first = AlertEvent.model_validate(fields | {"at": NOW})
    later = AlertEvent.model_validate(fields | {"at": NOW + timedelta(hours=1)})
    other = AlertEvent.model_validate(fields | {"at": NOW, "revision": 2})
    ids = [dict(to_record(e, at=e.at).headers)["ce_id"] for e in (first, later, other)]
    assert ids[0] == ids[1] != ids[2]


def test_the_boundaries_of_its_parts_are_part_of_an_id() -> None:
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


def test_a_message_is_read_back_from_its_record() -> None:
    new = to_record(article(), at=NOW)
    assert from_record(read(new.value), ArticleRevision) == article()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "The record has no value, so it is not of type ArticleRevision."),
        (b"", "value: json_invalid"),
        (b"{}", r"article_id: missing \(\d+ more\)"),
        (b'{"revision": "x"}', "not of type ArticleRevision"),
    ],
)
def test_a_record_of_another_type_is_poison(value: bytes | None, message: str) -> None:
    with pytest.raises(PoisonError, match=message):
        from_record(read(value), ArticleRevision)


def read(value: bytes | None) -> Record:
    return Record("news.articles.v1", 0, 1, b"k", value, (), NOW)

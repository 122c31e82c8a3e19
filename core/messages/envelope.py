"""CloudEvents 1.0 in binary mode: attributes as ``ce_*`` headers, the message as JSON value.

``ce_id`` is deterministic (:func:`core.ids.event_id`): records with the same id are the same event.
The Kafka binding prescribes attribute names with the prefix ``ce_``, times in RFC 3339, the
``partitionkey`` extension as the record's key, and ``content-type`` for the type of the value.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError

from config.errors import PoisonError
from core.clock import rfc3339
from core.ids import event_id
from core.messages.alert import AlertEvent
from core.messages.article import ArticleRevision
from core.messages.base import Message
from core.messages.enriched import Enriched
from core.messages.feed_health import FeedHealth
from core.messages.match import Match
from core.streams.port import NewRecord, Record

M = TypeVar("M", bound=Message)

ARTICLES = "news.articles.v1"
ENRICHED = "news.enriched.v1"
MATCHES = "news.matches.v1"
ALERTS = "news.alerts.v1"
FEED_HEALTH = "news.feed-health.v1"
DEAD_LETTER = "news.dead-letter.v1"

STREAM_MESSAGES: dict[str, type[Message]] = {
    ARTICLES: ArticleRevision,
    ENRICHED: Enriched,
    MATCHES: Match,
    ALERTS: AlertEvent,
    FEED_HEALTH: FeedHealth,
}
"""The message type of each public stream."""


def topic_stream(topic_id: str) -> str:
    """Return the name of the stream with a topic's matches (``publish: true`` in the topic)."""
    return f"news.topic.{topic_id}.v1"


def schema_uri(stream: str) -> str:
    """Return the absolute URI of a stream's schema: its ``$id``, and ``ce_dataschema``."""
    return f"urn:wirewatch:schema:{stream}"


def _natural_key(message: Message) -> tuple[str, tuple[str, ...], str]:
    """Return the stream, the natural key and the record key of a message."""
    match message:
        case ArticleRevision(article_id=article, revision=revision):
            return ARTICLES, (article, str(revision)), article
        case Enriched(article_id=article, revision=revision):
            return ENRICHED, (article, str(revision)), article
        case Match(topic_id=topic, article_id=article, revision=revision):
            return MATCHES, (topic, message.topic_revision, article, str(revision)), topic
        case AlertEvent(alert_id=alert):
            key = (
                alert,
                message.event.value,
                message.reason_code,
                message.article_id,
                str(message.revision or ""),
                message.notification_id or "",
                message.target or "",
                *((rfc3339(message.at),) if message.is_repeatable else ()),
            )
            return ALERTS, key, alert
        case FeedHealth(feed_id=feed):
            return FEED_HEALTH, (feed, message.event.value, rfc3339(message.at)), feed
    raise TypeError(f"{type(message).__name__} belongs to no stream")


def to_record(
    message: Message, *, at: datetime, stream: str | None = None, key: str | None = None
) -> NewRecord:
    """Return the record of a message.

    Args:
        message: A message of one of the types in :data:`STREAM_MESSAGES`.
        at: Time of the record: when the article was fetched, or when the event happened.
        stream: The stream, if it is not the message's own (a topic's stream of matches).
        key: The record key, if it is not the message's own.

    Raises:
        TypeError: The message belongs to no stream.
    """
    own_stream, natural_key, own_key = _natural_key(message)
    stream, key = stream or own_stream, key or own_key
    headers = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": event_id(stream, *natural_key),
        "ce_source": "/wirewatch",
        "ce_type": f"wirewatch.{own_stream}",
        "ce_time": rfc3339(at),
        "ce_subject": natural_key[0],
        "ce_partitionkey": key,
        "ce_dataschema": schema_uri(own_stream),
    }
    return NewRecord(
        stream=stream,
        key=key.encode(),
        value=message.to_json(),
        headers=tuple((name, text.encode()) for name, text in headers.items()),
        time=at,
    )


def from_record(record: Record, kind: type[M]) -> M:
    """Return the message in a record.

    Args:
        record: A record of any stream.
        kind: The type of the message.

    Raises:
        PoisonError: The record has no message of this type.
    """
    name = kind.__name__
    if record.value is None:
        raise PoisonError(f"The record has no value, so it is not of type {name}.")
    try:
        return kind.model_validate_json(record.value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        # The type instead of the message, which may quote the record.
        field = ".".join(map(str, first["loc"])) or "value"
        message = f"The record is not of type {name}: {field}: {first['type']}"
        more = error.error_count() - 1
        raise PoisonError(f"{message} ({more} more)" if more else message) from None

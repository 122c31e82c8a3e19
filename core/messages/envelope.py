"""CloudEvents 1.0, binary mode: attributes as ``ce_*`` headers, the message as JSON value.

``ce_id`` is deterministic (:func:`core.ids.event_id`), so a reader that sees an id twice has seen
one event twice. Kafka's binding asks for attribute names after ``ce_``, times in RFC 3339, the
``partitionkey`` extension in the record's key, and ``content-type`` for the value's own type.
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
"""What travels on each public stream."""


def topic_stream(topic_id: str) -> str:
    """The opt-in copy of one topic's matches (``publish: true``)."""
    return f"news.topic.{topic_id}.v1"


def schema_uri(stream: str) -> str:
    """What ``ce_dataschema`` and the schema's ``$id`` say: CloudEvents asks for an absolute URI."""
    return f"urn:wirewatch:schema:{stream}"


def _natural_key(message: Message) -> tuple[str, tuple[str, ...], str]:
    """The stream, the natural key and the record key of a message."""
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
                *((rfc3339(message.at),) if message.is_by_hand else ()),
            )
            return ALERTS, key, alert
        case FeedHealth(feed_id=feed):
            return FEED_HEALTH, (feed, message.event.value, rfc3339(message.at)), feed
    raise TypeError(f"{type(message).__name__} travels on no stream")


def to_record(
    message: Message, *, at: datetime, stream: str | None = None, key: str | None = None
) -> NewRecord:
    """The record that carries ``message``.

    Args:
        message: One of the five messages of :mod:`core.messages`.
        at: Time of the record: when the article was fetched, else when the event happened.
        stream: Another stream than the message's own (a topic's copy of its matches).
        key: Another record key than the message's own.

    Raises:
        TypeError: The message is not one that travels on a stream.
    """
    home, natural, record_key = _natural_key(message)
    stream, key = stream or home, key or record_key
    kind = f"wirewatch.{home}"
    headers = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": event_id(stream, *natural),
        "ce_source": "/wirewatch",
        "ce_type": kind,
        "ce_time": rfc3339(at),
        "ce_subject": natural[0],
        "ce_partitionkey": key,
        "ce_dataschema": schema_uri(home),
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
        record: From any stream.
        kind: What it should hold.

    Raises:
        PoisonError: It holds no such message.
    """
    name = kind.__name__
    if record.value is None:
        raise PoisonError(f"The record has no value, so it is not of type {name}.")
    try:
        return kind.model_validate_json(record.value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "value"
        message = f"The record is not of type {name}: {where}: {first['msg']}"
        more = error.error_count() - 1
        raise PoisonError(f"{message} ({more} more)" if more else message) from None

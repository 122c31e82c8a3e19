"""Titles and descriptions of each stream and header: AsyncAPI document, docs/streams.md."""

from __future__ import annotations

from dataclasses import dataclass

from core.messages.envelope import (
    ALERTS,
    ARTICLES,
    DEAD_LETTER,
    ENRICHED,
    FEED_HEALTH,
    MATCHES,
    topic_stream,
)

TOPIC_COPY = topic_stream("{topic_id}")
"""The address of a topic's stream, with the parameter as AsyncAPI writes it."""


@dataclass(frozen=True, slots=True)
class StreamText:
    """The description of a stream.

    Attributes:
        name: Its name in the document.
        title: Its heading.
        summary: One sentence.
        key: What the key of its records is.
    """

    name: str
    title: str
    summary: str
    key: str


TEXTS: dict[str, StreamText] = {
    ARTICLES: StreamText(
        "articles",
        "Article revisions",
        "One record per revision, with the full text.",
        "article_id",
    ),
    ENRICHED: StreamText(
        "enriched",
        "Enrichments",
        "Language, entities and topics of each revision.",
        "article_id",
    ),
    MATCHES: StreamText(
        "matches",
        "Matches",
        "One record per revision and topic that reached its threshold, with the whole article.",
        "topic_id",
    ),
    ALERTS: StreamText(
        "alerts",
        "Alert events",
        "Every decision, including suppressed ones, and the outcome of each notification.",
        "alert_id",
    ),
    FEED_HEALTH: StreamText(
        "feedHealth",
        "Feed health",
        "Poll outcomes that changed something.",
        "feed_id",
    ),
    DEAD_LETTER: StreamText(
        "deadLetters",
        "Dead letters",
        "Records that could not be processed: original key, value and headers, with the reason.",
        "the original record's key",
    ),
    TOPIC_COPY: StreamText(
        "topicMatches",
        "Matches of one topic",
        "A copy of one topic's matches, keyed by article; for topics with `publish: true`.",
        "article_id",
    ),
}
"""Every public stream."""

HEADERS: dict[str, str] = {
    "content-type": "Type of the value (CloudEvents: datacontenttype).",
    "ce_specversion": "Version of CloudEvents.",
    "ce_id": "Deterministic: the same event always has the same id.",
    "ce_source": "The publisher.",
    "ce_type": "Kind of the event; a topic's copy keeps the kind of the match.",
    "ce_time": "When it happened, or when the article was fetched: RFC 3339, UTC.",
    "ce_subject": "The id of what the event is about.",
    "ce_partitionkey": "The record's key.",
    "ce_dataschema": "The $id of the value's JSON Schema.",
    "dlq_stage": "The stage that could not process it: processors or alerts.",
    "dlq_original_stream": "The stream it was read from, without prefix.",
    "dlq_original_partition": "The partition it was read from.",
    "dlq_original_offset": "Its offset in that partition.",
    "dlq_original_time": "The original record's time: RFC 3339, UTC.",
    "dlq_error_class": "Class of the last error.",
    "dlq_error_code": "What was wrong: invalid_message, too_large or defect.",
    "dlq_error_message": "The same in English, cut to 256 characters; never an article's text.",
    "dlq_attempts": "How often it was tried on its own.",
    "dlq_first_failed_at": "When it first failed: RFC 3339, UTC.",
    "dlq_app_version": "Version of the program that wrote the dead letter.",
}
"""Every header that a record may have."""

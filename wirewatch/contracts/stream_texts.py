"""What is said of each stream and header in the AsyncAPI document and in docs/streams.md."""

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
"""The address of a topic's copy, with the parameter as AsyncAPI writes it."""


@dataclass(frozen=True, slots=True)
class StreamText:
    """A stream in words.

    Attributes:
        name: In the document.
        title: For a heading.
        summary: One sentence.
        key: What the records' key is.
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
        "One record per revision and topic that reached its threshold; stands alone.",
        "topic_id",
    ),
    ALERTS: StreamText(
        "alerts",
        "Alert events",
        "Every decision, suppressed ones too, and what became of notifications.",
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
"""Every stream of the contract."""

HEADERS: dict[str, str] = {
    "content-type": "Type of the value (CloudEvents: datacontenttype).",
    "ce_specversion": "Version of CloudEvents.",
    "ce_id": "Deterministic: the same event has the same id, whenever it is sent.",
    "ce_source": "Who publishes.",
    "ce_type": "Kind of the event; a topic's copy keeps the kind of the match.",
    "ce_time": "When it happened, or the article was fetched: RFC 3339, UTC.",
    "ce_subject": "The id of what the event is about.",
    "ce_partitionkey": "The same as the record's key.",
    "ce_dataschema": "The $id of the value's JSON Schema.",
    "dlq_stage": "The stage that gave up: processors or alerts.",
    "dlq_original_stream": "Where the record was read, without prefix.",
    "dlq_original_partition": "The partition it was read from.",
    "dlq_original_offset": "Its offset there.",
    "dlq_original_time": "Its own time there: RFC 3339, UTC.",
    "dlq_error_class": "Class of the last error.",
    "dlq_error_message": "What the last error said, cut to 256 characters.",
    "dlq_attempts": "How often it was tried by itself.",
    "dlq_first_failed_at": "When it failed first: RFC 3339, UTC.",
    "dlq_app_version": "Version of the program that gave up.",
}
"""Every header that is sent."""

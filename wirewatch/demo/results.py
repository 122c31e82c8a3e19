"""What Wirewatch made of each edition, read from the public streams. Nothing is written.

::

    news.articles ─ news.enriched ─ news.matches ─ news.alerts ─ news.feed-health ──▶ Results
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.messages import HELD, AlertEvent, ArticleRevision, Enriched, FeedHealth, Match, Message
from core.messages.envelope import ALERTS, ARTICLES, ENRICHED, FEED_HEALTH, MATCHES, from_record
from core.streams.port import StreamLog

Key = tuple[str, int]
"""An article's id and its revision."""

DECISIONS = ("opened", "updated", "suppressed")

_MESSAGES: Mapping[str, type[Message]] = {
    ALERTS: AlertEvent,
    FEED_HEALTH: FeedHealth,
    MATCHES: Match,
    ENRICHED: Enriched,
    ARTICLES: ArticleRevision,
}
"""In the order in which the streams are read: what led to a decision is then there as well."""


@dataclass
class Results:
    """The records so far.

    Attributes:
        articles: By article and revision; ``enriched`` too.
        matches: By article, revision and topic; ``decisions`` too.
        held: The messages that wait, by article, revision and topic.
        health: The changes of the feeds' health, in order.
    """

    articles: dict[Key, ArticleRevision] = field(default_factory=dict)
    enriched: dict[Key, Enriched] = field(default_factory=dict)
    matches: dict[tuple[Key, str], Match] = field(default_factory=dict)
    decisions: dict[tuple[Key, str], AlertEvent] = field(default_factory=dict)
    held: dict[tuple[Key, str], AlertEvent] = field(default_factory=dict)
    health: list[FeedHealth] = field(default_factory=list)

    def add(self, message: Message) -> None:
        """Add a record."""
        if isinstance(message, ArticleRevision):
            self.articles[message.article_id, message.revision] = message
        elif isinstance(message, Enriched):
            self.enriched[message.article_id, message.revision] = message
        elif isinstance(message, Match):
            self.matches[(message.article_id, message.revision), message.topic_id] = message
        elif isinstance(message, FeedHealth):
            self.health.append(message)
        elif isinstance(message, AlertEvent) and message.event in DECISIONS:
            kind = self.held if message.reason_code == HELD else self.decisions
            kind[(message.article_id, message.revision or 0), message.topic_id] = message

    def is_decided(self, key: Key) -> bool:
        """Return whether a revision was enriched and each of its matches decided."""
        enriched = self.enriched.get(key)
        return enriched is not None and all(
            (key, topic.topic_id) in self.decisions for topic in enriched.topics
        )


class ResultsReader:
    """Reads the new records of the streams."""

    def __init__(self, streams: StreamLog) -> None:
        self._streams = streams
        self._next: dict[tuple[str, int], int] = {}

    def read_new(self) -> list[Message]:
        """Return the records that were not returned before: articles first, decisions last."""
        existing = {info.name for info in self._streams.list_streams()}
        batches = [self._read(stream) for stream in _MESSAGES if stream in existing]
        return [message for batch in reversed(batches) for message in batch]

    def _read(self, stream: str) -> list[Message]:
        messages = []
        for record in self._streams.read(stream):
            partition = (record.stream, record.partition)
            if record.offset >= self._next.get(partition, 0):
                self._next[partition] = record.offset + 1
                messages.append(from_record(record, _MESSAGES[stream]))
        return messages

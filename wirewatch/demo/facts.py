"""What came of each edition, read from the public streams; nothing is written.

::

    news.articles ─ news.enriched ─ news.matches ─ news.alerts ─ news.feed-health ──▶ Facts
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.messages import AlertEvent, ArticleRevision, Enriched, FeedHealth, Match, Message
from core.messages.envelope import ALERTS, ARTICLES, ENRICHED, FEED_HEALTH, MATCHES, from_record
from core.streams.port import StreamLog

Key = tuple[str, int]
"""An article's id and its revision."""

DECISIONS = ("opened", "updated", "suppressed")

_KINDS: Mapping[str, type[Message]] = {
    ALERTS: AlertEvent,
    FEED_HEALTH: FeedHealth,
    MATCHES: Match,
    ENRICHED: Enriched,
    ARTICLES: ArticleRevision,
}
"""Read in this order: whoever has seen a decision finds what led to it."""


@dataclass
class Facts:
    """What is known so far.

    Attributes:
        articles: By article and revision; ``enriched`` too.
        matches: By article, revision and topic; ``decisions`` too.
    """

    articles: dict[Key, ArticleRevision] = field(default_factory=dict)
    enriched: dict[Key, Enriched] = field(default_factory=dict)
    matches: dict[tuple[Key, str], Match] = field(default_factory=dict)
    decisions: dict[tuple[Key, str], AlertEvent] = field(default_factory=dict)
    health: list[FeedHealth] = field(default_factory=list)

    def add(self, message: Message) -> None:
        """One more record."""
        if isinstance(message, ArticleRevision):
            self.articles[message.article_id, message.revision] = message
        elif isinstance(message, Enriched):
            self.enriched[message.article_id, message.revision] = message
        elif isinstance(message, Match):
            self.matches[(message.article_id, message.revision), message.topic_id] = message
        elif isinstance(message, FeedHealth):
            self.health.append(message)
        elif isinstance(message, AlertEvent) and message.event in DECISIONS:
            self.decisions[(message.article_id, message.revision or 0), message.topic_id] = message

    def is_settled(self, key: Key) -> bool:
        """Whether a revision was matched, and each of its matches decided."""
        found = self.enriched.get(key)
        return found is not None and all((key, t.topic_id) in self.decisions for t in found.topics)


class FactsReader:
    """Reads what is new on the streams."""

    def __init__(self, streams: StreamLog) -> None:
        self._streams = streams
        self._next: dict[tuple[str, int], int] = {}

    def news(self) -> list[Message]:
        """Records not given before: articles first, decisions last."""
        there = {info.name for info in self._streams.list_streams()}
        found = [self._of(stream) for stream in _KINDS if stream in there]
        return [message for messages in reversed(found) for message in messages]

    def _of(self, stream: str) -> list[Message]:
        found = []
        for record in self._streams.read(stream):
            place = (record.stream, record.partition)
            if record.offset >= self._next.get(place, 0):
                self._next[place] = record.offset + 1
                found.append(from_record(record, _KINDS[stream]))
        return found

"""One invented but complete record of each kind: the examples of the AsyncAPI document.

All five are about one article: it is fetched, enriched, matches a topic and opens an alert; a feed
of the same outlet fails. Ids and spans are computed as the program computes them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from config.errors import PoisonError
from core.ids import alert_id, article_id, feed_id, hash_parts, story_id
from core.messages import (
    Access,
    AlertEvent,
    AlertEventKind,
    ArticleRevision,
    Enriched,
    EntityMention,
    Evidence,
    FeedHealth,
    FeedHealthKind,
    Field,
    Match,
    Message,
    TopicScore,
    Zone,
    article_names,
)
from core.messages.envelope import (
    ARTICLES,
    DEAD_LETTER,
    STREAM_MESSAGES,
    to_record,
    topic_stream,
)
from core.streams.dead_letter import ProcessingFailure, dead_letter
from core.streams.port import NewRecord, Record
from wirewatch.contracts.stream_texts import TOPIC_COPY

FETCHED = datetime(2026, 11, 22, 9, 0, 12, 345678, tzinfo=UTC)
"""When the article was fetched: the time of its records."""

DECIDED = datetime(2026, 11, 22, 9, 0, 13, 204000, tzinfo=UTC)
FAILED = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)

_URL = "https://www.kurier.example/politik/nato-beitritt-unterzeichnet"
_FEED = "https://www.kurier.example/feed.xml"
_TOPIC = "nato-membership"
_SENTENCE = "Die Regierung hat den Antrag auf den Nato-Beitritt unterzeichnet."
_SKETCH = "s2:aec10ead83a74be4ade8964e1ec00df6:2:1:TFT8pkHTKfQ="

ARTICLE = ArticleRevision(
    article_id=article_id(_URL),
    revision=1,
    url=_URL,
    title="Schweden unterzeichnet Antrag",
    lead="Die Parlamente müssen noch zustimmen.",
    text=f"{_SENTENCE} Das sagte die Ministerin in Stockholm.",
    outlet="kurier",
    feed_id=feed_id("kurier", _FEED),
    language="de",
    country="AT",
    published_at=datetime(2026, 11, 22, 8, 58, tzinfo=UTC),
    published_source="jsonld",
    first_seen_at=datetime(2026, 11, 22, 9, 0, 10, tzinfo=UTC),
    fetched_at=FETCHED,
    authors=("Eva Muster",),
    agency="apa",
    access=Access.FREE,
    zones=(Zone(zone="related", text="Mehr zum Thema: Bündnisse in Europa"),),
)


def _span(surface: str) -> tuple[int, int]:
    start = ARTICLE.text.index(surface)
    return start, start + len(surface)


def _mention(entity: str, kind: str, surface: str) -> EntityMention:
    start, end = _span(surface)
    return EntityMention(id=entity, type=kind, field="text", start=start, end=end, surface=surface)


def _evidence(surface: str, rule: str) -> Evidence:
    start, end = _span(surface)
    return Evidence(
        field=Field.TEXT, start=start, end=end, surface=surface, rule=rule, sentence=_SENTENCE
    )


_ENTITIES = (_mention("nato", "organisation", "Nato"),)
_REVISION = hash_parts("topic", _TOPIC)
_STORY = story_id(_TOPIC, ARTICLE.article_id)

ENRICHMENT = Enriched(
    article_id=ARTICLE.article_id,
    revision=ARTICLE.revision,
    language="de",
    language_source="detected",
    entities=_ENTITIES,
    topics=(TopicScore(topic_id=_TOPIC, topic_revision=_REVISION, score=55),),
    fingerprint=_SKETCH,
)
MATCH = Match(
    topic_id=_TOPIC,
    topic_revision=_REVISION,
    article_id=ARTICLE.article_id,
    revision=ARTICLE.revision,
    score=55,
    threshold=30,
    rules=("de-direct",),
    evidence=(_evidence("Nato-Beitritt", "de-direct"),),
    article=ARTICLE,
    language="de",
    entities=_ENTITIES,
    fingerprint=_SKETCH,
)
ALERT = AlertEvent(
    alert_id=alert_id(_TOPIC, _STORY),
    event=AlertEventKind.OPENED,
    topic_id=_TOPIC,
    story_id=_STORY,
    article_id=ARTICLE.article_id,
    revision=ARTICLE.revision,
    reason="The first article of a new story.",
    reason_code="new_story",
    at=DECIDED,
    **article_names(ARTICLE),
)
HEALTH = FeedHealth(
    feed_id=ARTICLE.feed_id,
    outlet="kurier",
    url=_FEED,
    event=FeedHealthKind.FAILING,
    outcome="connect",
    message="The server cannot be reached.",
    at=FAILED,
)

EXAMPLES: dict[type[Message], tuple[Message, datetime]] = {
    type(message): (message, at)
    for message, at in (
        (ARTICLE, FETCHED),
        (ENRICHMENT, FETCHED),
        (MATCH, FETCHED),
        (ALERT, DECIDED),
        (HEALTH, FAILED),
    )
}
"""One message of each kind, with the time of its record."""


def example_of(stream: str) -> NewRecord:
    """Return an example record of a stream; the dead letter is an article without its title.

    Args:
        stream: A public stream, the dead letters, or :data:`TOPIC_COPY`.
    """
    if stream == DEAD_LETTER:
        return _dead_letter()
    if stream == TOPIC_COPY:
        return to_record(
            MATCH, at=FETCHED, stream=topic_stream(MATCH.topic_id), key=MATCH.article_id
        )
    message, at = EXAMPLES[STREAM_MESSAGES[stream]]
    return to_record(message, at=at)


def _dead_letter() -> NewRecord:
    article = to_record(ARTICLE, at=FETCHED)
    value = json.loads(ARTICLE.to_json())
    del value["title"]
    spoilt = Record(
        stream=ARTICLES,
        partition=4,
        offset=1207,
        key=article.key,
        value=json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(),
        headers=article.headers,
        time=article.time,
    )
    error = PoisonError("The record is not of type ArticleRevision: title: missing")
    letter = dead_letter(ProcessingFailure(spoilt, "processors", error, 1, DECIDED), at=DECIDED)
    headers = dict(letter.headers) | {"dlq_app_version": b"1.0.0"}  # the same in every release
    return replace(letter, headers=tuple(headers.items()))

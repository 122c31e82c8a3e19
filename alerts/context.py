"""What a decision needs to know, read from the store in the transaction that will keep it.

::

    Match ──read()──▶ Reading (shingles, features: the CPU work, outside any transaction)
                         │
    store ──gather()─────┴──▶ Context: before, copy, story

Articles are compared only where :func:`alerts.decide.gate` leaves the decision open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts import copies
from alerts.decide import Before, Context, Kinship, gate, moment
from alerts.stories import Features, Seen, assign, features
from config.catalog.models import AlertPolicy, TopicDefinition
from core.ids import alert_id
from core.messages import AlertEventKind, Match
from core.store import Connection
from core.store import alerts as kept
from core.store import stories as seen
from core.text.shingles import Fingerprint, parse, shingles
from core.text.shingles import fingerprint as fingerprint_of


@dataclass(frozen=True, slots=True)
class Reading:
    """A match with everything its article is compared by.

    Attributes:
        fingerprint: As the processors computed it.
        shingles: Of lead and body, complete.
        features: What stories compare.
    """

    match: Match
    fingerprint: Fingerprint
    shingles: frozenset[bytes]
    features: Features


def read(match: Match) -> Reading:
    """Compute what the match's article is compared by."""
    words = copies.text_words(match.article)
    mark = parse(match.fingerprint) or parse(fingerprint_of(words))
    assert mark is not None  # noqa: S101 - what we make ourselves can be parsed
    return Reading(match, mark, shingles(words), features(match))


def gather(
    connection: Connection,
    reading: Reading,
    topic: TopicDefinition | None,
    *,
    now: datetime,
    window: timedelta,
) -> Context:
    """The context of one decision.

    Args:
        connection: The transaction that will keep the decision.
        reading: The match.
        topic: Its topic, None where the files in force do not have it.
        now: The present.
        window: Articles further apart are different stories.
    """
    match = reading.match
    context = Context(
        now=now,
        state=None if topic is None else topic.state,
        max_age=(AlertPolicy() if topic is None else topic.alert).max_age,
        before=_before(connection, match),
    )
    if gate(match, context) is not None:
        return context
    copy = _copy(connection, reading, window)
    if copy is not None:
        return replace(context, copy=copy)
    return _with_story(connection, reading, context, window)


def _before(connection: Connection, match: Match) -> Before | None:
    row = kept.decision(connection, match.topic_id, match.article_id, match.revision)
    if row is None:
        return None
    event = AlertEventKind(row.event)
    return Before(row.revision, row.topic_revision, event, row.reason_code, row.story_id)


def _copy(connection: Connection, reading: Reading, window: timedelta) -> Kinship | None:
    match, mark = reading.match, reading.fingerprint
    hashes = copies.sketch(mark)
    rows = seen.sharing(connection, match.topic_id, mark.exact, hashes, limit=copies.CANDIDATES)
    near = [r for r in rows if abs(r.moment - moment(match)) <= window and r.features]
    found = copies.find(_own(reading), [_comparable(row) for row in near])
    if found is None:
        return None
    of = found.of
    told = _told(connection, match.topic_id, of.story_id)
    return Kinship(of.story_id, of.article_id, found.similarity, found.reason, told)


def _own(reading: Reading) -> copies.Comparable:
    match, own = reading.match, reading.features
    return copies.Comparable(
        article_id=match.article_id,
        story_id="",
        outlet=match.article.outlet,
        exact=reading.fingerprint.exact,
        shingles=reading.shingles,
        title=frozenset(own.title),
        words=frozenset(own.words),
    )


def _comparable(row: seen.StoryArticle) -> copies.Comparable:
    """A copy of a copy is a copy of the first."""
    own = Features.model_validate_json(row.features)
    return copies.Comparable(
        article_id=row.copy_of or row.article_id,
        story_id=row.story_id,
        outlet=row.outlet,
        exact=row.exact,
        shingles=copies.unpack(row.shingles),
        title=frozenset(own.title),
        words=frozenset(own.words),
    )


def _with_story(
    connection: Connection, reading: Reading, context: Context, window: timedelta
) -> Context:
    match = reading.match
    at = moment(match)
    rows = seen.between(connection, match.topic_id, at - window, at + window)
    others = [
        Seen(r.article_id, r.story_id, r.outlet, r.moment, Features.model_validate_json(r.features))
        for r in rows
    ]
    choice = assign(reading.features, at, others, window)
    if choice.story_id is None:
        return replace(context, nearest=choice.reason)
    told = _told(connection, match.topic_id, choice.story_id)
    story = Kinship(choice.story_id, choice.article_id, choice.similarity, choice.reason, told)
    return replace(context, story=story)


def _told(connection: Connection, topic_id: str, story_id: str) -> bool:
    return kept.is_open(connection, alert_id(topic_id, story_id))

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
from alerts.decide import DecisionContext, Neighbour, PriorDecision, gate, moment
from alerts.stories import RecentArticle, RecentArticles, StoryFeatures, features
from config.catalog.models import AlertPolicy, TopicDefinition
from core.ids import alert_id
from core.messages import AlertEventKind, Match
from core.store import Connection
from core.store import alerts as alert_store
from core.store import stories as story_store
from core.text.fingerprint import SHINGLE_WORDS, Fingerprint, parse, shingles
from core.text.fingerprint import fingerprint as fingerprint_of


@dataclass(frozen=True, slots=True)
class PreparedMatch:
    """A match with everything its article is compared by.

    Attributes:
        fingerprint: As the processors computed it.
        shingles: Of lead and body, complete.
        features: What stories compare.
    """

    match: Match
    fingerprint: Fingerprint
    shingles: frozenset[bytes]
    features: StoryFeatures

    @property
    def exact(self) -> str:
        """Hash of the text; empty for a few words, which are no text that could be copied."""
        return self.fingerprint.exact if self.fingerprint.words >= SHINGLE_WORDS else ""


def read(match: Match) -> PreparedMatch:
    """Compute what the match's article is compared by."""
    words = copies.text_words(match.article)
    mark = parse(match.fingerprint) or parse(fingerprint_of(words))
    assert mark is not None  # noqa: S101 - what we make ourselves can be parsed
    return PreparedMatch(match, mark, shingles(words), features(match))


class TopicWindows:
    """The topics' articles around the present, read once a transaction.

    Args:
        connection: The transaction that will keep the decisions.
        span: Articles further apart are different stories.
    """

    def __init__(self, connection: Connection, span: timedelta) -> None:
        self.connection = connection
        self.span = span
        self._windows: dict[str, RecentArticles] = {}

    def of(self, topic_id: str, now: datetime, max_age: timedelta) -> RecentArticles:
        """What a topic's matches of up to ``max_age`` are compared with."""
        if topic_id not in self._windows:
            since, until = now - max_age - self.span, now + self.span
            rows = story_store.find_articles_between(self.connection, topic_id, since, until)
            self._windows[topic_id] = RecentArticles(map(_seen, rows))
        return self._windows[topic_id]

    def add(self, article: story_store.StoryArticle) -> None:
        """An article was placed; where its topic's window is open, it is in it from now on."""
        if article.topic_id in self._windows:
            self._windows[article.topic_id].add(_seen(article))


def gather(
    windows: TopicWindows, reading: PreparedMatch, topic: TopicDefinition | None, *, now: datetime
) -> DecisionContext:
    """The context of one decision.

    Args:
        windows: Of the transaction that will keep the decision.
        reading: The match.
        topic: Its topic, None where the files in force do not have it.
        now: The present.
    """
    connection = windows.connection
    match = reading.match
    context = DecisionContext(
        now=now,
        state=None if topic is None else topic.state,
        max_age=(AlertPolicy() if topic is None else topic.alert).max_age,
        before=_before(connection, match),
    )
    if gate(match, context) is not None:
        return context
    copy = _copy(connection, reading, windows.span)
    if copy is not None:
        return replace(context, copy=copy)
    return _with_story(windows, reading, context)


def _before(connection: Connection, match: Match) -> PriorDecision | None:
    row = alert_store.find_decision(connection, match.topic_id, match.article_id, match.revision)
    if row is None:
        return None
    event = AlertEventKind(row.event)
    return PriorDecision(row.revision, row.topic_revision, event, row.reason_code, row.story_id)


def _copy(connection: Connection, reading: PreparedMatch, window: timedelta) -> Neighbour | None:
    match, exact = reading.match, reading.exact
    hashes = copies.sketch(reading.fingerprint)
    rows = story_store.find_articles_sharing_text(
        connection, match.topic_id, exact, hashes, limit=copies.CANDIDATES
    )
    near = [r for r in rows if abs(r.moment - moment(match)) <= window and r.features]
    found = copies.find(_own(reading), [_comparable(row) for row in near])
    if found is None:
        return None
    of = found.of
    told = _told(connection, match.topic_id, of.story_id)
    return Neighbour(of.story_id, of.article_id, found.similarity, found.reason, told)


def _own(reading: PreparedMatch) -> copies.Comparable:
    match, own = reading.match, reading.features
    return copies.Comparable(
        article_id=match.article_id,
        story_id="",
        outlet=match.article.outlet,
        exact=reading.exact,
        shingles=reading.shingles,
        title=frozenset(own.title),
        words=frozenset(own.words),
    )


def _comparable(row: story_store.StoryArticle) -> copies.Comparable:
    """A copy of a copy is a copy of the first."""
    own = StoryFeatures.model_validate_json(row.features)
    return copies.Comparable(
        article_id=row.copy_of or row.article_id,
        story_id=row.story_id,
        outlet=row.outlet,
        exact=row.exact,
        shingles=copies.unpack(row.shingles),
        title=frozenset(own.title),
        words=frozenset(own.words),
    )


def _seen(row: story_store.StoryArticle) -> RecentArticle:
    own = StoryFeatures.model_validate_json(row.features)
    return RecentArticle(row.article_id, row.story_id, row.outlet, row.moment, own)


def _with_story(
    windows: TopicWindows, reading: PreparedMatch, context: DecisionContext
) -> DecisionContext:
    match = reading.match
    window = windows.of(match.topic_id, context.now, context.max_age)
    choice = window.assign(reading.features, moment(match), windows.span)
    if choice.story_id is None:
        return replace(context, nearest=choice.reason)
    told = _told(windows.connection, match.topic_id, choice.story_id)
    story = Neighbour(choice.story_id, choice.article_id, choice.similarity, choice.reason, told)
    return replace(context, story=story)


def _told(connection: Connection, topic_id: str, story_id: str) -> bool:
    return alert_store.exists(connection, alert_id(topic_id, story_id))

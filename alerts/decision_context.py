"""The facts a decision needs, read from the store in the transaction that records the decision.

::

    Match ──prepare()──▶ PreparedMatch (shingles, features: the CPU work, outside any transaction)
                              │
    store ──load_context()────┴──▶ DecisionContext: prior, copy, story, news

Articles are compared only where :func:`alerts.decide.decide_without_comparison` returns None.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts import copies
from alerts.decide import (
    TOLD_ROLES,
    DecisionContext,
    Neighbour,
    PriorDecision,
    ReasonCode,
    article_time,
    decide_without_comparison,
    revises_told_story,
)
from alerts.developments import CORROBORATION_WINDOW, StoryMember, told_words, wording_of
from alerts.gaps import may_notify
from alerts.news import find_news
from alerts.revision_news import find_revision_news
from alerts.revisions import as_compared, find_new_evidence
from alerts.stories import RecentArticle, RecentArticles, StoryFeatures, report, story_features
from alerts.wordings import remembered_wording, stored_features
from config.catalog.models import AlertPolicy, TopicDefinition
from config.i18n import Phrase
from core.ids import alert_id
from core.messages import AlertEventKind, Match
from core.store import Connection
from core.store import alerts as alert_store
from core.store import separations as separation_store
from core.store import stories as story_store
from core.text.fingerprint import (
    SHINGLE_WORDS,
    Fingerprint,
    fingerprint,
    parse_fingerprint,
    shingles,
)

MAX_EARLIER = 200
"""Stems of earlier revisions that are remembered: some ten headlines or paragraphs."""


@dataclass(frozen=True, slots=True)
class PreparedMatch:
    """A match with everything its article is compared by.

    Attributes:
        fingerprint: As the processors computed it.
        shingles: All of lead and body.
        features: What stories compare.
    """

    match: Match
    fingerprint: Fingerprint
    shingles: frozenset[bytes]
    features: StoryFeatures

    @property
    def exact(self) -> str:
        """Hash of the normalised text; empty where that is too short to be copied."""
        return self.fingerprint.exact if self.fingerprint.words >= SHINGLE_WORDS else ""


def prepare(match: Match) -> PreparedMatch:
    """Compute what the match's article is compared by."""
    words = copies.compared_words(match.article)
    parsed = parse_fingerprint(match.fingerprint) or parse_fingerprint(fingerprint(words))
    assert parsed is not None  # noqa: S101 - what fingerprint() makes can be parsed
    compared = match.model_copy(update={"article": as_compared(match)})
    return PreparedMatch(match, parsed, shingles(words), story_features(compared))


class TopicWindows:
    """The recent articles of each topic, read once per transaction.

    Args:
        connection: The transaction that records the decisions.
        span: Articles further apart belong to different stories.
    """

    def __init__(self, connection: Connection, span: timedelta) -> None:
        self.connection = connection
        self.span = span
        self._windows: dict[str, RecentArticles] = {}

    def recent_articles(self, topic_id: str, now: datetime, max_age: timedelta) -> RecentArticles:
        """Return the articles that a topic's matches of up to ``max_age`` are compared with."""
        if topic_id not in self._windows:
            since, until = now - max_age - self.span, now + self.span
            rows = story_store.find_articles_between(self.connection, topic_id, since, until)
            separations = separation_store.load_separations(self.connection, topic_id)
            self._windows[topic_id] = RecentArticles(map(_recent_article, rows), separations)
        return self._windows[topic_id]

    def add(self, article: story_store.StoryArticle) -> None:
        """Add an article that was put in a story to its topic's window, where that is loaded."""
        if article.topic_id in self._windows:
            self._windows[article.topic_id].add(_recent_article(article))


def load_context(
    windows: TopicWindows, prepared: PreparedMatch, topic: TopicDefinition | None, *, now: datetime
) -> DecisionContext:
    """Load the context of one decision.

    Args:
        windows: Of the transaction that records the decision.
        prepared: The match.
        topic: Its topic; None where the files in force do not have it.
        now: The present.
    """
    connection, match = windows.connection, prepared.match
    context = load_facts(connection, match, topic, now=now)
    own = None
    if context.prior is not None and _begins_anew(match, context.prior):
        own = _suppressed_story(connection, match, context.prior)
        context = replace(context, prior=None)
    if revises_told_story(match, context):
        assert context.prior is not None  # noqa: S101 - what is revised was decided before
        return _with_news(windows, prepared, context, context.prior.story_id)
    if decide_without_comparison(match, context) is not None:
        return context
    if own is not None:
        context = replace(context, story=own)
        return _with_news(windows, prepared, context, own.story_id) if own.has_alert else context
    copy = _copy(connection, prepared, windows.span)
    if copy is not None:
        context = replace(context, copy=copy)
        return _with_news(windows, prepared, context, copy.story_id) if copy.has_alert else context
    return _with_story(windows, prepared, context)


def load_facts(
    connection: Connection, match: Match, topic: TopicDefinition | None, *, now: datetime
) -> DecisionContext:
    """Load what a decision depends on without any comparison with other articles."""
    return DecisionContext(
        now=now,
        state=None if topic is None else topic.state,
        max_age=(AlertPolicy() if topic is None else topic.alert).max_age,
        prior=_prior_decision(connection, match),
    )


def _begins_anew(match: Match, prior: PriorDecision) -> bool:
    """Return whether a revision is decided like an article of its own.

    Nobody was told of its earlier revisions: they were backfill, too old or silenced, or the topic
    was not live. But what matches in it is new.
    """
    if prior.event is not AlertEventKind.SUPPRESSED or prior.code == ReasonCode.COPY:
        return False
    if not may_notify(match.article) or prior.revision >= match.revision:
        return False
    return bool(find_new_evidence(match))


def _suppressed_story(
    connection: Connection, match: Match, prior: PriorDecision
) -> Neighbour | None:
    """Return the story that earlier revisions are in although they were suppressed, or None."""
    row = story_store.find_article(connection, match.topic_id, match.article_id)
    if row is None:
        return None
    reason = Phrase(
        "decision.revision_of_suppressed",
        revision=match.revision,
        prior=prior.revision,
        code=Phrase(f"decision.code.{prior.code}"),
    )
    has_alert = _has_alert(connection, match.topic_id, row.story_id)
    return Neighbour(row.story_id, match.article_id, 1.0, reason, has_alert)


def _prior_decision(connection: Connection, match: Match) -> PriorDecision | None:
    row = alert_store.find_decision(connection, match.topic_id, match.article_id, match.revision)
    if row is None:
        return None
    event = AlertEventKind(row.event)
    return PriorDecision(row.revision, row.topic_revision, event, row.reason_code, row.story_id)


def _copy(connection: Connection, prepared: PreparedMatch, span: timedelta) -> Neighbour | None:
    match, hashes = prepared.match, copies.sketch(prepared.fingerprint)
    rows = story_store.find_articles_sharing_text(
        connection, match.topic_id, prepared.exact, hashes, limit=copies.CANDIDATES
    )
    near = [r for r in rows if abs(r.moment - article_time(match)) <= span and r.features]
    copy = copies.find_original(_comparable(prepared), map(_comparable_row, near))
    if copy is None:
        return None
    original = copy.original
    has_alert = _has_alert(connection, match.topic_id, original.story_id)
    return Neighbour(
        original.story_id, original.article_id, copy.similarity, copy.reason, has_alert
    )


def _comparable(prepared: PreparedMatch) -> copies.Comparable:
    match, features = prepared.match, prepared.features
    return copies.Comparable(
        article_id=match.article_id,
        story_id="",
        outlet=match.article.outlet,
        exact=prepared.exact,
        shingles=prepared.shingles,
        title=frozenset(features.title),
        words=frozenset(features.words),
        report=report(features),
    )


def _comparable_row(row: story_store.StoryArticle) -> copies.Comparable:
    """Return an article of the store; a copy stands for its original, so that copies do not chain.

    Only the id is the original's; the text compared is the copy's own.
    """
    features = stored_features(row.features)
    return copies.Comparable(
        article_id=row.copy_of or row.article_id,
        story_id=row.story_id,
        outlet=row.outlet,
        exact=row.exact,
        shingles=copies.unpack_shingles(row.shingles),
        title=frozenset(features.title),
        words=frozenset(features.words),
        report=report(features),
    )


def _recent_article(row: story_store.StoryArticle) -> RecentArticle:
    features = stored_features(row.features)
    return RecentArticle(
        article_id=row.article_id,
        story_id=row.story_id,
        outlet=row.outlet,
        moment=row.moment,
        features=features,
        is_told=row.role in TOLD_ROLES and not features.is_minor,
        seen_at=features.seen_at or row.first_seen_at,
    )


def with_earlier(features: StoryFeatures, older: story_store.StoryArticle) -> StoryFeatures:
    """Return a revision's features with the stems of older revisions that were told.

    Only the last :data:`MAX_EARLIER` are kept, or after hours a live page would have no new words.
    """
    if not older.features:
        return features
    before = stored_features(older.features)
    wording = wording_of(before)
    is_told = older.role in TOLD_ROLES and not before.is_minor
    told = told_words(wording) if is_told else frozenset()
    earlier = (*(stem for stem in before.earlier if stem not in told), *sorted(told))
    return features.model_copy(update={"earlier": earlier[-MAX_EARLIER:]})


def _with_news(
    windows: TopicWindows, prepared: PreparedMatch, context: DecisionContext, story_id: str
) -> DecisionContext:
    """Add what the article says that is new in a story with an alert."""
    match = prepared.match
    recent = windows.recent_articles(match.topic_id, context.now, context.max_age)
    articles = recent.in_story(story_id)
    if context.prior is not None and all(a.article_id != match.article_id for a in articles):
        articles += _earlier_revision(windows.connection, match)
    members = tuple(map(_story_member, articles))
    since = context.now - CORROBORATION_WINDOW
    elsewhere = tuple(map(_story_member, recent.outside_story(story_id, since)))
    if context.prior is not None or find_new_evidence(match):
        news = find_revision_news(match, prepared.features, members, elsewhere)
    else:
        is_copy = context.copy is not None
        news = find_news(match, prepared.features, members, elsewhere, is_copy=is_copy)
    return replace(context, news=news)


def _earlier_revision(connection: Connection, match: Match) -> list[RecentArticle]:
    """Return the earlier revision of an article that is older than the window of its topic."""
    row = story_store.find_article(connection, match.topic_id, match.article_id)
    return [_recent_article(row)] if row is not None and row.features else []


def _story_member(article: RecentArticle) -> StoryMember:
    return StoryMember(
        article_id=article.article_id,
        outlet=article.outlet,
        language=article.features.language,
        seen_at=article.seen_at,
        is_told=article.is_told,
        wording=remembered_wording(article.features),
    )


def _with_story(
    windows: TopicWindows, prepared: PreparedMatch, context: DecisionContext
) -> DecisionContext:
    match = prepared.match
    recent = windows.recent_articles(match.topic_id, context.now, context.max_age)
    nearest = recent.assign(prepared.features, article_time(match), windows.span)
    if nearest.story_id is None:
        return replace(context, no_story=nearest.reason)
    has_alert = _has_alert(windows.connection, match.topic_id, nearest.story_id)
    story = Neighbour(
        nearest.story_id, nearest.article_id, nearest.similarity, nearest.reason, has_alert
    )
    context = replace(context, story=story)
    return _with_news(windows, prepared, context, story.story_id) if has_alert else context


def _has_alert(connection: Connection, topic_id: str, story_id: str) -> bool:
    return alert_store.exists(connection, alert_id(topic_id, story_id))

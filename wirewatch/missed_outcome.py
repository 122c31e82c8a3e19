"""What became of an article under a topic: the answer to "why was I not told of this?".

::

    URL ──▶ never_seen                        no feed has shown it
         └▶ entry ──▶ not_read                its page has not been read, or could not be
                  └▶ article ──▶ not_matched  with the score and the rules
                             ├▶ not_decided   it matches the topic as it is now; nothing was decided
                             └▶ decision ───▶ told, held, or why not (alerts.match_end)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from alerts.match_end import MatchEnd, end_of_notified
from config.i18n import Phrase, in_english
from core.ids import article_id as id_of_url
from core.messages import ArticleRevision
from core.store import Connection, articles, entries, match_counts
from core.store.alerts import DecisionRow, load_decisions_of_article
from core.store.match_counts import NOTIFIED, NotifiedMatch
from core.store.missed_articles import MissedArticle
from ingest.urls import canonical_url, shown_url

if TYPE_CHECKING:
    from processors import Explanation, Processors

NEVER_SEEN, NOT_READ = "never_seen", "not_read"
NOT_MATCHED, NOT_DECIDED, REPLAY = "not_matched", "not_decided", "replay"

_BEST = (MatchEnd.TOLD, MatchEnd.HELD, MatchEnd.JOINED, MatchEnd.SUPPRESSED)


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """What the store has of the article at a URL.

    Attributes:
        article_id: Its id, made from the URL where it was never seen.
        entries: The entries that link to it.
        revisions: Its revisions, oldest first; empty where its page was never read.
    """

    article_id: str
    url: str
    entries: tuple[entries.EntryRecord, ...] = ()
    revisions: tuple[ArticleRevision, ...] = ()

    @property
    def title(self) -> str:
        """Its newest headline; empty where there is none."""
        titles = [entry.title for entry in self.entries]
        titles += [revision.title for revision in self.revisions]
        return next((title for title in reversed(titles) if title), "")


@dataclass(frozen=True, slots=True)
class MissedOutcome:
    """What became of an article under one topic.

    Attributes:
        topic: Id of the topic; empty where it does not matter, since no article is known.
        outcome: ``told``, ``held``, or why it was not told, as a code.
        reason: The same for people.
        decision: The decision that says so; None where there is none.
        explanation: How the rules of the topic judge the article now, where nothing was decided.
    """

    topic: str
    outcome: str
    reason: Phrase
    decision: DecisionRow | None = None
    explanation: Explanation | None = None

    @property
    def is_told(self) -> bool:
        """Whether people were told of the article, or will be."""
        return self.outcome in (MatchEnd.TOLD, MatchEnd.HELD)

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as ``alerts missed --json`` prints it."""
        row: dict[str, Any] = {
            "topic": self.topic,
            "outcome": self.outcome,
            "reason": in_english(self.reason),
            "alert_id": self.decision.alert_id if self.decision else None,
            "story_id": self.decision.story_id if self.decision else None,
            "revision": self.decision.revision if self.decision else None,
            "score": self.decision.score if self.decision else None,
        }
        if self.explanation is not None:
            explained = self.explanation.as_json()
            row |= {name: explained[name] for name in ("score", "threshold", "rules", "gates")}
        return row


def find_article(connection: Connection, url: str) -> KnownArticle:
    """Return what the store has of the article at a URL, or of the article with an id."""
    key = canonical_url(url)
    names = (url, shown_url(url), key)
    row = next(filter(None, (articles.find_by_id_or_url(connection, n) for n in names)), None)
    linking = tuple(entries.find_by_url_keys(connection, [row.url_key if row else key]))
    if row is None:
        return KnownArticle(id_of_url(key), url, linking)
    revisions = tuple(articles.load_revisions(connection, row.article_id))
    return KnownArticle(row.article_id, row.url, linking, revisions)


def find_outcomes(
    connection: Connection, article: KnownArticle, topics: Sequence[str], processors: Processors
) -> list[MissedOutcome]:
    """Return what became of an article under topics; once, where the topic makes no difference."""
    outcomes = [find_outcome(connection, article, topic, processors) for topic in topics]
    return list({(each.topic, each.outcome): each for each in outcomes}.values())


def missed_article(
    article: KnownArticle, outcomes: Sequence[MissedOutcome], topic: str, *, by: str, at: datetime
) -> MissedArticle:
    """Return the report of an article that was missed.

    Args:
        article: The article.
        outcomes: What became of it under the topic, or under all topics.
        topic: The topic under which it should have been told; empty where none is named, and the
            outcome is that of the topic that came closest.
        by: Who missed it.
        at: The present.
    """
    closest = max(outcomes, key=_closeness)
    return MissedArticle(
        topic_id=topic,
        article_id=article.article_id,
        url=article.url,
        title=article.title,
        outcome=closest.outcome,
        reason=closest.reason.dump(),
        by=by,
        at=at,
    )


def _closeness(outcome: MissedOutcome) -> tuple[bool, float]:
    explained = outcome.explanation
    share = explained.score / explained.threshold if explained else 0.0
    return outcome.decision is not None, share


def find_outcome(
    connection: Connection, article: KnownArticle, topic: str, processors: Processors
) -> MissedOutcome:
    """Return what became of an article under a topic that is evaluated.

    Args:
        connection: Any transaction.
        article: The article.
        topic: Id of the topic.
        processors: The topics in force.

    Raises:
        UsageError: There is no such topic.
    """
    decisions = load_decisions_of_article(connection, topic, article.article_id)
    if decisions:
        notified = match_counts.load_notified(connection, (), topic, article.article_id)
        return _decided(topic, decisions, notified)
    if match_counts.is_replayed(connection, topic, article.article_id):
        return MissedOutcome(topic, REPLAY, Phrase("decision.replay"))
    if not article.revisions:
        return _unread(article)
    return _explained(article.revisions, topic, processors)


def _decided(
    topic: str, decisions: Sequence[DecisionRow], notified: Sequence[NotifiedMatch]
) -> MissedOutcome:
    """Return the best end that any revision of an article has under a topic."""
    ends = {match.revision: end_of_notified(match) for match in notified}

    def end_of(row: DecisionRow) -> tuple[MatchEnd, str]:
        if row.match_end == NOTIFIED:
            return ends[row.revision]
        return MatchEnd(row.match_end), row.end_code

    row = min(decisions, key=lambda each: _BEST.index(end_of(each)[0]))
    end, code = end_of(row)
    why = Phrase.load(row.reason)
    if row.topic_state != "live":
        return MissedOutcome(topic, row.topic_state, why, row)
    if end in (MatchEnd.TOLD, MatchEnd.HELD):
        code = code.replace("_", " ")
        reason = Phrase(f"missed.{end.value}", title=row.title, at=row.decided_at, code=code)
        return MissedOutcome(topic, end.value, reason, row)
    return MissedOutcome(topic, code, why, row)


def _unread(article: KnownArticle) -> MissedOutcome:
    if not article.entries:
        return MissedOutcome("", NEVER_SEEN, Phrase("missed.never_seen"))
    entry = article.entries[-1]
    became = entry.disposition or entry.page_outcome or entry.state
    what = became.replace("_", " ")
    reason = Phrase("missed.not_read", feed=entry.feed_id, at=entry.first_seen_at, what=what)
    return MissedOutcome("", NOT_READ, reason)


def _explained(
    revisions: Sequence[ArticleRevision], topic: str, processors: Processors
) -> MissedOutcome:
    """Return how the topic as it is now judges the revision with the best score."""
    explained = [processors.explain(topic, revision) for revision in revisions]
    best = max(explained, key=lambda each: (each.match, each.score))
    if best.match:
        return MissedOutcome(topic, NOT_DECIDED, Phrase("missed.not_decided"), explanation=best)
    score = {"score": best.score, "threshold": best.threshold}
    reason = Phrase("missed.not_matched", **score)
    return MissedOutcome(topic, NOT_MATCHED, reason, explanation=best)

"""What a topic matches in the archive, newest first, within limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from config.catalog.models import TopicDefinition, TopicState
from config.errors import ArchiveTimeoutError
from core.archive import Archive, ArchivedRevision, ArchiveFilter, Proposal
from core.messages import ArticleRevision, Match
from processors import Processors
from processors.steps.match_topics import match_topics
from processors.topics import compile_topic
from processors.vocabulary import Vocabulary
from wirewatch.topic_tools.matching import NEAR
from wirewatch.web.pages.workbench.draft import Draft

CHUNK = 100
LEAST_SECONDS = 0.5
"""Time that each read of the archive has, so that a trial advances on a busy machine too."""
_SAVED = "saved version"
"""Id of the saved version while both are evaluated; no topic can have it."""


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """How much of the archive one request reads.

    Attributes:
        articles: Most revisions.
        seconds: How long it may take.
        listed: Most articles in each list.
    """

    articles: int = 3_000
    seconds: float = 4.0
    listed: int = 50


@dataclass
class NewestArticles:
    """Revisions of the archive, newest first, until a limit is reached.

    Attributes:
        proposal: Words that they contain; empty for any.
        read: How many were read.
        back_to: When the last of them was fetched.
        is_complete: Whether the whole span was read.
    """

    archive: Archive
    since: datetime
    limits: ReadLimits
    now: Callable[[], float] = time.monotonic
    proposal: Proposal = ()
    read: int = field(default=0, init=False)
    back_to: datetime | None = field(default=None, init=False)
    is_complete: bool = field(default=False, init=False)

    def __iter__(self) -> Iterator[ArchivedRevision]:
        """Yield the revisions.

        Raises:
            ArchiveError: The archive is unavailable or damaged.
        """
        deadline, before = self.now() + self.limits.seconds, None
        wanted = ArchiveFilter(self.since, proposal=self.proposal)
        while True:
            left = max(LEAST_SECONDS, deadline - self.now())
            try:
                chunk = self.archive.page(wanted, before=before, limit=CHUNK, seconds=left)
            except ArchiveTimeoutError:
                return
            for revision in chunk:
                if self.read >= self.limits.articles or self.now() > deadline:
                    return
                self.read, self.back_to = self.read + 1, revision.article.fetched_at
                before = revision.number
                yield revision
            if len(chunk) < CHUNK:
                self.is_complete = True
                return

    def articles(self) -> Iterator[ArticleRevision]:
        """Yield the revisions without their enrichment."""
        return (revision.article for revision in self)


@dataclass(frozen=True, slots=True)
class DraftMatches:
    """What a draft makes of articles, each list newest first.

    Attributes:
        matched: Articles that it matches.
        near: Articles at most :data:`NEAR` points below its threshold.
        gained: Articles that only the draft matches; ``lost``: only the saved version.
        saved: How many the saved version matches; None where there is no sound one.
    """

    matched: tuple[Match, ...]
    near: tuple[Match, ...]
    gained: tuple[Match, ...]
    lost: tuple[Match, ...]
    saved: int | None


class DraftMatcher:
    """A draft and the saved version of its topic, compiled to be evaluated on the same articles.

    Args:
        draft: Sound.
        saved: The saved version; None, or one with errors, is not compared with.
        languages: Languages an article may be detected to be in.

    Attributes:
        processors: Have both.
        queries: Queries of which at least one matches whatever either version matches.
    """

    def __init__(self, draft: Draft, saved: Draft | None, languages: tuple[str, ...]) -> None:
        self._topic = _topic(draft)
        self._saved = _topic(saved) if saved is not None and saved.is_sound else None
        both = [_lowered(self._topic, self._topic.id)]
        both += [_lowered(self._saved, _SAVED)] if self._saved else []
        catalog = replace(draft.catalog, topics=tuple(both))
        ids = {entity.id for entity in catalog.entities}
        vocabulary = Vocabulary(catalog.vocabulary, ids)
        topics = [compile_topic(topic, ids, vocabulary) for topic in both]
        self.processors = Processors.of(catalog, topics, languages)
        rules = (rule for topic in topics for rule in topic.rules.rules)
        self.queries = tuple(dict.fromkeys(rule.query for rule in rules if rule.weight > 0))

    def match(self, articles: Iterable[ArchivedRevision]) -> DraftMatches:
        """Return what both make of articles.

        An article is matched by a version that matches one of its revisions.
        """
        best: dict[str, dict[str, Match]] = {self._topic.id: {}, _SAVED: {}}
        for revision in articles:
            analysis = self.processors.index(revision.article, revision.language or None)
            for match in match_topics(self.processors.compiled, analysis).matches:
                _keep_best(best[match.topic_id], match)
        after, before = best[self._topic.id], best[_SAVED]
        saved = self._saved
        if saved is None:
            return _listed(after, self._topic.threshold, None, 1)
        return _listed(after, self._topic.threshold, before, saved.threshold)


def _topic(draft: Draft) -> TopicDefinition:
    assert draft.topic is not None  # noqa: S101  # it is sound
    return draft.topic


def _lowered(topic: TopicDefinition, topic_id: str) -> TopicDefinition:
    lower = max(1, topic.threshold - NEAR)
    return replace(topic, id=topic_id, threshold=lower, state=TopicState.LIVE)


def _keep_best(matches: dict[str, Match], match: Match) -> None:
    known = matches.get(match.article_id)
    if known is None or known.score < match.score:
        matches[match.article_id] = match


def _listed(
    after: dict[str, Match], threshold: int, before: dict[str, Match] | None, saved_threshold: int
) -> DraftMatches:
    new = {key: match for key, match in after.items() if match.score >= threshold}
    near = [match for key, match in after.items() if key not in new]
    if before is None:
        return DraftMatches(tuple(new.values()), tuple(near), (), (), None)
    old = {key: match for key, match in before.items() if match.score >= saved_threshold}
    return DraftMatches(
        tuple(new.values()), tuple(near), _only_in(new, old), _only_in(old, new), len(old)
    )


def _only_in(these: dict[str, Match], those: dict[str, Match]) -> tuple[Match, ...]:
    return tuple(match for key, match in these.items() if key not in those)


def newest_first(matches: Sequence[Match]) -> list[Match]:
    """Return matches by the time at which their articles were fetched."""
    return sorted(matches, key=lambda match: match.article.fetched_at, reverse=True)

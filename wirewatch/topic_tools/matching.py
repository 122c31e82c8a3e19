"""What a topic makes of many articles: matches, near misses and the words of both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from config.catalog.models import Catalog, TopicDefinition, TopicState
from core.clock import rfc3339
from core.messages import ArticleRevision, Match
from processors import Processors

NEAR = 10
"""How many points below the threshold a near miss is at most."""


@dataclass(frozen=True, slots=True)
class Scored:
    """An article with the score that a topic gives it.

    Attributes:
        words: The words that made rules fire, in the order of the text.
    """

    article_id: str
    url: str
    title: str
    lead: str
    outlet: str
    language: str
    at: datetime
    score: int
    rules: tuple[str, ...]
    words: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the article as ``--json`` prints it."""
        return {
            "url": self.url,
            "title": self.title,
            "outlet": self.outlet,
            "language": self.language,
            "at": rfc3339(self.at),
            "score": self.score,
            "rules": list(self.rules),
            "words": list(self.words),
        }


class ScoredTopic:
    """One topic, compiled to find matches and near misses at once.

    Args:
        catalog: The catalog with this topic alone.
        languages: Languages an article may be detected to be in.

    Attributes:
        threshold: The score that makes a match.

    Raises:
        CatalogError: A query has an error.
    """

    def __init__(self, catalog: Catalog, languages: tuple[str, ...]) -> None:
        (topic,) = catalog.topics
        self.topic: TopicDefinition = topic
        self.threshold = topic.threshold
        lower = max(1, topic.threshold - NEAR)
        lowered = replace(topic, threshold=lower, state=TopicState.LIVE)
        self._processors = Processors.compile(replace(catalog, topics=(lowered,)), languages)

    def score(self, article: ArticleRevision) -> Scored | None:
        """Return an article that matches or nearly does, else None."""
        matches = self._processors.process(article).matches
        return _scored(article, matches[0]) if matches else None

    def is_match(self, scored: Scored | None) -> bool:
        """Return whether an article reaches the threshold."""
        return scored is not None and scored.score >= self.threshold


def _scored(article: ArticleRevision, match: Match) -> Scored:
    return Scored(
        article_id=article.article_id,
        url=article.url,
        title=article.title,
        lead=article.lead,
        outlet=article.outlet,
        language=match.article.language,
        at=article.fetched_at,
        score=match.score,
        rules=tuple(match.rules),
        words=tuple(dict.fromkeys(e.surface.casefold() for e in match.evidence)),
    )

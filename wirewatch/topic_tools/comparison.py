"""Two versions of a topic over the same articles: what the change gains and what it loses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.messages import ArticleRevision
from wirewatch.topic_tools.matching import Scored, ScoredTopic


@dataclass(frozen=True, slots=True)
class TopicComparison:
    """What a change of a topic does.

    Attributes:
        articles: How many articles were looked through.
        old: How many of them the old version matches; ``new`` likewise.
        gained: Those that only the new version matches, in the order of time; ``lost`` likewise.
    """

    articles: int
    old: int
    new: int
    gained: tuple[Scored, ...]
    lost: tuple[Scored, ...]

    @property
    def change(self) -> float:
        """The articles gained and lost, as a share of those that the old version matches."""
        return (len(self.gained) + len(self.lost)) / max(1, self.old)

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as ``--json`` prints it."""
        return {
            "articles": self.articles,
            "old": self.old,
            "new": self.new,
            "gained": [each.as_json() for each in self.gained],
            "lost": [each.as_json() for each in self.lost],
        }


def compare_topics(
    old: ScoredTopic,
    new: ScoredTopic,
    articles: Iterable[ArticleRevision],
    number: int | None = None,
) -> TopicComparison:
    """Evaluate two versions of a topic on the same articles.

    An article is matched by a version that matches one of its revisions.

    Args:
        old: The topic as it was.
        new: The topic as it is to be.
        articles: The articles, in the order of time.
        number: How many they are selected from; None where they are all there is.
    """
    before: dict[str, Scored] = {}
    after: dict[str, Scored] = {}
    seen: set[str] = set()
    for article in articles:
        seen.add(article.article_id)
        for topic, matched in ((old, before), (new, after)):
            scored = topic.score(article)
            if scored is not None and topic.is_match(scored):
                matched.setdefault(article.article_id, scored)
    total = len(seen) if number is None else number
    gained, lost = _only_in(after, before), _only_in(before, after)
    return TopicComparison(total, len(before), len(after), gained, lost)


def _only_in(these: dict[str, Scored], those: dict[str, Scored]) -> tuple[Scored, ...]:
    only = (scored for key, scored in these.items() if key not in those)
    return tuple(sorted(only, key=lambda each: (each.at, each.url)))

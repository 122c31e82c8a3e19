"""A backtest: what a topic would have matched and told, by the code that tells it.

::

    articles ──▶ ScoredTopic ──▶ matches, near misses
        └──────▶ simulation  ──▶ messages after stories, plan, caps and quiet hours
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from config.catalog.models import Catalog, TopicState
from config.settings import Settings
from core.messages import ArticleRevision
from wirewatch.simulation import simulate
from wirewatch.simulation.articles import Arrival
from wirewatch.topic_tools.matching import Scored, ScoredTopic


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a topic would have done.

    Attributes:
        articles: How many articles were looked through.
        matches: In the order of time, one for each article.
        near_misses: Articles at most ten points below the threshold, highest score first.
        messages: As ``alerts simulate`` reports them.
    """

    articles: int
    matches: tuple[Scored, ...]
    near_misses: tuple[Scored, ...]
    messages: tuple[dict[str, Any], ...]

    @property
    def per_day(self) -> list[dict[str, Any]]:
        """Matches and messages by day (UTC)."""
        matches = Counter(f"{each.at:%Y-%m-%d}" for each in self.matches)
        messages = Counter(message["at"][:10] for message in self.messages)
        return _rows("day", matches, messages, sorted(matches | messages))

    @property
    def per_outlet(self) -> list[dict[str, Any]]:
        """Matches and messages by outlet, most matches first.

        A message counts for each outlet of which it tells an article for the first time.
        """
        outlets = {each.url: each.outlet for each in self.matches}
        matches = Counter(each.outlet for each in self.matches)
        messages: Counter[str] = Counter()
        for message in self.messages:
            messages.update({outlets.get(url, "") for url in message["urls"]} - {""})
        order = sorted(matches, key=lambda outlet: (-matches[outlet], outlet))
        return _rows("outlet", matches, messages, order)

    def gained_over(self, other: Backtest) -> list[Scored]:
        """Return the matches that another backtest of the same articles has not."""
        known = {each.article_id for each in other.matches}
        return [each for each in self.matches if each.article_id not in known]

    def as_json(self) -> dict[str, Any]:
        """Return the backtest as ``--json`` prints it."""
        return {
            "articles": self.articles,
            "matches": [each.as_json() for each in self.matches],
            "messages": list(self.messages),
            "days": self.per_day,
            "outlets": self.per_outlet,
            "near_misses": [each.as_json() for each in self.near_misses],
        }


def backtest(
    catalog: Catalog,
    settings: Settings,
    arrivals: Iterable[Arrival],
    articles: int | None = None,
) -> Backtest:
    """Run articles through one topic, its stories and its plan. Nothing is stored or sent.

    Args:
        catalog: The operator's files with the topic alone, and with the outlets of the articles.
        settings: Languages and the story window.
        arrivals: The articles, in the order of time.
        articles: How many they are selected from; None where they are all there is.

    Raises:
        CatalogError: A query has an error.
    """
    scores = _Scores(ScoredTopic(catalog, settings.language_codes))
    (topic,) = catalog.topics
    live = replace(catalog, topics=(replace(topic, state=TopicState.LIVE),))
    report = simulate(scores.watching(arrivals), live, settings)
    matches, near = scores.results()
    number = len(scores.seen) if articles is None else articles
    return Backtest(number, matches, near, tuple(report.messages))


class _Scores:
    """Scores the articles on their way into the simulation."""

    def __init__(self, topic: ScoredTopic) -> None:
        self.seen: set[str] = set()
        self._topic = topic
        self._best: dict[str, Scored] = {}

    def watching(self, arrivals: Iterable[Arrival]) -> Iterator[Arrival]:
        """Yield the arrivals that the simulation decides about, and the last one.

        No other one changes what is told, but the last one says when the time is over.
        """
        skipped = None
        for arrival in arrivals:
            article = arrival.revision
            if article is None or article.gone or self._score(article):
                skipped = None
                yield arrival
            else:
                skipped = arrival
        if skipped is not None:
            yield skipped

    def _score(self, article: ArticleRevision) -> bool:
        """Remember an article's best score. Return whether this revision of it matches."""
        self.seen.add(article.article_id)
        scored = self._topic.score(article)
        known = self._best.get(article.article_id)
        if scored is not None and (known is None or scored.score > known.score):
            self._best[article.article_id] = scored
        return self._topic.is_match(scored)

    def results(self) -> tuple[tuple[Scored, ...], tuple[Scored, ...]]:
        """Return matches by time, and near misses by score."""
        best = self._best.values()
        matches = [each for each in best if self._topic.is_match(each)]
        near = [each for each in best if not self._topic.is_match(each)]
        matches.sort(key=lambda each: (each.at, each.url))
        near.sort(key=lambda each: (-each.score, each.at, each.url))
        return tuple(matches), tuple(near)


def _rows(
    name: str, matches: Counter[str], messages: Counter[str], order: Iterable[str]
) -> list[dict[str, Any]]:
    return [{name: key, "matches": matches[key], "messages": messages[key]} for key in order]

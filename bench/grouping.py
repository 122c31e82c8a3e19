"""B-cubed of stories on labelled articles, beside TF-IDF: ``python bench/grouping.py FILE …``.

FILE has JSON lines in order of time, each an article of one topic: ``title lead outlet language
first_seen_at url event`` (the event that it reports, null where none) and ``topical`` (the words of
it that the topic matched).

::

    articles ─┬─ as the program groups them, one after the other
              └─ TF-IDF of words over the file, mean of a story's three nearest articles within
                 72 h, with the single threshold that is best in hindsight
                      ──▶ B-cubed precision, recall and F1 (Amigó et al. 2009), mean of the files
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from heapq import nlargest
from pathlib import Path
from statistics import fmean

from alerts.stories import NEAREST, RecentArticle, RecentArticles, StoryFeatures
from alerts.story_terms import stem, weigh_terms
from alerts.subjects import capitalised_words
from core.text.tokens import folded_words

WINDOW = timedelta(hours=72)
THRESHOLDS = [number / 100 for number in range(6, 60, 2)]

Groups = list[int]
"""The number of the story of each article."""

Figures = tuple[float, float, float]
"""Precision, recall and F1."""


@dataclass(frozen=True)
class Article:
    """A labelled article."""

    title: str
    lead: str
    outlet: str
    language: str
    first_seen_at: str
    url: str
    event: str | None
    topical: tuple[str, ...] = ()

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.first_seen_at)


def group_by_program(articles: Sequence[Article]) -> Groups:
    """Group articles as the program does."""
    recent = RecentArticles()
    groups: Groups = []
    for number, article in enumerate(articles):
        own = _features(article)
        story = recent.assign(own, article.moment, WINDOW).story_id or str(number)
        at, id_ = article.moment, str(number)
        recent.add(RecentArticle(id_, story, article.outlet, at, own, is_told=True, seen_at=at))
        groups.append(int(story))
    return groups


def group_by_tf_idf(articles: Sequence[Article], threshold: float) -> Groups:
    """Group articles by TF-IDF with one threshold."""
    vectors = _tf_idf(articles)
    groups: Groups = []
    for number, article in enumerate(articles):
        scores: dict[int, list[float]] = defaultdict(list)
        for other, story in enumerate(groups):
            if article.moment - articles[other].moment <= WINDOW:
                scores[story].append(_dot(vectors[number], vectors[other]))
        means = {story: fmean(nlargest(NEAREST, found)) for story, found in scores.items()}
        nearest = max(means, key=means.__getitem__, default=number)
        groups.append(nearest if means.get(nearest, 0.0) >= threshold else number)
    return groups


def b_cubed(articles: Sequence[Article], groups: Groups) -> Figures:
    """Return the B-cubed figures of the articles that report an event."""
    labelled = [(a.event, g) for a, g in zip(articles, groups, strict=True) if a.event]
    both = Counter(labelled)
    events, stories = Counter(e for e, _ in labelled), Counter(g for _, g in labelled)
    precision = sum(n * n / stories[story] for (_, story), n in both.items()) / len(labelled)
    recall = sum(n * n / events[event] for (event, _), n in both.items()) / len(labelled)
    return precision, recall, 2 * precision * recall / (precision + recall)


def _features(article: Article) -> StoryFeatures:
    title, lead = folded_words(article.title), folded_words(article.lead)
    topical = {stem(word, "") for words in article.topical for word in folded_words(words)}
    return StoryFeatures(
        language=article.language,
        terms=weigh_terms(title, lead, article.language, topical),
        title=tuple(dict.fromkeys(title)),
        words=tuple(sorted({*title, *lead})),
        lead=tuple(dict.fromkeys(lead)),
        names=capitalised_words(article.lead),
        seen_at=article.moment,
    )


def _tf_idf(articles: Sequence[Article]) -> list[dict[str, float]]:
    counts = [Counter(folded_words(f"{a.title} {a.lead}")) for a in articles]
    having = Counter(word for words in counts for word in words)
    total = len(articles)
    rarity = {word: 1 + math.log((1 + total) / (1 + number)) for word, number in having.items()}
    return [_unit({w: (1 + math.log(n)) * rarity[w] for w, n in words.items()}) for words in counts]


def _unit(vector: Mapping[str, float]) -> dict[str, float]:
    length = math.hypot(*vector.values()) or 1.0
    return {word: weight / length for word, weight in vector.items()}


def _dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(weight * other[word] for word, weight in one.items() if word in other)


def _mean(
    files: Sequence[Sequence[Article]], group: Callable[[Sequence[Article]], Groups]
) -> Figures:
    figures = [b_cubed(articles, group(articles)) for articles in files]
    precision, recall, f1 = (sum(column) / len(files) for column in zip(*figures, strict=True))
    return precision, recall, f1


def main() -> None:
    files = []
    for path in map(Path, sys.argv[1:]):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        files.append([Article(**row) for row in rows])
    if not files:
        print(__doc__)
        return
    own = _mean(files, group_by_program)
    print("the program             P {:.2f} R {:.2f} F1 {:.2f}".format(*own))
    by_threshold = {t: _mean(files, partial(group_by_tf_idf, threshold=t)) for t in THRESHOLDS}
    best = max(by_threshold, key=lambda t: by_threshold[t][2])
    figures = "P {:.2f} R {:.2f} F1 {:.2f}".format(*by_threshold[best])
    print(f"TF-IDF, best threshold  {figures} at {best}")


if __name__ == "__main__":
    main()

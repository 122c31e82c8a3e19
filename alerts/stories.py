"""Stories: whether an article tells an event that a topic's stories tell already.

::

    title (counts double), the next 150 words of lead and body, entities
        ──▶ stems of six letters, German ones glossed ──▶ weights: word x (1 + log count)
                                                           x 0.3 for the topic's own words
    window of the topic's stories ──▶ rarity of a stem among its *stories*
                                          │
    cosine with each article of the window, x decay in time
        ──▶ mean of a story's three nearest ──▶ best story, if near enough

The topic's own words (what its rules matched) and words that many of its stories share tell no
story from another. Rarity counts stories, not articles: a story of fifty articles must not make its
own words common, or the fifty-first would open it anew.

Version ``v1``. Thresholds per pair of languages, measured by ``bench/stories.py`` on the pairs of
SemEval-2022 task 8 (88 de-de, 161 en-en, 60 de-en; an overall score up to 2 is the same story):

======= ========= ===== ===== =====
pair    threshold P     R     F1
======= ========= ===== ===== =====
de-de   .22       .80   .85   .82
en-en   .18       .78   .92   .85
de-en   .16       .71   .56   .63
======= ========= ===== ===== =====

The best thresholds on that set (.19, .17, .15) give F1 .86, .87, .67. Ours are higher because its
different pairs are of different topics, ours of one, and because a wrong merge hides an event
while a wrong split repeats one. On 12 invented events of one day and two topics, each in three to
five wordings of two languages and in twenty orders (tests/alerts/wordings.py): 12.9 stories and .20
wrong merges on average, all across languages. On 310 real articles about Ukraine and Russia, of
three days and eleven outlets, read one by one: the 32 articles on the largest event, and no others,
made one story; with the nearest article alone instead of three, 52 articles of several events did.

Tried and not better on the pairs: TF-IDF over the whole set instead of the fixed weights (F1 +.01,
and it needs the set), character 4-grams and 5-grams (de-de -.02), names counted twice (de-de +.02,
but actors of the background then merge events of one topic), 60 or 100 words instead of 150.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest

from pydantic import BaseModel, ConfigDict

from alerts.gloss import english
from alerts.words import weight
from core.messages import Match
from core.text.tokens import folded_words

VERSION = "v1"
"""Changes with anything that changes a similarity."""

SAME_LANGUAGE = {"de": 0.22, "en": 0.18}
OTHER_LANGUAGE = 0.22
"""Languages not measured: as the stricter of the measured ones."""
CROSS_LANGUAGE = 0.16

WORDS = 150
STEM = 6
TITLE_COUNT = 2
TOPICAL = 0.3
ENTITY_WEIGHT = 1.0
COMMON_FROM = 2
SMOOTHING = 3
CANDIDATES = 60
"""Articles whose cosine is computed: those that share most."""
NEAREST = 3
"""Articles of a story that are compared: one that is like a single member of many is not enough."""
DECAY = timedelta(days=3)
"""Sigma of the decay exp(-t^2 / 2 sigma^2) (Miranda et al. 2018)."""


class StoryFeatures(BaseModel):
    """What stories compare of an article.

    Attributes:
        language: Two letters.
        terms: Weight of each stem and entity.
        title: Folded words of the headline.
        words: Folded words of the headline and of the beginning of the text.
    """

    model_config = ConfigDict(frozen=True)

    language: str
    terms: dict[str, float]
    title: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecentArticle:
    """An article of the window.

    Attributes:
        moment: When it was published, else first seen.
    """

    article_id: str
    story_id: str
    outlet: str
    moment: datetime
    features: StoryFeatures


@dataclass(frozen=True, slots=True)
class StoryAssignment:
    """Where an article belongs.

    Attributes:
        story_id: The story; None for a new one.
        article_id: The nearest article; empty where none shares anything.
        similarity: How near, 0 to 1.
        reason: In words.
    """

    story_id: str | None
    article_id: str
    similarity: float
    reason: str


def features(match: Match) -> StoryFeatures:
    """What stories compare of a match's article."""
    article = match.article
    title = folded_words(article.title)
    text = folded_words(f"{article.lead}\n{article.text}"[: WORDS * 20])[:WORDS]
    topical = {stem(w, "") for e in match.evidence for w in folded_words(e.surface)}
    return StoryFeatures(
        language=match.language,
        terms=terms(title, text, match.language, topical, {e.id for e in match.entities}),
        title=tuple(dict.fromkeys(title)),
        words=tuple(sorted({*title, *text})),
    )


def terms(
    title: Sequence[str],
    text: Sequence[str],
    language: str,
    topical: Iterable[str] = (),
    entities: Iterable[str] = (),
) -> dict[str, float]:
    """Weight of each stem.

    Args:
        title: Folded words of the headline.
        text: Folded words of lead and body.
        language: Two letters.
        topical: Stems of the words that made the topic's rules fire.
        entities: Ids of the entities named.
    """
    counts = Counter({word: TITLE_COUNT * n for word, n in Counter(title).items()})
    counts.update(text)
    own = set(topical)
    weights: dict[str, float] = {}
    for word, count in counts.items():
        known = weight(word) * (TOPICAL if stem(word, "") in own else 1.0)
        if known:
            key = stem(word, language)
            weights[key] = max(weights.get(key, 0.0), (1 + math.log(count)) * known)
    return {k: round(v, 4) for k, v in weights.items()} | {
        f"@{entity}": ENTITY_WEIGHT for entity in entities
    }


def stem(word: str, language: str) -> str:
    """What stands for a word's inflected forms, in German for its English counterpart too.

    A word that holds a figure (F16, 2026) stands for itself.
    """
    if not word.isalpha():
        return word
    glossed = english(word) if language == "de" else None
    return (glossed or word)[:STEM]


def threshold(a: str, b: str) -> float:
    """The similarity two articles of these languages need to be one story."""
    return SAME_LANGUAGE.get(a, OTHER_LANGUAGE) if a == b else CROSS_LANGUAGE


class RecentArticles:
    """A topic's articles of the last days, indexed by stem.

    Args:
        seen: The articles with a text of their own.
    """

    def __init__(self, seen: Iterable[RecentArticle] = ()) -> None:
        self._seen: list[RecentArticle] = []
        self._plain: list[float] = []  # lengths as if every stem were rare
        self._postings: dict[str, list[int]] = {}
        self._stories: dict[str, list[int]] = {}
        self._told_in: Counter[str] = Counter()
        for article in seen:
            self.add(article)

    def add(self, article: RecentArticle) -> None:
        """One more article."""
        number = len(self._seen)
        inside = self._stories.setdefault(article.story_id, [])
        known = {stem for n in inside for stem in self._seen[n].features.terms}
        self._told_in.update(article.features.terms.keys() - known)
        for each in article.features.terms:
            self._postings.setdefault(each, []).append(number)
        inside.append(number)
        self._plain.append(math.hypot(*article.features.terms.values()) or 1.0)
        self._seen.append(article)

    def rarity(self, stem: str) -> float:
        """How little the window's stories share a stem: 1 where fewer than two have it."""
        stories = self._told_in[stem]
        return 1.0 if stories < COMMON_FROM else 1 - stories / (len(self._stories) + SMOOTHING)

    def assign(self, own: StoryFeatures, moment: datetime, window: timedelta) -> StoryAssignment:
        """The story an article belongs to.

        Args:
            own: The article.
            moment: When it was published, else first seen.
            window: Articles further apart are different stories.
        """
        shares: dict[str, list[tuple[float, float, int]]] = {}
        for number, found in self._similar(own):
            other = self._seen[number]
            if abs(other.moment - moment) <= window:
                found *= _decay(other.moment - moment)
                share = found / threshold(own.language, other.features.language)
                shares.setdefault(other.story_id, []).append((share, found, number))
        if not shares:
            hours = window.total_seconds() / 3600
            reason = f"The topic has no story like it in the {hours:.0f} h around it."
            return StoryAssignment(None, "", 0.0, reason)
        return self._nearest(own, shares)

    def _similar(self, own: StoryFeatures) -> Iterator[tuple[int, float]]:
        """The articles that share most, with their cosine."""
        shared: dict[int, float] = {}
        for each, own_weight in own.terms.items():
            rare = own_weight * self.rarity(each) ** 2
            for number in self._postings.get(each, ()):
                terms = self._seen[number].features.terms
                shared[number] = shared.get(number, 0.0) + rare * terms[each]
        length = self._length(own.terms)
        for number in nlargest(CANDIDATES, shared, key=lambda n: shared[n] / self._plain[n]):
            other = self._length(self._seen[number].features.terms)
            yield number, shared[number] / (length * other)

    def _length(self, terms: Mapping[str, float]) -> float:
        return math.sqrt(sum((w * self.rarity(k)) ** 2 for k, w in terms.items()))

    def _nearest(
        self, own: StoryFeatures, shares: Mapping[str, list[tuple[float, float, int]]]
    ) -> StoryAssignment:
        """The story whose nearest articles are nearest."""
        ranked = {
            story: sum(share for share, _, _ in nlargest(NEAREST, found))
            / min(NEAREST, len(self._stories[story]))
            for story, found in shares.items()
        }
        story = max(ranked, key=lambda s: (ranked[s], s))
        _, _, number = max(shares[story])
        other = self._seen[number]
        needed = threshold(own.language, other.features.language)
        return _assignment(other, ranked[story] * needed, needed)


def assign(
    own: StoryFeatures, moment: datetime, seen: Iterable[RecentArticle], window: timedelta
) -> StoryAssignment:
    """:meth:`Window.assign` in a window of these articles."""
    return RecentArticles(seen).assign(own, moment, window)


def similarity(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """Cosine of two articles' terms, as if nothing else were known."""
    shared = sum(w * b[k] for k, w in a.items() if k in b)
    lengths = math.hypot(*a.values()) * math.hypot(*b.values())
    return shared / lengths if shared else 0.0


def _assignment(other: RecentArticle, found: float, needed: float) -> StoryAssignment:
    measure = f"similarity {found:.2f}, needed {needed:.2f}"
    if found >= needed:
        reason = f"The same story as in {other.outlet}: {measure}."
        return StoryAssignment(other.story_id, other.article_id, found, reason)
    reason = f"The nearest is in {other.outlet}: {measure}."
    return StoryAssignment(None, other.article_id, found, reason)


def _decay(apart: timedelta) -> float:
    return math.exp(-((apart / DECAY) ** 2) / 2)

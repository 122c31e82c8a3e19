"""Stories: does an article report an event that one of the topic's stories already reports?

::

    title (counted twice), the first 150 words of lead and body, entities
        ──▶ words with their weight: how rare each is in its language (:mod:`alerts.story_terms`)
    recent articles of the topic ──▶ rarity of a word among their *stories*
                                          │
    the articles that share most words ──▶ words split into runs of four letters
        ──▶ cosine with each, x decay with the time between them
        ──▶ mean over a story's three nearest articles ──▶ the best story, if near enough
            and not the same said of another subject (:mod:`alerts.subjects`)

The topic's own words (those its rules matched) count a little less, and words that many of its
stories share count less the more do. Rarity counts stories, not articles: otherwise a story of
fifty articles would make its own words common, and the fifty-first article would open a new story.

Measured on ten running stories of two and a half days and eleven outlets (1,350 headlines with
teasers, the other events of their topics among them), and on four more topics, each with many
events in like words: darts, ski jumping, a party, fires (635). All were labelled by reading; the
four were labelled last. Mean B-cubed, a changed page of the ten being one article:

================================================== ==================== =====================
compared                                           ten: P, F1           four: P, F1
================================================== ==================== =====================
words weighed by length, threshold .20             .88, .80             .64, .73
words weighed by length, threshold .22             .91, .71             .77, .73
words weighed by rarity, threshold .18             .84, .83             .62, .70
words weighed by rarity, threshold .22             .91, .79             .75, .77
the same, rarity among stories stronger, .21       .91, .79             .78, .79
================================================== ==================== =====================

The last row holds here. TF-IDF over the whole stream, three nearest articles, with the threshold
that is best in hindsight, has F1 .79 (words) and .83 (runs of letters) for the ten and .76 and .73
for the four. In three of ten orders of eight invented events of one day and one topic, German and
English, two of them are merged, within a language none (tests/alerts/sample_events.py,
``bench/stories.py groups``).

Pairs of a headline and a teaser, with nothing else known, are harder: of 444 chosen for being hard,
.65 of those joined are one event, and .92 of those that are one are joined. A logistic regression
on twenty signs reaches .78 and .80.

A topic with 1,000 articles in the window takes 46 ms to load and 11 ms for each new article; with
the rarity of each run it takes 306 and 89 ms.

Longer texts need more: on the pairs of SemEval-2022 task 8 (an overall score of at most 2 is the
same story) German ones have P .74, R .91, F1 .82, English ones .79, .82, .81, and German with
English .62, .72, .67 at .16.

Tried, and no better: the likeness of headlines alone, of the whole story instead of the three
nearest articles, the words that most articles of a story share, and a weighted sum of nine such
signs, trained on nine of the ten stories and tried on the tenth; a headline that shares no word
with the other article as a reason for two stories; the topic's words at .3 or .5; a higher
threshold while few stories are known.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest

from pydantic import BaseModel, ConfigDict

from alerts.separations import choose_story, separated_stories
from alerts.story_terms import (
    part_weights,
    stem,
    stem_of_term,
    stem_weights,
    weigh_terms,
)
from alerts.subjects import Report, capitalised_words, is_about_another, report_of
from config.i18n import Phrase
from core.messages import ArticleRevision, Match
from core.messages.base import Moment
from core.text.tokens import folded_words

SAME_LANGUAGE = {"de": 0.21, "en": 0.25}
OTHER_LANGUAGE = 0.25
"""Languages that were not measured: the stricter of the measured thresholds."""
CROSS_LANGUAGE = 0.16
SHORT_TERMS, LONG_TERMS, LONG_TEXT = 30, 110, 0.12
"""Words of a headline with a teaser, of a whole article, and what those need more."""

WORDS = 150
LEAD = 300
"""Characters of the text that stand for the lead where the article has none."""
COMMON_FROM = 2
SMOOTHING = 4
CANDIDATES = 60
"""Articles whose cosine is computed: those that share most."""
NEAREST = 3
"""Articles of a story that are compared: resembling one article out of many is not enough."""
DECAY = timedelta(days=2)
"""Sigma of the decay exp(-t^2 / 2 sigma^2) (Miranda et al. 2018)."""


class StoryFeatures(BaseModel):
    """What stories compare of an article.

    Attributes:
        language: ISO 639-1.
        terms: Weight of each word and entity.
        title: Folded words of the headline.
        words: Folded words of the headline and of the beginning of the text.
        lead: Folded words of the lead, or of the beginning of the text where it has none.
        names: Those of them that are written with a capital or a figure.
        earlier: Stems, outcomes and tolls of earlier revisions that people were told about.
        seen_at: When this wording was first seen; None in rows of older versions.
        is_minor: Whether this wording is that of a revision of which nobody was told.
    """

    model_config = ConfigDict(frozen=True)

    language: str
    terms: dict[str, float]
    title: tuple[str, ...]
    words: tuple[str, ...]
    lead: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    seen_at: Moment | None = None
    is_minor: bool = False


@dataclass(frozen=True, slots=True)
class RecentArticle:
    """An article that new ones are compared with.

    Attributes:
        is_told: Whether people were told about it.
        seen_at: When this wording was first seen.
        moment: When it was published, or first seen where it has no date.
    """

    article_id: str
    story_id: str
    outlet: str
    moment: datetime
    features: StoryFeatures
    is_told: bool
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class StoryAssignment:
    """The story an article belongs to.

    Attributes:
        story_id: None where no story is near enough.
        article_id: The nearest article; empty where none shares anything.
        similarity: To the nearest story, 0 to 1.
        reason: For people.
    """

    story_id: str | None
    article_id: str
    similarity: float
    reason: Phrase


def story_features(match: Match) -> StoryFeatures:
    """Return what stories compare of a match's article."""
    article = match.article
    title = folded_words(article.title)
    text = folded_words(f"{article.lead}\n{article.text}"[: WORDS * 20])[:WORDS]
    lead = lead_of(article)
    topical = {stem(w, "") for e in match.evidence for w in folded_words(e.surface)}
    return StoryFeatures(
        language=match.language,
        terms=weigh_terms(title, text, match.language, topical, {e.id for e in match.entities}),
        title=tuple(dict.fromkeys(title)),
        words=tuple(sorted({*title, *text})),
        lead=tuple(dict.fromkeys(folded_words(lead))),
        names=capitalised_words(lead),
        seen_at=article.first_seen_at if match.revision == 1 else article.fetched_at,
    )


def lead_of(article: ArticleRevision) -> str:
    """Return the lead of an article, or the beginning of the text where it has none."""
    return article.lead or article.text[:LEAD]


def threshold(one: StoryFeatures, other: StoryFeatures) -> float:
    """Return the similarity that two articles need to be one story.

    Longer texts share more words by chance, so the shorter of the two raises it.
    """
    if one.language != other.language:
        return CROSS_LANGUAGE
    terms = min(len(one.terms), len(other.terms))
    share = (terms - SHORT_TERMS) / (LONG_TERMS - SHORT_TERMS)
    return SAME_LANGUAGE.get(one.language, OTHER_LANGUAGE) + LONG_TEXT * min(1.0, max(0.0, share))


class RecentArticles:
    """The articles of a topic that a new one is compared with, indexed by stem.

    Args:
        articles: Those with a text of their own: no copies.
        separations: Pairs of stories that an analyst has split.
    """

    def __init__(
        self,
        articles: Iterable[RecentArticle] = (),
        separations: Iterable[tuple[str, str]] = (),
    ) -> None:
        self._apart = separated_stories(separations)
        self._articles: list[RecentArticle] = []
        self._stems: list[dict[str, float]] = []
        self._lengths: list[float] = []  # as if every stem were rare
        self._postings: dict[str, list[int]] = {}
        self._stories: dict[str, list[int]] = {}
        self._numbers: dict[str, int] = {}
        self._vocabularies: dict[str, set[str]] = {}
        self._stories_with: Counter[str] = Counter()
        for article in articles:
            self.add(article)

    def add(self, article: RecentArticle) -> None:
        """Add an article, or let a newer revision take the place of the older one."""
        if article.article_id in self._numbers:
            self._replace(article)
            return
        number = len(self._articles)
        self._numbers[article.article_id] = number
        stems = stem_weights(article.features.terms)
        vocabulary = self._vocabularies.setdefault(article.story_id, set())
        self._stories_with.update(stems.keys() - vocabulary)
        vocabulary.update(stems)
        for each in stems:
            self._postings.setdefault(each, []).append(number)
        self._stories.setdefault(article.story_id, []).append(number)
        self._stems.append(stems)
        self._lengths.append(math.hypot(*stems.values()) or 1.0)
        self._articles.append(article)

    def _replace(self, article: RecentArticle) -> None:
        number = self._numbers[article.article_id]
        stems = stem_weights(article.features.terms)
        for each in stems.keys() - self._stems[number].keys():
            self._postings.setdefault(each, []).append(number)
        self._stems[number] = stems
        self._lengths[number] = math.hypot(*stems.values()) or 1.0
        self._articles[number] = article

    def in_story(self, story_id: str) -> list[RecentArticle]:
        """Return the articles of a story, in the order in which they were added."""
        return [self._articles[number] for number in self._stories.get(story_id, ())]

    def outside_story(self, story_id: str, since: datetime) -> list[RecentArticle]:
        """Return the articles of other stories whose wording was first seen since a time.

        Stories that an analyst has separated from this one are left out.
        """
        left_out = {story_id, *self._apart.get(story_id, ())}
        return [a for a in self._articles if a.seen_at >= since and a.story_id not in left_out]

    def rarity(self, stem: str) -> float:
        """Return how few stories share a stem: 1 where fewer than two have it."""
        stories = self._stories_with[stem]
        return 1.0 if stories < COMMON_FROM else 1 - stories / (len(self._stories) + SMOOTHING)

    def assign(self, own: StoryFeatures, moment: datetime, window: timedelta) -> StoryAssignment:
        """Find the story an article belongs to.

        Args:
            own: The article.
            moment: When it was published, or first seen where it has no date.
            window: Articles further apart belong to different stories.
        """
        scores: dict[str, list[tuple[float, int]]] = {}
        for number, cosine in self._most_similar(own):
            other = self._articles[number]
            if abs(other.moment - moment) <= window:
                similarity = cosine * _decay(other.moment - moment)
                score = similarity / threshold(own, other.features)
                scores.setdefault(other.story_id, []).append((score, number))
        means = self._mean_scores(scores)
        near = [story for story, mean in means.items() if mean >= 1]
        for story in filter(lambda s: self._is_about_another(own, s), near):
            del means[story]
        if not means:
            hours = round(window / timedelta(hours=1))
            return StoryAssignment(None, "", 0.0, Phrase("decision.no_similar_story", hours=hours))
        return self._nearest_story(own, scores, means)

    def _is_about_another(self, own: StoryFeatures, story: str) -> bool:
        """Return whether a story has a report in the form of an article about another subject."""
        articles = [a.features for a in self.in_story(story)]
        same = [report(other) for other in articles if other.language == own.language]
        return is_about_another(report(own), same)

    def _most_similar(self, own: StoryFeatures) -> Iterator[tuple[int, float]]:
        """Yield the articles that share most stems, each with the cosine of the parts."""
        shared: dict[int, float] = {}
        for each, weight in stem_weights(own.terms).items():
            rare = weight * self.rarity(each) ** 2
            for number in self._postings.get(each, ()):
                stems = self._stems[number]
                shared[number] = shared.get(number, 0.0) + rare * stems.get(each, 0.0)
        parts = self._rare_parts(own.terms)
        for number in nlargest(CANDIDATES, shared, key=lambda n: shared[n] / self._lengths[n]):
            yield number, _cosine(parts, self._rare_parts(self._articles[number].features.terms))

    def _rare_parts(self, terms: Mapping[str, float]) -> dict[str, float]:
        return part_weights({w: x * self.rarity(stem_of_term(w)) for w, x in terms.items()})

    def _mean_scores(self, scores: Mapping[str, list[tuple[float, int]]]) -> dict[str, float]:
        """Return the mean over each story's nearest articles; 1 is near enough."""
        return {
            story: sum(score for score, _ in nlargest(NEAREST, of_story))
            / min(NEAREST, len(self._stories[story]))
            for story, of_story in scores.items()
        }

    def _nearest_story(
        self,
        own: StoryFeatures,
        scores: Mapping[str, list[tuple[float, int]]],
        means: Mapping[str, float],
    ) -> StoryAssignment:
        """Return the story whose nearest articles are nearest on average."""
        story = max(means, key=lambda s: (means[s], s))
        story = self._choose_separated(own, story, means)
        _, number = max(scores[story])
        other = self._articles[number]
        needed = threshold(own, other.features)
        return _assignment(other, means[story] * needed, needed)

    def _choose_separated(
        self, own: StoryFeatures, nearest: str, means: Mapping[str, float]
    ) -> str:
        """Choose between the nearest story and those near enough that were split from it."""
        rivals = [s for s in self._apart.get(nearest, ()) if means.get(s, 0.0) >= 1.0]
        if not rivals:
            return nearest
        stems = {
            story: [stem_weights(a.features.terms) for a in self.in_story(story)]
            for story in (nearest, *rivals)
        }
        return choose_story(stem_weights(own.terms), stems) or nearest


def _assignment(other: RecentArticle, similarity: float, needed: float) -> StoryAssignment:
    matches = similarity >= needed
    reason = Phrase(
        "decision.same_story" if matches else "decision.nearest_story",
        outlet=other.outlet,
        percent=round(100 * similarity),
        needed=round(100 * needed),
    )
    story = other.story_id if matches else None
    return StoryAssignment(story, other.article_id, similarity, reason)


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    shared = sum(weight * other[part] for part, weight in one.items() if part in other)
    return shared / (math.hypot(*one.values()) * math.hypot(*other.values())) if shared else 0.0


def report(features: StoryFeatures) -> Report:
    """Return the words of an article by which its subject is told from that of another."""
    return report_of(
        features.title, features.lead, features.words, features.names, features.language
    )


def _decay(apart: timedelta) -> float:
    return math.exp(-((apart / DECAY) ** 2) / 2)

"""Stories: whether an article tells an event that a topic's stories tell already.

::

    title (counts double), the next 150 words of lead and body, entities
        ──▶ stems of six letters, German ones glossed ──▶ weights: word x (1 + log count)
                                                           x 0.3 for the topic's own words
    window of the topic's stories ──▶ rarity of a stem among its *stories*
                                          │
    cosine with each article of the window, x decay in time ──▶ best story, if near enough

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
five wordings of two languages and in twenty orders (tests/alerts/wordings.py): 12.7 stories and .35
wrong merges on average, all across languages.

Tried and not better on the pairs: TF-IDF over the whole set instead of the fixed weights (F1 +.01,
and it needs the set), character 4-grams and 5-grams (de-de -.02), names counted twice (de-de +.02,
but actors of the background then merge events of one topic), 60 or 100 words instead of 150.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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
DECAY = timedelta(days=3)
"""Sigma of the decay exp(-t^2 / 2 sigma^2) (Miranda et al. 2018)."""


class Features(BaseModel):
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
class Seen:
    """An article of the window.

    Attributes:
        moment: When it was published, else first seen.
    """

    article_id: str
    story_id: str
    outlet: str
    moment: datetime
    features: Features


@dataclass(frozen=True, slots=True)
class Assignment:
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


def features(match: Match) -> Features:
    """What stories compare of a match's article."""
    article = match.article
    title = folded_words(article.title)
    text = folded_words(f"{article.lead}\n{article.text}"[: WORDS * 20])[:WORDS]
    topical = {stem(w, "") for e in match.evidence for w in folded_words(e.surface)}
    return Features(
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


def rarity(seen: Iterable[Seen]) -> dict[str, float]:
    """For the stems that two stories or more share: how little they are shared, 0 to 1."""
    stems: dict[str, set[str]] = {}
    for article in seen:
        stems.setdefault(article.story_id, set()).update(article.features.terms)
    shared = Counter(s for inside in stems.values() for s in inside)
    return {s: 1 - n / (len(stems) + SMOOTHING) for s, n in shared.items() if n >= COMMON_FROM}


def similarity(a: Mapping[str, float], b: Mapping[str, float], rare: Mapping[str, float]) -> float:
    """Cosine of two articles' terms, each weighted by its rarity."""
    shared = sum(w * b[k] * rare.get(k, 1.0) ** 2 for k, w in a.items() if k in b)
    return shared / (_length(a, rare) * _length(b, rare)) if shared else 0.0


def assign(own: Features, moment: datetime, seen: Sequence[Seen], window: timedelta) -> Assignment:
    """The story an article belongs to, by its nearest article.

    Args:
        own: The article.
        moment: When it was published, else first seen.
        seen: The topic's articles around that time.
        window: Articles further apart are different stories.
    """
    near = [s for s in seen if abs(s.moment - moment) <= window]
    rare = rarity(near)
    hours = f"the {window.total_seconds() / 3600:.0f} h around it"
    best, best_share = Assignment(None, "", 0.0, f"The topic has no other story in {hours}."), 0.0
    for other in near:
        needed = threshold(own.language, other.features.language)
        found = similarity(own.terms, other.features.terms, rare) * _decay(other.moment - moment)
        if found / needed > best_share or not best.article_id:
            best_share = found / needed
            best = _assignment(other, found, needed)
    return best


def _assignment(other: Seen, found: float, needed: float) -> Assignment:
    if found >= needed:
        reason = (
            f"The same story as in {other.outlet}: similarity {found:.2f}, needed {needed:.2f}."
        )
        return Assignment(other.story_id, other.article_id, found, reason)
    reason = f"The nearest is in {other.outlet}: similarity {found:.2f}, needed {needed:.2f}."
    return Assignment(None, other.article_id, found, reason)


def _length(terms: Mapping[str, float], rare: Mapping[str, float]) -> float:
    return math.sqrt(sum((w * rare.get(k, 1.0)) ** 2 for k, w in terms.items()))


def _decay(apart: timedelta) -> float:
    return math.exp(-((apart / DECAY) ** 2) / 2)

"""Words to add to a topic and to exclude from it, from articles whose right answer is known.

::

    tests of the file   ┐             missed ──▶ words that these have and wanted-not articles lack
    judged alerts       ├─▶ judged ──┤
    labelled headlines  ┘             false alarms ──▶ words that these have and right matches lack
                                           │
    stored articles ──────────────────────▶ cost: what else the word would add, or take away
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.messages import ArticleRevision
from wirewatch.topic_tools.article_words import words_of
from wirewatch.topic_tools.matching import ScoredTopic
from wirewatch.topic_tools.remedies import Remedies
from wirewatch.topic_tools.trial import TrialResult

MAX_WORDS = 20
"""Words to suggest of each kind at most; the best ones."""


@dataclass(slots=True)
class Suggestion:
    """A word to add to a topic, or to exclude from it.

    Attributes:
        word: Folded, as texts are compared.
        articles: Titles of the articles that it would put right.
        harmed: Titles of the judged articles that it would put wrong.
        stored: How many stored articles it would add to the matches, or take from them.
        near: How many of these are near misses; 0 for a word to exclude.
        examples: Titles of some of these.
    """

    word: str
    articles: tuple[str, ...]
    harmed: tuple[str, ...]
    stored: int = 0
    near: int = 0
    examples: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return the suggestion as ``--json`` prints it."""
        return {
            "word": self.word,
            "articles": list(self.articles),
            "harmed": list(self.harmed),
            "stored": self.stored,
            "near_misses": self.near,
            "examples": self.examples,
        }


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What could make a topic better; a person decides.

    Attributes:
        judged: How many articles with a known answer there are.
        stored: How many stored articles the cost was counted in.
        add: Words to add, best first; ``exclude`` those to exclude.
        remedies: What would catch each missed article.
    """

    judged: int
    missed: int
    false_alarms: int
    stored: int
    add: tuple[Suggestion, ...]
    exclude: tuple[Suggestion, ...]
    remedies: Remedies

    def as_json(self) -> dict[str, Any]:
        """Return the suggestions as ``--json`` prints them."""
        return {
            "judged": self.judged,
            "missed": self.missed,
            "false": self.false_alarms,
            "stored": self.stored,
            "add": [each.as_json() for each in self.add],
            "exclude": [each.as_json() for each in self.exclude],
            "missed_articles": self.remedies.as_json(),
        }


def suggest(
    results: Sequence[TrialResult],
    topic: ScoredTopic,
    stored: Iterable[ArticleRevision],
    remedies: Remedies,
) -> Suggestions:
    """Return words to add and to exclude, each with what it would cost.

    Args:
        results: What the topic makes of the articles whose right answer is known.
        topic: The topic, to evaluate the stored articles.
        stored: Articles to count the cost in.
        remedies: Those of the same results.
    """
    words = [(result, words_of(result.labelled.article)) for result in results]
    missed = [(r, w) for r, w in words if r.labelled.expected and not r.is_right]
    lacking = [(r, w) for r, w in missed if not r.outweighed_by]
    false_alarms = [(r, w) for r, w in words if not r.labelled.expected and not r.is_right]
    unwanted = [(r, w) for r, w in words if not r.labelled.expected]
    wanted = [(r, w) for r, w in words if r.labelled.expected and r.is_right]
    add = _candidates(lacking, unwanted)
    exclude = _candidates(false_alarms, wanted)
    number = _count_costs((add, exclude, remedies), topic, stored)
    counts = len(results), len(missed), len(false_alarms), number
    return Suggestions(*counts, _best(add), _best(exclude), remedies)


_Judged = Sequence[tuple[TrialResult, frozenset[str]]]


def _candidates(wrong: _Judged, others: _Judged) -> dict[str, Suggestion]:
    """Return the words that put more articles right than wrong, by word."""
    counts = Counter(word for _, words in wrong for word in words)
    harm = Counter(word for _, words in others for word in words)
    useful = (word for word, number in counts.items() if number > harm[word])
    return {word: Suggestion(word, _titles(wrong, word), _titles(others, word)) for word in useful}


def _titles(judged: _Judged, word: str) -> tuple[str, ...]:
    return tuple(result.labelled.article.title for result, words in judged if word in words)


def _count_costs(
    changes: tuple[Mapping[str, Suggestion], Mapping[str, Suggestion], Remedies],
    topic: ScoredTopic,
    stored: Iterable[ArticleRevision],
) -> int:
    """Count what each word would add to the stored matches, or take from them."""
    number = 0
    add, exclude, remedies = changes
    for article in stored:
        number += 1
        scored = topic.score(article)
        is_match = topic.is_match(scored)
        if not is_match:
            remedies.count_stored(article)
        for word in words_of(article) & (exclude if is_match else add).keys():
            suggestion = (exclude if is_match else add)[word]
            suggestion.stored += 1
            suggestion.near += scored is not None and not is_match
            if len(suggestion.examples) < 3:
                suggestion.examples.append(article.title)
    return number


def _best(suggestions: Mapping[str, Suggestion]) -> tuple[Suggestion, ...]:
    """Return the suggestions that put most right at the least cost."""
    order = sorted(
        suggestions.values(),
        key=lambda s: (len(s.harmed) - len(s.articles), s.stored - s.near, s.word),
    )
    return tuple(order[:MAX_WORDS])

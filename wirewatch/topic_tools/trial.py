"""A trial: a topic over labelled articles. How good is it, and which words did it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from config.i18n import in_english
from processors import Explanation, Processors
from wirewatch.topic_tools.headlines import LabelledArticle


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What a topic made of a labelled article.

    Attributes:
        labelled: The article.
        explanation: The evaluation.
        language: The language it was evaluated in; empty where unknown.
    """

    labelled: LabelledArticle
    explanation: Explanation
    language: str

    @property
    def is_right(self) -> bool:
        """Whether the topic matched as the label says."""
        return self.explanation.match == self.labelled.expected

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the article that made rules fire, folded to lower case, each once."""
        return tuple(dict.fromkeys(e.surface.casefold() for e in self.explanation.evidence))

    @property
    def lacks(self) -> list[dict[str, str]]:
        """What each rule lacked that could have made a missed article match."""
        if self.is_right or not self.labelled.expected:
            return []
        rules = [r for r in self.explanation.rules if r.weight > 0 and not r.fired]
        return [{"rule": r.id, "why": in_english(lack)} for r in rules for lack in r.lacks]

    @property
    def outweighed_by(self) -> dict[str, tuple[str, ...]]:
        """The words of each rule without whose negative points a missed article would match.

        Empty where it lacks more than that.
        """
        result = self.explanation
        against = [rule for rule in result.rules if rule.points < 0]
        score = result.score - sum(rule.points for rule in against)
        if self.is_right or not self.labelled.expected or score < result.threshold:
            return {}
        words: dict[str, dict[str, None]] = {rule.id: {} for rule in against}
        for span in result.evidence:
            words.get(span.rule, {})[span.surface.casefold()] = None
        return {rule: tuple(found) for rule, found in words.items()}

    def as_json(self) -> dict[str, Any]:
        """Return the article and why it matched or not, as ``--json`` prints it."""
        result = self.explanation
        return {
            "line": self.labelled.line,
            "title": self.labelled.article.title,
            "language": self.language,
            "score": result.score,
            "threshold": result.threshold,
            "rules": list(result.fired),
            "words": list(self.words),
            "stopped_by": [in_english(g.why) for g in result.gates if not g.passed],
            "outweighed_by": {rule: list(words) for rule, words in self.outweighed_by.items()},
            "lacks": [] if self.outweighed_by else self.lacks,
        }


@dataclass(frozen=True, slots=True)
class TopicTrial:
    """The results on all labelled articles.

    Attributes:
        results: In the order of the file.
        rules: Ids of the topic's rules.
    """

    results: tuple[TrialResult, ...]
    rules: tuple[str, ...]

    @property
    def found(self) -> int:
        """How many articles matched that were expected to."""
        return sum(v.explanation.match and v.labelled.expected for v in self.results)

    @property
    def missed(self) -> tuple[TrialResult, ...]:
        """The articles that were expected to match and did not."""
        return tuple(v for v in self.results if v.labelled.expected and not v.is_right)

    @property
    def false_alarms(self) -> tuple[TrialResult, ...]:
        """The articles that matched and were expected not to."""
        return tuple(v for v in self.results if not v.labelled.expected and not v.is_right)

    @property
    def precision(self) -> float:
        """The share of matches that are right. With no match: 1 where none was expected, else 0."""
        return _share(self.found, self.found + len(self.false_alarms), otherwise=not self.missed)

    @property
    def recall(self) -> float:
        """The share of expected articles that matched; 1 where none was expected or matched."""
        return _share(self.found, self.found + len(self.missed), otherwise=not self.false_alarms)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 where either is."""
        wrong = len(self.missed) + len(self.false_alarms)
        return _share(2 * self.found, 2 * self.found + wrong, otherwise=True)

    def words(self) -> list[dict[str, Any]]:
        """Return the words that made articles match, those in most wrong ones first.

        Each has the number of articles that matched by it, and how many of them are false alarms.
        """
        hits: Counter[str] = Counter()
        wrong: Counter[str] = Counter()
        for result in self.results:
            if result.explanation.match:
                hits.update(result.words)
                wrong.update(() if result.is_right else result.words)
        order = sorted(hits, key=lambda word: (-wrong[word], -hits[word], word))
        return [{"word": word, "hits": hits[word], "wrong": wrong[word]} for word in order]

    def never_fired(self) -> list[str]:
        """Return the ids of rules that fired in no article at all."""
        fired = {rule for result in self.results for rule in result.explanation.fired}
        return [rule for rule in self.rules if rule not in fired]

    def as_json(self) -> dict[str, Any]:
        """Return the trial as one JSON object."""
        return {
            "articles": len(self.results),
            "expected": self.found + len(self.missed),
            "found": self.found,
            "precision": round(self.precision, 4),
            "recall": round(self.recall, 4),
            "f1": round(self.f1, 4),
            "missed": [result.as_json() for result in self.missed],
            "false": [result.as_json() for result in self.false_alarms],
            "words": self.words(),
            "never_fired": self.never_fired(),
        }


def try_topic(
    processors: Processors, topic_id: str, rules: Sequence[str], labelled: Iterable[LabelledArticle]
) -> TopicTrial:
    """Evaluate a topic on labelled articles.

    Args:
        processors: Has the topic.
        topic_id: The topic.
        rules: Ids of its rules.
        labelled: The articles.
    """
    return TopicTrial(
        tuple(_evaluate(processors, topic_id, each) for each in labelled), tuple(rules)
    )


def _evaluate(processors: Processors, topic_id: str, labelled: LabelledArticle) -> TrialResult:
    article, language = labelled.article, labelled.language
    result = processors.explain(topic_id, article, given_language=language)
    detected = language or processors.index(article).language
    return TrialResult(labelled, result, detected)


def _share(part: int, whole: int, *, otherwise: bool) -> float:
    return part / whole if whole else float(otherwise)

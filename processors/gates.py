"""Gates: the conditions for a match beside the rules, in the order in which they are checked.

A gate is one entry of ``GATES``. The engine checks it, and explanations show it, with a phrase of
the ``reasons`` catalogues that begins with ``gate.``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from config.i18n import Phrase, language_names
from processors.engine.rules import TopicRules


@dataclass(frozen=True, slots=True)
class ArticleLabels:
    """What gates check of an article.

    Attributes:
        language: Two letters; empty where unknown.
        language_source: Where it comes from: ``detected``, ``declared`` or ``given``.
    """

    language: str
    language_source: str = "declared"


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition for a match.

    Attributes:
        name: As explanations name it.
        passes: Returns whether a topic may match an article, by the topic, the article's labels
            and the score.
        explain: Returns why it passes or not, from the same arguments.
        after_rules: Whether it needs the score. A gate that does not is checked before any rule is
            evaluated, once for each value of the labels; its score is 0.
    """

    name: str
    passes: Callable[[TopicRules, ArticleLabels, int], bool]
    explain: Callable[[TopicRules, ArticleLabels, int], Phrase]
    after_rules: bool


def _language_passes(topic: TopicRules, labels: ArticleLabels, score: int) -> bool:
    del score
    return not topic.languages or labels.language in topic.languages


def _explain_language(topic: TopicRules, labels: ArticleLabels, score: int) -> Phrase:
    del score
    unknown = Phrase("gate.language.unknown")
    language = language_names([labels.language]) if labels.language else unknown
    source = Phrase(f"gate.language.{labels.language_source or 'declared'}")
    if not topic.languages:
        return Phrase("gate.language.any", language=language, source=source)
    accepted = language_names(topic.languages)
    return Phrase("gate.language.some", language=language, source=source, accepted=accepted)


def _threshold_passes(topic: TopicRules, labels: ArticleLabels, score: int) -> bool:
    del labels
    return score >= topic.threshold


def _explain_threshold(topic: TopicRules, labels: ArticleLabels, score: int) -> Phrase:
    code = "reached" if _threshold_passes(topic, labels, score) else "missed"
    return Phrase(f"gate.threshold.{code}", score=score, threshold=topic.threshold)


GATES = (
    Gate("language", _language_passes, _explain_language, after_rules=False),
    Gate("threshold", _threshold_passes, _explain_threshold, after_rules=True),
)

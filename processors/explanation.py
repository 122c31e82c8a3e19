"""Why a topic matches an article, or why not: every rule, every gate, every span."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from config.catalog.models import RuleDefinition
from config.i18n import Phrase, in_english
from core.messages import Evidence
from processors.analysis import Analysis, CompiledCatalog
from processors.engine.article_index import ArticleIndex
from processors.engine.hit_places import Places
from processors.engine.score import RuleOutcome
from processors.evidence import evidence_of
from processors.lacks import lacks_of


@dataclass(frozen=True)
class RuleResult:
    """One rule and what became of it.

    Attributes:
        outcome: Of the rule in the article.
        definition: The rule, as it is written.
        index: The article.
    """

    outcome: RuleOutcome
    definition: RuleDefinition
    index: ArticleIndex = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        """The id of the rule."""
        return self.definition.id

    @property
    def weight(self) -> int:
        """The points furthest from 0 that the rule can give an article."""
        return self.outcome.rule.weight

    @property
    def fired(self) -> bool:
        """Whether the rule fired."""
        return self.outcome.points is not None

    @property
    def points(self) -> int:
        """The points of the rule; 0 where it did not fire."""
        return self.outcome.points or 0

    @property
    def places(self) -> Places:
        """Where the hits of its query lie."""
        return self.outcome.places

    @cached_property
    def lacks(self) -> tuple[Phrase, ...]:
        """What the rule lacked, where it did not fire; found when it is first asked for."""
        return lacks_of(self.outcome, self.definition, self.index)

    def as_json(self) -> dict[str, Any]:
        """Return what ``topics explain --json`` prints of the rule."""
        return {
            "id": self.id,
            "weight": self.weight,
            "fired": self.fired,
            "points": self.points,
            "places": self.places._asdict(),
            "lacks": [
                {"kind": lack.code.removeprefix("lack."), **lack.params, "why": in_english(lack)}
                for lack in self.lacks
            ],
        }


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate and whether the article passed it.

    Attributes:
        why: For a surface to put into the reader's language.
    """

    name: str
    passed: bool
    why: Phrase


@dataclass(frozen=True, slots=True)
class Explanation:
    """The evaluation of one topic on one article.

    Attributes:
        match: Whether all gates are passed.
        score: The sum of the points of the rules that fired, whatever the gates say.
        rules: Every rule, in file order.
        evidence: The spans of every rule that fired.
        gates: Every gate, in the order in which they are checked.
    """

    topic: str
    match: bool
    score: int
    threshold: int
    rules: tuple[RuleResult, ...]
    evidence: tuple[Evidence, ...]
    gates: tuple[GateResult, ...]

    @property
    def stopped_by(self) -> str | None:
        """The name of the first gate that was not passed; None where the topic matches."""
        return next((gate.name for gate in self.gates if not gate.passed), None)

    @property
    def fired(self) -> tuple[str, ...]:
        """Ids of the rules that fired, in file order."""
        return tuple(rule.id for rule in self.rules if rule.fired)

    def as_json(self) -> dict[str, Any]:
        """Return what ``topics explain --json`` prints; the reasons of gates are in English."""
        return {
            "topic": self.topic,
            "match": self.match,
            "score": self.score,
            "threshold": self.threshold,
            "stopped_by": self.stopped_by,
            "rules": [rule.as_json() for rule in self.rules],
            "evidence": [span.model_dump(mode="json") for span in self.evidence],
            "gates": [
                {"name": g.name, "passed": g.passed, "why": in_english(g.why)} for g in self.gates
            ],
        }


def explain(compiled: CompiledCatalog, number: int, analysis: Analysis) -> Explanation:
    """Evaluate every rule and every gate of a topic, without the shortcuts of matching.

    Args:
        compiled: The compiled catalog.
        number: Index of the topic in it.
        analysis: The article with its language and index.
    """
    index, labels = analysis.searched, analysis.labels
    assert index is not None  # noqa: S101  # as documented
    topic = compiled.rules.topics[number]
    outcomes = compiled.rules.evaluate(number, index)
    fired = [outcome.rule for outcome in outcomes if outcome.points is not None]
    score = sum(outcome.points or 0 for outcome in outcomes)
    gates = tuple(
        GateResult(gate.name, gate.passes(topic, labels, score), gate.explain(topic, labels, score))
        for gate in compiled.rules.gates
    )
    return Explanation(
        topic=topic.id,
        match=all(gate.passed for gate in gates),
        score=score,
        threshold=topic.threshold,
        rules=tuple(
            RuleResult(outcome, rule, index)
            for outcome, rule in zip(outcomes, compiled.topics[number].rules, strict=True)
        ),
        evidence=tuple(e for rule in fired for e in evidence_of(rule.id, rule.program, index)),
        gates=gates,
    )

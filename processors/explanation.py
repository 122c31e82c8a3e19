"""Why a topic matches an article, or why not: every rule, every gate, every span."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from config.i18n import Phrase, in_english
from core.messages import Evidence
from processors.analysis import Analysis, CompiledCatalog
from processors.evidence import evidence_of


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule and whether it fired."""

    id: str
    weight: int
    fired: bool


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
        score: The sum of the weights of the rules that fired, whatever the gates say.
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
            "rules": [{"id": r.id, "weight": r.weight, "fired": r.fired} for r in self.rules],
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
    index, labels = analysis.index, analysis.labels
    assert index is not None  # noqa: S101  # as documented
    topic = compiled.rules.topics[number]
    results = compiled.rules.evaluate(number, index)
    fired = [rule for rule, has_fired in results if has_fired]
    score = sum(rule.weight for rule in fired)
    gates = tuple(
        GateResult(gate.name, gate.passes(topic, labels, score), gate.explain(topic, labels, score))
        for gate in compiled.rules.gates
    )
    return Explanation(
        topic=topic.id,
        match=all(gate.passed for gate in gates),
        score=score,
        threshold=topic.threshold,
        rules=tuple(RuleResult(rule.id, rule.weight, has_fired) for rule, has_fired in results),
        evidence=tuple(e for rule in fired for e in evidence_of(rule.id, rule.program, index)),
        gates=gates,
    )

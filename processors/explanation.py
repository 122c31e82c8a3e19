"""Why a topic matches an article, or why not: every rule, every gate, every span."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.messages import Evidence
from processors.draft import CompiledCatalog, Draft
from processors.evidence import evidence_of


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule and whether it fired."""

    id: str
    weight: int
    fired: bool


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition beside the score."""

    name: str
    passed: bool
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The score table of one topic on one article.

    Attributes:
        score: Sum of the weights of the rules that fire, whatever the gates say.
        rules: Every rule, in file order.
        evidence: Spans of every rule that fired.
    """

    topic: str
    match: bool
    score: int
    threshold: int
    rules: tuple[RuleResult, ...]
    evidence: tuple[Evidence, ...]
    gates: tuple[Gate, ...]

    def as_json(self) -> dict[str, Any]:
        """The shape of ``topics explain --json``."""
        return {
            "topic": self.topic,
            "match": self.match,
            "score": self.score,
            "threshold": self.threshold,
            "rules": [{"id": r.id, "weight": r.weight, "fired": r.fired} for r in self.rules],
            "evidence": [span.model_dump(mode="json") for span in self.evidence],
            "gates": [{"name": g.name, "passed": g.passed, "why": g.why} for g in self.gates],
        }


def explain(known: CompiledCatalog, number: int, draft: Draft) -> Explanation:
    """Ask every rule of a topic, with none of the shortcuts matching takes."""
    view = draft.view
    assert view is not None  # noqa: S101  # the steps were run
    topic = known.topics[number]
    asked = known.rules.fired(number, view)
    fired = [rule for rule, true in asked if true]
    score = sum(rule.weight for rule in fired)
    gates = (_language_gate(topic.languages, draft), _threshold_gate(score, topic.threshold))
    return Explanation(
        topic=topic.id,
        match=all(gate.passed for gate in gates),
        score=score,
        threshold=topic.threshold,
        rules=tuple(RuleResult(rule.id, rule.weight, true) for rule, true in asked),
        evidence=tuple(e for rule in fired for e in evidence_of(rule.id, rule.program, view)),
        gates=gates,
    )


def _language_gate(allowed: tuple[str, ...], draft: Draft) -> Gate:
    article = f"The article is in {draft.language or 'an unknown language'}"
    said = f"{article} ({draft.language_source})"
    if not allowed:
        return Gate("language", True, f"{said}; the topic takes every language.")
    passed = draft.language in allowed
    return Gate("language", passed, f"{said}; the topic takes {', '.join(allowed)}.")


def _threshold_gate(score: int, threshold: int) -> Gate:
    relation = "reaches" if score >= threshold else "is below"
    return Gate("threshold", score >= threshold, f"{score} {relation} {threshold}.")

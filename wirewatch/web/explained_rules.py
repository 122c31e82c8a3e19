"""The rules of an explanation as pages show them: points, where hits lie, what is lacking."""

from __future__ import annotations

from typing import Any

from config.i18n import Phrase, Translator
from processors.explanation import Explanation, RuleResult
from wirewatch.web import display


def rules_view(explanation: Explanation, t: Translator) -> list[dict[str, Any]]:
    """Return all rules in file order, each that did not fire with what it lacked."""
    return [
        {
            "id": rule.id,
            "weight": rule.weight,
            "fired": rule.fired,
            "points": rule.points,
            "notes": [display.reason(note, t) for note in _notes(rule, t)],
        }
        for rule in explanation.rules
    ]


def _notes(rule: RuleResult, t: Translator) -> list[Phrase]:
    if not rule.fired:
        return list(rule.lacks)
    if rule.points == rule.weight:
        return []
    places = [t(f"story.field.{name}") for name in ("title", "lead") if getattr(rule.places, name)]
    if rule.places.text:
        places.append(t.plural("rule.sentences", rule.places.text))
    return [Phrase("rule.hits", places=", ".join(places))]

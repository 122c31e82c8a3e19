"""Print the rules of an explained topic: their points, what they lacked, the words they hit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.text.excerpt import excerpt_around
from wirewatch.cli.output import say, write

if TYPE_CHECKING:
    from core.messages import Evidence


def print_rules(rules: Sequence[dict[str, Any]]) -> None:
    """Print each rule: its points or that it did not fire, and what it lacked.

    Args:
        rules: As :meth:`processors.explanation.RuleResult.as_json` returns them.
    """
    for rule in rules:
        points = f"{rule['points']:+}" if rule["fired"] else "–"
        write(f"  {points:>5}  {rule['id']}{_details(rule)}")
        for lack in rule["lacks"]:
            say(lack["why"], indent=" " * 9)


def print_evidence(evidence: Sequence[Evidence]) -> None:
    """Print for each rule the sentences in which it fired, each once, with the words in brackets.

    Args:
        evidence: Of an explanation.
    """
    sentences: dict[tuple[str, str, str], list[Evidence]] = {}
    for span in evidence:
        sentences.setdefault((span.rule, span.field.value, span.sentence), []).append(span)
    for (rule, field, _), spans in sentences.items():
        pieces = excerpt_around(spans[0], spans)
        marked = "".join(f"[{each.text}]" if each.marked else each.text for each in pieces)
        say(f"{rule}, {field}: {marked}", indent="  ")


def _details(rule: dict[str, Any]) -> str:
    """Return that a rule did not fire, or what its points are made of where it may give others."""
    if not rule["fired"]:
        return f" did not fire (weight {rule['weight']})"
    if rule["points"] == rule["weight"]:
        return ""
    places = [place for place in ("title", "lead") if rule["places"][place]]
    if sentences := rule["places"]["text"]:
        places.append(f"{sentences} sentence{'s' if sentences > 1 else ''} of the text")
    return f" ({', '.join(places)}; at most {rule['weight']})"

"""Print the rules of an explained topic: their points, where their hits lie, what they lacked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wirewatch.cli.output import say, write


def print_rules(rules: Sequence[dict[str, Any]], *, lacks: bool) -> None:
    """Print rules.

    Args:
        rules: As :meth:`processors.explanation.RuleResult.as_json` returns them.
        lacks: Whether to print what rules lacked that did not fire.
    """
    for rule in rules:
        points = rule["points"] if rule["fired"] else rule["weight"]
        write(f"  {'+' if rule['fired'] else ' '} {points:>5}  {rule['id']}{_details(rule)}")
        for lack in rule["lacks"] if lacks else ():
            say(lack["why"], indent=" " * 11)


def _details(rule: dict[str, Any]) -> str:
    """Return what the points of a rule are made of, where it could give other ones."""
    if not rule["fired"] or rule["points"] == rule["weight"]:
        return ""
    places = [place for place in ("title", "lead") if rule["places"][place]]
    if sentences := rule["places"]["text"]:
        places.append(f"{sentences} sentence{'s' if sentences > 1 else ''} of the text")
    return f" ({', '.join(places)}; at most {rule['weight']})"

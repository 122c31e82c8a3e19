"""Warnings that a topic or one of its rules allows, each with a reason in the file."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from config.catalog.models import RuleDefinition, TopicDefinition
from config.faults import Fault


def without_allowed(faults: Iterable[Fault], topics: Collection[TopicDefinition]) -> list[Fault]:
    """Return the faults without the warnings that their topic or rule allows.

    Args:
        faults: Faults of any files; errors are never allowed.
        topics: The topics whose ``allow:`` counts.
    """
    by_file: dict[str, list[TopicDefinition]] = {}
    for topic in topics:
        if topic.allow or any(rule.allow for rule in topic.rules):
            by_file.setdefault(topic.position.file, []).append(topic)
    return [f for f in faults if not any(_allows(t, f) for t in by_file.get(f.file, ()))]


def _allows(topic: TopicDefinition, fault: Fault) -> bool:
    if fault.is_error:
        return False
    return fault.code in topic.allow or any(
        fault.code in rule.allow and _is_in(rule, fault) for rule in topic.rules
    )


def _is_in(rule: RuleDefinition, fault: Fault) -> bool:
    """Return whether a fault lies in the query of a rule."""
    first, last = rule.query.at(0), rule.query.at(max(0, len(rule.query.value) - 1))
    at = fault.line, fault.column
    return (first.line, first.column) <= at <= (last.line, last.column)

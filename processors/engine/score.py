"""The score of a topic: the points of the rules that fire.

A rule fires where its query is true, none of the rules in its ``unless`` fires, and its hits lie
where its weight gives points.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from graphlib import TopologicalSorter
from operator import attrgetter
from typing import NamedTuple

from processors.engine.article_index import ArticleIndex
from processors.engine.hit_places import NOWHERE, Places, find_places
from processors.engine.rules import CompiledRule, ResolvedRule

_BY_ORDER = attrgetter("order")


class RuleOutcome(NamedTuple):
    """What became of one rule in one article.

    Attributes:
        holds: Whether its query is true.
        points: Its points; None where it does not fire.
        places: Where its hits lie.
        stopped_by: Ids of the rules in its ``unless`` that fire.
    """

    rule: CompiledRule
    holds: bool
    points: int | None
    places: Places
    stopped_by: tuple[str, ...]


def evaluation_order(rules: Sequence[ResolvedRule]) -> dict[str, int]:
    """Return for each rule of a topic a number above that of the rules that ``unless`` names.

    Raises:
        graphlib.CycleError: The rules depend on themselves.
    """
    graph = {rule.id: rule.unless for rule in rules}
    return {rule_id: n for n, rule_id in enumerate(TopologicalSorter(graph).static_order())}


def points_by_rule(rules: Iterable[CompiledRule], index: ArticleIndex) -> dict[str, int]:
    """Return the points of the rules that fire.

    Args:
        rules: The rules of one topic whose queries are true.
        index: The article.
    """
    points: dict[str, int] = {}
    for rule in sorted(rules, key=_BY_ORDER):
        if any(other in points for other in rule.unless):
            continue
        if rule.by_field is None:
            points[rule.id] = rule.weight
        elif by_field := _points_by_field(rule, index):
            points[rule.id] = by_field
    return points


def outcomes(rules: Sequence[CompiledRule], index: ArticleIndex) -> list[RuleOutcome]:
    """Return what became of all rules of a topic, evaluated without any shortcut."""
    holding = [rule for rule in rules if rule.program.matches(index)]
    points = points_by_rule(holding, index)
    holds = {rule.id for rule in holding}
    return [
        RuleOutcome(
            rule,
            rule.id in holds,
            points.get(rule.id),
            find_places(rule.program.evidence(index), index) if rule.id in holds else NOWHERE,
            tuple(other for other in rule.unless if other in points),
        )
        for rule in rules
    ]


def _points_by_field(rule: CompiledRule, index: ArticleIndex) -> int:
    assert rule.by_field is not None  # noqa: S101  # the caller has looked
    weight = rule.by_field
    return weight.points(*find_places(rule.program.evidence(index), index, weight.sentences))

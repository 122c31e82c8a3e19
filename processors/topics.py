"""From topics as operators write them to the rules that the engine takes, and every fault found.

::

    TopicDefinition ──terms in order of use──▶ resolved terms ──▶ resolved rules ──▶ TopicRules
                                │                                      │
                                └────────── problems ──────────────────┴──▶ faults
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from graphlib import TopologicalSorter

from config.catalog.cycles import in_cycles
from config.catalog.models import RuleDefinition, SourceText, TopicDefinition
from config.catalog.weights import SCORED_FIELDS
from config.faults import Fault
from processors.engine.rules import ResolvedRule, TopicRules
from processors.query import QueryProblem, Resolved, resolve
from processors.query.fields import fields_of, restrict
from processors.query.nodes import Node
from processors.query.resolve import denying, term_references


@dataclass(frozen=True, slots=True)
class CompiledTopic:
    """A topic whose queries are resolved.

    Attributes:
        rules: What the engine takes; rules with an error are left out.
        faults: Every error and warning in its queries.
    """

    definition: TopicDefinition
    rules: TopicRules
    faults: tuple[Fault, ...]

    @property
    def is_sound(self) -> bool:
        """Whether no fault is an error."""
        return not any(fault.is_error for fault in self.faults)


def compile_topic(topic: TopicDefinition, entities: Collection[str]) -> CompiledTopic:
    """Resolve the terms and rules of a topic.

    Args:
        topic: The topic.
        entities: Ids of the catalog's entities.
    """
    faults: list[Fault] = []
    terms = _resolve_terms(topic, entities, faults)
    rules = []
    for rule in topic.rules:
        resolved = resolve(rule.query.value, terms, entities)
        _report(resolved, rule.query, faults)
        if resolved.node is not None:
            rules.append(_compile_rule(rule, resolved.node, faults))
    compiled = TopicRules(topic.id, topic.threshold, topic.languages, tuple(rules))
    return CompiledTopic(topic, compiled, tuple(faults))


def _compile_rule(rule: RuleDefinition, node: Node, faults: list[Fault]) -> ResolvedRule:
    """Return a rule whose query is resolved; a fault where it can give no points."""
    node = restrict(node, rule.fields)
    if rule.by_field is None:
        return ResolvedRule(rule.id, rule.weight, node, None, rule.unless)
    fields = fields_of(node)
    by_field = rule.by_field.within(fields)
    if not by_field.reachable:
        where = ", ".join(sorted(fields)) or "no field of the text"
        message = f"Rule `{rule.id}` never gives points: its query has hits in {where} only."
        mend = f"Give points there, or let the query search {', '.join(SCORED_FIELDS)}."
        faults.append(QueryProblem("E013", 0, message, mend).fault(rule.query))
    return ResolvedRule(rule.id, by_field.reachable, node, by_field, rule.unless)


def _report(resolved: Resolved, source: SourceText, faults: list[Fault]) -> None:
    faults.extend(problem.fault(source) for problem in resolved.problems)


def _resolve_terms(
    topic: TopicDefinition, entities: Collection[str], faults: list[Fault]
) -> dict[str, Resolved | None]:
    """Return the terms by name; None for a term with an error."""
    uses = {name: term_references(source.value) for name, source in topic.terms.items()}
    graph = {name: {r.name for r in refs if r.name in uses} for name, refs in uses.items()}
    terms: dict[str, Resolved | None] = {}
    for name in in_cycles(graph):
        terms[name] = None
        at = next(r.at for r in uses[name] if r.name in graph[name])
        message = f"The term `{name}` uses itself, directly or through another."
        problem = QueryProblem("E011", at, message, "Break the cycle.")
        faults.append(problem.fault(topic.terms[name]))
    acyclic = {name: used for name, used in graph.items() if name not in terms}
    for name in TopologicalSorter(acyclic).static_order():
        if name not in terms:
            source = topic.terms[name]
            resolved = resolve(source.value, dict.fromkeys(graph) | terms, entities)
            _report(resolved, source, faults)
            terms[name] = _with_denied_words(topic, name, resolved, faults)
    return terms


def _with_denied_words(
    topic: TopicDefinition, name: str, resolved: Resolved, faults: list[Fault]
) -> Resolved | None:
    words = topic.deny.get(name, ())
    if resolved.node is None or not words:
        return resolved
    if not resolved.node.positional:
        message = f"The term `{name}` has no hits that words could be denied of."
        mend = "Give `deny` for a term of words, phrases and OR only."
        faults.append(QueryProblem("E006", 0, message, mend).fault(topic.terms[name]))
        return None
    return Resolved(denying(resolved.node, words), resolved.size + len(words) + 2, ())

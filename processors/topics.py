"""From topics as operators write them to the rules that the engine takes, and every fault found.

::

    TopicDefinition ──terms in order of use──▶ resolved terms ──▶ resolved rules ──▶ TopicRules
                                │                                      │
                                └────────── problems ──────────────────┴──▶ faults
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from config.catalog.models import SourceText, TopicDefinition
from config.faults import Fault
from processors.engine.rules import TopicRules
from processors.query import QueryProblem, Resolved, resolve
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
            rules.append((rule.id, rule.weight, resolved.node))
    compiled = TopicRules(topic.id, topic.threshold, topic.languages, tuple(rules))
    return CompiledTopic(topic, compiled, tuple(faults))


def _report(resolved: Resolved, source: SourceText, faults: list[Fault]) -> None:
    faults.extend(problem.fault(source) for problem in resolved.problems)


def _resolve_terms(
    topic: TopicDefinition, entities: Collection[str], faults: list[Fault]
) -> dict[str, Resolved | None]:
    """Return the terms by name; None for a term with an error."""
    uses = {name: term_references(source.value) for name, source in topic.terms.items()}
    graph = {name: {r.name for r in refs if r.name in uses} for name, refs in uses.items()}
    terms: dict[str, Resolved | None] = {}
    for name in _in_cycles(graph):
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


def _in_cycles(graph: Mapping[str, set[str]]) -> list[str]:
    """Return the terms of a cycle, then those of the next one in the rest, until none is left."""
    cyclic: list[str] = []
    while True:
        rest = {
            name: {other for other in used if other not in cyclic}
            for name, used in graph.items()
            if name not in cyclic
        }
        try:
            TopologicalSorter(rest).prepare()
        except CycleError as error:
            cyclic.extend(dict.fromkeys(error.args[1]))
        else:
            return cyclic


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

"""From topics as the operator wrote them to rules the engine takes, and every fault on the way.

::

    TopicDefinition ──terms in order of use──▶ closed terms ──▶ closed rules ──▶ TopicRules
                                │                                  │
                                └────────── problems ──────────────┴──▶ faults (file, line, column)
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from config.catalog.models import SourceText, TopicDefinition
from config.faults import Fault
from processors.engine.ruleset import TopicRules
from processors.query import Node, QueryProblem, Resolved, resolve
from processors.query.nodes import is_positional
from processors.query.resolve import denying, references


@dataclass(frozen=True, slots=True)
class CompiledTopic:
    """A topic's rules with nothing left open.

    Attributes:
        rules: What the engine takes; a rule that holds an error is left out.
        faults: Everything wrong in its queries, errors and warnings.
    """

    definition: TopicDefinition
    rules: TopicRules
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether no fault is an error."""
        return not any(fault.is_error for fault in self.faults)


def compile_topic(topic: TopicDefinition, entities: Collection[str]) -> CompiledTopic:
    """Read the terms and rules of a topic.

    Args:
        topic: The topic.
        entities: Ids of the catalog's entities.
    """
    faults: list[Fault] = []
    terms = _terms(topic, entities, faults)
    rules = []
    for rule in topic.rules:
        node = _closed(resolve(rule.query.value, terms, entities), rule.query, faults)
        if node is not None:
            rules.append((rule.id, rule.weight, node))
    compiled = TopicRules(topic.id, topic.threshold, topic.languages, tuple(rules))
    return CompiledTopic(topic, compiled, tuple(faults))


def _closed(resolved: Resolved, source: SourceText, faults: list[Fault]) -> Node | None:
    faults.extend(problem.fault(source) for problem in resolved.problems)
    return resolved.node


def _terms(
    topic: TopicDefinition, entities: Collection[str], faults: list[Fault]
) -> dict[str, Resolved | None]:
    uses = {name: references(source.value) for name, source in topic.terms.items()}
    graph = {name: {r.name for r in refs if r.name in uses} for name, refs in uses.items()}
    done: dict[str, Resolved | None] = {}
    for name in _cyclic(graph):
        done[name] = None
        at = next(r.at for r in uses[name] if r.name in graph[name])
        said = f"The term `{name}` uses itself, directly or through another."
        problem = QueryProblem("E011", at, said, "Break the circle.")
        faults.append(problem.fault(topic.terms[name]))
    for name in TopologicalSorter({n: u for n, u in graph.items() if n not in done}).static_order():
        if name not in done:
            source = topic.terms[name]
            resolved = resolve(source.value, dict.fromkeys(graph) | done, entities)
            _closed(resolved, source, faults)
            done[name] = _denied(topic, name, resolved, faults)
    return done


def _cyclic(graph: Mapping[str, set[str]]) -> list[str]:
    """The terms that are part of a circle, one after another until none is left."""
    found: list[str] = []
    while True:
        rest = {n: {u for u in used if u not in found} for n, used in graph.items()}
        try:
            TopologicalSorter({n: u for n, u in rest.items() if n not in found}).prepare()
        except CycleError as error:
            found.extend(dict.fromkeys(error.args[1]))
        else:
            return found


def _denied(
    topic: TopicDefinition, name: str, resolved: Resolved, faults: list[Fault]
) -> Resolved | None:
    words = topic.deny.get(name, ())
    if resolved.node is None or not words:
        return resolved
    if not is_positional(resolved.node):
        mend = "Give `deny` for a term of words, phrases and OR only."
        said = f"The term `{name}` has no hits that words could be denied of."
        faults.append(QueryProblem("E006", 0, said, mend).fault(topic.terms[name]))
        return None
    node = denying(resolved.node, words)
    return Resolved(node, resolved.size + len(words) + 2, ())

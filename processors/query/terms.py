"""The order in which named queries are resolved: each after those that it uses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from graphlib import TopologicalSorter

from config.catalog.cycles import in_cycles
from processors.query.problems import QueryProblem
from processors.query.resolve import term_references


def in_order_of_use(
    queries: Mapping[str, str], kind: str, outer: Collection[str] = ()
) -> tuple[list[str], dict[str, QueryProblem]]:
    """Return the names of queries, each after those it uses, and what is wrong with the others.

    Args:
        queries: The queries by name.
        kind: What they are called in messages: ``term``.
        outer: Names outside of these queries. A query that uses its own name means the outer one.

    Returns:
        The names that can be resolved, and E011 for each that uses itself.
    """
    uses = {name: term_references(query) for name, query in queries.items()}
    graph = {
        name: {
            ref.name for ref in refs if ref.name in uses and (ref.name != name or name not in outer)
        }
        for name, refs in uses.items()
    }
    problems = {}
    for name in in_cycles(graph):
        at = next(ref.at for ref in uses[name] if ref.name in graph[name])
        message = f"The {kind} `{name}` uses itself, directly or through another."
        problems[name] = QueryProblem("E011", at, message, "Break the cycle.")
    acyclic = {name: used for name, used in graph.items() if name not in problems}
    order = [name for name in TopologicalSorter(acyclic).static_order() if name in acyclic]
    return order, problems

"""Cycles in what operators let refer to each other: terms that use terms, rules that name rules."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter


def in_cycles(graph: Mapping[str, set[str]]) -> list[str]:
    """Return the names of a cycle, then those of the next one in the rest, until none is left.

    Args:
        graph: For each name the names that it refers to.
    """
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

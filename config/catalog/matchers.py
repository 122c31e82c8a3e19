"""Reading matchers of ``alerts.yaml``: which notifications a route, silence or digest is about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import Final

from config.catalog import values
from config.catalog.section import Faults, Section
from config.yaml.nodes import MappingNode

LABELS: Final = ("topic", "severity", "kind", "outlet", "tier", "language", "country")
"""The labels of a notification that a route or a silence may match."""

KnownLabels = Mapping[str, Collection[str]]
"""Known values of a label, to warn about patterns that can never match."""


def read_match(section: Section, faults: Faults, labels: KnownLabels) -> dict[str, str]:
    """Return the key ``match`` of a section: label to pattern; empty where there is none."""
    table = section.mapping("match")
    return {} if table is None else read_matchers(table, "`match`", LABELS, faults, labels)


def read_matchers(
    table: MappingNode, name: str, allowed: Collection[str], faults: Faults, labels: KnownLabels
) -> dict[str, str]:
    """Return label to pattern, with a warning for each pattern that can never match.

    Args:
        table: The mapping.
        name: Its name in messages.
        allowed: The labels that it may have.
        faults: Collects what is wrong.
        labels: Known values of a label.
    """
    section = Section(faults, table, name, allowed)
    match = {label: section.get(label, values.text, "") for label in allowed if section.has(label)}
    for label, pattern in match.items():
        known = labels.get(label, ())
        if pattern and known and not any(fnmatchcase(value, pattern) for value in known):
            message = f"No known {label} matches {values.shown(pattern)}."
            section.fault(label, "W110", message, values.nearest(pattern, known))
    return match

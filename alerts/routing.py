"""Routing: which receivers hear of an alert. First match wins; without one, the console.

::

    labels of the alert ──▶ routes of alerts.yaml, in order ──▶ receiver ids
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase

from config.catalog.models import AlertsDefinition, RouteDefinition

CONSOLE = "console"
LABELS = ("topic", "severity", "language", "outlet", "country")
"""What a route's ``match`` may name (the catalog's loader refuses others)."""


def receivers_for(labels: Mapping[str, str], definition: AlertsDefinition) -> tuple[str, ...]:
    """Ids of the receivers, in file order, each once.

    Args:
        labels: Every one of :data:`LABELS`.
        definition: ``alerts.yaml``.
    """
    route = next((r for r in definition.routes if matches(r, labels)), None)
    return (CONSOLE,) if route is None else tuple(dict.fromkeys(route.receivers))


def matches(route: RouteDefinition, labels: Mapping[str, str]) -> bool:
    """Whether every label the route names has a value its pattern takes (``*`` any text)."""
    return all(
        fnmatchcase(labels.get(name, ""), _pattern(value)) for name, value in route.match.items()
    )


def _pattern(value: str) -> str:
    """Only ``*`` means something; a bracket in a topic's name is a bracket."""
    return value.replace("[", "[[]").replace("?", "[?]")

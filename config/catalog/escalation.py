"""Reading ``escalate`` of a route: who is told of urgent alerts that nobody takes care of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from itertools import pairwise

from config.catalog import values
from config.catalog.models import EscalationStep
from config.catalog.section import Faults, Section
from config.yaml.nodes import YamlNode

LONGEST = timedelta(hours=24)
"""The latest step: after a day without an answer another message does not help."""

URGENT = "urgent"


def read_receivers(section: Section, faults: Faults, known: Collection[str]) -> tuple[str, ...]:
    """Return the names in ``receivers`` of a section, each once; report those that do not exist."""
    named = list(section.items_with_positions("receivers", values.text))
    for name, position in named:
        if name not in known:
            message = f"There is no receiver {values.shown(name)}."
            faults.add(position, "E010", message, values.nearest(name, known))
    return tuple(dict.fromkeys(name for name, _ in named))


def read_escalation(
    route: Section, faults: Faults, receivers: Collection[str], match: Mapping[str, str]
) -> tuple[EscalationStep, ...]:
    """Return the steps of a route in the order of time.

    Args:
        route: The route's section.
        faults: Collects what is wrong.
        receivers: Ids of the receivers that exist.
        match: The route's labels, to warn where none of its messages is urgent.
    """
    read = [_read_step(node, faults, receivers) for node in route.nodes("escalate")]
    steps = [step for step in read if step is not None]
    if any(first.after >= second.after for first, second in pairwise(steps)):
        mend = "Count each `after` from the first message, and write the earliest step first."
        route.fault("escalate", "E221", "The steps are not in the order of time.", mend)
    if steps and not fnmatchcase(URGENT, match.get("severity", URGENT)):
        message = "The route never escalates: only alerts of severity urgent do."
        route.fault("escalate", "W235", message, "Delete it, or let the route match `urgent`.")
    return tuple(steps)


def _read_step(node: YamlNode, faults: Faults, receivers: Collection[str]) -> EscalationStep | None:
    section = Section(faults, node, "a step", ("after", "receivers"))
    after = section.require("after", _delay, timedelta())
    names = read_receivers(section, faults, receivers)
    if not names and section.is_valid:
        mend = "Write `{after: 10m, receivers: [phone]}`."
        section.fault("receivers", "E212", "The step leads to no receiver.", mend)
    return EscalationStep(after, names) if section.is_valid else None


def _delay(value: str) -> timedelta | values.InvalidValue:
    span = values.duration(value)
    if isinstance(span, timedelta) and not timedelta() < span <= LONGEST:
        message = f"{values.shown(value)} is not a time of at most 24 hours."
        return values.InvalidValue(message, "Write a short time, like 10m or 1h.")
    return span

"""Read the rules of a topic: ``rules:``, or the one rule of a topic that has only ``query:``."""

from __future__ import annotations

import re
from typing import Final

from config.catalog import values
from config.catalog.cycles import in_cycles
from config.catalog.models import FilePosition, RuleDefinition
from config.catalog.section import Faults, Section
from config.catalog.sources import check_unique
from config.catalog.weights import SCORED_FIELDS, FieldWeight
from config.yaml.nodes import MappingNode, SequenceNode, YamlNode

_RULE_KEYS: Final = ("id", "weight", "query", "in", "unless", "allow")
_WEIGHT_KEYS: Final = (*SCORED_FIELDS, "most")

_WARNING: Final = re.compile(r"W[0-9]{3}")

SOLE_RULE: Final = "query"
"""Id of the rule of a topic that has only ``query:``."""

Fields = tuple[str, ...]
"""The fields that a query is restricted to, in the order of ``SCORED_FIELDS``; empty for all."""


def read_rules(section: Section, faults: Faults, threshold: int) -> tuple[RuleDefinition, ...]:
    """Return the valid rules of a topic.

    Args:
        section: The topic.
        faults: Collects the faults.
        threshold: Of the topic; the weight of rules that have none of their own.
    """
    if section.has("query") and section.has("rules"):
        mend = "Make the query a rule: `{id: ..., weight: ..., query: ...}`."
        section.fault("query", "E214", "A topic has `query` or `rules`, not both.", mend)
    fields = _read_fields(section, ())
    if not section.has("rules"):
        return _sole_rule(section, threshold, fields)
    reader = _RuleReader(faults, threshold, fields)
    parsed = [reader.read(node) for node in section.nodes("rules")]
    reader.check_unless()
    rules = tuple(rule for rule in parsed if rule is not None)
    if section.is_valid and not rules:
        section.fault("rules", "E212", "The topic has no rules.", "Write `query:`, or a rule.")
    return rules


def _sole_rule(section: Section, threshold: int, fields: Fields) -> tuple[RuleDefinition, ...]:
    if not section.has("query"):
        mend = "Write `query:`, or `rules:` with a list of rules."
        section.fault("query", "E212", "The topic has no `query` and no `rules`.", mend)
        return ()
    query = section.source("query")
    return () if query is None else (RuleDefinition(SOLE_RULE, threshold, query, fields=fields),)


class _RuleReader:
    """Reads the rules of one topic, which may name each other."""

    def __init__(self, faults: Faults, threshold: int, fields: Fields) -> None:
        self._faults = faults
        self._threshold = threshold
        self._fields = fields
        self._seen: dict[str, FilePosition] = {}
        self._unless: dict[str, dict[str, FilePosition]] = {}

    def read(self, node: YamlNode) -> RuleDefinition | None:
        """Return a rule, or None where it has errors."""
        section = Section(self._faults, node, "a rule", _RULE_KEYS)
        rule_id = section.require("id", values.identifier, "")
        check_unique(section, "id", rule_id, self._seen, "rule")
        by_field = _read_field_weight(section, self._faults)
        weight = self._threshold
        if not isinstance(_node(section, "weight"), MappingNode):
            weight = section.get("weight", values.integer, weight)
        query = section.source("query")
        fields = _read_fields(section, self._fields)
        unless = self._unless[rule_id] = dict(_one_or_more(section, "unless", values.text))
        allow = read_allowed(section, self._faults)
        if query is None or not section.is_valid:
            return None
        weight = by_field.reachable if by_field else weight
        return RuleDefinition(rule_id, weight, query, by_field, fields, tuple(unless), allow)

    def check_unless(self) -> None:
        """Report what ``unless`` names and is no rule, and rules that depend on themselves."""
        for position, other in (
            (p, o) for named in self._unless.values() for o, p in named.items()
        ):
            if other not in self._seen:
                message = f"There is no rule {values.shown(other)}."
                mend = values.nearest(other, self._seen)
                self._faults.add(position, "E007", message, mend)
        for rule_id in in_cycles({rule: set(named) for rule, named in self._unless.items()}):
            message = f"Whether rule `{rule_id}` counts depends on itself, by `unless`."
            position = next(iter(self._unless[rule_id].values()))
            self._faults.add(position, "E011", message, "Break the cycle.")


def read_allowed(section: Section, faults: Faults) -> dict[str, str]:
    """Return the reasons of ``allow:`` by code, of a rule or of a topic."""
    table = section.mapping("allow")
    allowed: dict[str, str] = {}
    for code, (position, node) in (table.pairs if table else {}).items():
        if not _WARNING.fullmatch(code):
            mend = "Write the code of a warning and why it is allowed: `{W102: reason}`."
            faults.add(position, "E221", f"{values.shown(code)} is no warning.", mend)
        elif source := section.source_of(node, code):
            allowed[code] = source.value
    return allowed


def _read_field_weight(section: Section, faults: Faults) -> FieldWeight | None:
    """Return a weight by place; None where the weight is a number, or is faulty."""
    node = _node(section, "weight")
    if not isinstance(node, MappingNode):
        return None
    places = Section(faults, node, "`weight`", _WEIGHT_KEYS)
    title, lead, text = (places.get(place, values.integer, 0) for place in SCORED_FIELDS)
    points = (title, lead, text)
    largest = max(map(abs, points))
    most = places.get("most", values.positive, largest)
    if not places.is_valid:
        return None
    if not largest:
        mend = "Give points for one of title, lead and text."
        section.fault("weight", "E221", "`weight` gives no points anywhere.", mend)
    if min(points) < 0 < max(points):
        message = "`weight` raises the score in one place and lowers it in another."
        section.fault("weight", "E221", message, "Write two rules.")
    if most < largest:
        message = f"`most: {most}` is below another value, which is never given in full."
        places.fault("most", "W223", message, "Raise it, or lower the other value.")
    return FieldWeight(title, lead, text, most) if section.is_valid else None


def _read_fields(section: Section, default: Fields) -> Fields:
    """Return the value of ``in:``, or a default where there is none."""
    if not section.has("in"):
        return default
    named = {name for name, _ in _one_or_more(section, "in", values.one_of(*SCORED_FIELDS))}
    if section.is_valid and not named:
        section.fault("in", "E221", "`in` names no field.", f"Known: {', '.join(SCORED_FIELDS)}.")
    return () if len(named) == len(SCORED_FIELDS) else tuple(p for p in SCORED_FIELDS if p in named)


def _one_or_more(
    section: Section, key: str, parse: values.Parse[str]
) -> list[tuple[str, FilePosition]]:
    """Return the values of a list, or the one value that is written without a list."""
    node = _node(section, key)
    if node is None or isinstance(node, SequenceNode):
        return list(section.items_with_positions(key, parse))
    value = section.get(key, parse, None)
    return [] if value is None else [(value, node.position)]


def _node(section: Section, key: str) -> YamlNode | None:
    return section.pairs[key][1] if section.has(key) else None

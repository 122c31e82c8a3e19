"""``topics/*.yaml``: what an operator tracks, one topic per file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from config.catalog import codes, values
from config.catalog.models import (
    AlertPolicy,
    FilePosition,
    RuleDefinition,
    SourceText,
    TopicDefinition,
    TopicState,
)
from config.catalog.section import Faults, Section
from config.catalog.sources import note_once
from config.catalog.topic_tests import read_tests
from config.yaml.nodes import SequenceNode, YamlNode

_KEYS: Final = (
    "id", "title", "languages", "threshold", "state", "terms", "deny", "rules", "query",
    "entities", "alert", "max_age", "publish", "tests",
)  # fmt: skip
_RULE_KEYS: Final = ("id", "weight", "query")
_ALERT_KEYS: Final = ("severity", "max_age")

SEVERITIES: Final = ("low", "normal", "high", "urgent")

SOLE_RULE: Final = "query"
"""Id of the rule that a topic with only ``query:`` is."""


def read_topic(
    root: YamlNode, faults: Faults, seen: dict[str, FilePosition], entities: Collection[str] | None
) -> TopicDefinition | None:
    """The topic of a file, None where it is not sound.

    Args:
        root: What the file holds.
        faults: Where faults go.
        seen: Ids of the topics before it; its own is added.
        entities: Ids of every entity there is; None where a file of them cannot be read.
    """
    if isinstance(root, SequenceNode):
        mend = "Give each topic a file of its own and begin it with `id:`."
        faults.add(root.place, "E213", "A topic file holds one topic, not a list.", mend)
        return None
    section = Section(faults, root, "a topic", _KEYS)
    topic_id = section.need("id", values.identifier, "")
    note_once(section, "id", topic_id, seen, "topic")
    threshold = section.get("threshold", values.positive, 1)
    rules = _rules(section, faults, threshold)
    terms = _terms(section, faults)
    definition: dict[str, Any] = {
        "id": topic_id,
        "title": section.get("title", values.text, topic_id),
        "languages": _languages(section),
        "threshold": threshold,
        "state": section.get("state", values.member(TopicState), TopicState.LIVE),
        "terms": terms,
        "deny": _deny(section, terms, faults),
        "rules": rules,
        "entities": _entities(section, faults, entities),
        "alert": _alert(section, faults),
        "publish": section.get("publish", values.boolean, False),
    }
    tests = read_tests(section, faults, {rule.id for rule in rules})
    if not section.sound:
        return None
    revision = revision_of(definition)
    return TopicDefinition(**definition, revision=revision, tests=tests, place=section.place)


def revision_of(definition: Mapping[str, Any]) -> str:
    """32 hex digits that stand for what a topic means, not for how its file is laid out."""
    plain = json.dumps(definition, default=_plain, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:32]


def _plain(value: object) -> object:
    if isinstance(value, SourceText):
        return " ".join(value.value.split())
    if isinstance(value, RuleDefinition):
        return [value.id, value.weight, value.query]
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, AlertPolicy):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} in a topic's definition")  # a bug of ours


def _rules(section: Section, faults: Faults, threshold: int) -> tuple[RuleDefinition, ...]:
    if section.has("query") and section.has("rules"):
        mend = "Make the query a rule: `{id: ..., weight: ..., query: ...}`."
        section.fault("query", "E214", "A topic has `query` or `rules`, not both.", mend)
    if not section.has("rules"):
        return _sole_rule(section, threshold)
    seen: dict[str, FilePosition] = {}
    read = (_rule(node, faults, threshold, seen) for node in section.nodes("rules"))
    rules = tuple(rule for rule in read if rule is not None)
    if section.sound and not rules:
        section.fault("rules", "E212", "There is no rule.", "Write `query:`, or a rule.")
    return rules


def _sole_rule(section: Section, threshold: int) -> tuple[RuleDefinition, ...]:
    if not section.has("query"):
        mend = "Write `query:`, or `rules:` with a list of them."
        section.fault("query", "E212", "The topic has no `query` and no `rules`.", mend)
        return ()
    query = section.source("query")
    return () if query is None else (RuleDefinition(SOLE_RULE, threshold, query),)


def _rule(
    node: YamlNode, faults: Faults, threshold: int, seen: dict[str, FilePosition]
) -> RuleDefinition | None:
    section = Section(faults, node, "a rule", _RULE_KEYS)
    rule_id = section.need("id", values.identifier, "")
    note_once(section, "id", rule_id, seen, "rule")
    weight = section.get("weight", values.integer, threshold)
    query = section.source("query")
    return RuleDefinition(rule_id, weight, query) if query and section.sound else None


def _terms(section: Section, faults: Faults) -> dict[str, SourceText]:
    table = section.table("terms")
    terms: dict[str, SourceText] = {}
    for name, (place, node) in (table.pairs if table else {}).items():
        usable = values.term_name(name)
        if isinstance(usable, values.InvalidValue):
            faults.add(place, usable.code, usable.message, usable.mend)
        elif source := section.source_of(node, name):
            terms[name] = source
    return terms


def _deny(section: Section, terms: Collection[str], faults: Faults) -> dict[str, tuple[str, ...]]:
    table = section.table("deny")
    if table is None:
        return {}
    for name, (place, _) in table.pairs.items():
        if name not in terms:
            message = f"There is no term {values.shown(name)}."
            faults.add(place, "E007", message, values.nearest(name, terms))
    words = Section(faults, table, "a list of denied words", None)
    return {name: words.each(name, values.text) for name in table.pairs}


def _languages(section: Section) -> tuple[str, ...]:
    found = section.each("languages", values.language)
    for code in found:
        codes.check(section, "languages", code)
    return found


def _entities(section: Section, faults: Faults, known: Collection[str] | None) -> tuple[str, ...]:
    found = dict(section.placed("entities", values.text))
    for name, place in found.items():
        if known is not None and name not in known:
            message = f"There is no entity {values.shown(name)}."
            faults.add(place, "E007", message, values.nearest(name, known))
    return tuple(found)


def _alert(section: Section, faults: Faults) -> AlertPolicy:
    """``max_age`` may stand at the topic or in ``alert``, where it counts more."""
    max_age = section.get("max_age", values.duration, AlertPolicy().max_age)
    table = section.table("alert")
    if table is None:
        return AlertPolicy(max_age=max_age)
    alert = Section(faults, table, "`alert`", _ALERT_KEYS)
    return AlertPolicy(
        severity=alert.get("severity", values.one_of(*SEVERITIES), AlertPolicy().severity),
        max_age=alert.get("max_age", values.duration, max_age),
    )

"""Read ``topics/*.yaml``: one topic in each file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
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
from config.catalog.rules import read_allowed, read_rules
from config.catalog.section import Faults, Section
from config.catalog.sources import check_unique
from config.catalog.topic_tests import read_tests
from config.catalog.weights import FieldWeight
from config.catalog.word_files import WordFiles
from config.yaml.nodes import MappingNode, SequenceNode, YamlNode

_KEYS: Final = (
    "id", "title", "languages", "threshold", "state", "terms", "deny", "rules", "query", "in",
    "entities", "alert", "max_age", "publish", "tests", "allow", "owner",
)  # fmt: skip
_ALERT_KEYS: Final = ("severity", "max_age", "spike")

_REFERENCE: Final = re.compile(r"\$(\w+)")

_NOT_MATCHING: Final = frozenset({"title", "state", "alert", "publish", "owner"})
"""Keys that change nothing about which articles match."""

SPIKES: Final = ("off", "fewer", "normal", "more")
"""How easily more articles than usual are a spike."""


SEVERITIES: Final = ("low", "normal", "high", "urgent")


def read_topic(
    root: YamlNode,
    faults: Faults,
    seen: dict[str, FilePosition],
    entities: Collection[str] | None,
    word_files: WordFiles,
) -> TopicDefinition | None:
    """Return the topic of a file, or None where it has errors.

    Args:
        root: The content of the file.
        faults: Collects the faults.
        seen: Ids of earlier topics; that of this file is added.
        entities: Ids of all entities; None where one of their files cannot be read.
        word_files: Reads the files of words that its terms name.
    """
    if isinstance(root, SequenceNode):
        mend = "Put each topic in a file of its own that starts with `id:`."
        faults.add(root.position, "E213", "A topic file contains one topic, not a list.", mend)
        return None
    section = Section(faults, root, "a topic", _KEYS)
    topic_id = section.require("id", values.identifier, "")
    check_unique(section, "id", topic_id, seen, "topic")
    threshold = section.get("threshold", values.positive, 1)
    rules = read_rules(section, faults, threshold)
    terms = _terms(section, faults, word_files)
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
        "owner": section.get("owner", values.owner, ""),
    }
    tests = read_tests(section, faults, {rule.id for rule in rules})
    allow = read_allowed(section, faults)
    if not section.is_valid:
        return None
    revision = revision_of(definition)
    return TopicDefinition(
        **definition, revision=revision, tests=tests, position=section.position, allow=allow
    )


def revision_of(definition: Mapping[str, Any]) -> str:
    """Return 32 hex digits that depend on which articles a topic matches, not on its layout."""
    matching = {key: value for key, value in definition.items() if key not in _NOT_MATCHING}
    used = _used_terms(definition["terms"], definition["rules"])
    for key in ("terms", "deny"):
        matching[key] = {name: value for name, value in matching[key].items() if name in used}
    plain = json.dumps(matching, default=_plain, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:32]


def _used_terms(
    terms: Mapping[str, SourceText], rules: Sequence[RuleDefinition]
) -> Collection[str]:
    """Return the terms that rules name, directly or through another term."""
    used: set[str] = set()
    waiting = [rule.query for rule in rules]
    while waiting:
        named = {name for query in waiting for name in _REFERENCE.findall(query.value)}
        waiting = [terms[name] for name in (named & terms.keys()) - used]
        used |= named
    return used


def _plain(value: object) -> object:
    if isinstance(value, SourceText):
        return " ".join(value.value.split())
    if isinstance(value, RuleDefinition):
        return _plain_rule(value)
    if isinstance(value, FieldWeight):
        return [value.title, value.lead, value.text, value.most]
    raise TypeError(f"{type(value).__name__} in a topic's definition")


def _plain_rule(rule: RuleDefinition) -> list[object]:
    options = {"weight": rule.by_field, "in": rule.fields, "unless": rule.unless}
    used = {key: value for key, value in options.items() if value}
    return [rule.id, rule.weight, rule.query, *([used] if used else [])]


def _terms(section: Section, faults: Faults, word_files: WordFiles) -> dict[str, SourceText]:
    table = section.mapping("terms")
    terms: dict[str, SourceText] = {}
    for name, (position, node) in (table.pairs if table else {}).items():
        valid = values.term_name(name)
        source = None
        if isinstance(valid, values.InvalidValue):
            faults.add(position, valid.code, valid.message, valid.mend)
        elif isinstance(node, MappingNode):
            source = word_files.term(node, name, faults)
        else:
            source = section.source_of(node, name)
        if source:
            terms[name] = source
    return terms


def _deny(section: Section, terms: Collection[str], faults: Faults) -> dict[str, tuple[str, ...]]:
    table = section.mapping("deny")
    if table is None:
        return {}
    for name, (position, _) in table.pairs.items():
        if name not in terms:
            message = f"There is no term {values.shown(name)}."
            faults.add(position, "E007", message, values.nearest(name, terms))
    words = Section(faults, table, "a list of denied words", None)
    return {name: words.items(name, values.text) for name in table.pairs}


def _languages(section: Section) -> tuple[str, ...]:
    languages = section.items("languages", values.language)
    for code in languages:
        codes.check(section, "languages", code)
    return languages


def _entities(section: Section, faults: Faults, known: Collection[str] | None) -> tuple[str, ...]:
    entities = dict(section.items_with_positions("entities", values.text))
    for name, position in entities.items():
        if known is not None and name not in known:
            message = f"There is no entity {values.shown(name)}."
            faults.add(position, "E007", message, values.nearest(name, known))
    return tuple(entities)


def _alert(section: Section, faults: Faults) -> AlertPolicy:
    """Read ``alert:``; its ``max_age`` overrides that of the topic."""
    max_age = section.get("max_age", values.duration, AlertPolicy().max_age)
    table = section.mapping("alert")
    if table is None:
        return AlertPolicy(max_age=max_age)
    alert = Section(faults, table, "`alert`", _ALERT_KEYS)
    return AlertPolicy(
        severity=alert.get("severity", values.one_of(*SEVERITIES), AlertPolicy().severity),
        max_age=alert.get("max_age", values.duration, max_age),
        spike=alert.get("spike", values.one_of(*SPIKES), AlertPolicy().spike),
    )

"""The revision of a topic: a hash of everything that its matches depend on.

It covers the rules and terms as they are written, the concepts and entities that they use, and the
version of the dictionaries that give words their forms. It does not cover the title, how the topic
alerts, or its tests. Every match has it, so that two matches with the same revision were decided by
the same definition.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from config.catalog.models import EntityDefinition
from processors.engine.rules import TopicRules
from processors.forms import dictionary
from processors.query.nodes import EntityNode, walk

_PACKAGES: Final = ("simplemma", "pymorphy3", "pymorphy3-dicts-ru")
"""Distributions with the dictionaries that inflection reads."""


def resolve_revision(
    written: str,
    concepts: Sequence[str],
    rules: TopicRules,
    entities: Mapping[str, EntityDefinition],
) -> str:
    """Return 32 hex digits.

    Args:
        written: The revision of the topic's file.
        concepts: The queries of the concepts that it uses.
        rules: Its resolved rules.
        entities: The entities of the catalog by their ids.
    """
    queries = [rule.query for rule in rules.rules]
    used = {node.id for query in queries for node in walk(query) if isinstance(node, EntityNode)}
    named = [_describe(entities[name]) for name in sorted(used) if name in entities]
    parts = (written, *concepts, *named, forms_version())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


@cache
def forms_version() -> str:
    """Return a text that changes with the dictionaries and the lexicon of compounds."""
    lexicons = sorted(Path(dictionary.__file__).parent.glob("*.marisa"))
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in lexicons]
    return " ".join([*map(version, _PACKAGES), str(dictionary.FORMAT), *hashes])


def _describe(entity: EntityDefinition) -> str:
    """Return what of an entity decides where it is found."""
    return repr((entity.id, entity.name, entity.aliases, entity.demonyms, entity.deny))

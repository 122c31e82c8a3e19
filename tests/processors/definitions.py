"""Topics and entities as an operator's files define them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from config.catalog.aliases import EntityAlias
from config.catalog.models import (
    AlertPolicy,
    EntityDefinition,
    FilePosition,
    RuleDefinition,
    SourceText,
    TopicDefinition,
    TopicState,
)

POSITION = FilePosition("topics/t.yaml", 1, 1)


def source(text: str) -> SourceText:
    return SourceText(text, POSITION)


def topic(rules: str | Mapping[str, tuple[int, str]], **changes: Any) -> TopicDefinition:
    """A topic ``t`` with threshold 1.

    Args:
        rules: Weights and queries by id, or the query of one rule ``r`` with weight 1.
        changes: Other values of the definition.
    """
    weighted = {"r": (1, rules)} if isinstance(rules, str) else rules
    definition = TopicDefinition(
        id="t",
        title="T",
        revision="r1",
        languages=(),
        threshold=1,
        state=TopicState.LIVE,
        terms={},
        rules=tuple(
            RuleDefinition(name, weight, source(query))
            for name, (weight, query) in weighted.items()
        ),
        entities=(),
        alert=AlertPolicy(),
        publish=False,
        tests=(),
        position=POSITION,
    )
    return replace(definition, **changes)


def entity(id_: str, name: str, *aliases: str, kind: Any = "person") -> EntityDefinition:
    return EntityDefinition(id_, kind, name, tuple(map(EntityAlias, aliases)), None, POSITION)

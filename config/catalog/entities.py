"""Read ``entities/*.yaml``: people, places and organisations, a list in each file."""

from __future__ import annotations

from typing import Final, Literal, cast

from config.catalog import values
from config.catalog.models import EntityDefinition, FilePosition
from config.catalog.section import Faults, Section
from config.catalog.sources import check_unique
from config.yaml.nodes import SequenceNode, YamlNode

_KEYS: Final = ("id", "type", "name", "aliases", "wikidata")
_TYPES: Final = ("person", "organisation", "place", "other")


def read_entities(
    root: YamlNode, faults: Faults, seen: dict[str, FilePosition]
) -> tuple[EntityDefinition, ...]:
    """Return the valid entities of a file.

    Args:
        root: The content of the file.
        faults: Collects the faults.
        seen: Ids of earlier entities; those of this file are added, valid or not.
    """
    if not isinstance(root, SequenceNode):
        mend = "Start each entity with `- id:`."
        faults.add(root.position, "E213", "An entities file contains a list.", mend)
        return ()
    entities = (_entity(node, faults, seen) for node in root.nodes)
    return tuple(entity for entity in entities if entity is not None)


def _entity(
    node: YamlNode, faults: Faults, seen: dict[str, FilePosition]
) -> EntityDefinition | None:
    section = Section(faults, node, "an entity", _KEYS)
    entity_id = section.require("id", values.identifier, "")
    check_unique(section, "id", entity_id, seen, "entity")
    kind = section.get("type", values.one_of(*_TYPES), "other")
    entity = EntityDefinition(
        id=entity_id,
        type=cast("Literal['person', 'organisation', 'place', 'other']", kind),
        name=section.require("name", values.text, ""),
        aliases=section.items("aliases", values.text),
        wikidata=section.get("wikidata", values.wikidata, None),
        position=section.position,
    )
    return entity if section.is_valid else None

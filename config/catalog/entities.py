"""``entities/*.yaml``: people, places and organisations, a list per file."""

from __future__ import annotations

from typing import Final, Literal, cast

from config.catalog import values
from config.catalog.models import EntityDefinition, FilePosition
from config.catalog.section import Faults, Section
from config.catalog.sources import note_once
from config.yaml.nodes import SequenceNode, YamlNode

_KEYS: Final = ("id", "type", "name", "aliases", "wikidata")
_TYPES: Final = ("person", "organisation", "place", "other")


def read_entities(
    root: YamlNode, faults: Faults, seen: dict[str, FilePosition]
) -> tuple[EntityDefinition, ...]:
    """The sound entities of a file.

    Args:
        root: What the file holds.
        faults: Where faults go.
        seen: Ids of the entities before it; its own are added, sound or not.
    """
    if not isinstance(root, SequenceNode):
        mend = "Begin each entity with `- id:`."
        faults.add(root.place, "E213", "An entities file holds a list.", mend)
        return ()
    read = (_entity(node, faults, seen) for node in root.nodes)
    return tuple(entity for entity in read if entity is not None)


def _entity(
    node: YamlNode, faults: Faults, seen: dict[str, FilePosition]
) -> EntityDefinition | None:
    section = Section(faults, node, "an entity", _KEYS)
    entity_id = section.need("id", values.identifier, "")
    note_once(section, "id", entity_id, seen, "entity")
    kind = section.get("type", values.one_of(*_TYPES), "other")
    entity = EntityDefinition(
        id=entity_id,
        type=cast("Literal['person', 'organisation', 'place', 'other']", kind),
        name=section.need("name", values.text, ""),
        aliases=section.each("aliases", values.text),
        wikidata=section.get("wikidata", values.wikidata, None),
        place=section.place,
    )
    return entity if section.sound else None

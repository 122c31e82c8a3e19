"""Read ``entities/*.yaml``: people, places and organisations, a list in each file."""

from __future__ import annotations

from functools import partial
from typing import Final, Literal, cast

from config.catalog import values
from config.catalog.aliases import EntityAlias
from config.catalog.models import EntityDefinition, FilePosition
from config.catalog.section import Faults, Section, read_list
from config.catalog.sources import check_unique
from config.yaml.nodes import MappingNode, YamlNode

_KEYS: Final = ("id", "type", "name", "aliases", "demonyms", "deny", "skeleton", "wikidata")
_ALIAS_KEYS: Final = ("alias", "language", "skeleton")
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
    read = partial(_entity, faults=faults, seen=seen)
    return read_list(root, faults, "an entities file", "entity", read)


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
        aliases=_aliases(section, "aliases", faults),
        wikidata=section.get("wikidata", values.wikidata, None),
        position=section.position,
        demonyms=_aliases(section, "demonyms", faults),
        deny=section.items("deny", values.text),
    )
    return entity if section.is_valid else None


def _aliases(section: Section, key: str, faults: Faults) -> tuple[EntityAlias, ...]:
    skeleton = section.get("skeleton", values.boolean, False) and key == "aliases"
    aliases = (_alias(section, node, key, faults, skeleton) for node in section.nodes(key))
    return tuple(dict.fromkeys(alias for alias in aliases if alias is not None))


def _alias(
    section: Section, node: YamlNode, key: str, faults: Faults, skeleton: bool
) -> EntityAlias | None:
    """Return an alias: a text, or a mapping of it with its options."""
    if not isinstance(node, MappingNode):
        text = section.parsed(node, key, values.text)
        return EntityAlias(text, skeleton=skeleton) if text is not None else None
    options = Section(faults, node, "an alias", _ALIAS_KEYS)
    alias = EntityAlias(
        options.require("alias", values.text, ""),
        options.get("language", values.language, ""),
        options.get("skeleton", values.boolean, skeleton),
    )
    return alias if options.is_valid else None

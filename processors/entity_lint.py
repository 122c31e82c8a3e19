"""Faults of entities: aliases that two of them share, and skeletons without an effect."""

from __future__ import annotations

from collections.abc import Iterator

from config.catalog.aliases import EntityAlias
from config.catalog.models import Catalog, EntityDefinition
from config.faults import Fault, in_file_order
from core.text import clean_line
from core.text.tokens import fold_word
from processors.engine.aliases import names_of
from processors.engine.skeletons import MIN_LENGTH, skeletons

Use = tuple[EntityDefinition, EntityAlias]


def entity_faults(catalog: Catalog) -> list[Fault]:
    """Return warnings about the entities of a catalog, in file order."""
    uses: dict[str, list[Use]] = {}
    faults: list[Fault] = []
    for entity in catalog.entities:
        faults.extend(_without_skeleton(entity))
        for alias in dict.fromkeys((*names_of(entity), *entity.demonyms)):
            others = uses.setdefault(fold_word(alias.text).replace("-", " "), [])
            faults.extend(_shared(entity, alias, others))
            others.append((entity, alias))
    return in_file_order(faults)


def _shared(entity: EntityDefinition, alias: EntityAlias, others: list[Use]) -> Iterator[Fault]:
    """Yield a warning for each other entity that has the same alias in the same language."""
    for other, same in others:
        in_one_language = "" in (alias.language, same.language) or alias.language == same.language
        if other.id != entity.id and in_one_language:
            yield _warning(
                entity,
                "W241",
                f"{clean_line(alias.text)!r} is an alias of {entity.id} and of {other.id}: "
                "a text that has it mentions both.",
                "Delete it in one of them, add a first name, or limit each to a `language`.",
            )


def _without_skeleton(entity: EntityDefinition) -> Iterator[Fault]:
    for alias in entity.aliases:
        if alias.skeleton and alias.text.isalpha() and not skeletons(alias.text):
            yield _warning(
                entity,
                "W242",
                f"The skeleton of {clean_line(alias.text)!r} in {entity.id} is too short, so "
                "`skeleton` has no effect.",
                f"A skeleton has at least {MIN_LENGTH} sounds; list the other spellings instead.",
            )


def _warning(entity: EntityDefinition, code: str, message: str, mend: str) -> Fault:
    position = entity.position
    return Fault(
        file=position.file,
        line=position.line,
        column=position.column,
        code=code,
        message=message,
        mend=mend,
    )

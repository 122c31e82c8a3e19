"""The aliases of entities, as their files define them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EntityAlias:
    """One way to write an entity.

    Attributes:
        text: As it is written in the nominative.
        language: Code of the only language in whose articles it is searched; empty for all.
        skeleton: Whether other transliterations of it are found too.
    """

    text: str
    language: str = ""
    skeleton: bool = False

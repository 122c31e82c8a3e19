"""Step ``entities``: who and what is named, by the aliases of the catalog."""

from __future__ import annotations

from dataclasses import replace

from core.messages import EntityMention
from processors.draft import CompiledCatalog, Draft
from processors.engine.gazetteer import Mention
from processors.engine.view import View


def entities(known: CompiledCatalog, draft: Draft) -> Draft:
    """Turn the positions found into spans of the fields."""
    view = draft.view
    if view is None or not draft.mentions:
        return draft
    return replace(draft, entities=tuple(_span(known, view, m) for m in draft.mentions))


def _span(known: CompiledCatalog, view: View, mention: Mention) -> EntityMention:
    zone = view.zone(mention.first)
    start, end = zone.code_points(mention.first, mention.last)
    return EntityMention(
        id=mention.entity,
        type=known.entities[mention.entity].type,
        field=zone.field,
        start=start,
        end=end,
        surface=zone.text[start:end],
    )

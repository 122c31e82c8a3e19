"""Step ``name_entities``: the people, places and organisations that the article mentions."""

from __future__ import annotations

from dataclasses import replace

from core.messages import EntityMention
from processors.analysis import Analysis, CompiledCatalog
from processors.engine.article_index import ArticleIndex
from processors.engine.gazetteer import Mention


def name_entities(compiled: CompiledCatalog, analysis: Analysis) -> Analysis:
    """Convert the positions of mentions into code points of their fields."""
    index = analysis.index
    if index is None or not analysis.mentions:
        return analysis
    return replace(
        analysis, entities=tuple(_mention(compiled, index, m) for m in analysis.mentions)
    )


def _mention(compiled: CompiledCatalog, index: ArticleIndex, mention: Mention) -> EntityMention:
    field = index.field_at(mention.first)
    start, end = field.code_points(mention.first, mention.last)
    return EntityMention(
        id=mention.entity,
        type=compiled.entities[mention.entity].type,
        field=field.field,
        start=start,
        end=end,
        surface=field.text[start:end],
    )

"""Step ``name_entities``: the people, places and organisations that the article mentions."""

from __future__ import annotations

from dataclasses import replace

from pydantic import TypeAdapter

from core.messages import EntityMention
from processors.analysis import Analysis, CompiledCatalog
from processors.engine.article_index import ArticleIndex
from processors.engine.gazetteer import Mention

_MENTIONS = TypeAdapter(tuple[EntityMention, ...])
"""Validates the mentions of an article at once, which takes less time than one by one."""


def name_entities(compiled: CompiledCatalog, analysis: Analysis) -> Analysis:
    """Convert the positions of mentions into code points of their fields."""
    index, mentions = analysis.index, analysis.mentions
    if index is None or not mentions:
        return analysis
    tokens = index.main.tokens
    starts = tokens.starts.take([mention.first for mention in mentions]).tolist()
    ends = tokens.ends.take([mention.last for mention in mentions]).tolist()
    rows = [
        _row(compiled, index, mention, start, end)
        for mention, start, end in zip(mentions, starts, ends, strict=True)
    ]
    return replace(analysis, entities=_MENTIONS.validate_python(rows))


def _row(
    compiled: CompiledCatalog, index: ArticleIndex, mention: Mention, start: int, end: int
) -> dict[str, object]:
    """Return what the message says of a mention at code points of title, lead and text."""
    field = index.field_at(mention.first)
    return {
        "id": mention.entity,
        "type": compiled.entities[mention.entity].type,
        "field": field.field,
        "start": start - field.offset,
        "end": end - field.offset,
        "surface": index.main.tokens.text[start:end],
    }

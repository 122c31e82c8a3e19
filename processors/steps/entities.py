"""Step ``name_entities``: the people, places and organisations that the article mentions."""

from __future__ import annotations

from pydantic import TypeAdapter

from core.messages import EntityMention
from processors.analysis import Analysis, CompiledCatalog

_MENTIONS = TypeAdapter(tuple[EntityMention, ...])
"""Validates the mentions of an article at once, which takes less time than one by one."""


def name_entities(compiled: CompiledCatalog, analysis: Analysis) -> Analysis:
    """Convert the positions of mentions into code points of their fields."""
    index, mentions = analysis.searched, analysis.mentions
    if index is None or not mentions:
        return analysis
    tokens, fields = index.main.tokens, index.fields
    text = tokens.text
    starts = tokens.starts.take([first for first, _, _ in mentions]).tolist()
    ends = tokens.ends.take([last for _, last, _ in mentions]).tolist()
    rows = []
    at = 0
    for (first, _, entity), start, end in zip(mentions, starts, ends, strict=True):
        while first >= fields[at].after:  # both are in text order
            at += 1
        offset = fields[at].offset
        rows.append(
            {
                "id": entity,
                "type": compiled.entities[entity].type,
                "field": fields[at].field,
                "start": start - offset,
                "end": end - offset,
                "surface": text[start:end],
            }
        )
    return analysis._replace(entities=_MENTIONS.validate_python(rows))

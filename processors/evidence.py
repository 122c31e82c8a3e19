"""Evidence: the spans that made a rule fire, with their sentences."""

from __future__ import annotations

from collections.abc import Iterable

from core.messages import Evidence, Field
from processors.engine.article_index import ArticleIndex, Excerpt, Span
from processors.engine.programs import QueryProgram

MAX_SPANS = 10
"""Most spans of a rule: the first ones, so that those of the title come first."""


def evidence_of(rule_id: str, program: QueryProgram, index: ArticleIndex) -> tuple[Evidence, ...]:
    """Return the evidence of a rule that fired.

    A NEAR contributes each of its operands. Spans inside a longer span are left out.
    """
    spans = _outermost(program.evidence(index))
    return tuple(_evidence(rule_id, index, *span) for span in spans[:MAX_SPANS])


def _outermost(spans: Iterable[Span]) -> list[tuple[int, int]]:
    extents = {e for first, last, operands in spans for e in (operands or ((first, last),))}
    outermost: list[tuple[int, int]] = []
    for first, last in sorted(extents, key=lambda e: (e[0], -e[1])):
        if not outermost or last > outermost[-1][1]:
            outermost.append((first, last))
    return outermost


def _evidence(rule_id: str, index: ArticleIndex, first: int, last: int) -> Evidence:
    excerpt = index.excerpts.get((first, last))
    if excerpt is None:
        excerpt = index.excerpts[first, last] = _excerpt(index, first, last)
    field, start, end, surface, sentence = excerpt
    return Evidence(
        field=field, start=start, end=end, surface=surface, rule=rule_id, sentence=sentence
    )


def _excerpt(index: ArticleIndex, first: int, last: int) -> Excerpt:
    field = index.field_at(first)
    start, end = field.code_points(first, last)
    sentence = field.sentences.excerpt(start, end)
    return Field(field.field), start, end, field.text[start:end], sentence

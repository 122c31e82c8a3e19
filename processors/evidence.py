"""Evidence: the spans that made a rule fire, with their sentences."""

from __future__ import annotations

from collections.abc import Iterable

from core.messages import Evidence, Field
from processors.engine.programs import QueryProgram
from processors.engine.view import Span, Told, View

MAX_SPANS = 10
"""Spans told per rule: the first ones, so those of the title come first."""


def evidence_of(rule_id: str, program: QueryProgram, view: View) -> tuple[Evidence, ...]:
    """What made a rule true: the operands of a NEAR each, a span inside a longer one not at all."""
    places = _outermost(program.witnesses(view))
    return tuple(_evidence(rule_id, view, *place) for place in places[:MAX_SPANS])


def _outermost(spans: Iterable[Span]) -> list[tuple[int, int]]:
    places = {place for first, last, parts in spans for place in (parts or ((first, last),))}
    kept: list[tuple[int, int]] = []
    for first, last in sorted(places, key=lambda p: (p[0], -p[1])):
        if not kept or last > kept[-1][1]:
            kept.append((first, last))
    return kept


def _evidence(rule_id: str, view: View, first: int, last: int) -> Evidence:
    told = view.told.get((first, last))
    if told is None:
        told = view.told[first, last] = _told(view, first, last)
    field, start, end, surface, sentence = told
    return Evidence(
        field=field, start=start, end=end, surface=surface, rule=rule_id, sentence=sentence
    )


def _told(view: View, first: int, last: int) -> Told:
    zone = view.zone(first)
    start, end = zone.code_points(first, last)
    sentence = zone.sentences.excerpt(start, end)
    return Field(zone.field), start, end, zone.text[start:end], sentence

"""Step ``topics``: the engine, and for every topic it reaches a match with its evidence."""

from __future__ import annotations

from dataclasses import replace

from core.messages import Match
from processors.draft import CompiledCatalog, Draft
from processors.engine.ruleset import TopicMatch
from processors.engine.view import View
from processors.evidence import evidence_of


def topics(known: CompiledCatalog, draft: Draft) -> Draft:
    """One match per topic whose threshold is reached, in catalog order."""
    view = draft.view
    if view is None:
        return draft
    hits = known.rules.match(view, draft.language)
    return replace(draft, matches=tuple(_match(known, draft, view, hit) for hit in hits))


def _match(known: CompiledCatalog, draft: Draft, view: View, hit: TopicMatch) -> Match:
    topic = known.topics[hit.topic]
    found = (evidence_of(rule.id, rule.program, view) for rule in hit.fired)
    return Match(
        topic_id=topic.id,
        topic_revision=topic.revision,
        article_id=draft.article.article_id,
        revision=draft.article.revision,
        score=hit.score,
        threshold=topic.threshold,
        rules=tuple(rule.id for rule in hit.fired),
        evidence=tuple(span for spans in found for span in spans),
        article=draft.article,
        language=draft.language,
        entities=draft.entities,
        fingerprint=draft.fingerprint,
    )

"""Step ``match_topics``: a match with its evidence for every topic that the article matches."""

from __future__ import annotations

from core.messages import Match
from processors.analysis import Analysis, CompiledCatalog
from processors.engine.article_index import ArticleIndex
from processors.engine.ruleset import TopicMatch
from processors.evidence import evidence_of


def match_topics(compiled: CompiledCatalog, analysis: Analysis) -> Analysis:
    """Add a match for each topic whose gates the article passes, in catalog order."""
    index = analysis.searched
    if index is None:
        return analysis
    matches = compiled.rules.match(index, analysis.labels)
    return analysis._replace(matches=tuple(_match(compiled, analysis, index, m) for m in matches))


def _match(
    compiled: CompiledCatalog, analysis: Analysis, index: ArticleIndex, match: TopicMatch
) -> Match:
    topic = compiled.topics[match.topic]
    evidence = (evidence_of(rule.id, rule.program, index) for rule in match.fired)
    return Match(
        topic_id=topic.id,
        topic_revision=topic.revision,
        article_id=analysis.article.article_id,
        revision=analysis.article.revision,
        score=match.score,
        threshold=topic.threshold,
        rules=tuple(rule.id for rule in match.fired),
        evidence=tuple(span for spans in evidence for span in spans),
        article=analysis.article,
        language=analysis.language,
        entities=analysis.entities,
        fingerprint=analysis.fingerprint,
    )

"""The pipeline: one article revision in, one outcome out; pure.

::

    ArticleRevision ─▶ language ─▶ read ─▶ entities ─▶ fingerprint ─▶ topics ─▶ Outcome
                          │          │         │            │            │
                       a label    View:     mentions      sketch      matches
                                  tokenised, searched once

``Processors.compile`` makes everything the steps need from a catalog, off the hot path; the result
is immutable, so a reload makes another and swaps the reference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from config.catalog.models import Catalog, TopicState
from config.errors import CatalogError, UsageError
from core.messages import ArticleRevision, Enriched, Match, TopicScore
from processors.draft import CompiledCatalog, Draft
from processors.engine.ruleset import RuleSet
from processors.explanation import Explanation, explain
from processors.steps.entities import entities
from processors.steps.fingerprint import fingerprint
from processors.steps.identify import identifier
from processors.steps.language import language
from processors.steps.match_topics import topics
from processors.steps.tokenize import read
from processors.topics import compile_topic

Step = Callable[[CompiledCatalog, Draft], Draft]

STEPS: tuple[Step, ...] = (language, read, entities, fingerprint, topics)

MATCHED, NO_MATCH = "matched", "no_match"
"""Dispositions of an article."""


@dataclass(frozen=True, slots=True)
class ArticleOutcome:
    """What became of one article revision.

    Attributes:
        matches: One per topic that was reached, in catalog order.
        disposition: ``matched`` or ``no_match``.
    """

    enriched: Enriched
    matches: tuple[Match, ...]

    @property
    def disposition(self) -> str:
        """What the article is counted under."""
        return MATCHED if self.matches else NO_MATCH


@dataclass(frozen=True)
class Processors:
    """The steps with all they know of one catalog."""

    catalog: Catalog
    languages: tuple[str, ...]
    known: CompiledCatalog

    @classmethod
    def compile(cls, catalog: Catalog, languages: tuple[str, ...]) -> Processors:
        """Compile every topic that is not retired.

        Args:
            catalog: Free of errors as far as the config room can see.
            languages: Languages articles are told to be in (``Settings.language_codes``).

        Raises:
            CatalogError: A query holds an error; nothing was compiled.
        """
        ids = {entity.id for entity in catalog.entities}
        active = tuple(t for t in catalog.topics if t.state is not TopicState.RETIRED)
        compiled = [compile_topic(topic, ids) for topic in active]
        errors = [f for c in compiled for f in c.faults if f.is_error]
        if errors:
            raise CatalogError(errors)
        knowledge = CompiledCatalog(
            rules=RuleSet([c.rules for c in compiled], catalog.entities),
            topics=active,
            entities={entity.id: entity for entity in catalog.entities},
            identifier=identifier(tuple(languages)),
        )
        return cls(catalog, tuple(languages), knowledge)

    def process(self, article: ArticleRevision) -> ArticleOutcome:
        """What the steps make of an article."""
        draft = self.draft(article)
        scores = (
            TopicScore(topic_id=m.topic_id, topic_revision=m.topic_revision, score=m.score)
            for m in draft.matches
        )
        enriched = Enriched(
            article_id=article.article_id,
            revision=article.revision,
            language=draft.language,
            language_source=draft.language_source,
            entities=draft.entities,
            topics=tuple(scores),
            fingerprint=draft.fingerprint,
        )
        return ArticleOutcome(enriched, draft.matches)

    def draft(self, article: ArticleRevision, given_language: str | None = None) -> Draft:
        """The article after the last step."""
        draft = Draft(article, given_language)
        for step in STEPS:
            draft = step(self.known, draft)
        return draft

    def explain(
        self, topic_id: str, article: ArticleRevision, *, given_language: str | None = None
    ) -> Explanation:
        """Why a topic matches an article, or why not.

        Args:
            topic_id: A topic of the catalog that is not retired.
            article: What to look at; need not come from a stream.
            given_language: Its language, where somebody vouches for it.

        Raises:
            UsageError: There is no such topic.
        """
        number = self._numbers.get(topic_id)
        if number is None:
            raise UsageError(
                f"There is no topic {topic_id!r} that is evaluated.",
                mend=f"Topics: {', '.join(sorted(self._numbers)) or 'none'}.",
            )
        return explain(self.known, number, self.draft(article, given_language))

    @cached_property
    def published(self) -> frozenset[str]:
        """Ids of the topics whose matches are copied to a stream of their own."""
        return frozenset(topic.id for topic in self.known.topics if topic.publish)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {topic.id: number for number, topic in enumerate(self.known.topics)}

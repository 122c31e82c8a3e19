"""The pipeline: one article revision in, its outcome out; pure.

::

    ArticleRevision ─▶ language ─▶ tokenize ─▶ search ─▶ entities ─▶ fingerprint ─▶ topics ─┐
                          │           │          │          │            │            │     │
                       a label   ArticleIndex  hits      mentions      sketch      matches  │
                                                                   ArticleOutcome ◀─────────┘

``Processors.compile`` builds everything that the steps need from a catalog, off the hot path. The
result is immutable, so that a reload builds another and swaps the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from config.catalog.models import Catalog, TopicState
from config.errors import CatalogError, UsageError
from core.messages import ArticleRevision, Enriched, Match, TopicScore
from processors.analysis import Analysis, CompiledCatalog
from processors.engine.ruleset import RuleSet
from processors.explanation import Explanation, explain
from processors.steps.entities import name_entities
from processors.steps.fingerprint import fingerprint_text
from processors.steps.language import detect_language
from processors.steps.match_topics import match_topics
from processors.steps.search import find_names, search_literals
from processors.steps.tokenize import tokenize
from processors.topics import CompiledTopic, compile_topic
from processors.vocabulary.concepts import Vocabulary

Step = Callable[[CompiledCatalog, Analysis], Analysis]

INDEXING: tuple[Step, ...] = (detect_language, tokenize, search_literals, find_names)
"""The steps that a topic can be evaluated after."""

STEPS: tuple[Step, ...] = (
    *INDEXING,
    name_entities,
    fingerprint_text,
    match_topics,
)

MATCHED, NO_MATCH = "matched", "no_match"
"""Dispositions of an article."""


@dataclass(frozen=True, slots=True)
class ArticleOutcome:
    """The outcome of one article revision.

    Attributes:
        matches: One for each topic that matches, in catalog order.
    """

    enriched: Enriched
    matches: tuple[Match, ...]

    @property
    def disposition(self) -> str:
        """What the article is counted as: ``matched`` or ``no_match``."""
        return MATCHED if self.matches else NO_MATCH


@dataclass(frozen=True)
class Processors:
    """The steps with everything they need of one catalog.

    Attributes:
        compiled: The compiled catalog.
    """

    catalog: Catalog
    compiled: CompiledCatalog

    @classmethod
    def compile(cls, catalog: Catalog, languages: tuple[str, ...]) -> Processors:
        """Compile every topic that is not retired.

        Args:
            catalog: A catalog without errors outside of queries.
            languages: Languages an article may be detected to be in (``Settings.language_codes``).

        Raises:
            CatalogError: A query holds an error; nothing was compiled.
        """
        ids = {entity.id for entity in catalog.entities}
        active = tuple(t for t in catalog.topics if t.state is not TopicState.RETIRED)
        vocabulary = Vocabulary(catalog.vocabulary, ids)
        topics = [compile_topic(topic, ids, vocabulary) for topic in active]
        return cls.of(catalog, topics, languages)

    @classmethod
    def of(
        cls,
        catalog: Catalog,
        topics: Sequence[CompiledTopic],
        languages: tuple[str, ...],
        *,
        finds_entities: bool = True,
    ) -> Processors:
        """Return the processors of topics whose queries are resolved already.

        Args:
            catalog: Defines the entities.
            topics: The topics to evaluate.
            languages: Languages an article may be detected to be in.
            finds_entities: Whether entities are searched in articles, as topics that name some and
                enriched records require. To compile all entities takes a third of the time.

        Raises:
            CatalogError: A query holds an error; nothing was compiled.
        """
        errors = [fault for topic in topics for fault in topic.faults if fault.is_error]
        if errors:
            raise CatalogError(errors)
        entities = {entity.id: entity for entity in catalog.entities}
        compiled = CompiledCatalog(
            rules=RuleSet(
                [topic.rules for topic in topics],
                catalog.entities,
                languages=languages,
                finds_entities=finds_entities,
            ),
            topics=tuple(topic.with_revision(entities) for topic in topics),
            entities=entities,
            languages=tuple(languages),
        )
        return cls(catalog, compiled)

    def process(self, article: ArticleRevision) -> ArticleOutcome:
        """Return the outcome of an article."""
        return self.process_all((article,))[0]

    def process_all(self, articles: Iterable[ArticleRevision]) -> list[ArticleOutcome]:
        """Return the outcomes of articles; each step works on all of them in turn.

        That takes a quarter less time than one article after the other: the code and tables of a
        step stay in the processor's caches. What the steps find is in memory for all articles at
        once.
        """
        return list(map(_outcome, self._run(STEPS, map(Analysis, articles))))

    def index(self, article: ArticleRevision, given_language: str | None = None) -> Analysis:
        """Return the analysis of an article with its language and index only.

        Args:
            article: The article; it need not come from a stream.
            given_language: Its language, if the caller vouches for it.
        """
        (analysis,) = self._run(INDEXING, (Analysis(article, given_language),))
        return analysis

    def _run(self, steps: Sequence[Step], analyses: Iterable[Analysis]) -> Iterable[Analysis]:
        for step in steps:
            analyses = [step(self.compiled, analysis) for analysis in analyses]
        return analyses

    def explain(
        self, topic_id: str, article: ArticleRevision, *, given_language: str | None = None
    ) -> Explanation:
        """Return why a topic matches an article, or why not.

        Args:
            topic_id: A topic of the catalog that is not retired.
            article: The article; it need not come from a stream.
            given_language: Its language, if the caller vouches for it.

        Raises:
            UsageError: There is no such topic.
        """
        number = self._numbers.get(topic_id)
        if number is None:
            raise UsageError(
                f"There is no topic {topic_id!r} that is evaluated.",
                mend=f"Topics: {', '.join(sorted(self._numbers)) or 'none'}.",
            )
        return explain(self.compiled, number, self.index(article, given_language))

    @cached_property
    def published(self) -> frozenset[str]:
        """Ids of the topics whose matches are copied to a stream of their own."""
        return frozenset(topic.id for topic in self.compiled.topics if topic.publish)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {topic.id: number for number, topic in enumerate(self.compiled.topics)}


def _outcome(analysis: Analysis) -> ArticleOutcome:
    scores = (
        TopicScore(topic_id=m.topic_id, topic_revision=m.topic_revision, score=m.score)
        for m in analysis.matches
    )
    enriched = Enriched(
        article_id=analysis.article.article_id,
        revision=analysis.article.revision,
        language=analysis.language,
        language_source=analysis.language_source,
        entities=analysis.entities,
        topics=tuple(scores),
        fingerprint=analysis.fingerprint,
    )
    return ArticleOutcome(enriched, analysis.matches)

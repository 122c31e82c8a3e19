"""What the steps work on: the analysis of one article, and the compiled catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.catalog.models import EntityDefinition, TopicDefinition
from core.messages import ArticleRevision, EntityMention, Match
from processors.engine.article_index import ArticleIndex
from processors.engine.gazetteer import Mention
from processors.engine.ruleset import RuleSet
from processors.gates import ArticleLabels


@dataclass(frozen=True, slots=True)
class CompiledCatalog:
    """Everything that the steps use of the catalog and the settings; immutable.

    Attributes:
        topics: The topics that are evaluated, in the order of the rule set.
        entities: The entities by id.
        languages: Codes of the languages that an article may be detected to be in.
    """

    rules: RuleSet
    topics: tuple[TopicDefinition, ...]
    entities: Mapping[str, EntityDefinition]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of an article; each step adds its part.

    Attributes:
        given_language: A language that the caller vouches for; it is not detected then.
        language: Two letters; empty where unknown.
        language_source: ``detected``, ``declared`` or ``given``.
        index: The searched article, shared by all steps after it.
        mentions: The mentions of entities by position.
        entities: The same mentions by code point.
        fingerprint: See :mod:`core.text.fingerprint`.
        matches: One for each topic that matches.
    """

    article: ArticleRevision
    given_language: str | None = None
    language: str = ""
    language_source: str = ""
    index: ArticleIndex | None = None
    mentions: tuple[Mention, ...] = ()
    entities: tuple[EntityMention, ...] = ()
    fingerprint: str = ""
    matches: tuple[Match, ...] = ()

    @property
    def labels(self) -> ArticleLabels:
        """What gates check of the article."""
        return ArticleLabels(self.language, self.language_source)

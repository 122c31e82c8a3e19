"""What the steps work on: the analysis of one article, and the compiled catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

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


class Analysis(NamedTuple):
    """What is known of an article; each step adds its part.

    A named tuple, of which a changed copy takes a quarter of the time that one of a frozen data
    class takes.

    Attributes:
        given_language: A language that the caller vouches for; it is not detected then.
        language: Two letters; empty where unknown.
        language_source: ``detected``, ``declared`` or ``given``.
        searched: The index of the article, shared by all steps after it.
        mentions: The mentions of entities by position.
        entities: The same mentions by code point.
        fingerprint: See :mod:`core.text.fingerprint`.
        matches: One for each topic that matches.
    """

    article: ArticleRevision
    given_language: str | None = None
    language: str = ""
    language_source: str = ""
    searched: ArticleIndex | None = None
    mentions: tuple[Mention, ...] = ()
    entities: tuple[EntityMention, ...] = ()
    fingerprint: str = ""
    matches: tuple[Match, ...] = ()

    @property
    def labels(self) -> ArticleLabels:
        """What gates check of the article."""
        return ArticleLabels(self.language, self.language_source)

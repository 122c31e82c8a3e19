"""What the steps work on: what is known of one article so far, and what they know it by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.catalog.models import EntityDefinition, TopicDefinition
from core.messages import ArticleRevision, EntityMention, Match
from processors.engine.gazetteer import Mention
from processors.engine.ruleset import RuleSet
from processors.engine.view import View
from processors.steps.identify import LanguageDetector


@dataclass(frozen=True, slots=True)
class CompiledCatalog:
    """Everything compiled from the catalog; immutable.

    Attributes:
        topics: The topics that are evaluated, in the order of the rule set.
    """

    rules: RuleSet
    topics: tuple[TopicDefinition, ...]
    entities: Mapping[str, EntityDefinition]
    identifier: LanguageDetector


@dataclass(frozen=True, slots=True)
class Draft:
    """An article on its way through the steps.

    Attributes:
        given_language: A language somebody vouches for; it is not detected then.
        view: The article as rules see it; made once, shared by all steps.
        mentions: The entities by position, as ``entities`` has them by code point.
    """

    article: ArticleRevision
    given_language: str | None = None
    language: str = ""
    language_source: str = ""
    view: View | None = None
    mentions: tuple[Mention, ...] = ()
    entities: tuple[EntityMention, ...] = ()
    fingerprint: str = ""
    matches: tuple[Match, ...] = ()

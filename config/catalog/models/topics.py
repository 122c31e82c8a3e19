"""The content of ``topics/``, ``entities/`` and ``vocabulary/``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Literal

from config.catalog.aliases import EntityAlias
from config.catalog.models.text import FilePosition, SourceText
from config.catalog.weights import FieldWeight


class TopicState(StrEnum):
    """draft: matches are published; shadow: also decided; live: also notified; retired: ignored."""

    DRAFT = "draft"
    SHADOW = "shadow"
    LIVE = "live"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class RuleDefinition:
    """A weighted query.

    Attributes:
        weight: The points furthest from 0 that it can give an article.
        by_field: Points by where its hits lie; None where it gives its weight once per article.
        fields: The fields that the query is restricted to, where it names none; empty for all.
        unless: Ids of the rules none of which may fire.
        allow: Reasons by the codes of the warnings that it allows.
    """

    id: str
    weight: int
    query: SourceText
    by_field: FieldWeight | None = None
    fields: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    allow: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """How a topic alerts.

    Attributes:
        severity: Severity of its alerts.
        max_age: Age of the oldest article that alerts.
        spike: How easily more articles than usual are a spike: ``fewer``, ``normal`` or ``more``
            spikes, or ``off``.
    """

    severity: str = "normal"
    max_age: timedelta = timedelta(hours=48)
    spike: str = "normal"


@dataclass(frozen=True, slots=True)
class TopicTest:
    """One entry of ``tests:``: an article and its expected result.

    Attributes:
        article: Fields of the article, any of ``config.catalog.topic_tests.ARTICLE_FIELDS``.
        match: Whether the topic matches.
        rules: The ids of exactly the rules that fire; None: not tested.
        rules_include: The ids of rules that must fire.
        score_max: The highest score allowed; None: not tested.
    """

    name: str
    article: Mapping[str, Any]
    match: bool
    rules: tuple[str, ...] | None
    rules_include: tuple[str, ...]
    score_max: int | None
    position: FilePosition


@dataclass(frozen=True, slots=True)
class TopicDefinition:
    """What an operator tracks.

    Attributes:
        revision: Hash of which articles it matches, not of comments, layout, title, alert, owner
            or tests. Compiled, it depends on the concepts and entities that it uses, too.
        languages: The languages of its articles; empty allows all.
        entities: Ids that queries may use as ``entity:<id>``.
        publish: Whether its matches are copied to a stream of its own.
        deny: Words that a term never matches, by the term's name.
        allow: Reasons by the codes of the warnings that it allows.
        owner: The person or team to ask about it; empty where nobody is named.
    """

    id: str
    title: str
    revision: str
    languages: tuple[str, ...]
    threshold: int
    state: TopicState
    terms: Mapping[str, SourceText]
    rules: tuple[RuleDefinition, ...]
    entities: tuple[str, ...]
    alert: AlertPolicy
    publish: bool
    tests: tuple[TopicTest, ...]
    position: FilePosition
    deny: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    allow: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""


@dataclass(frozen=True, slots=True)
class EntityDefinition:
    """A person, place or organisation, with its spellings.

    Attributes:
        demonyms: Its adjectives, written small, and the words for its people.
        deny: Words and phrases that are no mention of it although they contain an alias.
    """

    id: str
    type: Literal["person", "organisation", "place", "other"]
    name: str
    aliases: tuple[EntityAlias, ...]
    wikidata: str | None
    position: FilePosition
    demonyms: tuple[EntityAlias, ...] = ()
    deny: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConceptTest:
    """A sentence that a concept must find, or must not find.

    Attributes:
        language: Its language; empty where it is detected.
    """

    sentence: str
    language: str
    match: bool
    position: FilePosition


@dataclass(frozen=True, slots=True)
class ConceptDefinition:
    """A concept of the vocabulary: what topics may use as ``$id``.

    Attributes:
        forms: A query for each language, by its code.
    """

    id: str
    forms: Mapping[str, SourceText]
    tests: tuple[ConceptTest, ...]
    position: FilePosition

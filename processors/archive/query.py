"""A query that somebody typed, compiled as the only rule of a topic of its own.

So it means the same as in a topic file: words, entities and vocabulary of the catalog in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from config.catalog.models import (
    AlertPolicy,
    Catalog,
    EntityDefinition,
    FilePosition,
    RuleDefinition,
    SourceText,
    TopicDefinition,
    TopicState,
)
from config.errors import QueryError
from core.archive import ArchivedRevision
from core.messages import Evidence
from processors.explanation import explain
from processors.pipeline import Processors
from processors.query import Node
from processors.query.nodes import EntityNode, walk
from processors.topics import compile_topic
from processors.vocabulary.concepts import Vocabulary

QUERY = "query"
"""Id of the topic and of its rule."""


@dataclass(frozen=True)
class SearchQuery:
    """A compiled query.

    Attributes:
        text: As it was typed.
        node: Its resolved tree.
        languages: Codes of the languages in whose articles words are found in all their forms.
        entities: The entities that it may name, by id.
    """

    text: str
    node: Node
    languages: tuple[str, ...]
    entities: Mapping[str, EntityDefinition]
    processors: Processors

    def evidence_in(self, revision: ArchivedRevision) -> tuple[Evidence, ...] | None:
        """Return the spans that make it match a revision; None where it does not match."""
        analysis = self.processors.index(revision.article, revision.language or None)
        explanation = explain(self.processors.compiled, 0, analysis)
        return explanation.evidence if explanation.match else None


def compile_search(text: str, catalog: Catalog, languages: tuple[str, ...]) -> SearchQuery:
    """Compile a query.

    Args:
        text: The query.
        catalog: The operator's files in force.
        languages: Languages an article may be in (``Settings.language_codes``).

    Raises:
        QueryError: The query has errors; each with its column and how to mend it.
    """
    entities = {entity.id: entity for entity in catalog.entities}
    vocabulary = Vocabulary(catalog.vocabulary, entities.keys())
    topic = compile_topic(_topic_of(text), entities.keys(), vocabulary)
    if errors := [fault for fault in topic.faults if fault.is_error]:
        raise QueryError(errors)
    [rule] = topic.rules.rules
    names_one = any(isinstance(node, EntityNode) for node in walk(rule.query))
    processors = Processors.of(catalog, [topic], languages, finds_entities=names_one)
    return SearchQuery(text, rule.query, languages, entities, processors)


def _topic_of(text: str) -> TopicDefinition:
    position = FilePosition(QUERY, 1, 1)
    return TopicDefinition(
        id=QUERY,
        title=QUERY,
        revision="",
        languages=(),
        threshold=1,
        state=TopicState.DRAFT,
        terms={},
        rules=(RuleDefinition(QUERY, 1, SourceText(text, position)),),
        entities=(),
        alert=AlertPolicy(),
        publish=False,
        tests=(),
        position=position,
    )

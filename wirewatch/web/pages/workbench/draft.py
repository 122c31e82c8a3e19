"""A topic's text that is being edited: the topic it defines and every fault in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from config.catalog.models import Catalog, FilePosition, TopicDefinition
from config.catalog.section import Faults
from config.catalog.topics import read_topic
from config.catalog.word_files import WordFiles
from config.faults import Fault, in_file_order
from config.yaml.nodes import ScalarNode, YamlNode, parse, shown_path
from processors import concept_faults, topic_faults
from processors.query import parse as parse_query
from processors.query.nodes import EntityNode, Node, Phrase, TermRef, Word, walk
from processors.topics import queries_of
from wirewatch.topic_tools.expansion import part_text

MAX_TEXT = 150_000
"""Characters of a topic; the longest shipped one has a fifth of that."""
MOST_TERMS = 80
"""Words and terms that are offered to be expanded."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A text and what the loader makes of it.

    Attributes:
        topic: None where the text has an error that leaves none.
        catalog: The files in force, with this topic as the only one.
        faults: Errors and warnings, in the order of lines.
    """

    text: str
    topic: TopicDefinition | None
    catalog: Catalog
    faults: tuple[Fault, ...]

    @property
    def errors(self) -> int:
        """How many of the faults are errors."""
        return sum(fault.is_error for fault in self.faults)

    @property
    def is_sound(self) -> bool:
        """Whether the topic can be evaluated."""
        return self.topic is not None and not self.errors


def read_draft(text: str, path: Path, catalog: Catalog, languages: tuple[str, ...]) -> Draft:
    """Return the topic of a text as it would be read from its file.

    Args:
        text: The content of the topic's file.
        path: The file, whether it exists or not.
        catalog: The files in force: entities, vocabulary, other topics.
        languages: Languages an article may be detected to be in.
    """
    topic, faults = read_definition(text, path, catalog)
    alone = replace(catalog, topics=(topic,) if topic else ())
    found = [*faults, *topic_faults(alone, languages)]
    found += concept_faults(topic, alone) if topic else []
    return Draft(text, topic, alone, tuple(in_file_order(found)))


def read_definition(
    text: str, path: Path, catalog: Catalog
) -> tuple[TopicDefinition | None, list[Fault]]:
    """Return the topic of a text, or None where it has errors, and its faults.

    Its queries are not looked at, and its tests not run.

    Args:
        text: As for :func:`read_draft`.
        path: As for :func:`read_draft`.
        catalog: As for :func:`read_draft`.
    """
    faults, file = Faults(), shown_path(path)
    root, problems = parse(file, text.encode())
    faults.extend(problems)
    is_empty = isinstance(root, ScalarNode) and root.is_null
    topic = None if root is None or is_empty else _read_topic(root, file, catalog, faults)
    if topic is None and not faults.errors:
        faults.add(FilePosition(file, 1, 1), "E212", "The topic is empty.", "Write `id:` first.")
    return topic, faults.all


def _read_topic(
    root: YamlNode, file: str, catalog: Catalog, faults: Faults
) -> TopicDefinition | None:
    others = {topic.id: topic.position for topic in catalog.topics if topic.position.file != file}
    entities = {entity.id for entity in catalog.entities}
    return read_topic(root, faults, others, entities, WordFiles())


def expandable(topic: TopicDefinition) -> tuple[str, ...]:
    """Return what can be expanded of a topic: its terms, then the words of its queries."""
    names = (f"${name}" for name in topic.terms)
    leaves = (leaf for source in queries_of(topic) for leaf in _leaves(source.value))
    return tuple(dict.fromkeys([*names, *leaves]))[:MOST_TERMS]


def _leaves(query: str) -> Iterator[str]:
    for node in _nodes(query):
        if isinstance(node, TermRef):
            yield f"${node.name}"
        elif isinstance(node, Word | Phrase | EntityNode):
            yield part_text(node)


def _nodes(query: str) -> Iterator[Node]:
    node = parse_query(query).node
    return walk(node) if node else iter(())

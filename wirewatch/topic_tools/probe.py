"""Which concepts and entities a text has, of all that the operator's files define.

::

    vocabulary ──a rule for each concept──▶ a topic ──▶ a text ──▶ the rules that fire: its concepts
                                                           └─────▶ its mentions: its entities
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from config.catalog.models import (
    AlertPolicy,
    Catalog,
    FilePosition,
    RuleDefinition,
    SourceText,
    TopicDefinition,
    TopicState,
)
from core.messages import ArticleRevision
from core.text.tokens import tokenise
from processors import STEPS, Processors
from processors.analysis import Analysis
from processors.topics import compile_topic
from processors.vocabulary import Vocabulary

Sentence = tuple[str, str]
"""The field of a sentence, and its text."""
NOWHERE = FilePosition("", 1, 1)
_ALTERNATIVE = re.compile(r"(?<![\w:$-])[^\W\d_]{4,}(?![\w:])")
"""A word of a query that is no name of a concept or entity; operators are no longer than these."""


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What a text has.

    Attributes:
        concepts: Ids of the concepts that are found in it.
        entities: Ids of the entities that it names, by how it writes them.
        language: The language that it was read in.
        terms: Names of the terms of the topic that are found in it.
        evidence: The folded words by which each concept and term is found.
        sentences: The fields and sentences in which each is found.
    """

    concepts: frozenset[str]
    entities: dict[str, str]
    language: str
    terms: frozenset[str] = frozenset()
    evidence: Mapping[str, frozenset[str]] = field(default_factory=dict)
    sentences: Mapping[str, frozenset[Sentence]] = field(default_factory=dict)

    def concepts_without(self, words: Set[str]) -> frozenset[str]:
        """Return the concepts that are found by other words than these."""
        return frozenset(name for name in self.concepts if not self.evidence[name] <= words)


class ConceptProbe:
    """All concepts of a catalog, or some, compiled to be looked for at once.

    Left out are concepts with an error in their queries, and those of files with an underscore in
    their names: words that serve one topic.

    Args:
        catalog: Defines concepts and entities.
        languages: Languages an article may be detected to be in.
        names: The concepts; None for all.
        topic: The topic whose terms are looked for too; they win over concepts of their name.
    """

    def __init__(
        self,
        catalog: Catalog,
        languages: tuple[str, ...],
        names: Iterable[str] | None = None,
        topic: TopicDefinition | None = None,
    ) -> None:
        shared = [c.id for c in catalog.vocabulary if "_" not in Path(c.position.file).stem]
        self._terms = frozenset(topic.terms) if topic else frozenset[str]()
        chosen = [n for n in (shared if names is None else sorted(names)) if n not in self._terms]
        ids = {entity.id for entity in catalog.entities}
        self._vocabulary = Vocabulary(catalog.vocabulary, ids)
        self._names = chosen
        looked_for = _topic([*chosen, *sorted(self._terms)], topic)
        compiled = compile_topic(looked_for, ids, self._vocabulary)
        self._processors = Processors.of(catalog, [replace(compiled, faults=())], languages)

    def look(self, article: ArticleRevision, language: str | None = None) -> Mentioned:
        """Return the concepts and entities of an article.

        Args:
            article: The article; it need not come from a stream.
            language: Its language, if the caller vouches for it; else it is detected.
        """
        analysis = Analysis(article, language)
        for step in STEPS:
            analysis = step(self._processors.compiled, analysis)
        names = frozenset(rule for match in analysis.matches for rule in match.rules)
        entities = {mention.surface: mention.id for mention in analysis.entities}
        return Mentioned(
            concepts=names - self._terms,
            entities=entities,
            language=analysis.language,
            terms=names & self._terms,
            evidence=_evidence_words(names, analysis),
            sentences=_sentences(names, analysis),
        )

    @cached_property
    def sizes(self) -> dict[str, int]:
        """How much each concept stands for, as the number of nodes of its query."""
        resolved = self._vocabulary.resolve(self._names)
        return {name: one.size for name, one in resolved.items() if one is not None}

    def rank_of(self, concept: str, text: str) -> tuple[int, int, int]:
        """Return what sorts the concepts that find a word, the one that it means first.

        A concept whose form has the word itself, then one that has the end of a compound; of these
        the one that has it earlier, then the smaller one.

        Args:
            concept: Id of a concept that finds the word.
            text: The word, or words.
        """
        folded = text.casefold()
        ranks = [(2, 0)]
        for form in self._vocabulary.concepts[concept].forms.values():
            words = [word.casefold() for word in _ALTERNATIVE.findall(form.value)]
            ranks += [(0, n) for n, word in enumerate(words) if word == folded]
            ranks += [(1, n) for n, word in enumerate(words) if folded.endswith(word)]
        return *min(ranks), self.sizes[concept]

    def is_named_after(self, concept: str, entity: str) -> bool:
        """Return whether a form of a concept begins with an entity: ``$usa`` is about the US."""
        forms = self._vocabulary.concepts[concept].forms.values()
        return any(form.value.startswith(f"entity:{entity} ") for form in forms)


def _evidence_words(names: Iterable[str], analysis: Analysis) -> dict[str, frozenset[str]]:
    """Return the folded words of the evidence of each rule that fired."""
    hits: dict[str, set[str]] = {name: set() for name in names}
    for evidence in (one for match in analysis.matches for one in match.evidence):
        hits[evidence.rule].update(tokenise(evidence.surface).words)
    return {name: frozenset(words) for name, words in hits.items()}


def _sentences(names: Iterable[str], analysis: Analysis) -> dict[str, frozenset[Sentence]]:
    """Return the fields and sentences of the evidence of each rule that fired."""
    found: dict[str, set[Sentence]] = {name: set() for name in names}
    for evidence in (one for match in analysis.matches for one in match.evidence):
        found[evidence.rule].add((evidence.field.value, evidence.sentence))
    return {name: frozenset(sentences) for name, sentences in found.items()}


def _topic(names: Iterable[str], topic: TopicDefinition | None = None) -> TopicDefinition:
    """Return a topic with a rule for each concept, and for each term of another topic."""
    rules = tuple(RuleDefinition(name, 1, SourceText(f"${name}", NOWHERE)) for name in names)
    return TopicDefinition(
        id="concepts",
        title="",
        revision="",
        languages=(),
        threshold=1,
        state=TopicState.LIVE,
        terms=topic.terms if topic else {},
        deny=topic.deny if topic else {},
        rules=rules,
        entities=(),
        alert=AlertPolicy(),
        publish=False,
        tests=(),
        position=NOWHERE,
    )

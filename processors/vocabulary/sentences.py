"""The tests of concepts: sentences that a concept must find, and sentences that it must not.

Both functions are for ``check`` and ``topics lint|test``. A running program parses only the
concepts that its topics use, and runs no tests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from config.catalog.models import (
    Catalog,
    ConceptDefinition,
    ConceptTest,
    EntityDefinition,
    FilePosition,
)
from config.faults import Fault, in_file_order
from core.messages import ArticleRevision
from core.text import clean_line
from processors.analysis import Analysis, CompiledCatalog
from processors.article_from_fields import article_from_fields
from processors.engine.rules import ResolvedRule, TopicRules
from processors.engine.ruleset import RuleSet
from processors.query.nodes import EntityNode, Node, walk
from processors.steps.language import detect_language
from processors.steps.search import find_names, search_literals
from processors.steps.tokenize import tokenize
from processors.vocabulary.concepts import Vocabulary

_SHOWN = 80
"""Most characters of a sentence in a message."""


def vocabulary_faults(catalog: Catalog) -> list[Fault]:
    """Return the faults in the queries of all concepts, and W107 for concepts without tests."""
    vocabulary = Vocabulary(catalog.vocabulary, {entity.id for entity in catalog.entities})
    faults = vocabulary.faults_of(vocabulary.concepts)
    for concept in vocabulary.concepts.values():
        for match, verb in ((True, "find"), (False, "not find")):
            if not any(test.match is match for test in concept.tests):
                key = "match" if match else "no_match"
                message = f"The concept `{concept.id}` has no sentence under `{key}`."
                mend = f"Add one that it must {verb}."
                faults.append(_fault(concept.position, "W107", message, mend))
    return faults


def run_vocabulary_tests(
    catalog: Catalog, languages: tuple[str, ...], names: Collection[str] | None = None
) -> list[Fault]:
    """Run the tests of concepts.

    Args:
        catalog: Defines the concepts and entities.
        languages: Languages a sentence may be detected to be in.
        names: The concepts to test; None for all.

    Returns:
        E020 for each sentence that fails. Concepts with an error in a query are not tested.
    """
    entities = {entity.id: entity for entity in catalog.entities}
    vocabulary = Vocabulary(catalog.vocabulary, entities)
    chosen = vocabulary.concepts if names is None else names
    nodes = {n: r.node for n, r in vocabulary.resolve(chosen).items() if r and r.node}
    topics = [
        TopicRules(name, 1, (), (ResolvedRule(name, 1, node),)) for name, node in nodes.items()
    ]
    rules = RuleSet(topics, _used_entities(catalog, nodes.values()), languages=languages)
    compiled = CompiledCatalog(rules, (), entities, languages)
    tested = [vocabulary.concepts[name] for name in nodes]
    return in_file_order(
        fault
        for number, concept in enumerate(tested)
        for test in concept.tests
        for fault in _failures(compiled, number, concept, test)
    )


def _used_entities(catalog: Catalog, nodes: Iterable[Node]) -> list[EntityDefinition]:
    """Return the entities that queries use; compiling all takes most of the time of a test."""
    used = {n.id for node in nodes for n in walk(node) if isinstance(n, EntityNode)}
    return [entity for entity in catalog.entities if entity.id in used]


def _failures(
    compiled: CompiledCatalog, number: int, concept: ConceptDefinition, test: ConceptTest
) -> Iterator[Fault]:
    article = article_from_fields({"text": test.sentence})
    analysis = _indexed(compiled, article, test.language)
    assert analysis.searched is not None  # noqa: S101  # the step tokenize makes it
    (outcome,) = compiled.rules.evaluate(number, analysis.searched)
    code = analysis.language
    shown = f'"{clean_line(test.sentence)[:_SHOWN]}" ({code or "no language"})'
    if outcome.holds != test.match:
        verb = "does not find" if test.match else "finds"
        message = f"The concept `{concept.id}` {verb} {shown}."
    elif not test.language and code not in concept.forms:
        message = f"The concept `{concept.id}` has no form in the language of {shown}."
    else:
        return
    mend = "Correct the form or the sentence"
    if not test.language:
        mend += f", or write its language: `{{{next(iter(concept.forms))}: ...}}`"
    yield _fault(test.position, "E020", message, f"{mend}.")


def _indexed(compiled: CompiledCatalog, article: ArticleRevision, language: str) -> Analysis:
    analysis = Analysis(article, language or None)
    for step in (detect_language, tokenize, search_literals, find_names):
        analysis = step(compiled, analysis)
    return analysis


def _fault(position: FilePosition, code: str, message: str, mend: str) -> Fault:
    return Fault(
        file=position.file,
        line=position.line,
        column=position.column,
        code=code,
        message=message,
        mend=mend,
    )
